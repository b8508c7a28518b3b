import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hardThreshold, keptEntries } from './threshold.js';

describe('hard thresholding', () => {
  test('keeps exactly the largest entries', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 0, max: 70 }),
        (entries, kept) => {
          const values = Float32Array.from(entries);
          const support = new Float32Array(entries.length);
          hardThreshold(values, support, kept);
          const inside = entries.filter((_, i) => support[i] === 1).map(Math.abs);
          const outside = entries.filter((_, i) => support[i] === 0).map(Math.abs);
          expect(inside.length).toBe(Math.min(kept, entries.length));
          expect(inside.length + outside.length).toBe(entries.length);
          if (inside.length && outside.length) expect(Math.min(...inside)).toBeGreaterThanOrEqual(Math.max(...outside));
          expect([...values]).toEqual(entries.map((v, i) => (support[i] === 1 ? v : 0)));
        },
      ),
    );
  });

  test('of equals the first stay', () => {
    const values = Float32Array.of(1, -1, 1, 2);
    const support = new Float32Array(4);
    hardThreshold(values, support, 2);
    expect([...support]).toEqual([1, 0, 0, 1]);
  });

  test('a fraction keeps at least one entry', () => {
    expect([keptEntries(10, 0.3), keptEntries(3, 0.01), keptEntries(7, 1)]).toEqual([3, 1, 7]);
  });
});
