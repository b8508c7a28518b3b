import { Random } from '../math/index.js';

/** Random streams of a training. Each draws from (seed, stream), so nothing depends on who drew before. */
export const streams = {
  initialise: 1,
  validation: 2,
  iterate: 3,
  shuffle: 1000,
  augment: 1_000_000,
  balance: 2_000_000,
  dropout: 3_000_000,
  join: 4_000_000,
  history: 5_000_000,
} as const;

/** The seed of what is random about one row of the data. */
export function rowSeed(seed: number, row: number): number {
  return (seed ^ Math.imul(row + 1, 0x9e3779b1)) >>> 0;
}

/** The order in which an epoch visits the rows; a function of seed and epoch alone. */
export function epochOrder(rows: Uint32Array, seed: number, epoch: number): Uint32Array<ArrayBuffer> {
  const order = Uint32Array.from(rows);
  new Random(seed, streams.shuffle + epoch).shuffle(order);
  return order;
}

/** Cuts `count` rows into `parts` runs whose lengths differ by at most one: run i is [starts[i], starts[i + 1]). */
export function cut(count: number, parts: number): number[] {
  return Array.from({ length: parts + 1 }, (_, i) => cutAt(i, count, parts));
}

/** Where run i of `cut` starts. */
export function cutAt(i: number, count: number, parts: number): number {
  return Math.floor((i * count) / parts);
}

/** How many batches of about `batchSize` rows an epoch has; all rows are used, batches differ by at most one row. */
export function batchesFor(rows: number, batchSize: number): number {
  return Math.max(1, Math.round(rows / batchSize));
}

/** How many shards a batch is cut into: the recipe's number, but none of fewer than 8 rows. Workers never change it. */
export function shardsFor(count: number, shards: number): number {
  return Math.max(1, Math.min(shards, Math.floor(count / 8)));
}

/** Into how many shards the largest batch of a training is cut. */
export function mostShards(rows: number, batchSize: number, shards: number): number {
  return shardsFor(Math.ceil(rows / batchesFor(rows, batchSize)), shards);
}

/** Rows of the largest shard that a training meets. */
export function largestShard(rows: number, batchSize: number, shards: number): number {
  const batch = rows / batchesFor(rows, batchSize);
  return Math.max(...[Math.floor(batch), Math.ceil(batch)].map((count) => Math.ceil(count / shardsFor(count, shards))));
}

/** Sorts each batch of an epoch's order by length, so that the sequences of a shard are alike; of equals the first row first. */
export function sortByLength(order: Uint32Array, starts: readonly number[], lengths: Uint32Array): void {
  for (let i = 1; i < starts.length; i++) {
    order.subarray(starts[i - 1], starts[i]).sort((a, b) => lengths[a] - lengths[b] || a - b);
  }
}
