import type { LossOptions, NetworkEngine } from '../network/index.js';
import { cut, shardsFor } from './batches.js';
import type { Exchange } from './exchange.js';

/** How the rows of one shard, which now stand in the engine, are to be differentiated. */
export interface PlacedShard extends Omit<LossOptions, 'batchRows'> {
  /** Time steps of the longest row. */
  readonly steps: number;
}

/**
 * One worker's part of a batch's gradient. The batch of `count` rows is cut into shards; this worker computes its own ones
 * and adds up all workers', in shard order, so that every worker ends with the same bits, whatever their number.
 *
 * @param place writes rows `start` to `end - 1` of the batch into the engine
 * @param total receives the gradient of the batch's mean loss
 * @returns the sum of the losses
 */
export async function shardedGradient(
  engine: NetworkEngine,
  exchange: Exchange,
  batch: { readonly count: number; readonly shards: number },
  place: (start: number, end: number) => PlacedShard,
  total: Float32Array,
): Promise<number> {
  const { count } = batch;
  const starts = cut(count, shardsFor(count, batch.shards));
  const shards = starts.length - 1;
  for (let shard = exchange.worker; shard < shards; shard += exchange.workers) {
    const [start, end] = [starts[shard], starts[shard + 1]];
    const { steps, ...options } = place(start, end);
    const loss = engine.lossAndGradient(end - start, steps, { batchRows: count, ...options });
    exchange.put(shard, engine.gradient, loss);
  }
  return exchange.sum(total, shards);
}
