import {
  buildsOf,
  justification,
  mainFigure,
  metricNames,
  unitWords,
  type BuildView,
  type Metrics,
} from '../report/index.js';
import { bad, bold, dim, duration, good, percent, plain, table } from './terminal.js';

/** A run's figures for people. */
export function runSummary(folder: string, metrics: Metrics): string {
  const { float, integer, size, training, bootstrap } = metrics;
  const figure = (value: number) => plain(mainFigure(float.metric, value));
  const answer = float.metric === 'accuracy' ? '' : `${metricNames[float.metric]} `;
  const alike =
    float.metric === 'r2'
      ? `R² between the two ${figure(integer.agreement)}`
      : `same prediction ${percent(integer.agreement)}`;
  const best = metrics.baselines?.length
    ? metrics.baselines.reduce((most, baseline) => (baseline.test > most.test ? baseline : most))
    : undefined;
  const rows = [
    [
      'integer network',
      `${answer}${figure(integer.test)} of ${metrics.data.test} test recordings (float ${figure(float.test)}, ${alike})`,
    ],
    ...(integer.interval && bootstrap
      ? [
          [
            '',
            dim(
              `95 % interval ${figure(integer.interval[0])} to ${figure(integer.interval[1])}, by ${unitWords[bootstrap.by].one}`,
            ),
          ],
        ]
      : []),
    ...(best ? [['simple method', `${figure(best.test)} by ${best.name}`]] : []),
    ['size', `${size.paperBytes} bytes in the paper's accounting, ${size.modelBytes} bytes linked`],
    [
      'training',
      `${duration(training.seconds)} on ${training.workers} ${training.workers === 1 ? 'worker' : 'workers'}, ${training.backend}${training.fma ? ' with fused multiply-add' : ''}`,
    ],
    [
      '',
      `${Math.round(training.sequencesPerSecond)} sequences/s, ${training.gflops.toFixed(1)} GFLOP/s of useful work ${dim('(the peak: fastgrnn doctor --bench)')}`,
    ],
  ];
  for (const [board, builds] of Object.entries(metrics.boards)) {
    for (const { name, run } of buildsOf(builds)) {
      rows.push([
        `${board} ${name}`,
        `${verdict(run)}, ${speed(run)}, flash ${run.flashBytes}, RAM ${run.ramBytes} + stack ${run.stackBytes} ${dim('(simulated)')}`,
      ]);
    }
  }
  for (const [what, why] of Object.entries(metrics.skipped)) rows.push([what, dim(`skipped: ${why}`)]);
  const advice = best && best.test >= (integer.interval?.[0] ?? integer.test) ? justification(metrics) : undefined;
  return `${table(rows)}\n${advice ? `\n${plain(advice)}\n` : ''}\n${bold('report')}  ${folder}/report.html`;
}

/** What a build has shown. */
function verdict({ bitExact, withinTolerance, steps }: BuildView['run']): string {
  if (bitExact === undefined) return withinTolerance === false ? bad('BEYOND ITS TOLERANCE') : 'within tolerance';
  return bitExact ? good(`exact in ${steps} steps`) : bad('NOT EXACT');
}

/** Of a program that hears sound the part of real time in which it works, of others their times. */
function speed({ busy, msPerStep, msPerPrediction }: BuildView['run']): string {
  if (busy !== undefined) return `busy ${(100 * busy).toFixed(1)} %`;
  return `${Number(msPerStep.toPrecision(3))} ms a step, ${Number(msPerPrediction.toPrecision(3))} ms a prediction`;
}
