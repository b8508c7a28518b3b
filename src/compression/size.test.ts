import { describe, expect, test } from 'vitest';
import { keptEntries } from './threshold.js';
import { paperSize } from './size.js';

/** A FastGRNN of Table 11: hidden units, ranks, densities; features and classes of Table 1. */
function table11(h: number, rw: number, ru: number, sw: number, su: number, d: number, classes: number): number {
  const matrix = (name: string, entries: number, s: number) => ({ name, entries, nonzeros: keptEntries(entries, s) });
  const matrices = [
    matrix('W1', h * rw, sw),
    matrix('W2', d * rw, sw),
    matrix('U1', h * ru, su),
    matrix('U2', h * ru, su),
  ];
  const others = [
    { name: 'biases', entries: 2 * h },
    { name: 'scalars', entries: 2 },
    { name: 'classifier', entries: classes * h + classes },
  ];
  return paperSize(matrices, others).bytes;
}

describe("the paper's accounting", () => {
  // Table 3's model sizes, in KB of 1024 bytes, from Table 11's hyperparameters.
  test('Google-12 takes 5.5 KB', () => expect(table11(100, 16, 25, 0.3, 0.3, 32, 12) / 1024).toBeCloseTo(5.5, 1));
  test('Wakeword-2 takes 1 KB', () => expect(Math.round(table11(32, 10, 15, 0.2, 0.3, 32, 2) / 1024)).toBe(1));
  // The published 3 KB of HAR-2 do not follow from Table 11: this is the size that does.
  test('HAR-2 takes 4342 bytes, 3062 with s_u = 0.2', () => {
    expect(table11(80, 5, 40, 0.2, 0.3, 9, 2)).toBe(4342);
    expect(table11(80, 5, 40, 0.2, 0.2, 9, 2)).toBe(3062);
  });
  test('a matrix of half its entries or more is dense', () => {
    const size = (nonzeros: number) => paperSize([{ name: 'W', entries: 10, nonzeros }], []).bytes;
    expect([size(4), size(5), size(10)]).toEqual([8, 10, 10]);
  });
});
