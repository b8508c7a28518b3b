import { describe, expect, test } from 'vitest';
import { equalSequences } from '../integer/index.js';
import { Random } from '../math/index.js';
import { fitNormalisation } from './normalise.js';

const count = 9;
const steps = 11;
const features = 4;
const rows = Uint32Array.of(7, 0, 3, 4);

/** Channels of different means and spreads; the third never changes in the given rows. */
function sequences(seed: number) {
  const random = new Random(seed);
  const centres = [200, -4000, 77, 30000];
  const spreads = [3, 900, 0, 2000];
  const values = Int16Array.from({ length: count * steps * features }, (_, i) =>
    Math.max(-32768, Math.min(32767, Math.round(centres[i % features] + spreads[i % features] * random.normal()))),
  );
  return equalSequences(values, { count, steps, channels: features });
}

/** All values of a channel, or of all channels, in the rows. */
function taken({ values }: { values: Int16Array }, channel?: number): number[] {
  return Array.from(rows)
    .flatMap((row) => [...values.subarray(row * steps * features, (row + 1) * steps * features)])
    .filter((_, i) => channel === undefined || i % features === channel);
}

/** Welford's running mean and sum of squares: another way than sums of whole numbers. */
function statistics(values: readonly number[]): { mean: number; deviation: number } {
  let mean = 0;
  let squares = 0;
  values.forEach((value, i) => {
    const delta = value - mean;
    mean += delta / (i + 1);
    squares += delta * (value - mean);
  });
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

const lsb = Float64Array.of(0.5, 1, 2, 4);

describe('a normalisation', () => {
  test.each([1, 2, 3])('by channel has the mean and deviation of each', (seed) => {
    const data = sequences(seed);
    const { centre, scale } = fitNormalisation('channel', data, rows, lsb);
    expect([centre.length, scale.length]).toEqual([features, features]);
    for (let d = 0; d < features; d++) {
      const { mean, deviation } = statistics(taken(data, d));
      // The nearest whole number; Welford's mean is good to 1e-9 here, and no mean of 44 counts is as close to a half.
      expect(Math.abs(centre[d] - mean)).toBeLessThanOrEqual(0.5 + 1e-9);
      // The deviation is taken from the rounded centre: its square is larger by (mean - centre)^2.
      const expected = deviation === 0 ? 0 : 1 / Math.sqrt(deviation ** 2 + (mean - centre[d]) ** 2);
      expect(Math.abs(scale[d] - expected)).toBeLessThanOrEqual(1e-12 * expected);
    }
  });

  test('of all channels together has one mean and deviation', () => {
    const data = sequences(4);
    const { centre, scale } = fitNormalisation('global', data, rows, lsb);
    const { mean, deviation } = statistics(taken(data));
    expect([...centre]).toEqual([Math.round(mean)]);
    expect(scale.length).toBe(1);
    expect(scale[0]).toBeCloseTo(1 / Math.sqrt(deviation ** 2 + (mean - centre[0]) ** 2), 12);
  });

  test('looks at the given rows alone', () => {
    const data = sequences(5);
    const other = { ...data, values: data.values.slice() };
    for (const row of [1, 2, 5, 6, 8]) other.values.fill(32767, row * steps * features, (row + 1) * steps * features);
    for (const kind of ['channel', 'global'] as const) {
      expect(fitNormalisation(kind, other, rows, lsb)).toEqual(fitNormalisation(kind, data, rows, lsb));
      const touched = { ...data, values: data.values.slice() };
      touched.values[(7 * steps + 2) * features + 1] += 500;
      expect(fitNormalisation(kind, touched, rows, lsb)).not.toEqual(fitNormalisation(kind, data, rows, lsb));
    }
  });

  test('of a channel that never changes has scale 0, and only of it', () => {
    const { centre, scale } = fitNormalisation('channel', sequences(6), rows, lsb);
    expect(centre[2]).toBe(77);
    expect(Array.from(scale, (s) => s > 0)).toEqual([true, true, false, true]);
  });

  test('of whole ranges stays exact: squares of 65535 add up', () => {
    const values = Int16Array.from({ length: 4000 }, (_, i) => (i % 2 ? 32767 : -32768));
    const all = Uint32Array.from({ length: 1000 }, (_, i) => i);
    const { centre, scale } = fitNormalisation(
      'channel',
      equalSequences(values, { count: 1000, steps: 4, channels: 1 }),
      all,
      lsb,
    );
    // The mean is -1/2, which rounds up to 0 (halves go up); the deviation from 0 is that of the two ends.
    expect(centre[0] === 0).toBe(true);
    expect(scale[0]).toBe(1 / Math.sqrt((32767 ** 2 + 32768 ** 2) / 2));
  });

  test('that does nothing gives physical values', () => {
    const { centre, scale } = fitNormalisation('none', sequences(7), rows, lsb);
    expect([...centre]).toEqual([0, 0, 0, 0]);
    expect([...scale]).toEqual([...lsb]);
    expect(scale).not.toBe(lsb);
  });
});
