import type { Normalisation } from '../integer/index.js';
import { batchesFor, cut, epochOrder, Gather, type LabelledSequences } from '../training/index.js';
import { ApiError } from './errors.js';

/** How sequences of a data set become batches. */
export interface BatchesOptions {
  /** From `fitNormalisation` on the training rows, or a model's. */
  readonly normalisation: Normalisation;
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
  readonly labels: Int32Array;
}

/**
 * Batches of a data set as `train` makes them, normalised, in the same order.
 *
 * ```ts
 * const batches = new Batches(dataset.train, { normalisation, batchSize: 64 });
 * for (let epoch = 0; epoch < 20; epoch++) for (const batch of batches.epoch(epoch)) network.lossAndGradient(batch);
 * ```
 */
export class Batches {
  readonly rows: Uint32Array;
  private readonly gather: Gather;
  private readonly seed: number;
  /** Batch i is [starts[i], starts[i + 1]) of an epoch's order. */
  private readonly starts: number[];
  private readonly batch: GatheredBatch;
  private readonly inputSize: number;

  constructor(sequences: LabelledSequences, options: BatchesOptions) {
    const { normalisation, batchSize = 128, seed = 1 } = options;
    this.rows = options.rows ?? Uint32Array.from({ length: sequences.count }, (_, i) => i);
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new ApiError(`batchSize: ${batchSize} must be an integer above 0`);
    }
    if (this.rows.length === 0) throw new ApiError('rows: there are none; give the indices of some sequences');
    this.gather = new Gather(sequences, normalisation);
    this.seed = seed;
    this.starts = cut(this.rows.length, batchesFor(this.rows.length, batchSize));
    this.inputSize = sequences.features;
    const largest = this.starts.reduce((most, start, i) => Math.max(most, (this.starts[i + 1] ?? start) - start), 0);
    this.batch = {
      timeMajor: true,
      rows: 0,
      steps: 0,
      inputs: new Float32Array(largest * sequences.steps * sequences.features),
      labels: new Int32Array(largest),
    };
  }

  /** Batches in an epoch. */
  get count(): number {
    return this.starts.length - 1;
  }

  /** All sequences once, shuffled by seed and epoch. Every batch is the same object, filled anew. */
  *epoch(epoch: number): Generator<GatheredBatch> {
    yield* this.inOrder(epochOrder(this.rows, this.seed, epoch));
  }

  /** All sequences once, in their own order: for evaluations. */
  *all(): Generator<GatheredBatch> {
    yield* this.inOrder(this.rows);
  }

  private *inOrder(order: Uint32Array): Generator<GatheredBatch> {
    const { batch, gather, starts } = this;
    const target = { input: batch.inputs, inputStride: this.inputSize, labels: batch.labels };
    for (let i = 0; i < this.count; i++) {
      const range = [starts[i], starts[i + 1]] as const;
      batch.rows = range[1] - range[0];
      batch.steps = gather.steps(order, ...range);
      gather.plain(target, order, ...range);
      yield batch;
    }
  }
}
