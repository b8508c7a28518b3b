import { count, counted, percent } from './format.js';
import type { ReportInput } from './input.js';
import { interval, intervalNote } from './interval.js';
import { lines, markup, type Markup } from './markup.js';
import { breakable, className } from './names.js';
import { accuracy, classScores, macroF1, rowSum, type ClassScore } from '../training/index.js';
import { headings, tableFigure } from './table.js';

type Matrix = readonly (readonly number[])[];

/** Shades of a cell, darkest last. */
const shades = 8;

/** With more classes a cell shows its count alone. */
const mostWithShares = 16;

/** How many of the most frequent confusions are told. */
const told = 5;

/** The confusion matrix of the integer network, its most frequent confusions, and the scores of each class or label. */
export function classesSection(input: ReportInput): Markup {
  const { confusion, metrics, classNames } = input;
  if (!confusion) return labelsSection(input);
  const matrix = confusion.integer;
  const recordings = matrix.reduce((sum, _, k) => sum + rowSum(matrix, k), 0);
  if (recordings === 0) {
    return markup`<section id="classes"><h2>Classes</h2><p>No test recording was classified.</p></section>`;
  }
  const { balancedAccuracy: balanced } = metrics.integer;
  return markup`<section id="classes"><h2>Classes</h2>
<p>The integer network on ${counted(recordings, 'test recording')}: ${percent(accuracy(matrix))} right, macro F1 ${percent(macroF1(classScores(matrix)))}${balanced === undefined ? '' : `, balanced accuracy ${percent(balanced)}`}.</p>
<div class="beside">${matrixTable(matrix, classNames)}
${frequent(matrix, classNames)}</div>
${scoresTable(input, matrix, confusion.float)}
<p class="quiet">${intervalNote(metrics)}</p></section>`;
}

/** Of independent labels: how well each is found. */
function labelsSection(input: ReportInput): Markup {
  const { metrics, classNames } = input;
  const { integer, float } = metrics;
  const rows = (integer.perClass ?? []).map(
    ({ recordings, recall, precision, f1, f1Interval }, l) =>
      markup`<tr><th scope="row">${breakable(className(classNames, l))}</th><td>${count(recordings)}</td><td>${percent(recall)}</td><td>${percent(precision)}</td><td>${percent(f1)}</td><td>${interval(f1Interval, percent)}</td><td>${percent(float.perClass?.[l]?.f1)}</td></tr>`,
  );
  return markup`<section id="classes"><h2>Labels</h2>
<p>The integer network: micro F1 ${percent(integer.test)}, macro F1 ${percent(integer.macroF1)}, every label right in ${percent(integer.exactMatch)} of the test recordings.</p>
${tableFigure({
  label: 'Scores of each label',
  caption: 'Scores of each label on the test recordings',
  kind: 'scores',
  rows: markup`${headings(['Label', 'Recordings', 'Recall', 'Precision', 'F1', '95 % interval', 'F1, float'])}
<tbody>${lines(rows)}</tbody>`,
})}
<p class="quiet">${intervalNote(metrics)}</p></section>`;
}

/** A confusion matrix with shades. */
export function matrixTable(matrix: Matrix, names: readonly string[]): Markup {
  const label = (k: number) => className(names, k);
  const short = matrix.every((_, k) => label(k).length <= 4);
  const upright = short || matrix.length <= 3;
  const heads = matrix.map(
    (_, k) => markup`<th scope="col" title="${label(k)}"><span>${breakable(label(k))}</span></th>`,
  );
  const rows = matrix.map(
    (row, k) =>
      markup`<tr><th scope="row" title="${label(k)}"><span>${breakable(label(k))}</span></th>${row.map((n, j) => cell(n, rowSum(matrix, k), k === j, matrix.length))}</tr>`,
  );
  const shares = matrix.length <= mostWithShares;
  const what = shares ? 'recordings, and per cent of the row' : 'recordings';
  return tableFigure({
    label: 'Confusion matrix of the integer network',
    caption: `Confusion matrix of the integer network: ${what}. Shades follow the share of the row; mistakes are shaded more strongly.`,
    kind: `matrix${upright ? '' : ' tall'}${shares ? '' : ' dense'}`,
    rows: markup`<thead><tr><td class="corner"><span>label ↓</span> <span>predicted →</span></td>${heads}</tr></thead>
<tbody>${lines(rows)}</tbody>`,
  });
}

function cell(n: number, total: number, right: boolean, classes: number): Markup {
  if (n === 0) return markup`<td class="none">0</td>`;
  const share = n / total;
  const shade = Math.max(1, Math.round(shades * (right ? share : Math.sqrt(share))));
  const small = classes <= mostWithShares ? markup`<small>${percent(share, 1)}</small>` : undefined;
  return markup`<td class="${right ? 'hit' : 'miss'} s${shade}">${count(n)}${small}</td>`;
}

/** The most frequent confusions of a matrix, as a list. */
export function frequent(matrix: Matrix, names: readonly string[]): Markup {
  const mistakes = matrix
    .flatMap((row, k) => row.map((n, j) => ({ k, j, n, share: n / rowSum(matrix, k) })))
    .filter(({ k, j, n }) => k !== j && n > 0)
    .sort((a, b) => b.n - a.n || b.share - a.share || a.k - b.k || a.j - b.j);
  if (mistakes.length === 0) return markup`<div><p>Nothing was taken for anything else.</p></div>`;
  const items = mistakes
    .slice(0, told)
    .map(
      ({ k, j, n, share }) =>
        markup`<li><b>${breakable(className(names, k))}</b> taken for <b>${breakable(className(names, j))}</b>: ${count(n)} of ${count(rowSum(matrix, k))} (${percent(share, 1)})</li>`,
    );
  return markup`<div><h3>Most frequent confusions</h3>
<ol class="mistakes">${lines(items)}</ol></div>`;
}

function scoresTable({ metrics, classNames }: ReportInput, integer: Matrix, float: Matrix): Markup {
  const scores = classScores(integer);
  const floats: readonly (ClassScore | undefined)[] = classScores(float);
  const { perClass = [], interval: ofAccuracy, macroF1Interval } = metrics.integer;
  const rows = scores.map(
    ({ recordings, recall, precision, f1 }, k) =>
      markup`<tr><th scope="row">${breakable(className(classNames, k))}</th><td>${count(recordings)}</td><td>${percent(recall)}</td><td class="ends">${interval(perClass[k]?.recallInterval, percent)}</td><td>${percent(precision)}</td><td>${percent(f1)}</td><td class="ends">${interval(perClass[k]?.f1Interval, percent)}</td><td>${percent(floats[k]?.recall)}</td><td>${percent(floats[k]?.f1)}</td></tr>`,
  );
  const total = markup`<tr><th scope="row">All</th><td>${count(scores.reduce((sum, score) => sum + score.recordings, 0))}</td><td>${percent(accuracy(integer))}</td><td class="ends">${interval(ofAccuracy, percent)}</td><td></td><td>${percent(macroF1(scores))}</td><td class="ends">${interval(macroF1Interval, percent)}</td><td>${percent(accuracy(float))}</td><td>${percent(macroF1(classScores(float)))}</td></tr>`;
  return tableFigure({
    label: 'Scores of each class',
    caption:
      'Scores of each class on the test recordings; recall of all is the accuracy, F1 of all the mean of the classes',
    kind: 'scores',
    rows: markup`<thead><tr><th scope="col" rowspan="2">Class</th><th scope="col" rowspan="2">Recordings</th><th scope="colgroup" colspan="5">Integer network</th><th scope="colgroup" colspan="2">Float network</th></tr>
<tr><th scope="col">Recall</th><th scope="col">95 % interval</th><th scope="col">Precision</th><th scope="col">F1</th><th scope="col">95 % interval</th><th scope="col">Recall</th><th scope="col">F1</th></tr></thead>
<tbody>${lines(rows)}</tbody><tfoot>${total}</tfoot>`,
  });
}
