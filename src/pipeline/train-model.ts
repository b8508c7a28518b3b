import { kindOf, now } from '#platform';
import type { Dataset } from '../data/index.js';
import { calibrate, plainStorage, withRoundedU, type Storage } from '../integer/index.js';
import type { Architecture, Provenance } from '../network/index.js';
import type { Backend, KernelSource } from '../kernels/index.js';
import { evenlySpread } from '../math/index.js';
import { recipeHash, type LoadedRecipe, type Recipe } from '../recipe/index.js';
import {
  epochWork,
  stagesOf,
  train,
  type Stage,
  type EpochRecord,
  type TeacherTargets,
  type TrainingState,
  type TrainingTask,
  type TrainOptions,
  type Work,
} from '../training/index.js';
import { loadCheckpoint, saveCheckpoint, type Checkpoint, type FinishedPhase } from './checkpoint.js';
import { counted, type Listener } from './events.js';
import type { FloatModel, ModelFacts } from './models.js';
import { allRows, checkChanges, stackingOf, trainingTask, validationSplit, type Stacking } from './prepare.js';
import type { Trainer } from './several.js';
import { teacherRecipe, teacherTargets } from './teacher.js';
import { packageVersion } from './version.js';

/** A trained float network and how it came about. */
export interface TrainedModel {
  readonly model: FloatModel;
  /** All trainings of the run; the last one made the model. */
  readonly phases: readonly FinishedPhase[];
  readonly stages: readonly Stage[];
  readonly validationCount: number;
  /** Of all trainings. */
  readonly work: Work;
}

/** A network as it stands in a training. */
export interface TrainedNetwork {
  readonly architecture: Architecture;
  readonly parameters: Float32Array;
}

export interface TrainModelOptions {
  readonly workers?: number | undefined;
  readonly backend?: Backend | undefined;
  readonly fma?: boolean | undefined;
  /** Kernels that stand elsewhere than beside the package. */
  readonly wasm?: KernelSource | undefined;
  /** Where the state after each epoch is kept; without it a killed training starts over. */
  readonly checkpoint?: string | undefined;
  /** How trainings are run; by default each with all workers. */
  readonly trainer?: Trainer | undefined;
  /** Called after each epoch with the number of the training, from 0, the network as it stands and its epoch: after a stage's last one the network may be that of its best. */
  readonly onEpoch?: ((phase: number, record: EpochRecord, network: TrainedNetwork) => void) | undefined;
}

/**
 * Trains a recipe's network: with a part of the training data kept apart for validation, and, where the recipe says
 * `retrain`, once more on all of them for as many epochs as validation chose (section 4 of the paper). Test data are not used.
 */
export async function trainModel(
  { name, recipe }: LoadedRecipe,
  dataset: Dataset,
  options: TrainModelOptions,
  listener: Listener,
): Promise<TrainedModel> {
  checkChanges({ name, recipe }, dataset);
  const teaching = await taught({ name, recipe }, dataset, options, listener);
  const provenance = {
    recipe: name,
    recipeHash: await recipeHash(recipe),
    dataHash: dataset.hash,
    version: packageVersion(),
    seed: recipe.seed,
    fma: options.fma ?? false,
  };
  const identity = trainingIdentity(provenance, teaching?.recipeHash);
  const split = validationSplit(recipe, dataset);
  const stages = stagesOf(recipe.training.epochs, recipe.training.roundedEpochs);
  let checkpoint: Checkpoint = { finished: [], state: undefined, seconds: 0 };
  if (options.checkpoint) {
    const saved = await loadCheckpoint(options.checkpoint, identity);
    if (!saved && (await kindOf(options.checkpoint)) === 'file') {
      listener({
        kind: 'note',
        text: `${options.checkpoint} is of another training or damaged: this one takes its place`,
      });
    }
    checkpoint = saved ?? checkpoint;
  }
  const save = async (next: Checkpoint) => {
    checkpoint = next;
    if (options.checkpoint) await saveCheckpoint(options.checkpoint, identity, next);
  };
  await save(checkpoint); // a folder that can't be written to is told before hours of training

  const phases: { name: string; task: (finished: readonly FinishedPhase[]) => TrainingTask }[] = [
    { name: 'training', task: () => trainingTask(recipe, dataset, split, stages, teaching?.targets) },
  ];
  if (recipe.training.retrain && split.validation.length > 0) {
    phases.push({
      name: 'retraining on all training data',
      task: ([selection]) =>
        trainingTask(recipe, dataset, allRows(dataset), stopEarly(stages, selection.chosenEpochs), teaching?.targets),
    });
  }

  let task: TrainingTask | undefined;
  const epochs: Work[] = [];
  if (checkpoint.finished.length === phases.length) {
    listener({ kind: 'note', text: `the training was done before: ${options.checkpoint}` });
  } else if (checkpoint.state || checkpoint.finished.length > 0) {
    listener({ kind: 'note', text: `going on from ${options.checkpoint}` });
  }
  for (const [index, phase] of phases.entries()) {
    const own = phase.task(checkpoint.finished);
    task = own;
    epochs.push(epochWork(task));
    if (index < checkpoint.finished.length) continue;
    listener({
      kind: 'step',
      text: `${phase.name}: ${task.trainRows.length} recordings, ${task.validationRows.length} for validation`,
    });
    const balance = balanceNote(recipe.training.balance);
    if (index === 0 && balance) listener({ kind: 'note', text: balance });
    const { finished, seconds: before } = checkpoint;
    const { head } = task.architecture;
    const started = now();
    const outcome = await (options.trainer ?? train)(task, {
      ...runOptions(options),
      ...(checkpoint.state ? { state: checkpoint.state } : {}),
      onStart: ({ backend, fma, workers }) => {
        listener({
          kind: 'note',
          text: `on ${counted(workers, 'worker')}, ${backend}${fma ? ' with fused multiply-add' : ''}`,
        });
      },
      onProgress: (progress) => listener({ kind: 'progress', phase: phase.name, progress }),
      onEpoch: async (record, state) => {
        listener({ kind: 'epoch', phase: phase.name, head, record });
        options.onEpoch?.(index, recordOfWeights(record, state), networkAt(own, record.stage, state.parameters));
        await save({ finished, state, seconds: before + (now() - started) / 1000 });
      },
    });
    const { history, chosenEpochs, seconds, backend, workers } = outcome;
    const done = { name: phase.name, history, chosenEpochs, seconds: before + seconds, backend, workers };
    const skipped = history.reduce((sum, record) => sum + record.skipped, 0);
    if (skipped > 0) listener({ kind: 'note', text: `batches left out, their gradient was not finite: ${skipped}` });
    const lost = history.at(-1)?.halvings ?? 0;
    if (lost > 0)
      listener({ kind: 'note', text: `epochs run again at half the rate, as no gradient was finite: ${lost}` });
    const isLast = index === phases.length - 1;
    await save({ finished: [...finished, done], state: isLast ? checkpoint.state : undefined, seconds: 0 });
  }
  if (!task || !checkpoint.state) throw new Error('a run without a training');
  const { sequences, normalisation, trainRows } = task;
  const { architecture, parameters } = networkAt(task, stages.length - 1, checkpoint.state.parameters);
  const facts: ModelFacts = {
    architecture,
    classNames: [...dataset.classNames],
    features: {
      normalise: recipe.features.normalise,
      centre: [...normalisation.centre],
      scale: [...normalisation.scale],
      ...stackFact(stackingOf(recipe)),
      ...(dataset.sound && { sound: dataset.sound }),
    },
    input: {
      steps: sequences.steps,
      lsb: [...dataset.lsb],
      units: [...dataset.units],
      channelNames: [...dataset.channelNames],
    },
    ...(task.outputs ? { outputs: task.outputs } : {}),
    provenance,
  };
  const rows = spread(trainRows, recipe.integer.calibration);
  const ranges = calibrate(architecture, parameters, normalisation, sequences, rows);
  return {
    model: {
      kind: 'float',
      facts,
      parameters,
      ranges,
      margin: recipe.integer.margin,
      ...storageOf(recipe.integer),
      ...(recipe.integer.sumBits === 24 && { sumBits: 24 }),
    },
    phases: withTeacher(checkpoint.finished, teaching?.seconds ?? 0),
    stages: task.stages,
    validationCount: split.validation.length,
    work: workOf(checkpoint.finished, epochs, teaching?.work),
  };
}

/** Of the weights that stand in a state after an epoch: a stage's last one may have gone back to its best. */
function recordOfWeights(record: EpochRecord, { stage, chosen, history }: TrainingState): EpochRecord {
  if (stage === record.stage) return record;
  return history.find((one) => one.stage === record.stage && one.epoch === chosen[record.stage]) ?? record;
}

/** What a checkpoint says that it is of. */
export function trainingIdentity(
  { recipe, recipeHash: hash, dataHash, version, seed, fma }: Provenance,
  teacher?: string,
): string {
  const made = { recipe, recipeHash: hash, dataHash, version, seed, fma };
  return JSON.stringify(teacher === undefined ? made : { ...made, teacher });
}

/** The network of a stage: that of rounded weights has a rounded U, where that is made of other parameters. */
function networkAt(task: TrainingTask, stage: number, parameters: Float32Array): TrainedNetwork {
  const { architecture, stages, weightBits } = task;
  if (stages[stage].name !== 'rounded weights') return { architecture, parameters };
  return withRoundedU(architecture, parameters, weightBits);
}

/** A recipe's teacher, trained before it (or taken up from its own checkpoint), and what it says of the training sequences. */
async function taught(
  recipe: LoadedRecipe,
  dataset: Dataset,
  options: TrainModelOptions,
  listener: Listener,
): Promise<{ targets: TeacherTargets; recipeHash: string; seconds: number; work: Work } | undefined> {
  const { teacher } = recipe.recipe.training;
  const own = await teacherRecipe(recipe);
  if (!teacher || !own) return undefined;
  listener({ kind: 'step', text: `the teacher first: ${own.name}` });
  const checkpoint = options.checkpoint?.replace(/[^/\\]*$/, 'teacher.safetensors');
  const { model, phases, work } = await trainModel(
    own,
    dataset,
    { ...options, checkpoint, onEpoch: undefined },
    listener,
  );
  return {
    targets: await teacherTargets(model, dataset, teacher, runOptions(options)),
    recipeHash: await recipeHash(own.recipe),
    seconds: phases.reduce((sum, phase) => sum + phase.seconds, 0),
    work,
  };
}

/** A teacher's seconds count with those of the first training. */
function withTeacher([first, ...others]: readonly FinishedPhase[], seconds: number): readonly FinishedPhase[] {
  return [{ ...first, seconds: first.seconds + seconds }, ...others];
}

/** The work of trainings from that of each one's epoch. */
function workOf(finished: readonly FinishedPhase[], epochs: readonly Work[], teacher?: Work): Work {
  const sum = (key: keyof Work) =>
    finished.reduce((all, { history }, i) => all + history.length * epochs[i][key], teacher?.[key] ?? 0);
  return { sequences: sum('sequences'), flops: sum('flops') };
}

/** Stacking as a model file has it: nothing where each step reads one frame. */
function stackFact(stack: Stacking): Pick<ModelFacts['features'], 'stack'> {
  return stack.frames === 1 && stack.stride === 1 ? {} : { stack };
}

/** What is done about classes of different size. */
function balanceNote(balance: TrainingTask['training']['balance']): string | undefined {
  if (balance === 'weights') return 'each class counts the same in the loss, however many recordings it has';
  if (balance === 'sampling') return 'each epoch draws as many recordings of each class';
  return undefined;
}

/** The stages cut after the epochs that a validation chose; the learning rate keeps its schedule. */
function stopEarly(stages: readonly Stage[], chosen: readonly number[]): Stage[] {
  return stages.map((stage, i) => ({ ...stage, stopAfter: chosen[i] ?? stage.epochs }));
}

function runOptions(options: TrainModelOptions): TrainOptions {
  return {
    ...(options.workers === undefined ? {} : { workers: options.workers }),
    ...(options.backend === undefined ? {} : { backend: options.backend }),
    ...(options.fma === undefined ? {} : { fma: options.fma }),
    ...(options.wasm === undefined ? {} : { wasm: options.wasm }),
  };
}

/** At most `count` of the rows, evenly spread. */
export function spread(rows: Uint32Array, count: number): Uint32Array {
  return rows.length <= count ? rows : evenlySpread(rows.length, count).map((i) => rows[i]);
}

/** What a model says of its storage: nothing of the plain one. */
function storageOf({ weightBits = 8, indices = 'byte' }: Recipe['integer']): { storage?: Storage } {
  const plain = weightBits === plainStorage.weightBits && indices === plainStorage.indices;
  return plain ? {} : { storage: { weightBits, indices } };
}
