import { justification, mainFigure, metricNames, unitWords, type Metrics } from '../report/index.js';
import { bad, bold, dim, duration, good, percent, plain, table } from './terminal.js';

/** Whether every board gave the definition's values, and every float build values within its tolerance. */
export function allExact({ boards }: Metrics): boolean {
  return Object.values(boards).every(
    ({ runtime, generated, float32 }) =>
      runtime?.bitExact !== false && generated?.bitExact !== false && float32?.withinTolerance !== false,
  );
}

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
    const { float32 } = builds;
    const verdicts = (['runtime', 'generated'] as const).flatMap((build) => {
      const run = builds[build];
      return run
        ? [{ build, run, verdict: run.bitExact ? good(`exact in ${run.steps} steps`) : bad('NOT EXACT') }]
        : [];
    });
    const floats = float32
      ? [
          {
            build: 'float32',
            run: float32,
            verdict: float32.withinTolerance ? 'within tolerance' : bad('BEYOND ITS TOLERANCE'),
          },
        ]
      : [];
    for (const { build, run, verdict } of [...verdicts, ...floats]) {
      rows.push([
        `${board} ${build}`,
        `${verdict}, ${Number(run.msPerStep.toPrecision(3))} ms a step, ${Number(run.msPerPrediction.toPrecision(3))} ms a prediction, flash ${run.flashBytes}, RAM ${run.ramBytes} + stack ${run.stackBytes} ${dim('(simulated)')}`,
      ]);
    }
  }
  for (const [what, why] of Object.entries(metrics.skipped)) rows.push([what, dim(`skipped: ${why}`)]);
  const verdict = best && best.test >= (integer.interval?.[0] ?? integer.test) ? justification(metrics) : undefined;
  return `${table(rows)}\n${verdict ? `\n${plain(verdict)}\n` : ''}\n${bold('report')}  ${folder}/report.html`;
}
