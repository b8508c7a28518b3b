import { beforeAll, describe, expect, it } from 'vitest';
import { loadKernels, type Kernels } from '../kernels/index.js';
import { Optimiser } from '../network/index.js';
import { Exchange, exchangeBuffers, TrainingStopped } from './exchange.js';

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels();
});

/** Float32 sums that depend on the order: 1 is lost beside 1e8, but not beside 0. */
const values = [1e8, 1, -1e8, 1, 3];
const inOrder = values.reduce((sum, value) => Math.fround(sum + value), 0);

describe('the exchange of gradients', () => {
  it('adds shards up in their order, whoever left them', async () => {
    expect(inOrder).not.toBe(values.toReversed().reduce((sum, value) => Math.fround(sum + value), 0));
    for (const workers of [1, 2, 3]) {
      const buffers = exchangeBuffers(workers, values.length, 2, 0);
      const exchanges = Array.from({ length: workers }, (_, worker) => new Exchange(buffers, worker));
      // The last worker is the first to leave its shards.
      values.forEach((_, i) => {
        const shard = values.length - 1 - i;
        exchanges[shard % workers].put(shard, Float32Array.of(values[shard], shard), shard / 4);
      });
      const results = await Promise.all(
        exchanges.map(async (exchange) => {
          const optimiser = new Optimiser(kernels, 2);
          await exchange.together();
          return { loss: exchange.sum(optimiser, values.length), total: optimiser.gradient };
        }),
      );
      for (const { loss, total } of results) expect([...total, loss]).toEqual([inOrder, 10, 2.5]);
    }
  });

  it('keeps iterations apart, though a fast worker is already in the next one', async () => {
    const buffers = exchangeBuffers(2, 2, 1, 1);
    const sums = await Promise.all(
      [0, 1].map(async (worker) => {
        const exchange = new Exchange(buffers, worker);
        const optimiser = new Optimiser(kernels, 1);
        const seen: number[] = [];
        for (let iteration = 0; iteration < 5; iteration++) {
          exchange.put(worker, Float32Array.of(10 ** iteration * (worker + 1)), 0);
          await exchange.together();
          exchange.sum(optimiser, 2);
          seen.push(optimiser.gradient[0]);
        }
        return seen;
      }),
    );
    for (const seen of sums) expect(seen).toEqual([3, 30, 300, 3000, 30000]);
  });

  it('adds up only the shards of the batch at hand', () => {
    const exchange = new Exchange(exchangeBuffers(1, 3, 1, 0), 0);
    const optimiser = new Optimiser(kernels, 1);
    for (const shards of [3, 1, 2]) {
      for (let shard = 0; shard < shards; shard++) exchange.put(shard, Float32Array.of(1), 1);
      expect(exchange.sum(optimiser, shards)).toBe(shards);
      expect(optimiser.gradient[0]).toBe(shards);
    }
  });

  it('adds up the blocks of an evaluation', async () => {
    const buffers = exchangeBuffers(2, 1, 1, 3);
    const results = await Promise.all(
      [0, 1].map(async (worker) => {
        const exchange = new Exchange(buffers, worker);
        for (let block = worker; block < 3; block += 2) exchange.putBlock(block, block + 1, 0.5);
        await exchange.together();
        return exchange.sumBlocks(3);
      }),
    );
    for (const sums of results) expect(sums).toEqual({ correct: 6, loss: 1.5 });
  });
});

describe('a stop', () => {
  it('ends the wait of every other worker', async () => {
    const buffers = exchangeBuffers(3, 1, 1, 0);
    const [failing, ...others] = [0, 1, 2].map((worker) => new Exchange(buffers, worker));
    const waits = others.map((exchange) => exchange.together());
    failing.stop();
    for (const wait of waits) await expect(wait).rejects.toThrow(TrainingStopped);
  });
});
