import type { Recipe } from '../../recipe/index.js';
import type { NetworkName } from './networks.js';

/** How the networks of a comparison are trained. */
export const protocols = ['tuned', 'recipe', 'paper'] as const;
/** One of `protocols`. */
export type Protocol = (typeof protocols)[number];

/** A change of a recipe that validation may choose. */
export interface Candidate {
  /** What changes, as `--set` has it. */
  readonly text: string;
  readonly network?: Partial<Recipe['network']>;
  readonly training?: Partial<Recipe['training']>;
}

/** A recipe with a candidate's change. */
export function withCandidate(recipe: Recipe, { network, training }: Candidate): Recipe {
  return {
    ...recipe,
    network: { ...recipe.network, ...network },
    training: { ...recipe.training, ...training },
  };
}

/** What the recipe becomes under a protocol, before a user's own overrides. */
export function underProtocol(recipe: Recipe, protocol: Protocol): Recipe {
  return protocol === 'paper' ? asInThePaper(recipe) : recipe;
}

/**
 * Section 4: 80 % of the training set to train on, 20 % to validate, then all of it; 200 epochs, then 100 at a tenth of the
 * learning rate; batches of 100, rate 0.01. No word of clipping, decay or augmentation: there is none. The true nonlinearities.
 */
function asInThePaper(recipe: Recipe): Recipe {
  return {
    ...recipe,
    data: { ...recipe.data, validation: 0.2, validationBy: 'random' },
    network: { ...recipe.network, update: 'tanh', gate: 'sigmoid' },
    training: {
      ...recipe.training,
      epochs: [300, 0, 0],
      batchSize: 100,
      learningRate: 0.01,
      schedule: 'step',
      warmup: 0,
      weightDecay: 0,
      clip: 0,
      labelSmoothing: 0,
      retrain: true,
      augment: { rotate: 0, shift: 0, scale: 0, noise: 0 },
    },
  };
}

/** What a protocol says of one network: section 4 gives the plain RNN batches of 512 and a rate of 0.001. */
export function networkTraining(protocol: Protocol, name: NetworkName): Partial<Recipe['training']> {
  return protocol === 'paper' && name === 'RNN' ? { batchSize: 512, learningRate: 0.001 } : {};
}

const rates = [0.25, 0.5, 1, 2];
const clips = [0.25, 1];
const optimisers = ['adam', 'momentum', 'sgd'] as const;

/**
 * What validation chooses from for a network, one list after the other, the first of each the recipe's own. `tuned`: the
 * learning rate, then the clipping. `paper`: the optimiser, then (FastRNN and FastRNN-vector) tanh or ReLU.
 */
export function candidatesOf(protocol: Protocol, recipe: Recipe, name: string): Candidate[][] {
  if (protocol === 'recipe') return [];
  const { learningRate, clip } = recipe.training;
  const training = (change: Partial<Recipe['training']>): Candidate => ({
    text: Object.entries(change)
      .map(([field, value]) => `training.${field}=${value}`)
      .join(' '),
    training: change,
  });
  if (protocol === 'tuned') {
    const others = rates.map((factor) => Number((factor * learningRate).toPrecision(12)));
    return [
      firstOf(learningRate, others).map((rate) => training({ learningRate: rate })),
      firstOf(clip, clips).map((norm) => training({ clip: norm })),
    ];
  }
  const either = name === 'FastRNN' || name === 'FastRNN-vector';
  return [
    firstOf(recipe.training.optimiser, optimisers).map((optimiser) => training({ optimiser })),
    ...(either
      ? [(['tanh', 'relu'] as const).map((update) => ({ text: `network.update=${update}`, network: { update } }))]
      : []),
  ];
}

/** A list that begins with `first` and has it once. */
function firstOf<T>(first: T, others: readonly T[]): T[] {
  return [first, ...others.filter((other) => other !== first)];
}

/** The recipe of a trial that chooses: a third of the epochs, on the part of the data that isn't validated on. */
export function tuningRecipe(recipe: Recipe): Recipe {
  const [dense, thresholding, support] = recipe.training.epochs.map((epochs) => Math.ceil(epochs / 3));
  return { ...recipe, training: { ...recipe.training, epochs: [dense, thresholding, support], retrain: false } };
}
