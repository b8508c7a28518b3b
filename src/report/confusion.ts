import { count, counted, percent } from './format.js';
import type { ReportInput } from './input.js';
import { lines, markup, type Markup } from './markup.js';
import { breakable, className } from './names.js';
import { accuracy, classScores, macroF1, rowSum, type ClassScore } from '../training/index.js';
import { tableFigure } from './table.js';

type Matrix = readonly (readonly number[])[];

/** Shades of a cell, darkest last. */
const shades = 8;

/** With more classes a cell shows its count alone. */
const mostWithShares = 16;

/** How many of the most frequent confusions are told. */
const told = 5;

/** The confusion matrix of the integer network, its most frequent confusions, and the scores of each class. */
export function confusionSection(input: ReportInput): Markup {
  const matrix = input.confusion.integer;
  const recordings = matrix.reduce((sum, _, k) => sum + rowSum(matrix, k), 0);
  if (recordings === 0) {
    return markup`<section id="classes"><h2>Classes</h2><p>No test recording was classified.</p></section>`;
  }
  return markup`<section id="classes"><h2>Classes</h2>
<p>The integer network on ${counted(recordings, 'test recording')}: ${percent(accuracy(matrix))} right, macro F1 ${percent(macroF1(classScores(matrix)))}.</p>
<div class="beside">${matrixTable(matrix, input.classNames)}
${frequent(matrix, input.classNames)}</div>
${scoresTable(matrix, input.confusion.float, input.classNames)}</section>`;
}

function matrixTable(matrix: Matrix, names: readonly string[]): Markup {
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

function frequent(matrix: Matrix, names: readonly string[]): Markup {
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

function scoresTable(integer: Matrix, float: Matrix, names: readonly string[]): Markup {
  const scores = classScores(integer);
  const floats: readonly (ClassScore | undefined)[] = classScores(float);
  const rows = scores.map(
    ({ recordings, recall, precision, f1 }, k) =>
      markup`<tr><th scope="row">${breakable(className(names, k))}</th><td>${count(recordings)}</td><td>${percent(recall)}</td><td>${percent(precision)}</td><td>${percent(f1)}</td><td>${percent(floats[k]?.recall)}</td><td>${percent(floats[k]?.f1)}</td></tr>`,
  );
  const total = markup`<tr><th scope="row">All</th><td>${count(scores.reduce((sum, score) => sum + score.recordings, 0))}</td><td>${percent(accuracy(integer))}</td><td></td><td>${percent(macroF1(scores))}</td><td>${percent(accuracy(float))}</td><td>${percent(macroF1(classScores(float)))}</td></tr>`;
  return tableFigure({
    label: 'Scores of each class',
    caption: 'Scores of each class on the test recordings; F1 of all is the mean of the classes',
    kind: 'scores',
    rows: markup`<thead><tr><th scope="col" rowspan="2">Class</th><th scope="col" rowspan="2">Recordings</th><th scope="colgroup" colspan="3">Integer network</th><th scope="colgroup" colspan="2">Float network</th></tr>
<tr><th scope="col">Recall</th><th scope="col">Precision</th><th scope="col">F1</th><th scope="col">Recall</th><th scope="col">F1</th></tr></thead>
<tbody>${lines(rows)}</tbody><tfoot>${total}</tfoot>`,
  });
}
