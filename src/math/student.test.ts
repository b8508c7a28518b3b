import { describe, expect, it } from 'vitest';
import { meanInterval, studentQuantile } from './student.js';

/** P(|t| < x): Simpson's rule over the density (1 + t^2 / df)^(-(df + 1) / 2), scaled by its integral over all t. */
function probabilityWithin(x: number, df: number): number {
  const density = (theta: number) => Math.cos(theta) ** (df - 1); // t = sqrt(df) tan(theta)
  const integral = (end: number) => {
    const pieces = 20_000;
    const width = end / pieces;
    let sum = density(0) + density(end);
    for (let i = 1; i < pieces; i++) sum += (i % 2 === 1 ? 4 : 2) * density(i * width);
    return (sum * width) / 3;
  };
  return integral(Math.atan(x / Math.sqrt(df))) / integral(Math.PI / 2);
}

describe("Student's t", () => {
  it.each([1, 2, 3, 4, 5, 9, 10, 29, 30])('with %i degrees of freedom has the probability that was asked for', (df) => {
    for (const probability of [0.5, 0.9, 0.95, 0.99]) {
      expect(probabilityWithin(studentQuantile(df, probability), df)).toBeCloseTo(probability, 8);
      // The next distribution's quantile would not do.
      expect(Math.abs(probabilityWithin(studentQuantile(df + 1, probability), df) - probability)).toBeGreaterThan(1e-5);
    }
  });

  it('gives the interval of a mean, and none of one value', () => {
    // Of two values the mean is off by half of their distance times tan(0.475 pi).
    const half = 0.5 * Math.tan(0.475 * Math.PI);
    const [low, high] = meanInterval([1, 2]) as [number, number];
    expect(low).toBeCloseTo(1.5 - half, 10);
    expect(high).toBeCloseTo(1.5 + half, 10);
    expect(meanInterval([1])).toBeUndefined();
  });
});
