import { describeHost, joinPath, packageFile, runProgram, writeFile } from '#platform';
import type { Dataset } from '../data/index.js';
import { modelBytes } from '../firmware/index.js';
import { checkIntegerForm, IntegerNetworkError, maximumSize } from '../integer/index.js';
import { checkArchitecture, type Architecture } from '../network/index.js';
import { serialise } from '../recipe/index.js';
import { renderReport, stageMetrics, type Metrics, type ReportInput } from '../report/index.js';
import { evaluateNetworks } from './evaluate.js';
import { floatSourceOf, proveBoards, runSequences, soundInputsOf, writeFirmware } from './firmware.js';
import { checkDetectable, withDetector } from './listen/index.js';
import { encode, integerModel } from './models.js';
import { openRun, type OpenRun, type RunOptions } from './open.js';
import { validationSplit } from './prepare.js';
import { networkSize } from './size.js';
import { trainModel, type TrainedModel } from './train-model.js';

export interface TrainedRun extends OpenRun {
  readonly trained: TrainedModel;
}

/** A finished run and where its results lie. */
export interface FinishedRun {
  readonly folder: string;
  readonly metrics: Metrics;
}

/**
 * Trains a recipe's float network into `model.safetensors`, beside the resolved `recipe.yaml`. A killed run goes on where it was.
 *
 * @param check refuses a network before it is trained
 */
export async function trainRecipe(options: RunOptions, check = checkArchitecture): Promise<TrainedRun> {
  return trainOpened(await openRun(options, check), options);
}

/** How trainings of an opened run go on. */
export type TrainingOptions = Pick<RunOptions, 'workers' | 'backend' | 'fma' | 'trainer' | 'listener'>;

/** `trainRecipe` of a recipe whose data are loaded. */
export async function trainOpened({ folder, recipe, dataset }: OpenRun, options: TrainingOptions): Promise<TrainedRun> {
  const listener = options.listener ?? (() => undefined);
  const { workers, backend, fma, trainer } = options;
  const checkpoint = joinPath(folder, 'checkpoint.safetensors');
  const trained = await trainModel(recipe, dataset, { workers, backend, fma, checkpoint, trainer }, listener);
  listener({ kind: 'step', text: `trained: ${joinPath(folder, 'model.safetensors')}` });
  await writeFile(joinPath(folder, 'recipe.yaml'), serialise(recipe.recipe));
  await writeFile(joinPath(folder, 'model.safetensors'), await encode(trained.model));
  return { folder, recipe, dataset, trained };
}

/** Refuses a network that can't become an integer network, whatever its weights. */
export function checkConvertible(architecture: Architecture): void {
  checkArchitecture(architecture);
  for (const [what, count] of [
    ['channels', architecture.inputSize],
    ['classes', architecture.classes],
  ] as const) {
    if (count <= maximumSize) continue;
    throw new IntegerNetworkError(
      `the data have ${count} ${what}, an integer network takes at most ${maximumSize}; leave some out, or train a float network alone with "fastgrnn train"`,
    );
  }
  checkIntegerForm(architecture);
}

/** The whole way: from a recipe to firmware that has run on simulated boards, `metrics.json` and `report.html`. */
export async function runRecipe(options: RunOptions): Promise<FinishedRun> {
  return runOpened(await openRun(options, checkConvertible), options);
}

/** `runRecipe` of a recipe whose data are loaded. */
export async function runOpened(open: OpenRun, options: TrainingOptions): Promise<FinishedRun> {
  const listener = options.listener ?? (() => undefined);
  const split = validationSplit(open.recipe.recipe, open.dataset);
  checkDetectable(open.recipe.recipe, open.dataset, split.validation);
  const { folder, recipe, dataset, trained } = await trainOpened(open, options);
  const { model } = trained;
  const converted = await withDetector(integerModel(model), recipe.recipe, dataset, split.validation);
  await writeFile(joinPath(folder, 'integer.safetensors'), await encode(converted));

  listener({
    kind: 'step',
    text: `testing: ${dataset.test.count} recordings through the float and the integer network, and simple methods beside them`,
  });
  const evaluation = await evaluateNetworks({
    model,
    converted,
    dataset,
    split,
    retrained: trained.phases.length > 1,
  });

  listener({
    kind: 'step',
    text: `firmware, run in the simulator and compared: ${recipe.recipe.targets.join(', ') || 'no targets'}`,
  });
  const { network } = converted;
  await writeFirmware(network, converted.facts, joinPath(folder, 'firmware'));
  const sequences = runSequences(network, dataset.test);
  const proof = await proveBoards(
    network,
    recipe.recipe.targets,
    sequences,
    floatSourceOf(model),
    soundInputsOf(model.facts),
  );

  const size = networkSize(network, model.facts.architecture);
  const [selection] = trained.phases;
  const last = trained.phases[trained.phases.length - 1];
  const seconds = trained.phases.reduce((sum, phase) => sum + phase.seconds, 0);
  const metrics: Metrics = {
    recipe: recipe.name,
    seed: recipe.recipe.seed,
    data: {
      name: dataset.name,
      train: dataset.train.count,
      validation: trained.validationCount,
      test: dataset.test.count,
    },
    training: {
      seconds,
      backend: last.backend,
      workers: last.workers,
      fma: model.facts.provenance.fma,
      sequencesPerSecond: trained.work.sequences / seconds,
      gflops: trained.work.flops / seconds / 1e9,
      stages: stageMetrics(trained.stages, selection.history, selection.chosenEpochs),
    },
    ...evaluation.metrics,
    size: {
      paperBytes: size.paper.bytes,
      modelBytes: modelBytes(network),
      nonzeros: size.nonzeros,
      recurrentNonzeros: size.recurrentNonzeros,
      parts: size.paper.parts,
    },
    boards: proof.boards,
    skipped: proof.skipped,
    environment: { node: describeHost().node, cpu: describeHost().cpu, backend: last.backend, commit: await commit() },
  };
  await writeFile(joinPath(folder, 'metrics.json'), `${JSON.stringify(metrics, undefined, 2)}\n`);
  const { input, classNames } = model.facts;
  const report = renderReport({
    title: `${recipe.name}, seed ${recipe.recipe.seed}`,
    metrics,
    history: selection.history,
    lostEpochs: trained.phases.reduce((sum, { history }) => sum + (history.at(-1)?.halvings ?? 0), 0),
    stages: trained.stages,
    chosenEpochs: selection.chosenEpochs,
    classNames,
    confusion: confusionOf(metrics),
    worst: evaluation.worst,
    values: evaluation.values,
    sizeParts: size.paper.parts,
    inputUnits: input.channelNames.map((channel, i) => ({ channel, lsb: input.lsb[i], unit: input.units[i] })),
    recipeYaml: serialise(recipe.recipe),
    notes: notesOf(dataset, trained),
  });
  await writeFile(joinPath(folder, 'report.html'), report);
  return { folder, metrics };
}

/** Both networks' confusion counts, where their head has classes. */
function confusionOf({ float, integer }: Pick<Metrics, 'float' | 'integer'>): ReportInput['confusion'] {
  return float.confusion && integer.confusion ? { float: float.confusion, integer: integer.confusion } : undefined;
}

function notesOf(dataset: Dataset, trained: TrainedModel): string[] {
  const retrained = trained.phases.length > 1;
  return [
    ...dataset.notes,
    ...(retrained
      ? [
          'The curves are those of the training with a validation part; the model was trained again on all training recordings for the epochs that it chose.',
        ]
      : []),
  ];
}

/** The commit of this package where it is a clone with git at hand, else nothing. */
export async function commit(): Promise<string> {
  const result = await runProgram('git', ['-C', packageFile('.'), 'rev-parse', 'HEAD']);
  return result?.code === 0 ? result.stdout.trim() : '';
}
