import { joinPath, removeFile, writeFile } from '#platform';
import type { Dataset } from '../../data/index.js';
import { IntegerNetworkError } from '../../integer/index.js';
import { ArchitectureError, parameterCount, type Architecture } from '../../network/index.js';
import type { LoadedRecipe } from '../../recipe/index.js';
import type { BoardBuilds } from '../../report/index.js';
import { decisionsOf, labelledRows, scoresOf, TrainingError } from '../../training/index.js';
import { bootstrapUnits, headShapeOf, outputsOfModel } from '../evaluate.js';
import { keptResult, type Kept } from '../kept.js';
import { prepareFolder } from '../open.js';
import { architectureOf } from '../prepare.js';
import { checkConvertible, runOpened, trainOpened, type TrainedRun, type TrainingOptions } from '../run.js';
import { recipeHashes } from '../teacher.js';
import { trainModel } from '../train-model.js';
import { packageVersion } from '../version.js';
import { plannedSize } from './sizes.js';

/** One training of a comparison, or of an analysis: a recipe, its loaded data and the folder of its run. */
export interface TrialTask {
  readonly folder: string;
  readonly recipe: LoadedRecipe;
  readonly dataset: Dataset;
}

/** What is kept of a trial that was trained to its end and tested. */
export interface TrialResult extends Kept {
  /** Why there is no network: the training diverged. Everything below is then absent. */
  readonly failed?: string;
  readonly float?: number;
  /** Absent where the network has no integer form. */
  readonly integer?: number;
  readonly agreement?: number;
  readonly paperBytes?: number;
  readonly modelBytes?: number;
  readonly floatBytes?: number;
  readonly parameters?: number;
  readonly seconds?: number;
  readonly backend?: string;
  readonly workers?: number;
  readonly boards?: Readonly<Record<string, BoardBuilds>>;
  readonly skipped?: Readonly<Record<string, string>>;
}

/** What a trial is of. */
async function identityOf({ recipe, dataset }: TrialTask, options: TrainingOptions): Promise<string> {
  const { seed, targets } = recipe.recipe;
  const parts = [await recipeHashes(recipe), seed, targets.join('+'), dataset.hash, packageVersion()];
  return [...parts, ...(options.fma ? ['fma'] : [])].join(' ');
}

/**
 * Trains and tests a recipe's network, the whole way where it has an integer form, or takes up what an earlier call kept. Its
 * folder is that of a run.
 *
 * @param way `float`: no further than the float network
 */
export async function runTrial(
  task: TrialTask,
  options: TrainingOptions,
  way: 'whole' | 'float' = 'whole',
): Promise<TrialResult> {
  const identity = await identityOf(task, options);
  const file = joinPath(task.folder, 'trial.json');
  const kept = await keptResult<TrialResult>(file, identity);
  if (kept && !canGoFurther(kept, task, way)) return kept;
  await prepareFolder(task.folder);
  const result = { identity, ...(await unlessDiverged(() => trained(task, options, way))) };
  await writeFile(file, `${JSON.stringify(result, undefined, 2)}\n`);
  return result;
}

/** Whether a kept network was float for want of an integer form that it has by now; its training is not made again. */
function canGoFurther(kept: TrialResult, { recipe, dataset }: TrialTask, way: 'whole' | 'float'): boolean {
  if (way === 'float' || kept.failed !== undefined || kept.skipped?.integer === undefined) return false;
  return whyFloatAlone(architectureOf(recipe.recipe, dataset)) === undefined;
}

async function unlessDiverged<T>(run: () => Promise<T>): Promise<T | { failed: string }> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    return { failed: error.message };
  }
}

/** Why a trial of `--float` has no integer network. */
export const floatAsked = 'only the float network was asked for';

async function trained(
  task: TrialTask,
  options: TrainingOptions,
  way: 'whole' | 'float',
): Promise<Omit<TrialResult, 'identity'>> {
  const { recipe } = task.recipe;
  const architecture = architectureOf(recipe, task.dataset);
  const planned = plannedSize(architecture, recipe);
  const parameters = parameterCount(architecture);
  /** The float network, whose training a checkpoint may have finished. */
  const floatAlone = async (reason: string) => {
    const run = await trainOpened(task, options);
    const skipped = { integer: reason };
    return { float: await floatTest(run), ...planned, parameters, ...trainingOf(run), boards: {}, skipped };
  };
  const reason = way === 'float' ? floatAsked : whyFloatAlone(architecture);
  if (reason !== undefined) return floatAlone(reason);
  const run = await unlessInexpressible(() => runOpened(task, options));
  if ('reason' in run) return floatAlone(run.reason);
  const { metrics } = run;
  const { float, integer, size, training, boards, skipped } = metrics;
  return {
    float: float.test,
    integer: integer.test,
    agreement: integer.agreement,
    paperBytes: size.paperBytes,
    modelBytes: size.modelBytes,
    floatBytes: planned.floatBytes,
    parameters,
    seconds: training.seconds,
    backend: training.backend,
    workers: training.workers,
    boards,
    skipped,
  };
}

/** A run, or why the network that it trained has no integer form. */
async function unlessInexpressible<T extends object>(run: () => Promise<T>): Promise<T | { reason: string }> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof IntegerNetworkError) return { reason: error.message };
    throw error;
  }
}

/** Why a network has no integer form, whatever its weights; undefined where it has one. */
function whyFloatAlone(architecture: Architecture): string | undefined {
  try {
    checkConvertible(architecture);
    return undefined;
  } catch (error) {
    if (error instanceof IntegerNetworkError || error instanceof ArchitectureError) return error.message;
    throw error;
  }
}

function trainingOf({ trained: { phases } }: TrainedRun) {
  const { backend, workers } = phases[phases.length - 1];
  return { seconds: phases.reduce((sum, phase) => sum + phase.seconds, 0), backend, workers };
}

/** The main metric of a trained float network on the test recordings. */
async function floatTest({ trained: { model }, dataset }: TrainedRun): Promise<number> {
  const rows = labelledRows(dataset.test, headShapeOf(model));
  const outputs = await outputsOfModel(model, rows);
  return scoresOf(outputs, decisionsOf(outputs), bootstrapUnits(dataset.test, rows.sequences).unitOf).test;
}

/** What is kept of a trial that helps to choose: how the validation recordings went at its end. */
export interface TuningResult extends Kept {
  readonly failed?: string;
  readonly validation?: number | undefined;
  readonly validationLoss?: number | undefined;
}

/** Trains a recipe's network and looks at its validation recordings alone, or takes up what an earlier call kept. */
export async function runTuningTrial(task: TrialTask, options: TrainingOptions): Promise<TuningResult> {
  const { folder, recipe, dataset } = task;
  const identity = await identityOf(task, options);
  const file = joinPath(folder, 'tuning.json');
  const kept = await keptResult<TuningResult>(file, identity);
  if (kept) return kept;
  await prepareFolder(folder);
  const checkpoint = joinPath(folder, 'checkpoint.safetensors');
  const { listener = () => undefined, workers, backend, fma, trainer } = options;
  const result: TuningResult = {
    identity,
    ...(await unlessDiverged(async () => {
      const { phases } = await trainModel(recipe, dataset, { workers, backend, fma, checkpoint, trainer }, listener);
      const { history, chosenEpochs } = phases[0];
      const last = history[history.length - 1];
      // It ended at another rate than the one that is to be chosen.
      if (last.halvings) throw new TrainingError('training diverged, and went on at a part of the rate alone');
      const chosen = history.find(
        ({ stage, epoch }) => stage === last.stage && epoch === chosenEpochs[chosenEpochs.length - 1],
      );
      const { validation, validationLoss } = chosen ?? last;
      return { validation, validationLoss };
    })),
  };
  await writeFile(file, `${JSON.stringify(result, undefined, 2)}\n`);
  await removeFile(checkpoint);
  return result;
}

/** Whether the first of two tuning trials went better: by validation, of equals by the loss. */
export function better(a: TuningResult, b: TuningResult): boolean {
  const [first, second] = [a.validation ?? -Infinity, b.validation ?? -Infinity];
  if (first !== second) return first > second;
  return (a.validationLoss ?? Infinity) < (b.validationLoss ?? Infinity);
}
