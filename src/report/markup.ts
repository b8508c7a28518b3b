/** Text that is markup already. Only `markup` and `join` make it, so no text from data gets into a page without being escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What can stand in a template: strings and numbers are escaped, markup is taken as it is, `undefined` leaves nothing. */
export type Content = string | number | Markup | undefined | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A code point that HTML doesn't allow in text: control characters other than tab and line feed, halves of surrogate pairs. */
function forbidden(codePoint: number): boolean {
  if (codePoint < 0x20) return codePoint !== 0x09 && codePoint !== 0x0a;
  return (codePoint >= 0x7f && codePoint <= 0x9f) || (codePoint >= 0xd800 && codePoint <= 0xdfff);
}

/** A text for element content or a quoted attribute. Characters that HTML doesn't allow become U+FFFD. */
export function escapeText(text: string): string {
  let escaped = '';
  for (const character of text) {
    escaped += forbidden(character.codePointAt(0) ?? 0) ? '\uFFFD' : (entities[character] ?? character);
  }
  return escaped;
}

function render(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string' || typeof content === 'number') return escapeText(String(content));
  return content.map(render).join('');
}

/** A template of HTML or SVG: markup`<td>${name}</td>` escapes the name. Attributes must be in double quotes. */
export function markup(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(strings.reduce((text, part, i) => text + render(contents[i - 1]) + part));
}

/** Pieces one after the other, a line each. */
export function lines(pieces: readonly (Markup | undefined)[]): Markup {
  return new Markup(
    pieces
      .filter((piece) => piece !== undefined)
      .map((piece) => piece.text)
      .join('\n'),
  );
}
