import type { LossOptions, NetworkEngine, Optimiser } from '../network/index.js';
import { cutAt, shardsFor } from './batches.js';
import type { Exchange } from './exchange.js';

/** A batch that is to be differentiated. */
export interface ShardedBatch {
  /** Rows of the whole batch. */
  readonly count: number;
  readonly shards: number;
  /** Writes rows `start` to `end - 1` of the batch into the engine. Returns the steps of the longest. */
  place(start: number, end: number): number;
  /** Of the rows that were placed last. */
  readonly options: LossOptions;
}

/**
 * One worker's part of a batch's gradient. The batch of `count` rows is cut into shards; this worker computes its own ones
 * and adds up all workers', in shard order, so that every worker ends with the same bits, whatever their number.
 * Nothing is allocated by it, unless it must wait for another worker.
 *
 * @param optimiser receives the gradient of the batch's mean loss
 * @returns the sum of the losses, as a promise where another worker is late
 */
export function shardedGradient(
  engine: NetworkEngine,
  exchange: Exchange,
  batch: ShardedBatch,
  optimiser: Optimiser,
): number | Promise<number> {
  const { count } = batch;
  const shards = shardsFor(count, batch.shards);
  for (let shard = exchange.worker; shard < shards; shard += exchange.workers) {
    const start = cutAt(shard, count, shards);
    const end = cutAt(shard + 1, count, shards);
    const steps = batch.place(start, end);
    const loss = engine.lossAndGradient(end - start, steps, batch.options);
    exchange.put(shard, engine.gradient, loss);
  }
  const wait = exchange.together();
  return wait ? wait.then(() => exchange.sum(optimiser, shards)) : exchange.sum(optimiser, shards);
}
