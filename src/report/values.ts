import { linearAxis } from './axes.js';
import { count, counted, exact, significant } from './format.js';
import type { ReportInput, ValuePairs } from './input.js';
import { interval } from './interval.js';
import { lines, markup, type Markup } from './markup.js';
import { className } from './names.js';
import { diagonal, plot } from './plot.js';
import { headings, tableFigure } from './table.js';

/** Outputs of which a scatter is drawn. */
const mostScatters = 6;

/** How far a regression's values are from what they should be. */
export function valuesSection(input: ReportInput): Markup {
  const { metrics, classNames, values = [] } = input;
  const { integer, float } = metrics;
  const errors = integer.errors;
  const row = (name: string, scores: typeof errors, r2: number | null | undefined) =>
    markup`<tr><th scope="row">${name}</th><td>${significant(r2)}</td><td>${significant(scores?.rmse)}</td><td>${significant(scores?.mae)}</td><td>${significant(scores?.relativeL2)}</td></tr>`;
  const perOutput = integer.perOutput ?? [];
  const rows = [
    row('integer network', errors, integer.test),
    markup`<tr><th scope="row">its 95 % interval</th><td>${interval(integer.interval, significant)}</td><td>${interval(errors?.rmseInterval, significant)}</td><td>${interval(errors?.maeInterval, significant)}</td><td>${interval(errors?.relativeL2Interval, significant)}</td></tr>`,
    row('float network', float.errors, float.test),
    ...(perOutput.length > 1
      ? perOutput.map(
          (score, l) =>
            markup`<tr><th scope="row">${className(classNames, l)}, integer</th><td>${significant(score.r2)}</td><td>${significant(score.rmse)}</td><td>${significant(score.mae)}</td><td>${significant(score.relativeL2)}</td></tr>`,
        )
      : []),
  ];
  return markup`<section id="classes"><h2>Values</h2>
${tableFigure({
  label: 'Errors of the values',
  caption:
    'Errors on the test recordings, in the units of the targets; relative L2 is the norm of the errors over the norm of the targets',
  rows: markup`${headings(['', 'R²', 'RMSE', 'MAE', 'Relative L2'])}
<tbody>${lines(rows)}</tbody>`,
})}
<div class="smalls wide">${(values ?? []).slice(0, mostScatters).map(scatter)}</div>
${(values ?? []).length > mostScatters ? markup`<p class="quiet">The first ${mostScatters} of ${count((values ?? []).length)} outputs are drawn.</p>` : undefined}</section>`;
}

function scatter({ name, rows, truth, predicted }: ValuePairs): Markup {
  const all = [...truth, ...predicted].filter(Number.isFinite);
  if (all.length === 0) return markup`<p>No value of ${name} is finite.</p>`;
  const axis = linearAxis(Math.min(...all), Math.max(...all), (value) => exact(Number(value.toPrecision(6))));
  const figure = plot({
    label: `Predicted against true values of ${name}, ${counted(truth.length, 'point')}.`,
    x: axis,
    y: axis,
    lines: [diagonal],
    dots: truth.map((value, i) => ({
      x: axis.position(value),
      y: axis.position(predicted[i]),
      colour: 1 as const,
      radius: 2.5,
    })),
    kind: 'square',
  });
  const thinned = rows > truth.length ? `${count(truth.length)} of ${count(rows)}` : count(rows);
  return markup`<figure><figcaption><b>${name}</b><span class="legend">predicted, integer network; ${thinned} rows</span></figcaption>${figure}<p class="axis">true</p></figure>`;
}
