import path from 'node:path';
import { kindOf } from '#platform';
import type { Command } from 'commander';
import { AnalysisError } from '../../analysis/index.js';
import type { Backend } from '../../kernels/index.js';
import { analyseModel, readModel } from '../../pipeline/index.js';
import { averagedText, conditionText, framesText, type AnalysisMetrics } from '../../report/index.js';
import { checkFits, datasetFor } from '../dataset-of.js';
import { backendOption, filled, numbersOf, wholeNumber, workersOption } from '../options.js';
import { bold, dim, percent, plain, progressListener, table } from '../terminal.js';

interface AnalyseFlags {
  readonly data?: string;
  readonly recordings: number;
  readonly along?: number | true;
  readonly lengths?: number[] | true;
  readonly alphas?: number[];
  readonly seeds?: number;
  readonly workers?: number;
  readonly backend: Backend;
  readonly out?: string;
  readonly json?: boolean;
}

export function addAnalyse(program: Command): void {
  program
    .command('analyse')
    .summary("what a network's recurrence does to gradients, and what the paper's theory says of it")
    .description(
      'Measures a trained network of one layer, of any cell: the condition of M(U) in equation (5) and its bound, the singular values of U, the gradient that reaches each step, the ' +
        'trained weights of the residual, the bias from the initial state, and the right-hand sides of Theorems 3.1 and 3.2. With --along, --lengths and --alphas it trains further networks.',
    )
    .argument('<run|model>', "a run's folder, or a float model", filled)
    .option(
      '--data <folder|recipe>',
      'the folder of data sets, for a model of a folder the folder of recordings, or a recipe that names one (default: the recipe of the model)',
      filled,
    )
    .option('--recordings <n>', 'test recordings of which Jacobians are multiplied', wholeNumber(1), 8)
    .option(
      '--along [n]',
      'train it again, and measure after every n-th epoch and the last (default: every one)',
      wholeNumber(1),
    )
    .option(
      '--lengths [list]',
      'train FastRNN on the same recordings read in so many steps (Table 7; default: all, a half, a quarter, an eighth, a sixteenth)',
      numbersOf(1, 1_000_000, true),
    )
    .option(
      '--alphas <list>',
      'train FastRNN with each of these alphas, beta being 1 - alpha (Figure 5)',
      numbersOf(0, 1, false),
    )
    .option('--seeds <n>', 'how many seeds --lengths and --alphas train (default: 1)', wholeNumber(1))
    .addOption(workersOption())
    .addOption(backendOption())
    .option('--out <folder>', "where the results go (default: the model's folder)", filled)
    .option('--json', 'print the figures as JSON')
    .action(analyseCommand);
}

async function analyseCommand(given: string, flags: AnalyseFlags): Promise<void> {
  if (flags.seeds !== undefined && flags.lengths === undefined && flags.alphas === undefined) {
    throw new AnalysisError(
      `--seeds ${flags.seeds} is of the trainings of --lengths and --alphas, and neither is given; add one, or leave --seeds out`,
    );
  }
  const isFolder = (await kindOf(given)) === 'directory';
  const file = isFolder ? path.join(given, 'model.safetensors') : given;
  const model = await readModel(file);
  if (model.kind !== 'float') {
    throw new AnalysisError(`${file} is an integer network; name the float model that it was made from`);
  }
  const { dataset, recipe } = await datasetFor(file, model, flags.data);
  checkFits(model, dataset);
  const dataFolder = flags.data !== undefined && (await kindOf(flags.data)) === 'directory' ? flags.data : undefined;
  const { provenance } = model.facts;
  const { folder, metrics } = await analyseModel({
    ...{ file, model, dataset, recordings: flags.recordings, seeds: flags.seeds ?? 1 },
    ...{ workers: flags.workers, backend: flags.backend, listener: progressListener() },
    ...(recipe.data.name === 'folder' ? {} : { dataDirectory: dataFolder }),
    recipe: { name: provenance.recipe, recipe: { ...recipe, seed: provenance.seed } },
    folder: flags.out ?? path.dirname(file),
    along: flags.along === true ? 1 : flags.along,
    lengths: flags.lengths === true ? 'halves' : flags.lengths,
    alphas: flags.alphas,
  });
  console.log(flags.json ? JSON.stringify({ folder, ...metrics }, undefined, 2) : told(folder, metrics));
}

const number = (value: number | null | undefined) => {
  if (typeof value !== 'number') return '-';
  return Math.abs(value) < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
};

/** An analysis for people. */
function told(folder: string, metrics: AnalysisMetrics): string {
  const { scalars, recurrence, spectrum, initialState, theorems, along, lengths, alphas, steps } = metrics;
  const last = recurrence.conditions.at(-1);
  const names = [
    ['alpha', scalars.alpha],
    ['beta', scalars.beta],
    ['zeta', scalars.zeta],
    ['nu', scalars.nu],
  ] as const;
  const { gradientNorms } = recurrence;
  const rows: string[][] = [
    ...names.flatMap(([name, value]) => (value === undefined ? [] : [[name, number(value)]])),
    ...(scalars.alpha === undefined
      ? []
      : [['alpha / beta, alpha T', `${number(scalars.alphaOverBeta)}, ${number(scalars.alphaT)} (T = ${steps})`]]),
    ...(spectrum.gates.length > 0 ? spectrum.gates : [{ gate: '', U: spectrum.U }]).map(({ gate, U }) => [
      `singular values of U${gate}`,
      `${number(U[0])} to ${number(U[U.length - 1])}`,
    ]),
    ...(last
      ? [
          [
            `condition of M(U), ${last.steps} steps`,
            `median ${conditionText(last.condition.median, number)}, largest ${conditionText(last.condition.largest, number)}, bound ${last.bound === null ? 'none' : number(last.bound)}`,
          ],
        ]
      : []),
    ['gradient of h_1, h_T', `${number(gradientNorms[1])}, ${number(gradientNorms[gradientNorms.length - 1])}`],
    [
      'from other initial states',
      `${percent(initialState.mean)} ± ${percent(initialState.standardDeviation)} ${dim(`(from 0: ${percent(initialState.zero)})`)}`,
    ],
  ];
  if (theorems) {
    const { convergence, generalisation } = theorems;
    rows.push(
      [
        'Theorem 3.1',
        `${number(convergence.bound)}, measured ${number(theorems.squaredGradientNorm)} ${dim(theorems.assumptionsHold ? '' : '(its assumptions on alpha don’t hold)')}`,
      ],
      ['Theorem 3.2', `${number(generalisation.bound)}, measured test loss ${number(theorems.testLoss)}`],
    );
  }
  const parts = [table(rows)];
  if (along) parts.push(along.sameModel ? 'trained again: the same model' : 'trained again: another model');
  if (lengths) {
    parts.push(
      table([
        ['T', 'frames a step', 'alpha', 'beta', 'alpha / beta', 'alpha T', 'test', "paper's alpha, beta"],
        ...lengths.map((row) => [
          String(row.steps),
          plain(framesText(row)),
          ...[row.alpha, row.beta, row.alphaOverBeta, row.alphaT].map((figure) => plain(averagedText(figure))),
          percent(row.test.mean),
          row.paper ? `${row.paper.alpha}, ${row.paper.beta}` : '-',
        ]),
      ]),
    );
  }
  if (alphas) {
    parts.push(
      table([
        ['alpha, fixed', 'test'],
        ...alphas.map(({ alpha, test }) => [String(alpha), test ? percent(test.mean) : 'diverged']),
      ]),
    );
  }
  parts.push(`${bold('report')}  ${folder}/analysis.html`);
  return parts.join('\n\n');
}
