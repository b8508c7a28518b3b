import type { EpochRecord } from '../training/index.js';
import { linearAxis, logAxis, percentTick, type Axis } from './axes.js';
import { count, exact, percent, significant } from './format.js';
import type { ReportInput } from './input.js';
import { lines, markup, type Markup } from './markup.js';
import { chart, mostPoints, type Band } from './svg.js';
import { headings, tableFigure } from './table.js';

/** Losses that differ by more than this factor are drawn on a logarithmic axis. */
const widestLinear = 30;

/** The accuracy axis of a training of so many epochs may leave out low values of its first part, this fraction of it. */
const shortestCut = 20;
const unsettled = 0.1;

/** A run of epochs of one stage, with what the report says of it. */
interface StageView extends Band {
  readonly records: readonly EpochRecord[];
  readonly chosen: EpochRecord | undefined;
}

function stageViews(input: ReportInput): StageView[] {
  const { history, stages, metrics } = input;
  let before = 0;
  return stages.flatMap((stage, i) => {
    const records = history.filter((record) => record.stage === i);
    if (records.length === 0) return [];
    const epoch = input.chosenEpochs?.[i] ?? metrics.training.stages[i]?.chosen;
    const chosen = records.find((record) => record.epoch === epoch);
    const first = before + 1;
    before += records.length;
    return [{ name: stage.name, first, last: before, records, chosen }];
  });
}

const finite = (values: readonly (number | undefined)[]) =>
  values.filter((value): value is number => value !== undefined && Number.isFinite(value));
const orGap = (value: number | undefined) => value ?? NaN;

function lossAxis(values: readonly number[]): Axis {
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (low > 0 && high / low > widestLinear) return logAxis(low, high);
  return linearAxis(Math.min(0, low), high, (value) => exact(Number(value.toPrecision(6))));
}

/**
 * From the least accuracy that matters to the greatest. A long training starts far below where it ends; then what lies below
 * in the first part is left out, so that the differences between stages are seen.
 */
function accuracyAxis(values: readonly number[], ringed: readonly number[]): Axis {
  const settled = values.length >= shortestCut ? values.slice(Math.ceil(values.length * unsettled)) : values;
  return linearAxis(Math.min(...settled, ...ringed), Math.max(...values), percentTick);
}

/** Loss and validation accuracy against epochs over all stages, and a table of the stages. */
export function curvesSection(input: ReportInput): Markup {
  const views = stageViews(input);
  const records = views.flatMap((view) => view.records);
  if (records.length === 0) {
    return markup`<section id="training"><h2>Training</h2><p>No epoch was recorded.</p></section>`;
  }
  return markup`<section id="training"><h2>Training</h2>
<div class="pair">${lossFigure(views, records)}${validationFigure(views, records, validationNames[input.metrics.float.metric])}</div>
${key(views, records)}
${stageTable(views, validationNames[input.metrics.float.metric])}
${skippedBatches(records)}
${wentBack(input.lostEpochs)}</section>`;
}

function lossFigure(views: readonly StageView[], records: readonly EpochRecord[]): Markup {
  const training = records.map((record) => record.loss);
  const validation = records.map((record) => orGap(record.validationLoss));
  const known = finite([...training, ...validation]);
  if (known.length === 0) return markup`<p>No epoch has a finite loss.</p>`;
  const hasValidation = finite(validation).length > 0;
  const rings = views.flatMap(({ chosen, first }) =>
    chosen && Number.isFinite(chosen.loss) ? [{ epoch: first - 1 + chosen.epoch, value: chosen.loss }] : [],
  );
  const figure = chart({
    label: `Training loss${hasValidation ? ' and validation loss' : ''} against epochs 1 to ${records.length}: training loss from ${significant(training[0])} to ${significant(training[training.length - 1])}.`,
    epochs: records.length,
    axis: lossAxis(known),
    bands: views,
    series: [
      { colour: 1, values: training },
      { colour: 2, values: validation },
    ],
    rings,
  });
  const names = hasValidation
    ? markup`<span class="line c1"></span>training <span class="line c2"></span>validation`
    : markup`<span class="line c1"></span>training`;
  return markup`<figure><figcaption><b>Loss</b><span class="legend">${names}</span></figcaption>${figure}<p class="axis">epoch</p></figure>`;
}

/** What an epoch's validation figure is, by the main metric. */
const validationNames = {
  accuracy: 'Validation accuracy',
  microF1: 'Validation labels that are right',
  r2: 'Validation R²',
} as const;

function validationFigure(views: readonly StageView[], records: readonly EpochRecord[], name: string): Markup {
  const values = records.map((record) => orGap(record.validation));
  const known = finite(values);
  if (known.length === 0) {
    return markup`<figure><figcaption><b>${name}</b></figcaption><p class="empty">No validation recordings: the last epoch of each stage counts.</p></figure>`;
  }
  const rings = views.flatMap(({ chosen, first }) =>
    chosen?.validation !== undefined && Number.isFinite(chosen.validation)
      ? [{ epoch: first - 1 + chosen.epoch, value: chosen.validation }]
      : [],
  );
  const figure = chart({
    label: `${name} against epochs 1 to ${records.length}: from ${percent(known[0])} to ${percent(known[known.length - 1])}, at most ${percent(known.reduce((a, b) => Math.max(a, b)))}.`,
    epochs: records.length,
    axis: accuracyAxis(
      known,
      rings.map(({ value }) => value),
    ),
    bands: views,
    series: [{ colour: 2, values }],
    rings,
  });
  return markup`<figure><figcaption><b>${name}</b></figcaption>${figure}<p class="axis">epoch</p></figure>`;
}

/** What numbers, bands and rings of both figures mean. */
function key(views: readonly StageView[], records: readonly EpochRecord[]): Markup {
  const several = views.length > 1 ? 'Numbers above a plot are the stages of the table, dashed lines part them. ' : '';
  const ring = views.some((view) => view.chosen) ? 'A ring marks the epoch whose weights went on. ' : '';
  const thin = records.length > mostPoints ? 'Of neighbouring epochs the least and the greatest are drawn.' : '';
  return markup`<p class="quiet">${several}${ring}${thin}</p>`;
}

function stageTable(views: readonly StageView[], validation: string): Markup {
  const rows = views.map(({ name, first, last, records, chosen }, i) => {
    const rates = records.map((record) => record.learningRate);
    const [start, end] = [significant(rates[0], 2), significant(rates[rates.length - 1], 2)];
    const shown = chosen ?? records[records.length - 1];
    const span = first === last ? count(first) : `${count(first)}–${count(last)}`;
    const epoch = `${count(first - 1 + shown.epoch)}${chosen ? '' : ' (last)'}`;
    const rate = start === end ? start : `${start} → ${end}`;
    return markup`<tr><td>${i + 1}</td><th scope="row">${name}</th><td>${span}</td><td>${epoch}</td><td>${percent(shown.validation)}</td><td>${significant(shown.loss)}</td><td>${significant(shown.validationLoss)}</td><td>${rate}</td></tr>`;
  });
  const columns = ['No.', 'Stage', 'Epochs', 'Chosen', validation, 'Loss', 'Validation loss', 'Learning rate'];
  return tableFigure({
    label: 'Stages of the training',
    caption: 'Stages, with validation and losses at the chosen epoch',
    kind: 'stages',
    rows: markup`${headings(columns)}
<tbody>${lines(rows)}</tbody>`,
  });
}

function skippedBatches(records: readonly EpochRecord[]): Markup | undefined {
  const skipped = records.reduce((sum, record) => sum + record.skipped, 0);
  if (skipped === 0) return undefined;
  return markup`<p class="warning">${count(skipped)} batches were left out because their gradient was not finite.</p>`;
}

function wentBack(lost = 0): Markup | undefined {
  if (lost === 0) return undefined;
  return markup`<p class="warning">Training lost its way ${lost === 1 ? 'once' : `${lost} times`}: its gradients were no longer finite. Each time it went back to the beginning of the epoch, at half the learning rate.</p>`;
}
