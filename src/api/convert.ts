import { boardNames, simulate as simulateNetwork, type BoardName, type BoardResult } from '../boards/index.js';
import type { Sequences } from '../data/index.js';
import { exportC as exportNetwork, type ExportCOptions } from '../firmware/index.js';
import type { IntegerNetwork } from '../integer/index.js';
import type { KernelOptions } from '../kernels/index.js';
import {
  bootstrapUnits,
  headerOptionsOf,
  headShapeOf,
  integerModel,
  outputsOfModel,
  runSequences,
  type ConversionOptions,
  type IntegerModel,
  type Model,
} from '../pipeline/index.js';
import {
  decisionsOf,
  labelledRows,
  mainMetrics,
  scoresOf,
  type MainMetric,
  type Outputs,
  type Scores,
} from '../training/index.js';
import { ApiError } from './errors.js';
import { ConvertedModel } from './converted.js';
import { RecurrentNetwork } from './network.js';

/**
 * The integer network of a float model or network: int8 weights, int16 values, no floating point.
 *
 * @throws IntegerNetworkError where the network can't be one; ApiError where a network of one's own isn't calibrated
 */
export function convert(model: Model | RecurrentNetwork, options: ConversionOptions = {}): ConvertedModel {
  if (model instanceof RecurrentNetwork) return model.convert(options);
  return new ConvertedModel(integerModel(model, options));
}

/**
 * The integer network as portable C99: the texts of `PREFIX.h` and `PREFIX.c` by file name. Of a model, the header says what
 * classes and inputs mean.
 *
 * @throws ExportError when the prefix can't begin names of C
 */
export function exportC(model: IntegerModel | IntegerNetwork, options: ExportCOptions): Record<string, string> {
  if (!('facts' in model)) return exportNetwork(model, options);
  return exportNetwork(model.network, { ...headerOptionsOf(model.facts), ...options });
}

export interface SimulateModelOptions {
  /** Default uno. */
  readonly board?: BoardName;
  /** Sequences that the board shall see beside those that saturate and wander, such as `dataset.test`. */
  readonly sequences?: Sequences;
}

/** Runs the integer network on a simulated board and compares every value of every step with the definition. */
export async function simulate(
  model: IntegerModel | IntegerNetwork,
  options: SimulateModelOptions = {},
): Promise<BoardResult> {
  const { board = 'uno', sequences } = options;
  if (!boardNames.includes(board)) throw new ApiError(`board: there is no ${board}; boards: ${boardNames.join(', ')}`);
  const network = 'facts' in model ? model.network : model;
  return simulateNetwork(network, { board, ...(sequences ? { sequences: runSequences(network, sequences) } : {}) });
}

/** How good a model is: the main metric of its head (`test`: accuracy, micro F1 or R2) with its interval, and what stands beside it. */
export interface ModelEvaluation extends Scores {
  readonly metric: MainMetric;
  /** What the network said of each sequence (or labelled step), beside what is right. */
  readonly outputs: Outputs;
}

/** A float or an integer model on labelled sequences of a data set, such as `dataset.test`. */
export async function evaluate(
  model: Model,
  sequences: Sequences,
  kernels: KernelOptions = {},
): Promise<ModelEvaluation> {
  const shape = headShapeOf(model);
  const rows = labelledRows(sequences, shape);
  if (rows.rows === 0) throw new ApiError('sequences: none has a label or target, so there is nothing to compare with');
  const outputs = await outputsOfModel(model, rows, kernels);
  const { unitOf } = bootstrapUnits(sequences, rows.sequences);
  return { metric: mainMetrics[shape.head], ...scoresOf(outputs, decisionsOf(outputs), unitOf), outputs };
}
