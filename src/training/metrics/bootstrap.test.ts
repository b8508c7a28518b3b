import { describe, expect, it } from 'vitest';
import { Random } from '../../math/index.js';
import { bootstrap, quantile, tally } from './bootstrap.js';
import { classIntervals, labelIntervals, regressionIntervals } from './intervals.js';
import { wilsonInterval } from './classes.js';

describe('intervals by bootstrap', () => {
  const random = new Random(4);
  const rows = 400;
  const labels = Int32Array.from({ length: rows }, () => random.below(3));
  const predictions = labels.map((label) => (random.uniform() < 0.8 ? label : (label + 1) % 3));
  const each = labels.map((_, i) => i);

  it('are those of a binomial fraction where each row is a unit', () => {
    const { accuracy } = classIntervals(labels, predictions, 3, each);
    const right = labels.filter((label, i) => label === predictions[i]).length / rows;
    const wilson = wilsonInterval(right, rows);
    // The two definitions differ by about 1/n, the draws by a standard error of 0.1 of the deviation (0.02).
    accuracy?.forEach((end, i) => expect(Math.abs(end - wilson[i])).toBeLessThan(0.008));
  });

  it('widen where rows of a unit are alike', () => {
    const half = labels.map((_, i) => Math.floor(i / 40));
    const alike = labels.map((label, i) => (half[i] % 2 === 0 ? label : (label + 1) % 3));
    const width = (unitOf: Int32Array) => {
      const [low, high] = classIntervals(labels, alike, 3, unitOf).accuracy ?? [NaN, NaN];
      return high - low;
    };
    expect(width(half)).toBeGreaterThan(3 * width(each));
  });

  it('are the same for the same seed, and others for another', () => {
    const intervals = (seed: number) => classIntervals(labels, predictions, 3, each, { seed }).macroF1;
    expect(intervals(1)).toEqual(intervals(1));
    expect(intervals(1)).not.toEqual(intervals(2));
  });

  it('need two units, and draws in which there is a class', () => {
    expect(classIntervals([0, 1], [0, 1], 2, [7, 7]).accuracy).toBe(null);
    const { recall } = classIntervals([0, 0, 0], [0, 0, 1], 3, [0, 1, 2]);
    expect(recall[0]).not.toBe(null);
    expect(recall[1]).toBe(null);
  });

  it('hold what they are of', () => {
    const targets = Float64Array.from({ length: 2 * rows }, () => random.normal());
    const values = targets.map((target) => target + 0.5 * random.normal());
    const ofValues = regressionIntervals(targets, values, 2, each);
    const [low, high] = ofValues.rmse ?? [NaN, NaN];
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.5);
    expect(ofValues.r2?.[0]).toBeLessThan(0.75 + 0.1);
    const there = targets.map((target) => (target > 0 ? 1 : 0));
    const found = values.map((value) => (value > 0 ? 1 : 0));
    const { exactMatch, f1 } = labelIntervals(there, found, 2, each);
    let exact = 0;
    for (let row = 0; row < rows; row++) {
      if (there[2 * row] === found[2 * row] && there[2 * row + 1] === found[2 * row + 1]) exact++;
    }
    expect(exactMatch?.[0]).toBeLessThan(exact / rows);
    expect(exactMatch?.[1]).toBeGreaterThan(exact / rows);
    expect(f1).toHaveLength(2);
  });

  it('add up each unit once a draw of it', () => {
    const tallies = tally([5, 2, 5, 2], 2, (row, into) => into(row < 2 ? 0 : 1, row + 1));
    expect(tallies.units).toBe(2);
    expect([...tallies.starts]).toEqual([0, 2, 4]);
    expect([...tallies.amount]).toEqual([2, 4, 1, 3]);
    const seen = new Set<string>();
    bootstrap(tallies, 1, (sums, out) => {
      seen.add([...sums].join(' '));
      out[0] = sums[0];
    });
    expect([...seen].sort()).toEqual(['2 6', '3 7', '4 8']);
  });

  it('take quantiles between neighbours', () => {
    expect(quantile([0, 10, 20], 0.25)).toBe(5);
    expect(quantile([1, 2], 1)).toBe(2);
  });
});
