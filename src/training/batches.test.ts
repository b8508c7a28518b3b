import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchesFor, cut, epochOrder, largestShard, mostShards, shardsFor } from './batches.js';

const rows = Uint32Array.from({ length: 200 }, (_, i) => 1000 + i);

describe('the order of an epoch', () => {
  it('has every row once', () => {
    for (const epoch of [0, 1, 99]) expect(epochOrder(rows, 5, epoch).toSorted()).toEqual(rows);
  });

  it('is a function of seed and epoch', () => {
    expect(epochOrder(rows, 5, 3)).toEqual(epochOrder(rows, 5, 3));
    expect(epochOrder(rows, 5, 3)).not.toEqual(epochOrder(rows, 5, 4));
    expect(epochOrder(rows, 5, 3)).not.toEqual(epochOrder(rows, 6, 3));
  });
});

describe('a cut', () => {
  it('is into runs that follow each other and differ by at most one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 100 }), (count, parts) => {
        const starts = cut(count, parts);
        const lengths = starts.slice(1).map((end, i) => end - starts[i]);
        expect(starts[0]).toBe(0);
        expect(starts.at(-1)).toBe(count);
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('batches and shards', () => {
  it('come near the size that was asked for, the last one too', () => {
    expect([batchesFor(100, 10), batchesFor(105, 10), batchesFor(104, 10)]).toEqual([10, 11, 10]);
    expect([batchesFor(3, 128), batchesFor(1, 1)]).toEqual([1, 1]);
  });

  it('have 8 rows a shard at least, where there are as many', () => {
    expect([64, 63, 16, 15, 8, 7, 1].map((count) => shardsFor(count, 8))).toEqual([8, 7, 2, 1, 1, 1, 1]);
    expect(shardsFor(1000, 3)).toBe(3);
    expect([47, 64, 95].map((count) => mostShards(count, 32, 8))).toEqual([5, 4, 4]);
  });

  it('are never larger than the arena is made for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 64 }),
        (count, batchSize, shards) => {
          const batches = cut(count, batchesFor(count, batchSize));
          let largest = 0;
          batches.slice(1).forEach((end, i) => {
            const size = end - batches[i];
            const starts = cut(size, shardsFor(size, shards));
            starts.slice(1).forEach((stop, j) => (largest = Math.max(largest, stop - starts[j])));
          });
          expect(largestShard(count, batchSize, shards)).toBe(largest);
        },
      ),
    );
  });
});
