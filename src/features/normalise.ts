import { framesOf, type Int16Sequences, type Normalisation } from '../integer/index.js';

/** How inputs are normalised: each channel by its own mean and deviation, all channels by one, or not at all. */
export type NormaliseKind = 'channel' | 'global' | 'none';

/**
 * The mean, rounded to a whole input unit, and one over the standard deviation, over the frames of the given sequences (those
 * that windows share count once a window). A channel that never changes gets scale 0. Without normalisation `a` is the
 * physical value: scale = lsb.
 *
 * @param lsb [channels], the physical value of one count
 */
export function fitNormalisation(
  kind: NormaliseKind,
  sequences: Int16Sequences,
  rows: Uint32Array,
  lsb: Float64Array,
): Normalisation {
  const { channels } = sequences;
  if (kind === 'none') return { centre: new Int16Array(channels), scale: Float64Array.from(lsb) };
  const groups = kind === 'global' ? 1 : channels;
  const sums = new Float64Array(channels);
  let frames = 0;
  for (const row of rows) {
    const values = framesOf(sequences, row);
    accumulate(sums, values, undefined);
    frames += values.length / channels;
  }
  const n = frames * (channels / groups);
  const centre = Int16Array.from(pool(sums, groups), (sum) => Math.round(sum / n));
  const squares = new Float64Array(channels);
  for (const row of rows) accumulate(squares, framesOf(sequences, row), centre);
  const scale = pool(squares, groups).map((sum) => (sum > 0 ? 1 / Math.sqrt(sum / n) : 0));
  return { centre, scale };
}

/** Adds each channel's values, or their squared distances from `centre`. Sums of whole numbers below 2^53 are exact. */
function accumulate(sums: Float64Array, values: Int16Array, centre: Int16Array | undefined): void {
  const channels = sums.length;
  for (let i = 0; i < values.length; i += channels) {
    for (let c = 0; c < channels; c++) {
      const value = values[i + c];
      if (centre) {
        const distance = value - centre[centre.length > 1 ? c : 0];
        sums[c] += distance * distance;
      } else sums[c] += value;
    }
  }
}

function pool(sums: Float64Array, groups: number): Float64Array {
  if (groups > 1) return sums;
  let total = 0;
  for (const sum of sums) total += sum;
  return Float64Array.of(total);
}
