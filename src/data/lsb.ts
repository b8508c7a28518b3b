import { exponentOf, powerOfTwo } from '../math/index.js';
import type { Recipe } from '../recipe/index.js';
import { DataError } from './errors.js';
import { labelledSequences, sharedInt16, type Recordings, type Sequences } from './sequences.js';

type LsbSetting = Recipe['data']['input']['lsb'];

/** The largest and smallest counts of int16. */
const highest = 32767;
const lowest = -32768;

/**
 * The physical value of one int16 count, [features].
 *
 * `auto`: 1 where all training values are whole numbers that fit int16, as from a sensor's registers or pixels; else for
 * each channel the smallest power of two for which twice the largest magnitude of the TRAINING recordings fits int16.
 *
 * @throws DataError where a list has another length than there are channels
 */
export function chooseLsb(setting: LsbSetting, train: Recordings): Float64Array {
  const { features } = train;
  if (typeof setting === 'number') return new Float64Array(features).fill(setting);
  if (setting !== 'auto') {
    if (setting.length === features) return Float64Array.from(setting);
    throw new DataError(
      `data.input.lsb: a list of ${setting.length} for ${features} channels; give ${features} numbers, one number for all, or auto`,
    );
  }
  if (isWhole(train.values)) return new Float64Array(features).fill(1);
  const largest = new Float64Array(features);
  for (let i = 0; i < train.values.length; i += features) {
    for (let c = 0; c < features; c++) largest[c] = Math.max(largest[c], Math.abs(train.values[i + c]));
  }
  return largest.map(smallestPower);
}

/** Rounds recordings to counts of `lsb`, [features]: halves go up (to the greater count), what is out of range saturates. */
export function quantise(recordings: Recordings, lsb: Float64Array): Sequences {
  const { values, features } = recordings;
  const counts = sharedInt16(values.length);
  if (!(values instanceof Float64Array) && lsb.every((unit) => unit === 1)) {
    counts.set(values);
  } else {
    for (let i = 0; i < values.length; i += features) {
      for (let c = 0; c < features; c++) {
        counts[i + c] = Math.min(highest, Math.max(lowest, Math.round(values[i + c] / lsb[c])));
      }
    }
  }
  return labelledSequences(recordings, counts);
}

function isWhole(values: Recordings['values']): boolean {
  if (!(values instanceof Float64Array)) return true;
  return values.every((value) => Number.isInteger(value) && value >= lowest && value <= highest);
}

/** The share of values that lie beyond what int16 counts of `lsb` hold. */
export function saturatedShare({ values, features }: Recordings, lsb: Float64Array): number {
  let beyond = 0;
  for (let i = 0; i < values.length; i += features) {
    for (let c = 0; c < features; c++) {
      const count = Math.round(values[i + c] / lsb[c]);
      if (count > highest || count < lowest) beyond++;
    }
  }
  return beyond / values.length;
}

/** The smallest power of two, at least 2^-126 and 1 for nothing, of which 32767 hold 2 * largest. */
function smallestPower(largest: number): number {
  if (largest === 0) return 1;
  if (largest < powerOfTwo(-113)) return powerOfTwo(-126);
  const exponent = exponentOf(largest) - 13; // 2 * largest / 2^exponent is in [2^14, 2^15)
  return powerOfTwo((2 * largest) / powerOfTwo(exponent) <= highest ? exponent : exponent + 1);
}
