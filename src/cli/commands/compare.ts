import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  compareNetworks,
  networkNames,
  protocols,
  sizings,
  type NetworkName,
  type Protocol,
  type Sizing,
} from '../../pipeline/index.js';
import { boardNames, RecipeError, type BoardName } from '../../recipe/index.js';
import { aheadText, allExact, boardCycles, metricNames, overSeeds, type CompareMetrics } from '../../report/index.js';
import { listOf, recipeOptions, wholeNumber, type RecipeFlags } from '../options.js';
import { bold, dim, duration, plain, progressListener, table } from '../terminal.js';

interface CompareFlags extends RecipeFlags {
  readonly cells: NetworkName[];
  readonly seeds: number;
  readonly protocol: Protocol;
  readonly size: Sizing;
  readonly bytes?: number;
  readonly board: BoardName[];
  readonly ablate?: boolean;
  readonly float?: boolean;
  readonly settings?: string;
  readonly against?: NetworkName;
}

export function addCompare(program: Command): void {
  recipeOptions(
    program
      .command('compare')
      .summary("the paper's networks on a recipe's data, a row of Table 3 each")
      .description(
        "Trains the paper's networks on the data of a recipe, each over several seeds, and writes accuracy with its spread, sizes, training time and cycles " +
          'on boards. A comparison that was stopped goes on where it was: every training has a run folder of its own.',
      ),
    'runs/<recipe>-compare',
  )
    .option('--cells <names|all>', `which networks, with commas between: ${networkNames.join(', ')}`, networksOf, [
      ...networkNames,
    ])
    .option('--seeds <n>', "how many seeds, from the recipe's on", wholeNumber(1), 3)
    .addOption(
      new Option(
        '--size <how>',
        "equal: as many bytes for every network as for the recipe's own; recipe: its hidden units and ranks; paper: the sizes of Table 3",
      )
        .choices(sizings)
        .default('equal'),
    )
    .option('--bytes <n>', "with --size equal: how many, in the paper's accounting", wholeNumber(1))
    .addOption(
      new Option(
        '--protocol <how>',
        "tuned: nonlinearities, learning rate and clipping of each network chosen on validation; recipe: the recipe's for all; paper: section 4's settings, the optimiser chosen on validation",
      )
        .choices(protocols)
        .default('tuned'),
    )
    .option(
      '--settings <folder>',
      "a finished comparison's folder: each network's nonlinearities, rate and clipping from there, in place of choosing them",
    )
    .option('--ablate', "FastGRNN without quantisation, sparsity and low rank beside (the paper's -Q, -SQ and -LSQ)")
    .option(
      '--against <network>',
      'the network that the leads of the others are over (default: FastGRNN)',
      networkNamed,
    )
    .option('--float', 'the float networks alone: nothing is quantised, and no board is run')
    .option('--board <names>', 'boards that the first seed runs on, with commas between; none for no board', boardsOf, [
      'uno',
      'rp2040',
    ])
    .action(compareCommand);
}

/** A network's name in any case, for commander. */
function networkNamed(name: string): NetworkName {
  const known = networkNames.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  if (!known) throw new InvalidArgumentError(`there is no network ${name}; there are ${networkNames.join(', ')}.`);
  return known;
}

/** `all`, or names of networks, for commander. */
function networksOf(text: string): NetworkName[] {
  return text === 'all' ? [...networkNames] : listOf(text).map(networkNamed);
}

/** `none`, or names of boards, for commander. */
function boardsOf(text: string): BoardName[] {
  if (text === 'none') return [];
  return listOf(text).map((name) => {
    const known = boardNames.find((candidate) => candidate === name);
    if (!known) throw new InvalidArgumentError(`there is no board ${name}; there are ${boardNames.join(', ')}.`);
    return known;
  });
}

async function compareCommand(recipe: string, flags: CompareFlags, command: Command): Promise<void> {
  if (flags.float && flags.board.length > 0 && command.getOptionValueSource('board') === 'cli') {
    throw new RecipeError(
      `--board ${flags.board.join(',')} is for integer networks, and --float makes none; leave one of them out`,
    );
  }
  const { folder, metrics } = await compareNetworks({
    ...flags,
    recipe,
    sets: flags.set,
    dataDirectory: flags.data,
    sizing: flags.size,
    boards: flags.board,
    listener: progressListener(),
  });
  console.log(flags.json ? JSON.stringify({ folder, ...metrics }, undefined, 2) : summary(folder, metrics));
  if (!metrics.rows.every(({ boards }) => allExact(boards))) process.exitCode = 1;
}

/** How many seeds a row has: 3 seeds, or 1 to 3 seeds where they differ. */
function seedCounts(rows: CompareMetrics['rows']): string {
  const counts = rows.map(({ seeds, failed }) => seeds.length + failed.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return `${least < most ? `${least} to ` : ''}${most} ${most === 1 ? 'seed' : 'seeds'}`;
}

/** A comparison's figures for people. */
function summary(folder: string, { rows, metric, protocol, size }: CompareMetrics): string {
  const bytes = (value: number | null) => (value === null ? '-' : String(value));
  const boards = [...new Set(rows.flatMap((row) => boardCycles(row).map(({ board }) => board)))];
  const lines = [
    ['network', 'H', 'integer', 'float', 'ahead, points (95 %)', 'bytes', 'linked', 'as floats', 'training', ...boards],
    ...rows.map((row) => {
      const cycles = boardCycles(row);
      return [
        row.network,
        String(row.hiddenSize),
        plain(overSeeds(metric, row.integer)),
        plain(overSeeds(metric, row.float)),
        plain(aheadText(row.ahead)),
        bytes(row.paperBytes),
        bytes(row.modelBytes),
        String(row.floatBytes),
        row.trainingSeconds === null ? '-' : duration(row.trainingSeconds),
        ...boards.map((board) => {
          const run = cycles.find((candidate) => candidate.board === board);
          return run ? String(Math.round(run.cyclesPerStep)) : '-';
        }),
      ];
    }),
  ];
  const failed = rows.flatMap((row) => row.failed.map(({ seed }) => `${row.network} diverged with seed ${seed}`));
  const how = `${metricNames[metric]} of the test recordings, mean and standard error over ${seedCounts(rows)}; protocol ${protocol}, size ${size}${boards.length > 0 ? '; boards: cycles a step, simulated' : ''}`;
  const chosen = [
    ['network', 'gate', 'update', 'optimiser', 'rate', 'clip', 'epochs'],
    ...rows.map(({ network, settings: { gate, update, optimiser, learningRate, clip, epochs } }) => [
      ...[network, gate ?? '-', update, optimiser, String(learningRate), String(clip), epochs.join('+')],
    ]),
  ];
  return `${table(lines)}\n\n${dim(how)}\n\n${table(chosen)}${failed.length > 0 ? `\n\n${failed.join('\n')}` : ''}\n\n${bold('report')}  ${folder}/compare.html`;
}
