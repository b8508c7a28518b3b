import { markup, type Markup } from './markup.js';

export interface TableParts {
  /** What the table holds, for who can't see it. */
  readonly label: string;
  /** What is to be read above it. */
  readonly caption?: string;
  /** A class of the page's style. */
  readonly kind?: string;
  /** Rows: thead, tbody, tfoot. */
  readonly rows: Markup;
}

/**
 * A table in a box that scrolls sideways by itself when the table is wider than the page. The box takes the focus, so that
 * keys can scroll it; the caption stays outside, so that it never has to be scrolled.
 */
export function tableFigure({ label, caption, kind = 'plain', rows }: TableParts): Markup {
  const above = caption === undefined ? undefined : markup`<figcaption class="quiet">${caption}</figcaption>`;
  return markup`<figure class="table">${above}<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="${kind}" aria-label="${label}">
${rows}</table></div></figure>`;
}

/** A row of column headings. */
export function headings(names: readonly string[]): Markup {
  return markup`<thead><tr>${names.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>`;
}
