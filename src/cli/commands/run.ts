import { InvalidArgumentError, type Command } from 'commander';
import { runFolds, runRecipe } from '../../pipeline/index.js';
import { recipeOptions, type RecipeFlags } from '../options.js';
import { bad, bold, dim, duration, good, percent, progressListener, table } from '../terminal.js';
import {
  justification,
  mainFigure,
  metricNames,
  overFolds,
  unitWords,
  type FoldsMetrics,
  type Metrics,
} from '../../report/index.js';

export function addRun(program: Command): void {
  recipeOptions(
    program
      .command('run')
      .summary('the whole way: from recordings to proven firmware')
      .description(
        'Trains a recipe, converts the network to integers, makes firmware and runs it on a simulated board, value by value. ' +
          'A run that was stopped goes on where it was. With --folds nothing of this is made: the recipe is cross-validated.',
      ),
  )
    .option(
      '--folds <k|group>',
      'cross-validation instead: train and test k times, each fold (of whole groups where data.validationBy is group) once the test part; group: a fold for each group',
      foldCount,
    )
    .action(runCommand);
}

/** A number of folds, or `group`, for commander. */
function foldCount(text: string): number | 'group' {
  if (text === 'group') return text;
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 2 || count > 1000) {
    throw new InvalidArgumentError('it must be group or a whole number from 2 to 1000.');
  }
  return count;
}

async function runCommand(recipe: string, flags: RecipeFlags & { readonly folds?: number | 'group' }): Promise<void> {
  const options = {
    ...flags,
    recipe,
    sets: flags.set,
    dataDirectory: flags.data,
    listener: progressListener(),
  };
  if (flags.folds !== undefined) {
    const { folder, metrics } = await runFolds(options, flags.folds);
    if (flags.json) console.log(JSON.stringify({ folder, metrics }, undefined, 2));
    else console.log(foldsSummary(folder, metrics));
    return;
  }
  const { folder, metrics } = await runRecipe(options);
  if (flags.json) console.log(JSON.stringify({ folder, metrics }, undefined, 2));
  else console.log(summary(folder, metrics));
  const exact = Object.values(metrics.boards).every(
    ({ runtime, generated, float32 }) =>
      runtime?.bitExact !== false && generated?.bitExact !== false && float32?.withinTolerance !== false,
  );
  if (!exact) process.exitCode = 1;
}

/** A cross-validation's figures for people. */
function foldsSummary(folder: string, metrics: FoldsMetrics): string {
  const { metric, rows, folds, integer, float, baselines, data } = metrics;
  const figure = (value: number) => plain(mainFigure(metric, value));
  const lines = [
    ['fold', 'train', 'validation', 'test', 'integer', 'float'],
    ...rows.map((row) => [
      String(row.fold),
      String(row.train),
      String(row.validation),
      String(row.test),
      figure(row.integer.test),
      figure(row.float.test),
    ]),
  ];
  const simple = baselines.map(({ name, behind, ...over }) => [
    name,
    plain(overFolds(metric, over)),
    dim(`the network is ahead by ${plain(overFolds(metric, behind))}`),
  ]);
  const results = [
    [
      'integer network',
      plain(overFolds(metric, integer)),
      dim(`${metricNames[metric]}, mean and standard error over ${rows.length} folds by ${unitWords[folds.by].one}`),
    ],
    ['float network', plain(overFolds(metric, float))],
    ...simple,
  ];
  const alone =
    data.leftAlone > 0 ? dim(`\nThe data's own test part, ${data.leftAlone} recordings, was left alone.`) : '';
  return `${table(lines)}\n\n${table(results)}${alone}\n\n${bold('report')}  ${folder}/folds.html\nThe final network: the same command without --folds.`;
}

/** Ordinary spaces, for terminals. */
function plain(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}

/** A run's figures for people. */
function summary(folder: string, metrics: Metrics): string {
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
