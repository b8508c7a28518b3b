import { isGated } from '../../network/index.js';
import type { Recipe } from '../../recipe/index.js';
import { inEightBits, type NetworkName } from './networks.js';

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
 * learning rate; batches of 100, rate 0.01. No word of clipping, decay or augmentation: there is none. The true nonlinearities, no
 * teacher, and weights that are bytes once they are trained.
 */
function asInThePaper(recipe: Recipe): Recipe {
  const { teacher: _, ...training } = recipe.training;
  return inEightBits({
    ...recipe,
    data: { ...recipe.data, validation: 0.2, validationBy: 'random' },
    network: { ...recipe.network, update: 'tanh', gate: 'sigmoid' },
    training: {
      ...training,
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
  });
}

/** What a protocol says of one network: section 4 gives the plain RNN batches of 512 and a rate of 0.001. */
export function networkTraining(protocol: Protocol, name: NetworkName): Partial<Recipe['training']> {
  return protocol === 'paper' && name === 'RNN' ? { batchSize: 512, learningRate: 0.001 } : {};
}

/** What validation may choose from next. */
export interface Choice {
  readonly protocol: Protocol;
  readonly name: NetworkName;
  /** The recipe before anything was chosen. */
  readonly start: Recipe;
  /** As chosen until now. */
  readonly recipe: Recipe;
  /** From 0. */
  readonly round: number;
}

/** After how many rounds each protocol has chosen everything. */
export const rounds: Readonly<Record<Protocol, number>> = { tuned: 4, recipe: 0, paper: 2 };

/**
 * How many of the best candidates are trained to their whole length before one is taken: a rate that leads after a third of the epochs
 * may diverge later. The paper's protocol chooses among optimisers alone, at 300 epochs.
 */
export const finalists: Readonly<Record<Protocol, number>> = { tuned: 3, recipe: 0, paper: 0 };

/**
 * What validation chooses from in a round, beside what it chose until then; in the first round the first is the recipe's own.
 * `tuned`: nonlinearities and learning rate together (the recipe's, a third and twice as high), then a rate further out as long as that is better, then the clipping.
 * `paper`: the optimiser, then (FastRNN and FastRNN-vector) tanh or ReLU.
 */
export function candidatesOf(choice: Choice): Candidate[] {
  if (choice.protocol === 'tuned') return tunedCandidates(choice);
  return choice.protocol === 'paper' ? paperCandidates(choice) : [];
}

/** The part of the learning rate by which it falls; it rises by doubling. */
const third = 1 / 3;
const clips = [0.25, 1];

function tunedCandidates({ name, start, recipe, round }: Choice): Candidate[] {
  const { learningRate, clip } = recipe.training;
  const first = start.training.learningRate;
  const [lower, higher] = [rateOf(first, third), rateOf(first, 2)];
  if (round === 0) {
    const networks = nonlinearitiesOf(start, name);
    const at = (rates: readonly number[]) =>
      networks.flatMap((network) => rates.map((rate) => candidate({ network, training: { learningRate: rate } })));
    return [...at([first, lower]), ...at([higher])];
  }
  if (round === rounds.tuned - 1) {
    return clips.filter((norm) => norm !== clip).map((norm) => candidate({ training: { clip: norm } }));
  }
  const within = learningRate === first || (round > 1 && (learningRate === lower || learningRate === higher));
  if (within) return [];
  const further = rateOf(learningRate, learningRate < first ? third : 2);
  return [candidate({ training: { learningRate: further } })];
}

/** Rates are rounded, so that a recipe with a candidate's rate written out is the same recipe. */
function rateOf(rate: number, factor: number): number {
  return Number((factor * rate).toPrecision(3));
}

/**
 * The recipe's own nonlinearities first, then the true ones of the literature; for networks without gates ReLU too, as in the
 * marked rows of Tables 3 and 13. EURNN has its own.
 */
function nonlinearitiesOf({ network: { gate, update } }: Recipe, name: NetworkName): Partial<Recipe['network']>[] {
  if (name === 'EURNN') return [{}];
  const gated = ['FastGRNN', 'UGRNN', 'GRU', 'LSTM'].includes(name);
  const own = gated ? { gate, update } : { update };
  const others: Partial<Recipe['network']>[] = gated
    ? [{ gate: 'sigmoid', update: 'tanh' }]
    : [{ update: 'tanh' }, { update: 'relu' }];
  return [own, ...others.filter((other) => other.update !== update || other.gate !== own.gate)];
}

function paperCandidates({ name, recipe, round }: Choice): Candidate[] {
  if (round === 0) {
    return firstOf(recipe.training.optimiser, optimisers).map((optimiser) => candidate({ training: { optimiser } }));
  }
  const either = name === 'FastRNN' || name === 'FastRNN-vector';
  return either ? [candidate({ network: { update: 'relu' } })] : [];
}

const optimisers = ['adam', 'momentum', 'sgd'] as const;

function candidate(change: Omit<Candidate, 'text'>): Candidate {
  const texts = Object.entries({ network: change.network ?? {}, training: change.training ?? {} }).flatMap(
    ([section, fields]) => Object.entries(fields).map(([field, value]) => `${section}.${field}=${value}`),
  );
  return { ...change, text: texts.join(' ') };
}

/** Everything that `tuned` may choose, as a recipe has it. */
export function chosenText({ network, training: { learningRate, clip } }: Recipe): string {
  const { gate, update, recurrence } = network;
  const own = { ...(isGated(network) && { gate }), ...(recurrence !== 'EURNN' && { update }) };
  return candidate({ network: own, training: { learningRate, clip } }).text;
}

/** A list that begins with `first` and has it once. */
function firstOf<T>(first: T, others: readonly T[]): T[] {
  return [first, ...others.filter((other) => other !== first)];
}

/** The recipe of a trial that chooses: a third of the epochs of each stage, on the part of the data that isn't validated on. */
export function tuningRecipe(recipe: Recipe): Recipe {
  const { epochs, roundedEpochs } = recipe.training;
  const [dense, thresholding, support] = epochs.map((own) => Math.ceil(own / 3));
  const rounded = roundedEpochs === undefined ? {} : { roundedEpochs: Math.ceil(roundedEpochs / 3) };
  return wholeTuningRecipe({
    ...recipe,
    training: { ...recipe.training, epochs: [dense, thresholding, support], ...rounded },
  });
}

/** The same with all epochs. */
export function wholeTuningRecipe(recipe: Recipe): Recipe {
  return { ...recipe, training: { ...recipe.training, retrain: false } };
}

/**
 * The recipe of a trial that is tested: on all training recordings from the start, where its own training with a part kept
 * apart would choose nothing (no early stopping in a later stage). The network is the one that a retraining makes.
 */
export function finalRecipe(recipe: Recipe): Recipe {
  const { retrain, earlyStopping, epochs } = recipe.training;
  // A detector's threshold is chosen on validation recordings.
  if (recipe.detector) return recipe;
  const stops = earlyStopping && (epochs[1] > 0 || epochs[2] > 0 || (recipe.training.roundedEpochs ?? 0) > 0);
  if (!retrain || stops) return recipe;
  return {
    ...recipe,
    data: { ...recipe.data, validation: 0 },
    training: { ...recipe.training, retrain: false },
  };
}
