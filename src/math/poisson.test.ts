import { describe, expect, it } from 'vitest';
import { poissonAtMost, poissonUpperBound } from './index.js';

describe('the Poisson distribution', () => {
  it('sums to what its terms are', () => {
    const direct = (count: number, mean: number) => {
      let term = Math.exp(-mean);
      let sum = term;
      for (let k = 1; k <= count; k++) sum += term *= mean / k;
      return sum;
    };
    for (const mean of [0.1, 1, 7.5, 40]) {
      for (const count of [0, 1, 5, 30, 60]) expect(poissonAtMost(count, mean)).toBeCloseTo(direct(count, mean), 12);
    }
    expect(poissonAtMost(0, 0)).toBe(1);
  });

  it('has the bounds of half the quantiles of chi-squared with 2 count + 2 degrees of freedom', () => {
    // Pearson and Hartley, Biometrika Tables for Statisticians I, table 8: chi-squared at 95 %, of 2, 4, 12 and 22 degrees.
    for (const [count, quantile] of [
      [0, 5.99146],
      [1, 9.48773],
      [5, 21.0261],
      [10, 33.9244],
    ]) {
      expect(poissonUpperBound(count)).toBeCloseTo(quantile / 2, 4);
    }
    expect(poissonAtMost(4000, poissonUpperBound(4000))).toBeCloseTo(0.05, 6);
  });
});
