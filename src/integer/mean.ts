import { meanSteps } from './network.js';

/**
 * Step 10 of the definition: the present state joins the sums, which are halved before they could leave 32 bits.
 *
 * @param sums [H], changed in place
 * @param count how many states are in them
 * @returns how many are in them now
 */
export function pool(sums: Int32Array, h: Int16Array, count: number): number {
  for (let j = 0; j < sums.length; j++) sums[j] += h[j];
  if (count + 1 < meanSteps) return count + 1;
  for (let j = 0; j < sums.length; j++) sums[j] >>= 1;
  return meanSteps / 2;
}

/** The mean of `count` states, [H] into `mean`: rounded to the nearest, halves away from 0; 0 before the first. */
export function meanOf(sums: Int32Array, count: number, mean: Int16Array): void {
  for (let j = 0; j < sums.length; j++) {
    const magnitude = count === 0 ? 0 : Math.trunc((Math.abs(sums[j]) + (count >> 1)) / count);
    mean[j] = sums[j] < 0 ? -magnitude : magnitude;
  }
}
