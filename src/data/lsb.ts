import { exponentOf, powerOfTwo } from '../math/index.js';
import type { Recipe } from '../recipe/index.js';
import { DataError } from './errors.js';
import type { PhysicalValues, Recorded } from './recorded.js';
import { sharedInt16, type Sequences } from './sequences.js';

type LsbSetting = Recipe['data']['input']['lsb'];

/** The largest and smallest counts of int16. */
const highest = 32767;
const lowest = -32768;

/**
 * The physical value of one int16 count, [channels].
 *
 * `auto`: 1 where all training values are whole numbers that fit int16, as from a sensor's registers or pixels; else for
 * each channel the smallest power of two for which twice the largest magnitude of the TRAINING recordings fits int16.
 *
 * @throws DataError where a list has another length than there are channels
 */
export function chooseLsb(setting: LsbSetting, train: Recorded): Float64Array {
  const { channels, pieces } = train;
  if (typeof setting === 'number') return new Float64Array(channels).fill(setting);
  if (setting !== 'auto') {
    if (setting.length === channels) return Float64Array.from(setting);
    throw new DataError(
      `data.input.lsb: a list of ${setting.length} for ${channels} channels; give ${channels} numbers, one number for all, or auto`,
    );
  }
  if (pieces.every(isWhole)) return new Float64Array(channels).fill(1);
  const largest = new Float64Array(channels);
  for (const values of pieces) {
    for (let i = 0; i < values.length; i += channels) {
      for (let c = 0; c < channels; c++) {
        const magnitude = Math.abs(values[i + c]);
        if (magnitude > largest[c]) largest[c] = magnitude;
      }
    }
  }
  return largest.map(lsbFor);
}

/** Rounds recordings to counts of `lsb`, [channels]: halves go up (to the greater count), what is out of range saturates. */
export function quantise(recorded: Recorded, lsb: Float64Array): Sequences {
  const { pieces, ...views } = recorded;
  const { channels } = views;
  const counts = sharedInt16(pieces.reduce((sum, { length }) => sum + length, 0));
  const asTheyAre = areCounts(lsb);
  let at = 0;
  for (const values of pieces) {
    if (asTheyAre(values)) counts.set(values, at);
    else {
      for (let i = 0; i < values.length; i += channels) {
        for (let c = 0; c < channels; c++) {
          counts[at + i + c] = Math.min(highest, Math.max(lowest, Math.round(values[i + c] / lsb[c])));
        }
      }
    }
    at += values.length;
  }
  return { ...views, values: counts };
}

/** Tells of values whether they are their own counts of `lsb`. */
function areCounts(lsb: Float64Array): (values: PhysicalValues) => boolean {
  const ofOne = lsb.every((unit) => unit === 1);
  return (values) => ofOne && areInt16(values);
}

function areInt16(values: PhysicalValues): boolean {
  return values instanceof Int16Array || values instanceof Uint8Array;
}

/** Whether all values are whole numbers of int16. */
function isWhole(values: PhysicalValues): boolean {
  if (areInt16(values)) return true;
  for (const value of values) if (!Number.isInteger(value) || value < lowest || value > highest) return false;
  return true;
}

/** The share of values that lie beyond what int16 counts of `lsb` hold. */
export function saturatedShare({ pieces, channels }: Recorded, lsb: Float64Array): number {
  let beyond = 0;
  let all = 0;
  for (const values of pieces) {
    for (let i = 0; i < values.length; i += channels) {
      for (let c = 0; c < channels; c++) {
        const count = Math.round(values[i + c] / lsb[c]);
        if (count > highest || count < lowest) beyond++;
      }
    }
    all += values.length;
  }
  return beyond / all;
}

/** For each channel the share of its values other than 0 that are 0 counts of `lsb`. */
export function vanishingShares({ pieces, channels }: Recorded, lsb: Float64Array): Float64Array {
  const vanished = new Float64Array(channels);
  const all = new Float64Array(channels);
  const asTheyAre = areCounts(lsb);
  for (const values of pieces) {
    if (asTheyAre(values)) continue; // none vanishes
    for (let i = 0; i < values.length; i += channels) {
      for (let c = 0; c < channels; c++) {
        if (values[i + c] === 0) continue;
        all[c]++;
        if (Math.round(values[i + c] / lsb[c]) === 0) vanished[c]++;
      }
    }
  }
  return vanished.map((count, c) => count / Math.max(1, all[c]));
}

/** The unit of counts for values of that magnitude: the smallest power of two, at least 2^-126 and 1 for nothing, of which 32767 hold 2 * largest. */
export function lsbFor(largest: number): number {
  if (largest === 0) return 1;
  if (largest < powerOfTwo(-113)) return powerOfTwo(-126);
  const exponent = exponentOf(largest) - 13; // 2 * largest / 2^exponent is in [2^14, 2^15)
  return powerOfTwo((2 * largest) / powerOfTwo(exponent) <= highest ? exponent : exponent + 1);
}
