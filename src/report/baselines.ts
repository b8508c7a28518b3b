import { absent, percent, significant } from './format.js';
import type { ReportInput } from './input.js';
import { interval } from './interval.js';
import { lines, markup, type Markup } from './markup.js';
import type { BaselineMetrics, Metrics, NetworkMetrics } from './metrics.js';
import { headings, tableFigure } from './table.js';

/** How the main metric is written: R2 as a number, the others in per cent. */
export function mainFigure(metric: Metrics['float']['metric'], value: number | null | undefined): string {
  return metric === 'r2' ? significant(value) : percent(value);
}

/** What the main figures are called in reports. */
export const metricNames: Readonly<Record<Metrics['float']['metric'], string>> = {
  accuracy: 'Accuracy',
  microF1: 'Micro F1',
  r2: 'R²',
};

/**
 * Whether a recurrent network is needed, in a sentence: whether the best simple method reaches into the integer network's
 * interval. Undefined without baselines.
 */
export function justification({ float, integer, baselines = [] }: Metrics): string | undefined {
  const best = baselines.reduce<BaselineMetrics | undefined>(
    (most, baseline) => (most === undefined || baseline.test > most.test ? baseline : most),
    undefined,
  );
  if (!best) return undefined;
  const figure = (value: number) => mainFigure(float.metric, value);
  const both = `${best.name} ${figure(best.test)}, the integer network ${figure(integer.test)}`;
  const [low, high] = integer.interval ?? [];
  if (high !== undefined && best.test > high)
    return `A simple method is better than the network: ${both}. Train the network longer or with other settings, or take the simple method.`;
  if (best.test >= integer.test)
    return `A simple method is as good as the network: ${both}. This task doesn’t need a recurrent network.`;
  if (low === undefined)
    return `The network is ahead of the best simple method: ${both}; there is no interval to judge the difference by.`;
  return best.test >= low
    ? `A simple method is as good within the network’s interval: ${both}. These test recordings don’t show that a recurrent network is needed.`
    : `The network is ahead of the best simple method by more than its interval: ${both}.`;
}

/** The network beside simple methods on the same recordings. */
export function baselinesSection({ metrics }: ReportInput): Markup | undefined {
  const { baselines = [], float, integer } = metrics;
  if (baselines.length === 0) return undefined;
  const { metric } = float;
  const row = (name: string, scores: NetworkMetrics, note: string) =>
    markup`<tr><th scope="row">${name}</th><td>${mainFigure(metric, scores.test)}</td><td>${interval(scores.interval, (value) => mainFigure(metric, value))}</td>${metric === 'r2' ? markup`<td>${significant(scores.errors?.rmse)}</td>` : markup`<td>${percent(scores.macroF1)}</td><td>${interval(scores.macroF1Interval, percent)}</td>`}<td class="what">${note}</td></tr>`;
  const rows = [
    row('integer network', integer, ''),
    row('float network', float, ''),
    ...baselines.map((baseline) => row(baseline.name, baseline, baseline.note)),
  ];
  const names =
    metric === 'r2'
      ? ['Method', metricNames[metric], '95 % interval', 'RMSE', 'What it sees']
      : ['Method', metricNames[metric], '95 % interval', 'Macro F1', '95 % interval', 'What it sees'];
  return markup`<section id="baselines"><h2>Simple methods beside it</h2>
<p>${justification(metrics) ?? absent}</p>
${tableFigure({
  label: 'The network and simple methods',
  kind: 'plain said',
  caption: 'Trained on the same training recordings and tested on the same test recordings',
  rows: markup`${headings(names)}
<tbody>${lines(rows)}</tbody>`,
})}</section>`;
}
