import type { Normalisation } from '../integer/index.js';
import type { Architecture } from '../network/index.js';
import {
  batchesFor,
  cut,
  epochOrder,
  Gather,
  sortByLength,
  type InputTarget,
  type LabelledSequences,
  type OutputUnits,
} from '../training/index.js';
import { ApiError } from './errors.js';

/** How sequences of a data set become batches. */
export interface BatchesOptions {
  /** From `fitNormalisation` on the training rows, or a model's. */
  readonly normalisation?: Normalisation;
  /** Regression: the targets' mean and deviation, from `fitOutputs`. Without it targets stay as they are. */
  readonly outputs?: OutputUnits;
  /** Sequences a batch; an epoch's batches differ by one at most. Default 128. */
  readonly batchSize?: number;
  /** Which sequences. Default all. */
  readonly rows?: Uint32Array;
  /** With the epoch's number it decides the order, as in `train`. Default 1. */
  readonly seed?: number;
}

/** A batch of a data set, time-major. Its arrays are used again for the next one. */
export interface GatheredBatch {
  readonly timeMajor: true;
  rows: number;
  steps: number;
  readonly inputs: Float32Array;
  readonly tokens: Int32Array;
  readonly lengths: Int32Array;
  readonly labels: Int32Array;
  readonly targets: Float32Array;
}

/** Batches of a data set as `train` makes them, in the same order; see `network.batches`. */
export class Batches {
  readonly rows: Uint32Array;
  private readonly gather: Gather;
  private readonly seed: number;
  /** Batch i is [starts[i], starts[i + 1]) of an epoch's order. */
  private readonly starts: readonly number[];
  /** Of sequences of different lengths. */
  private readonly lengths: Uint32Array | undefined;
  private readonly batch: GatheredBatch;
  private readonly target: InputTarget;

  constructor(architecture: Architecture, sequences: LabelledSequences, options: BatchesOptions) {
    const { normalisation, outputs, batchSize = 128, seed = 1 } = options;
    const { inputSize, vocabulary, classes, output, head } = architecture;
    if (!normalisation) {
      throw new ApiError('normalisation: missing; give that of fitNormalisation on the training sequences');
    }
    if (vocabulary === 0 && sequences.features !== inputSize) {
      throw new ApiError(`sequences: ${sequences.features} values a step, but the network's inputSize is ${inputSize}`);
    }
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new ApiError(`batchSize: ${batchSize} must be an integer above 0`);
    }
    this.rows = options.rows ?? Uint32Array.from({ length: sequences.count }, (_, i) => i);
    if (this.rows.length === 0) throw new ApiError('rows: there are none; give the indices of some sequences');
    this.gather = new Gather(sequences, architecture, { normalisation, outputs });
    this.seed = seed;
    this.starts = cut(this.rows.length, batchesFor(this.rows.length, batchSize));
    this.lengths = sequences.lengths.some((length) => length !== sequences.steps) ? sequences.lengths : undefined;
    const most = this.starts.reduce((rows, start, i) => Math.max(rows, start - (this.starts[i - 1] ?? 0)), 0);
    const results = output === 'every' ? most * sequences.steps : most;
    const { steps } = sequences;
    this.batch = {
      timeMajor: true,
      rows: 0,
      steps: 0,
      inputs: new Float32Array(vocabulary > 0 ? 0 : most * steps * inputSize),
      tokens: new Int32Array(vocabulary > 0 ? most * steps : 0),
      lengths: new Int32Array(most),
      labels: new Int32Array(results),
      targets: new Float32Array(head === 'softmax' ? 0 : results * classes),
    };
    const { inputs, tokens, lengths, labels, targets } = this.batch;
    this.target = { input: inputs, inputStride: inputSize, tokens, lengths, labels, targets, targetStride: classes };
  }

  /** Batches in an epoch. */
  get count(): number {
    return this.starts.length - 1;
  }

  /** All sequences once, shuffled by seed and epoch. Every batch is the same object, filled anew. */
  *epoch(epoch: number): Generator<GatheredBatch> {
    const order = epochOrder(this.rows, this.seed, epoch);
    if (this.lengths) sortByLength(order, this.starts, this.lengths);
    yield* this.inOrder(order);
  }

  /** All sequences once, in their own order: for evaluations. */
  *all(): Generator<GatheredBatch> {
    yield* this.inOrder(this.rows);
  }

  private *inOrder(order: Uint32Array): Generator<GatheredBatch> {
    const { batch, gather, starts, target } = this;
    for (let i = 0; i < this.count; i++) {
      const range = [starts[i], starts[i + 1]] as const;
      batch.rows = range[1] - range[0];
      batch.steps = gather.plain(target, order, ...range);
      yield batch;
    }
  }
}
