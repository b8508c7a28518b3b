import { boardsSection } from './boards.js';
import { confusionSection } from './confusion.js';
import { curvesSection } from './curves.js';
import { counted } from './format.js';
import { headline } from './headline.js';
import type { ReportInput } from './input.js';
import { markup, Markup } from './markup.js';
import { dataSection, environmentSection, recipeSection } from './provenance.js';
import { sizeSection } from './size.js';
import { style } from './style.js';

/** Nothing is loaded and no script runs, whatever the data hold. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const links = [
  ['training', 'Training'],
  ['classes', 'Classes'],
  ['size', 'Size'],
  ['boards', 'Boards'],
  ['data', 'Data'],
  ['environment', 'Environment'],
  ['recipe', 'Recipe'],
] as const;

/**
 * `report.html`: one self-contained page, without scripts and without anything to load, for laptops, phones and paper.
 * Every text from the input is escaped. The same input gives the same page.
 */
export function renderReport(input: ReportInput): string {
  const { title, metrics, classNames } = input;
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
<p class="quiet">Recipe ${metrics.recipe}, seed ${String(metrics.seed)}: ${metrics.data.name}, ${counted(classNames.length, 'class', 'classes')}, ${counted(metrics.data.train, 'training recording')}</p>
<nav aria-label="Sections"><ul>${links.map(([id, text]) => markup`<li><a href="#${id}">${text}</a></li>`)}</ul></nav>
</header>
<main>
${headline(input)}
${curvesSection(input)}
${confusionSection(input)}
${sizeSection(input)}
${boardsSection(input)}
${dataSection(input)}
${environmentSection(input)}
${recipeSection(input)}
</main>
<footer><p>Written by fastgrnn. Every figure was measured in this run, or says how it was derived; the same figures for programs stand in metrics.json.</p></footer>
</body>
</html>
`;
  return page.text;
}
