import { baselinesSection } from './baselines.js';
import { boardsSection } from './boards.js';
import { calibrationSection } from './calibration.js';
import { classesSection } from './confusion.js';
import { curvesSection } from './curves.js';
import { counted } from './format.js';
import { headline } from './headline.js';
import type { ReportInput } from './input.js';
import { lines, markup, Markup } from './markup.js';
import { dataSection, environmentSection, recipeSection } from './provenance.js';
import { sizeSection } from './size.js';
import { style } from './style.js';
import { valuesSection } from './values.js';
import { worstSection } from './worst.js';

/** Nothing is loaded and no script runs, whatever the data hold. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** The sections of a run's report in order; those that a run has nothing for are left out. */
function sectionsOf(input: ReportInput): { id: string; link: string; section: Markup }[] {
  const { metric } = input.metrics.float;
  const answers = metric === 'r2' ? 'Values' : metric === 'microF1' ? 'Labels' : 'Classes';
  const all = [
    ['training', 'Training', curvesSection(input)],
    ['classes', answers, metric === 'r2' ? valuesSection(input) : classesSection(input)],
    ['baselines', 'Simple methods', baselinesSection(input)],
    ['calibration', 'Calibration', calibrationSection(input)],
    ['worst', 'Worst sequences', worstSection(input)],
    ['size', 'Size', sizeSection(input)],
    ['boards', 'Boards', boardsSection(input)],
    ['data', 'Data', dataSection(input)],
    ['environment', 'Environment', environmentSection(input)],
    ['recipe', 'Recipe', recipeSection(input)],
  ] as const;
  return all.flatMap(([id, link, section]) => (section ? [{ id, link, section }] : []));
}

/**
 * `report.html`: one self-contained page, without scripts and without anything to load, for laptops, phones and paper.
 * Every text from the input is escaped. The same input gives the same page.
 */
export function renderReport(input: ReportInput): string {
  const { title, metrics, classNames } = input;
  const sections = sectionsOf(input);
  const subtitle = `Recipe ${metrics.recipe}, seed ${metrics.seed}: ${metrics.data.name}, ${answersOf(metrics, classNames.length)}, ${counted(metrics.data.train, 'training recording')}`;
  return renderPage({
    title,
    subtitle,
    links: sections,
    body: markup`${headline(input)}
${lines(sections.map(({ section }) => section))}`,
    figures: 'metrics.json',
  });
}

/** How many classes, labels or values a network tells. */
function answersOf({ float }: ReportInput['metrics'], count: number): string {
  if (float.metric === 'microF1') return counted(count, 'label');
  return float.metric === 'r2' ? counted(count, 'value') : counted(count, 'class', 'classes');
}

export interface Page {
  readonly title: string;
  readonly subtitle: string;
  readonly links: readonly { readonly id: string; readonly link: string }[];
  readonly body: Markup;
  /** The file with the same figures for programs. */
  readonly figures: string;
}

/** The frame of a page: head, style, links to its sections, foot. */
export function renderPage({ title, subtitle, links, body, figures }: Page): string {
  const page = markup`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="fastgrnn">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="quiet">${subtitle}</p>
<nav aria-label="Sections"><ul>${links.map(({ id, link }) => markup`<li><a href="#${id}">${link}</a></li>`)}</ul></nav>
</header>
<main>
${body}
</main>
<footer><p>Written by fastgrnn. Every figure was measured in this run, or says how it was derived; the same figures for programs stand in ${figures}.</p></footer>
</body>
</html>
`;
  return page.text;
}
