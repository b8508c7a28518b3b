import type { Command } from 'commander';
import { runRecipe } from '../../pipeline/index.js';
import { recipeOptions, type RecipeFlags } from '../options.js';
import { bad, bold, dim, duration, good, percent, progressListener, table } from '../terminal.js';
import type { Metrics } from '../../report/index.js';

export function addRun(program: Command): void {
  recipeOptions(
    program
      .command('run')
      .summary('the whole way: from recordings to proven firmware')
      .description(
        'Trains a recipe, converts the network to integers, makes firmware and runs it on a simulated board, value by value. ' +
          'A run that was stopped goes on where it was.',
      ),
  ).action(async (recipe: string, flags: RecipeFlags) => {
    const { folder, metrics } = await runRecipe({
      ...flags,
      recipe,
      sets: flags.set,
      dataDirectory: flags.data,
      listener: progressListener(),
    });
    if (flags.json) console.log(JSON.stringify({ folder, metrics }, undefined, 2));
    else console.log(summary(folder, metrics));
    const exact = Object.values(metrics.boards).every(
      ({ runtime, generated }) => runtime?.bitExact !== false && generated?.bitExact !== false,
    );
    if (!exact) process.exitCode = 1;
  });
}

/** A run's figures for people. */
function summary(folder: string, metrics: Metrics): string {
  const { float, integer, size, training } = metrics;
  const rows = [
    [
      'integer network',
      `${percent(integer.test)} of ${metrics.data.test} test recordings (float ${percent(float.test)}, same prediction ${percent(integer.agreement)})`,
    ],
    ['size', `${size.paperBytes} bytes in the paper's accounting, ${size.modelBytes} bytes linked`],
    [
      'training',
      `${duration(training.seconds)} on ${training.workers} ${training.workers === 1 ? 'worker' : 'workers'}, ${training.backend}`,
    ],
  ];
  for (const [board, builds] of Object.entries(metrics.boards)) {
    for (const build of ['runtime', 'generated'] as const) {
      const run = builds[build];
      if (!run) continue;
      const verdict = run.bitExact ? good(`exact in ${run.steps} steps`) : bad('NOT EXACT');
      rows.push([
        `${board} ${build}`,
        `${verdict}, ${run.msPerStep.toFixed(2)} ms a step, ${run.msPerPrediction.toFixed(0)} ms a prediction, flash ${run.flashBytes}, RAM ${run.ramBytes} + stack ${run.stackBytes} ${dim('(simulated)')}`,
      ]);
    }
  }
  for (const [what, why] of Object.entries(metrics.skipped)) rows.push([what, dim(`skipped: ${why}`)]);
  return `${table(rows)}\n\n${bold('report')}  ${folder}/report.html`;
}
