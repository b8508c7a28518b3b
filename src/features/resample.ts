import { sin } from '../math/index.js';

/** Rates whose ratio needs more phases than this are refused: the filter would be longer than most sounds. */
const mostPhases = 1000;
/** Zero crossings of the sinc on either side, at the lower of both rates. */
const crossings = 16;
/** The pass band's edge, as a part of what the lower rate can hold. */
const edge = 0.92;
/** Kaiser's window with this parameter keeps what folds back below -80 dB. */
const beta = 8;

/**
 * A sound at another rate, by one low-pass filter (a sinc under Kaiser's window) of which each output takes one phase:
 * y[n] = sum over m of x[m] h[n M - m L] for rates in the ratio L / M. What the lower rate can't hold is removed; beyond both ends the
 * sound is 0.
 *
 * @param from rate of `sound` in whole Hz
 * @param to rate of the result in whole Hz
 * @returns [ceil(samples L / M)]
 * @throws RangeError where the rates aren't whole, or in no ratio of small numbers
 */
export function resample(sound: ArrayLike<number>, from: number, to: number): Float64Array {
  const { up, down } = resamplingRatio(from, to);
  if (up === down) return Float64Array.from(sound);
  const { taps, reach } = lowPass(up, down);
  const result = new Float64Array(Math.ceil((sound.length * up) / down));
  for (let n = 0; n < result.length; n++) {
    const centre = n * down;
    const first = Math.max(0, Math.ceil((centre - reach) / up));
    const last = Math.min(sound.length - 1, Math.floor((centre + reach) / up));
    let sum = 0;
    for (let m = first; m <= last; m++) sum += sound[m]! * taps[centre - m * up + reach]!;
    result[n] = sum;
  }
  return result;
}

/** L and M without a common divisor. */
export function resamplingRatio(from: number, to: number): { up: number; down: number } {
  if (!(Number.isInteger(from) && Number.isInteger(to) && from > 0 && to > 0)) {
    throw new RangeError(`can't resample from ${from} Hz to ${to} Hz: rates must be whole numbers above 0`);
  }
  let [a, b] = [from, to];
  while (b !== 0) [a, b] = [b, a % b];
  const ratio = { up: to / a, down: from / a };
  if (ratio.up > mostPhases || ratio.down > mostPhases) {
    throw new RangeError(
      `can't resample from ${from} Hz to ${to} Hz: their ratio is ${ratio.up} to ${ratio.down}; convert the sound to ${to} Hz with another program`,
    );
  }
  return ratio;
}

/** The filter at L times the old rate, [2 reach + 1]; its gain L makes up for the L - 1 zeros between two samples. */
export function lowPass(up: number, down: number): { taps: Float64Array; reach: number } {
  const lower = Math.max(up, down);
  const reach = crossings * lower;
  const taps = new Float64Array(2 * reach + 1);
  const cutoff = edge / lower;
  const whole = bessel(beta);
  for (let k = 0; k <= reach; k++) {
    const x = Math.PI * cutoff * k;
    const sinc = k === 0 ? 1 : sin(x) / x;
    const place = k / reach;
    const tap = up * cutoff * sinc * (bessel(beta * Math.sqrt(1 - place * place)) / whole);
    taps[reach + k] = tap;
    taps[reach - k] = tap;
  }
  return { taps, reach };
}

/** The modified Bessel function I0 for 0 <= x <= 10, by its series: the sum of ((x / 2)^k / k!)^2. */
function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 40; k++) {
    const factor = x / (2 * k);
    term *= factor * factor;
    sum += term;
  }
  return sum;
}
