import { tanhKnots } from '../math/index.js';

/** tanh(k / 2) rounded to 14 bits, k = 0..8: the knots that a device has of `tanh8`. */
const knots = Array.from(tanhKnots(8, 2), (knot) => knot / 16384);

/**
 * The lines of `tanh8` over x >= 0. The function is concave there, so it is the least of them: `intercept + slope x`, the last
 * one flat.
 */
export const tanhLines: readonly { readonly intercept: number; readonly slope: number }[] = knots.map((low, k) => {
  const slope = k < 8 ? 2 * (knots[k + 1] - low) : 0;
  return { intercept: low - (slope * k) / 2, slope };
});
