import { tanh } from './elementary.js';

/** tanh(k / perUnit) in Q14, k = 0..last: the knots that devices interpolate a tanh between. */
export function tanhKnots(last: number, perUnit: number): Int16Array {
  return Int16Array.from({ length: last + 1 }, (_, k) => Math.round(16384 * tanh(k / perUnit)));
}
