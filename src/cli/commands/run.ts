import { InvalidArgumentError, type Command } from 'commander';
import { runFolds, runRecipe } from '../../pipeline/index.js';
import { recipeOptions, type RecipeFlags } from '../options.js';
import { runSummary } from '../run-summary.js';
import { bold, dim, plain, progressListener, table } from '../terminal.js';
import { allExact, mainFigure, metricNames, overFolds, unitWords, type FoldsMetrics } from '../../report/index.js';

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
  else console.log(runSummary(folder, metrics));
  if (!allExact(metrics.boards)) process.exitCode = 1;
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
