import { kindOf } from '#platform';
import { DataError, splitValidation, stackFrames, type Dataset, type Sequences } from '../data/index.js';
import { fitNormalisation } from '../features/index.js';
import { framesOf, type Normalisation } from '../integer/index.js';
import { optionalFields, stackFields, type Architecture } from '../network/index.js';
import { soundChange, type LoadedRecipe, type Recipe } from '../recipe/index.js';
import {
  fitOutputs,
  streamLabels,
  targetSource,
  type Stage,
  type TeacherTargets,
  type TrainingTask,
} from '../training/index.js';

/** Refuses a folder of data sets that isn't there: a data set of the same name from elsewhere would take its place. */
export async function checkDataDirectory(directory: string | undefined): Promise<void> {
  if (directory === undefined || (await kindOf(directory)) === 'directory') return;
  throw new DataError(`there is no folder ${directory}; --data names the folder in which the data sets lie`);
}

/** How many frames the network reads in one step, and how many lie between two steps. */
export interface Stacking {
  readonly frames: number;
  readonly stride: number;
}

/** The stacking of a recipe: each frame is read once unless it says otherwise. */
export function stackingOf({ features }: Recipe): Stacking {
  const { frames, stride = frames } = features.stack;
  return { frames, stride };
}

/**
 * A data set whose sequences are read in steps of several frames. Sequences shorter than one step are left out, and a note
 * says so.
 *
 * @throws DataError where none is long enough
 */
export function stackDataset(dataset: Dataset, { frames, stride }: Stacking): Dataset {
  const notes: string[] = [];
  const stacked = (part: 'train' | 'test'): Sequences => {
    const { sequences, tooShort } = stackFrames(dataset[part], frames, stride);
    if (tooShort.length > 0) {
      notes.push(
        `${part}: ${tooShort.length} of ${dataset[part].count} sequences have fewer than ${frames} frames and are left out`,
      );
    }
    if (sequences.count === 0 && dataset[part].count > 0) {
      throw new DataError(
        `features.stack.frames: ${frames}, but no ${part} sequence is that long (the longest has ${dataset[part].steps} frames); take fewer`,
      );
    }
    return sequences;
  };
  const [train, test] = [stacked('train'), stacked('test')];
  return { ...dataset, train, test, notes: [...dataset.notes, ...notes] };
}

/**
 * The network that a recipe asks for on a data set.
 *
 * @throws DataError where the data don't have what its head learns, or no tokens for its embedding
 */
export function architectureOf(recipe: Recipe, dataset: Dataset): Architecture {
  const {
    alpha,
    beta,
    vectorZetaNu,
    reset,
    forgetBias,
    embedding,
    layers = 1,
    bidirectional = false,
    ...network
  } = recipe.network;
  checkHead(network, dataset);
  return {
    ...network,
    inputSize: embedding > 0 ? embedding : dataset.train.features,
    vocabulary: embedding > 0 ? vocabularyOf(dataset) : 0,
    classes: dataset.classNames.length,
    ...stackFields(layers, bidirectional),
    ...optionalFields({ alpha, beta, vectorZetaNu, reset, forgetBias }),
  };
}

/** Classes are what a softmax head learns; targets what the others do. */
function checkHead({ head, output }: Pick<Recipe['network'], 'head' | 'output'>, { name, train }: Dataset): void {
  if (head !== 'softmax') {
    if (targetSource(train, output)) return;
    throw new DataError(
      `network.head: ${head} learns targets, but ${name} has ${train.targets ? 'none at each step' : 'classes alone'}; name the columns that are targets in data.targets, or set head to softmax`,
    );
  }
  if (train.labels.some((label) => label >= 0) || (output === 'every' && train.frameLabels)) return;
  throw new DataError(
    `network.head: softmax learns classes, but ${name} has targets; set head to regression or sigmoid`,
  );
}

/** Tokens that the training data know: the largest one, and 1. */
function vocabularyOf({ train, lsb }: Dataset): number {
  if (train.features !== 1 || lsb[0] !== 1) {
    throw new DataError(
      `network.embedding: tokens are whole numbers in one channel, but the data have ${train.features} values a step, one count being ${lsb[0]}; set embedding to 0`,
    );
  }
  let most = 0;
  for (let i = 0; i < train.count; i++) {
    for (const token of framesOf(train, i)) {
      if (token < 0) throw new DataError(`network.embedding: there is a token ${token}; tokens are 0 and above`);
      most = Math.max(most, token);
    }
  }
  return most + 1;
}

/**
 * Refuses changes of sounds where the data are none.
 *
 * @throws DataError
 */
export function checkChanges({ name, recipe }: LoadedRecipe, { name: data, sound }: Dataset): void {
  const change = soundChange(recipe.training);
  if (change === undefined || sound) return;
  throw new DataError(`recipe ${name}: training.augment.${change}: is for sounds, and ${data} is none; take it out`);
}

/** A part of the training data, normalised by its own mean and deviation, as a task. Test data are not looked at. */
export function trainingTask(
  recipe: Recipe,
  dataset: Dataset,
  rows: { readonly train: Uint32Array; readonly validation: Uint32Array },
  stages: readonly Stage[],
  teacher?: TeacherTargets,
): TrainingTask {
  const architecture = architectureOf(recipe, dataset);
  const wake = wakeClasses(recipe, dataset);
  return {
    architecture,
    ...(architecture.head === 'regression' ? { outputs: fitOutputs(dataset.train, architecture, rows.train) } : {}),
    training: recipe.training,
    compression: recipe.compression,
    seed: recipe.seed,
    sequences: wordSequences(recipe, dataset, wake),
    ...(wake ? { wake } : {}),
    trainRows: rows.train,
    validationRows: rows.validation,
    normalisation: normalisationOf(recipe, dataset, rows.train),
    lsb: dataset.lsb,
    stages,
    weightBits: recipe.integer.weightBits ?? 8,
    ...(teacher ? { teacher } : {}),
    ...noiseRows(recipe, dataset, rows.train),
  };
}

/**
 * The classes of `detector.wake`, rising; undefined of a recipe without a detector.
 *
 * @throws DataError where the data have no such class, or no other
 */
export function wakeClasses({ detector }: Recipe, { name, classNames }: Dataset): number[] | undefined {
  if (!detector) return undefined;
  const wake = detector.wake.map((word) => {
    const k = classNames.indexOf(word);
    if (k >= 0) return k;
    throw new DataError(`detector.wake: ${name} has no class ${word}; it has ${classNames.join(', ')}`);
  });
  const rising = [...new Set(wake)].sort((a, b) => a - b);
  if (rising.length < classNames.length) return rising;
  throw new DataError(`detector.wake: ${name} has no other class than these; something must stand against a word`);
}

/** Where a network speaks at every step, only the end of a word is one (`training.stream.wordSteps`). */
function wordSequences({ training, network }: Recipe, { train }: Dataset, wake: number[] | undefined): Sequences {
  const steps = training.stream?.wordSteps ?? 0;
  if (!wake || steps === 0 || network.output !== 'every' || train.frameLabels) return train;
  return { ...train, frameLabels: streamLabels(train, wake, steps) };
}

/** The rows of the class whose sounds are added to others. */
function noiseRows(
  { training }: Recipe,
  { classNames, train }: Dataset,
  rows: Uint32Array,
): { noiseRows?: Uint32Array } {
  const { background } = training.augment;
  if (background === undefined) return {};
  const label = classNames.indexOf(background.class);
  if (label < 0) {
    throw new DataError(
      `training.augment.background.class: the data have no class ${background.class}; its classes are ${classNames.join(', ')}`,
    );
  }
  return { noiseRows: rows.filter((row) => train.labels[row] === label) };
}

function normalisationOf(recipe: Recipe, dataset: Dataset, rows: Uint32Array): Normalisation {
  return fitNormalisation(recipe.features.normalise, dataset.train, rows, dataset.lsb);
}

/** The rows to train on and to validate on, by the recipe's fraction; all and none where it is 0. */
export function validationSplit(recipe: Recipe, dataset: Dataset): { train: Uint32Array; validation: Uint32Array } {
  return splitValidation(dataset.train, {
    fraction: recipe.data.validation,
    by: recipe.data.validationBy,
    seed: recipe.seed,
  });
}

/** All training rows, none kept apart. */
export function allRows(dataset: Dataset): { train: Uint32Array; validation: Uint32Array } {
  return { train: Uint32Array.from({ length: dataset.train.count }, (_, i) => i), validation: new Uint32Array() };
}
