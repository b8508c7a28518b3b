import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { bitsFor, integerAffine, leastErrorBits, perInput, quantise, weightBits } from './formats.js';

describe('formats', () => {
  test('bitsFor leaves less than a bit idle and never saturates', () => {
    const random = new Random(2);
    for (let i = 0; i < 1000; i++) {
      const magnitude = 2 ** (random.uniform() * 34 - 4);
      const bits = bitsFor(magnitude);
      if (bits > -16) expect(magnitude * 2 ** bits).toBeLessThanOrEqual(32767);
      if (bits < 20) expect(magnitude * 2 ** (bits + 1)).toBeGreaterThan(32767);
    }
    expect([bitsFor(0), bitsFor(1e-9), bitsFor(1), bitsFor(32767), bitsFor(32767.5), bitsFor(1e12)]).toEqual([
      20, 20, 14, 0, -1, -16,
    ]);
  });

  test('weights use the best power of two, and are rounded by at most half a unit', () => {
    expect([1, 127 / 128, 0.9999, 127, 127.4, 127.5, 3].map((v) => weightBits(Float64Array.of(-v)))).toEqual([
      6, 7, 6, 0, 0, -1, 5,
    ]);
    const random = new Random(3);
    const values = Float64Array.from({ length: 500 }, () => random.normal());
    const { values: integers, fractionBits } = quantise(values, 20, 25);
    values.forEach((v, i) =>
      expect(Math.abs(integers[i] * 2 ** -fractionBits - v)).toBeLessThanOrEqual(2 ** -fractionBits / 2),
    );
    expect(Math.max(...integers.map(Math.abs))).toBeGreaterThanOrEqual(64);
  });

  test('a few weights are saturated where that rounds all others less', () => {
    const random = new Random(4);
    const small = Array.from({ length: 400 }, () => 0.1 * random.normal());
    const bitsWith = (largest: number, ...others: number[]) =>
      quantise(Float64Array.of(largest, ...others), 1, 1 + others.length).fractionBits;
    expect([bitsWith(0.99, ...small), bitsWith(0.997, ...small), bitsWith(1.1, ...small)]).toEqual([7, 7, 6]);
    expect([bitsWith(0.997), bitsWith(0.997, 0.996, 0.998, ...small.slice(0, 3))]).toEqual([6, 6]);
    expect(weightBits(Float64Array.of(0.6), 20, 16)).toBe(7);
    expect(leastErrorBits(Float64Array.of(0.6, ...[...small, ...small, ...small].map((v) => 0.15 * v)), 20, 16)).toBe(
      9,
    );
    expect(leastErrorBits(Float64Array.of(0.997, ...small), 6)).toBe(6);
    const { values } = quantise(Float64Array.of(-0.997, ...small), 1, 401);
    expect(values[0]).toBe(-127);
  });

  test('an affine of any scales comes back from its multipliers and remainders', () => {
    const scale = Float64Array.of(0.02, 3e-7, 0, -0.01, 0.001);
    for (const inputBits of [-3, 0, 7, 12]) {
      const { multiplier, inputShift, remainder } = integerAffine({ centre: new Int16Array(5), scale }, inputBits);
      scale.forEach((s, d) => {
        expect(multiplier[d] * remainder[d] * 2 ** -(inputShift + inputBits)).toBeCloseTo(s, 15);
        expect(Math.abs(multiplier[d]) * 2 ** -(inputShift + inputBits)).toBeLessThanOrEqual(
          Math.max(Math.abs(s), 2 ** -(inputShift + inputBits)),
        );
      });
      expect(Math.max(...multiplier.map(Math.abs))).toBeGreaterThanOrEqual(16384);
      expect(multiplier[2]).toBe(0);
    }
  });
});

test('the channels of a frame come again for each stacked frame', () => {
  const channels = { centre: Int16Array.of(1, 2), scale: Float64Array.of(0.5, 0.25) };
  expect(perInput(channels, 4)).toEqual({
    centre: Int16Array.of(1, 2, 1, 2),
    scale: Float64Array.of(0.5, 0.25, 0.5, 0.25),
  });
  expect(perInput(channels, 2)).toEqual(channels);
  const one = { centre: Int16Array.of(3), scale: Float64Array.of(2) };
  expect(perInput(one, 6)).toEqual(one);
});
