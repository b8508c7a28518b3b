import type { Interval, MainMetric } from '../training/index.js';
import { mainFigure, metricNames } from './baselines.js';
import { frequent, matrixTable } from './confusion.js';
import { absent, count, counted, duration, percent, points } from './format.js';
import { renderPage } from './html.js';
import { interval } from './interval.js';
import { lines, markup, type Markup } from './markup.js';
import { unitWords, type Metrics, type NetworkMetrics, type UnitKind } from './metrics.js';
import { breakable, className } from './names.js';
import { headings, tableFigure } from './table.js';

/** A figure over folds: its mean, the standard error of the mean, and the deviation between folds; null where there are too few. */
export interface OverFolds {
  readonly mean: number;
  readonly standardError: number | null;
  readonly standardDeviation: number | null;
}

/** What one fold came to: trained on all other folds, tested on this one. */
export interface FoldRow {
  /** From 1. */
  readonly fold: number;
  /** The groups that were left out, by number. */
  readonly groups: readonly number[];
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  readonly float: NetworkMetrics;
  readonly integer: NetworkMetrics & { readonly agreement: number };
  readonly baselines: readonly { readonly name: string; readonly test: number }[];
  /** Of this fold's trainings. */
  readonly seconds: number;
}

/** `folds.json`: the figures of a cross-validation, for programs. */
export interface FoldsMetrics {
  readonly recipe: string;
  readonly seed: number;
  readonly data: {
    readonly name: string;
    /** Recordings that the folds are made of. */
    readonly sequences: number;
    /** Test recordings of the data's own that no fold has looked at. */
    readonly leftAlone: number;
  };
  readonly folds: { readonly count: number; readonly by: UnitKind };
  readonly metric: MainMetric;
  readonly float: OverFolds;
  readonly integer: OverFolds;
  /** Macro F1 of the integer network; undefined for regression. */
  readonly macroF1?: OverFolds;
  /** Of each simple method, and of the integer network less it, fold by fold. */
  readonly baselines: readonly (OverFolds & { readonly name: string; readonly behind: OverFolds })[];
  /** Of all folds' test recordings together, by networks that hadn't seen them: the integer network. */
  readonly pooled: {
    /** [label][prediction], for classes alone. */
    readonly confusion?: readonly (readonly number[])[];
    readonly accuracy?: number | null;
    readonly macroF1?: number | null;
    readonly perClass?: NetworkMetrics['perClass'];
    /** Of the accuracy, by bootstrap of `folds.by`. */
    readonly interval?: Interval | null;
  };
  readonly rows: readonly FoldRow[];
  readonly training: { readonly seconds: number; readonly backend: string; readonly workers: number };
  readonly environment: Metrics['environment'];
}

export interface FoldsReportInput {
  readonly title: string;
  readonly metrics: FoldsMetrics;
  readonly classNames: readonly string[];
  readonly recipeYaml: string;
  readonly notes: readonly string[];
}

/** 92.3 % ± 0.8 % */
export function overFolds(metric: MainMetric, { mean, standardError }: OverFolds): string {
  const error = standardError === null ? '' : ` ± ${mainFigure(metric, standardError)}`;
  return `${mainFigure(metric, mean)}${error}`;
}

/** A difference over folds: +3.10 points ± 0.42. */
function ahead(metric: MainMetric, { mean, standardError }: OverFolds): string {
  if (metric === 'r2') return overFolds(metric, { mean, standardError, standardDeviation: null });
  const error = standardError === null ? '' : ` ± ${(100 * standardError).toFixed(2)}`;
  return `${points(mean)}${error}`;
}

/** The page of a cross-validation: `folds.html`. */
export function renderFolds(input: FoldsReportInput): string {
  const { title, metrics, classNames, notes } = input;
  const { folds, data } = metrics;
  const sections = [
    { id: 'folds', link: 'Folds', section: rowsSection(metrics) },
    ...(metrics.pooled.confusion
      ? [{ id: 'classes', link: 'Classes', section: pooledSection(metrics, metrics.pooled.confusion, classNames) }]
      : []),
    { id: 'baselines', link: 'Simple methods', section: baselines(metrics) },
    { id: 'recipe', link: 'Recipe', section: recipe(input) },
  ];
  return renderPage({
    title,
    subtitle: `Recipe ${metrics.recipe}, seed ${metrics.seed}: ${data.name}, ${counted(folds.count, 'fold')} of whole ${unitWords[folds.by].many}, ${counted(data.sequences, 'recording')}`,
    links: sections,
    body: markup`${tiles(metrics)}
${notes.length === 0 ? undefined : markup`<div class="notes"><h2>Notes</h2><ul>${lines(notes.map((text) => markup`<li>${text}</li>`))}</ul></div>`}
${lines(sections.map(({ section }) => section))}`,
    figures: 'folds.json',
  });
}

const pair = (name: string, value: string) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`;

function tiles({ metric, integer, float, macroF1, baselines: simple, rows, folds, training }: FoldsMetrics): Markup {
  const figures = rows.map((row) => row.integer.test);
  const best = simple.reduce<(typeof simple)[number] | undefined>(
    (most, method) => (most === undefined || method.mean > most.mean ? method : most),
    undefined,
  );
  return markup`<section id="headline" aria-label="Headline figures"><div class="tiles">
<div class="tile"><h2>${metricNames[metric]} over folds</h2><p class="big">${mainFigure(metric, integer.mean)}</p>
<p class="under">± ${mainFigure(metric, integer.standardError)}: integer network, mean and standard error of ${counted(folds.count, 'fold')}</p>
<dl>${pair('Float network', overFolds(metric, float))}${macroF1 ? pair('Macro F1, integer', overFolds(metric, macroF1)) : undefined}</dl></div>
<div class="tile"><h2>Worst and best fold</h2><p class="big">${mainFigure(metric, Math.min(...figures))}</p>
<p class="under">the fold that went worst</p>
<dl>${pair('Best fold', mainFigure(metric, Math.max(...figures)))}${pair('Deviation between folds', mainFigure(metric, integer.standardDeviation))}${pair('Training, all folds', duration(training.seconds))}</dl></div>
<div class="tile"><h2>Best simple method</h2><p class="big">${best ? mainFigure(metric, best.mean) : absent}</p>
<p class="under">${best?.name ?? ''}</p>
<dl>${best ? pair('The network is ahead by', ahead(metric, best.behind)) : undefined}</dl></div>
</div></section>`;
}

function rowsSection({ metric, rows, folds, data, integer, float, macroF1 }: FoldsMetrics): Markup {
  const grouped = rows.some(({ groups }) => groups.length > 0);
  const body = rows.map(
    (row) =>
      markup`<tr><th scope="row">${count(row.fold)}</th>${grouped ? markup`<td>${row.groups.join(', ')}</td>` : undefined}<td>${count(row.train)}</td><td>${count(row.validation)}</td><td>${count(row.test)}</td><td>${mainFigure(metric, row.integer.test)}</td><td>${mainFigure(metric, row.float.test)}</td>${metric === 'r2' ? undefined : markup`<td>${percent(row.integer.macroF1)}</td>`}<td>${percent(row.integer.agreement)}</td></tr>`,
  );
  const last = (name: string, figure: (over: OverFolds) => number | null) =>
    markup`<tr><th scope="row">${name}</th>${grouped ? markup`<td></td>` : undefined}<td></td><td></td><td></td><td>${mainFigure(metric, figure(integer))}</td><td>${mainFigure(metric, figure(float))}</td>${metric === 'r2' ? undefined : markup`<td>${percent(macroF1 && figure(macroF1))}</td>`}<td></td></tr>`;
  const totals = [last('Mean', (over) => over.mean), last('±', (over) => over.standardError)];
  const alone =
    data.leftAlone > 0
      ? ` The data’s own test part, ${counted(data.leftAlone, 'recording')}, was left alone: the folds are parts of the training recordings.`
      : '';
  return markup`<section id="folds"><h2>Folds</h2>
<p>Each fold was the test part once, with the whole recipe trained on the others, validation among them.${alone}</p>
${tableFigure({
  label: 'Figures of each fold',
  kind: 'plain',
  rows: markup`${headings(['Fold', ...(grouped ? ['Groups left out'] : []), 'Training', 'Validation', 'Test', `${metricNames[metric]}, integer`, 'Float', ...(metric === 'r2' ? [] : ['Macro F1']), 'Agreement'])}
<tbody>${lines(body)}</tbody><tfoot>${lines(totals)}</tfoot>`,
})}
<p class="quiet">± is the standard error of the mean over folds, the deviation between folds over the root of their number. Folds share most of their training recordings, so it is somewhat too small. Whole ${unitWords[folds.by].many} stay together.</p></section>`;
}

function pooledSection(
  { pooled, folds }: FoldsMetrics,
  confusion: readonly (readonly number[])[],
  names: readonly string[],
): Markup {
  const rows = (pooled.perClass ?? []).map(
    ({ recordings, recall, recallInterval, precision, f1 }, k) =>
      markup`<tr><th scope="row">${breakable(className(names, k))}</th><td>${count(recordings)}</td><td>${percent(recall)}</td><td class="ends">${interval(recallInterval, percent)}</td><td>${percent(precision)}</td><td>${percent(f1)}</td></tr>`,
  );
  return markup`<section id="classes"><h2>Classes</h2>
<p>All folds’ test recordings together, each by the integer network that hadn’t seen it: ${percent(pooled.accuracy)} right${pooled.interval ? `, 95 % interval ${interval(pooled.interval, percent)} by ${unitWords[folds.by].one}` : ''}, macro F1 ${percent(pooled.macroF1)}.</p>
<div class="beside">${matrixTable(confusion, names)}
${frequent(confusion, names)}</div>
${tableFigure({
  label: 'Scores of each class',
  kind: 'scores',
  rows: markup`${headings(['Class', 'Recordings', 'Recall', '95 % interval', 'Precision', 'F1'])}
<tbody>${lines(rows)}</tbody>`,
})}</section>`;
}

function baselines({ metric, baselines: simple, integer }: FoldsMetrics): Markup {
  const rows = simple.map(
    (method) =>
      markup`<tr><th scope="row">${method.name}</th><td>${overFolds(metric, method)}</td><td>${ahead(metric, method.behind)}</td></tr>`,
  );
  return markup`<section id="baselines"><h2>Simple methods beside it</h2>
<p>Trained and tested on the same folds; the difference is taken fold by fold.</p>
${tableFigure({
  label: 'The network and simple methods',
  rows: markup`${headings(['Method', metricNames[metric], 'The network is ahead by'])}
<tbody><tr><th scope="row">integer network</th><td>${overFolds(metric, integer)}</td><td></td></tr>
${lines(rows)}</tbody>`,
})}</section>`;
}

function recipe({ metrics, recipeYaml }: FoldsReportInput): Markup {
  return markup`<section id="recipe"><h2>Recipe</h2>
<p>The recipe <b>${metrics.recipe}</b> with every default written out. No final network was trained: <code>fastgrnn run</code> without <code>--folds</code> does that.</p>
<pre class="scroll" role="region" aria-label="Recipe as YAML" tabindex="0"><code>${recipeYaml}</code></pre></section>`;
}
