import { exp, ln } from './elementary.js';

/** The probability of at most `count` events where `mean` are expected. */
export function poissonAtMost(count: number, mean: number): number {
  if (mean === 0) return 1;
  let logarithm = -mean + count * ln(mean);
  for (let k = 2; k <= count; k++) logarithm -= ln(k);
  let term = 1;
  let sum = 1;
  for (let k = count; k > 0 && term > 1e-18 * sum; k--) {
    term *= k / mean;
    sum += term;
  }
  return Math.min(1, exp(logarithm + ln(sum)));
}

/**
 * The upper bound of the mean of a Poisson distribution that gave `count` events: were the mean larger, so few events would have a
 * probability below 1 - level (Garwood, 1936, one-sided). Of no events at 95 % it is 3.00.
 */
export function poissonUpperBound(count: number, level = 0.95): number {
  let low = count;
  let high = 10 + count + 10 * Math.sqrt(count + 1);
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (poissonAtMost(count, middle) > 1 - level) low = middle;
    else high = middle;
  }
  return high;
}
