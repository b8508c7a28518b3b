import type { Calibration } from '../training/index.js';
import { linearAxis } from './axes.js';
import { count, percent, significant } from './format.js';
import type { ReportInput } from './input.js';
import { lines, markup, type Markup } from './markup.js';
import type { NetworkCalibration } from './metrics.js';
import { diagonal, plot, type PlotDot, type PlotLine } from './plot.js';
import { headings, tableFigure } from './table.js';

/** Radius of the dot of a bin that holds everything, in pixels; its area goes with the bin's count. */
const largestDot = 14;
const smallestDot = 2.5;

/** Whether the integer network's probabilities can be believed: the reliability diagram, and the errors of both networks. */
export function calibrationSection({ metrics }: ReportInput): Markup | undefined {
  const { calibration } = metrics;
  if (!calibration) return undefined;
  const { integer, float, fittedOn, trainedOnThem } = calibration;
  const every = metrics.float.metric === 'microF1';
  const fitted =
    fittedOn === 0
      ? 'Without validation recordings no temperature was fitted.'
      : `The temperature divides the logits; it changes confidences, never predictions. It was fitted to ${count(fittedOn)} validation rows, not to the test recordings.${trainedOnThem ? ' The network was trained again on these rows, so it is surer of them than of others, and the temperature may be too low.' : ''}`;
  const worse =
    integer.after && integer.after.ece > integer.ece
      ? ' On the test recordings it makes confidences worse: they differ from the validation recordings more than a temperature can tell.'
      : '';
  return markup`<section id="calibration"><h2>Calibration</h2>
<p>${every ? 'Of the labels that the network gives a probability of 80 %, four out of five should be there.' : 'Of the predictions that the network is 80 % sure of, four out of five should be right.'} Expected calibration error of the integer network: <b>${percent(integer.ece)}</b>${integer.after ? markup`, with its temperature of ${significant(integer.temperature)} <b>${percent(integer.after.ece)}</b>` : undefined}.</p>
<div class="beside">${diagram(integer, every)}
${errorsTable(float, integer)}</div>
<p class="quiet">${fitted}${worse}</p></section>`;
}

function curve(calibration: Calibration, colour: 1 | 2): { line: PlotLine; dots: PlotDot[] } {
  const all = calibration.bins.reduce((sum, bin) => sum + bin.count, 0);
  const dots = calibration.bins.flatMap(({ count: n, confidence, accuracy }) =>
    confidence === null || accuracy === null
      ? []
      : [{ x: confidence, y: accuracy, colour, radius: Math.max(smallestDot, largestDot * Math.sqrt(n / all)) }],
  );
  return { line: { colour, places: dots }, dots };
}

function diagram(network: NetworkCalibration, every: boolean): Markup {
  const axis = linearAxis(0, 1, (value) => percent(value, 0));
  const before = curve(network, 2);
  const after = network.after ? curve(network.after, 1) : undefined;
  const name = after ? 'as it is' : 'integer network';
  const figure = plot({
    label: `Reliability of the integer network: fraction that is right against confidence. Expected calibration error ${percent(network.ece)}.`,
    x: axis,
    y: axis,
    lines: [diagonal, before.line, ...(after ? [after.line] : [])],
    dots: [...before.dots, ...(after?.dots ?? [])],
    kind: 'square',
  });
  const legend = after
    ? markup`<span class="line c2"></span>${name} <span class="line c1"></span>with temperature`
    : markup`<span class="line c2"></span>${name}`;
  return markup`<figure class="reliability"><figcaption><b>${every ? 'There' : 'Right'}, of those with a confidence</b><span class="legend">${legend}</span></figcaption>${figure}<p class="axis">confidence; a dot’s area is the number of predictions</p></figure>`;
}

function errorsTable(float: NetworkCalibration, integer: NetworkCalibration): Markup {
  const row = (name: string, { ece, nll, brier }: Calibration, temperature?: number | null) =>
    markup`<tr><th scope="row">${name}</th><td>${significant(temperature)}</td><td>${percent(ece)}</td><td>${significant(nll)}</td><td>${significant(brier)}</td></tr>`;
  const rows = (name: string, network: NetworkCalibration) => [
    row(name, network, 1),
    ...(network.after ? [row(`${name}, scaled`, network.after, network.temperature)] : []),
  ];
  return tableFigure({
    label: 'Errors of the probabilities',
    caption: 'Errors of the probabilities on the test recordings, log loss in nats; less is better. T: the temperature',
    rows: markup`${headings(['Network', 'T', 'ECE', 'Log loss', 'Brier'])}
<tbody>${lines([...rows('Integer', integer), ...rows('Float', float)])}</tbody>`,
  });
}
