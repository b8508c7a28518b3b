import type { Int16Sequences, Normalisation } from '../integer/index.js';

/** How inputs are normalised: each channel by its own mean and deviation, all channels by one, or not at all. */
export type NormaliseKind = 'channel' | 'global' | 'none';

/**
 * The mean, rounded to a whole input unit, and one over the standard deviation, over the given sequences. A channel that
 * never changes gets scale 0. Without normalisation `a` is the physical value: scale = lsb.
 */
export function fitNormalisation(
  kind: NormaliseKind,
  sequences: Int16Sequences,
  rows: Uint32Array,
  lsb: Float64Array,
): Normalisation {
  const { features } = sequences;
  if (kind === 'none') return { centre: new Int16Array(features), scale: Float64Array.from(lsb) };
  const size = sequences.steps * features;
  const sums = new Float64Array(features);
  for (const row of rows) accumulate(sums, sequences.values, row * size, size, features, undefined);
  const channels = kind === 'global' ? 1 : features;
  const n = rows.length * sequences.steps * (features / channels);
  const centre = Int16Array.from(pool(sums, channels), (sum) => Math.round(sum / n));
  const squares = new Float64Array(features);
  for (const row of rows) accumulate(squares, sequences.values, row * size, size, features, centre);
  const scale = pool(squares, channels).map((sum) => (sum > 0 ? 1 / Math.sqrt(sum / n) : 0));
  return { centre, scale };
}

/** Adds each channel's values, or their squared distances from `centre`. Sums of whole numbers below 2^53 are exact. */
function accumulate(
  sums: Float64Array,
  values: Int16Array,
  start: number,
  size: number,
  features: number,
  centre: Int16Array | undefined,
): void {
  for (let i = 0; i < size; i += features) {
    for (let d = 0; d < features; d++) {
      const value = values[start + i + d];
      if (centre) {
        const distance = value - centre[centre.length > 1 ? d : 0];
        sums[d] += distance * distance;
      } else sums[d] += value;
    }
  }
}

function pool(sums: Float64Array, channels: number): Float64Array {
  if (channels > 1) return sums;
  let total = 0;
  for (const sum of sums) total += sum;
  return Float64Array.of(total);
}
