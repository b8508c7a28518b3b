import { cos, sin } from './elementary.js';
import { mean, standardError } from './statistics.js';

/**
 * P(|t| < sqrt(df) tan(theta)) of Student's t with a whole number of degrees of freedom: the finite sums of Abramowitz and
 * Stegun, 26.7.3 and 26.7.4.
 */
function within(theta: number, df: number): number {
  const c = cos(theta);
  const s = sin(theta);
  const odd = df % 2 === 1;
  let term = odd ? c : 1;
  let sum = df === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= df - 2; k += 2) {
    term *= ((k - 1) / k) * c * c;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (theta + s * sum) : s * sum;
}

/**
 * The t within which, on both sides of 0, Student's distribution has `probability`.
 *
 * @param df degrees of freedom, a whole number from 1
 */
export function studentQuantile(df: number, probability: number): number {
  let low = 0;
  let high = Math.PI / 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (within(middle, df) < probability) low = middle;
    else high = middle;
  }
  return (Math.sqrt(df) * sin(low)) / cos(low);
}

/** The 95 % interval of a mean by Student's t; undefined of fewer than two values. */
export function meanInterval(values: ArrayLike<number>): readonly [number, number] | undefined {
  if (values.length < 2) return undefined;
  const half = studentQuantile(values.length - 1, 0.95) * standardError(values);
  return [mean(values) - half, mean(values) + half];
}
