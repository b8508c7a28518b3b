import type { KernelOptions } from '../kernels/index.js';
import {
  checkArchitecture,
  optionalFields,
  stackFields,
  type Architecture,
  type RecurrenceFields,
} from '../network/index.js';
import { resolveRecipe } from '../recipe/index.js';
import { ApiError } from './errors.js';

/** The recipe's `network` fields with their defaults, and what a recipe takes from its data. */
export interface NetworkOptions extends KernelOptions, RecurrenceFields {
  /** D, the values of one step; with a vocabulary the size of a token's embedding. */
  readonly inputSize: number;
  /** The classes (or outputs), by name or how many. */
  readonly classes: number | readonly string[];
  /** H. Default 32. */
  readonly hiddenSize?: number;
  /** Cells one above the other. Default 1. */
  readonly layers?: number;
  /** Whether each layer reads the sequence from both ends. Default false. */
  readonly bidirectional?: boolean;
  /** The rank of W; 0, the default, for a full matrix. */
  readonly wRank?: number;
  /** The rank of U; 0, the default, for a full matrix. */
  readonly uRank?: number;
  /** Default hardSigmoid4. */
  readonly gate?: Architecture['gate'];
  /** Default hardTanh. */
  readonly update?: Architecture['update'];
  /** Default softmax. */
  readonly head?: Architecture['head'];
  /** Default last. */
  readonly output?: Architecture['output'];
  /** Tokens that the network knows; 0, the default, for inputs that are numbers. */
  readonly vocabulary?: number;
  /** Decides the first values of the parameters. Default 1. */
  readonly seed?: number;
}

/** What a FastGRNN has beside. */
export interface FastGRNNOptions extends NetworkOptions {
  /** Whether zeta and nu are vectors, a number a unit. Default: one number each. */
  readonly vectorZetaNu?: boolean;
  /** zeta and nu learnt (free, the default), or 1 and 0 (tied): a state that stays bounded in streams. */
  readonly residual?: 'free' | 'tied';
}

/** What a FastRNN has beside. */
export interface FastRNNOptions extends Omit<NetworkOptions, 'gate'> {
  /** alpha and beta both learnt (free, the default), beta = 1 - alpha (tied), or neither learnt (fixed). */
  readonly residual?: Architecture['residual'];
  readonly alpha?: number;
  readonly beta?: number;
}

/** What a RNN or a FastRNN-vector has: no gate. */
export type RNNOptions = Omit<NetworkOptions, 'gate'>;

/** What a GRU has beside. */
export interface GRUOptions extends NetworkOptions {
  /** Whether the reset gate comes before the recurrent product or after it. Default after, as in PyTorch and Keras. */
  readonly reset?: 'before' | 'after';
}

/** What an LSTM has beside. */
export interface LSTMOptions extends NetworkOptions {
  /** The first value of the forget gate's bias. Default 1. */
  readonly forgetBias?: number;
}

export type CellOptions = FastGRNNOptions | FastRNNOptions | RNNOptions | GRUOptions | LSTMOptions;

/** Throws `RecipeError` or `ArchitectureError` that name the field, its value and what is allowed. */
export function architectureFrom(cell: Architecture['cell'], options: CellOptions): Architecture {
  const {
    inputSize,
    vocabulary = 0,
    hiddenSize,
    wRank,
    uRank,
    seed,
    classes: _,
    backend: __,
    wasm: ___,
    fma: ____,
    ...rest
  } = options;
  // Sizes have no upper bound here but the machine's; the other fields are the recipe's.
  const fields = Object.fromEntries(Object.entries({ cell, ...rest }).filter(([, value]) => value !== undefined));
  const resolved = resolveRecipe({ ...(seed === undefined ? {} : { seed }), network: fields }, `${cell}.create`);
  const {
    embedding,
    alpha,
    beta,
    vectorZetaNu,
    reset,
    forgetBias,
    layers = 1,
    bidirectional = false,
    ...network
  } = resolved.network;
  if (embedding > 0) {
    throw new ApiError(
      `embedding: ${embedding}; here the embedding's size is inputSize, and vocabulary says how many tokens there are`,
    );
  }
  const architecture: Architecture = {
    ...network,
    hiddenSize: hiddenSize ?? network.hiddenSize,
    wRank: wRank ?? network.wRank,
    uRank: uRank ?? network.uRank,
    inputSize,
    vocabulary,
    classes: classNamesFrom(options).length,
    ...stackFields(layers, bidirectional),
    ...optionalFields({ alpha, beta, vectorZetaNu, reset, forgetBias }),
  };
  checkArchitecture(architecture);
  return architecture;
}

/** The names of the classes; numbers where only their count is given. */
export function classNamesFrom({ classes }: Pick<NetworkOptions, 'classes'>): readonly string[] {
  if (typeof classes !== 'number') return classes;
  if (Number.isInteger(classes) && classes >= 1) return Array.from({ length: classes }, (_, i) => String(i));
  throw new ApiError(`classes: ${classes} must be an integer above 0, or the list of their names`);
}
