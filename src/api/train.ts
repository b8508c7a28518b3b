import { datasetFrom, type Dataset, type DatasetOptions } from '../data/index.js';
import type { KernelOptions } from '../kernels/index.js';
import { trainModel, type FloatModel } from '../pipeline/index.js';
import { resolveRecipe, type Recipe } from '../recipe/index.js';
import type { EpochRecord, Progress } from '../training/index.js';

/** Some fields of a group of a recipe. */
type Fields<Group> = { readonly [Name in keyof Group]?: Group[Name] | undefined };

/** The recipe's groups, with its names and defaults, and what a program wants to hear of a training. */
export interface TrainSettings extends KernelOptions {
  /** Default 1. */
  readonly seed?: number;
  readonly network?: Fields<Recipe['network']>;
  /** But for `stream`, which is of recipes with a detector. */
  readonly training?: Fields<Omit<Recipe['training'], 'augment' | 'stream'>> & {
    readonly augment?: Fields<Recipe['training']['augment']>;
  };
  readonly compression?: Fields<Recipe['compression']>;
  readonly integer?: Fields<Recipe['integer']>;
  readonly features?: Fields<Pick<Recipe['features'], 'normalise'>>;
  /** `data.validation` of a recipe: the part of the training sequences that chooses epochs. Default 0.2. */
  readonly validation?: number;
  /** `data.validationBy` of a recipe. Default random. */
  readonly validationBy?: Recipe['data']['validationBy'];
  /** Threads; by default one a core. They change nothing of the result. */
  readonly workers?: number;
  /** Called after each epoch. */
  readonly onEpoch?: (record: EpochRecord) => void;
  /** Called now and then, for display. */
  readonly onProgress?: (progress: Progress) => void;
}

/** A data set, or sequences in memory of which one is made. */
export type TrainOptions = TrainSettings & (DatasetOptions | { readonly dataset: Dataset });

export interface Trained {
  readonly model: FloatModel;
  /** The data as the network got them; `dataset.test` had no part in the training. */
  readonly dataset: Dataset;
  /** Every epoch of every stage, of the training that chose them. */
  readonly history: readonly EpochRecord[];
}

/**
 * Trains a network on sequences in memory, the same way as `fastgrnn train` does: the same data, options and seed give the same
 * model, byte for byte.
 *
 * ```ts
 * const { model } = await train({ sequences, labels, network: { hiddenSize: 16 }, training: { epochs: [60, 0, 0] } });
 * const files = exportC(convert(model), { prefix: 'gesture' });
 * ```
 *
 * @throws DataError, RecipeError, ArchitectureError or TrainingError
 */
export async function train(options: TrainOptions): Promise<Trained> {
  const { seed, network, training, compression, integer, features, validation, validationBy } = options;
  const data = defined({ validation, validationBy });
  const recipe = resolveRecipe(defined({ seed, data, network, training, compression, integer, features }), 'of train');
  const dataset = 'dataset' in options ? options.dataset : await datasetFrom(options);
  const { workers, backend, fma, wasm, onEpoch, onProgress } = options;
  const { model, phases } = await trainModel(
    { name: dataset.name, recipe },
    dataset,
    { workers, backend, fma, wasm },
    (event) => {
      if (event.kind === 'epoch') onEpoch?.(event.record);
      if (event.kind === 'progress') onProgress?.(event.progress);
    },
  );
  return { model, dataset, history: phases[0].history };
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
