import { exponentOf, powerOfTwo } from '../math/index.js';
import { largestMagnitude } from './float-network.js';
import type { Normalisation } from './input.js';
import type { IntegerMatrix, weightStep4 } from './network.js';

/** Rounds to the nearest integer (halves up) within [-limit, limit]. */
export function clampRound(v: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, Math.floor(v + 0.5)));
}

/** The most fraction bits with which a magnitude fits int16; between -16 and 20. */
export function bitsFor(magnitude: number): number {
  if (magnitude <= 0) return 20;
  const bits = 14 - exponentOf(magnitude);
  return Math.max(-16, Math.min(20, magnitude * powerOfTwo(bits) > 32767 ? bits - 1 : bits));
}

/** int16 with the given fraction bits; what does not fit saturates. */
export function fixed16(values: Float64Array, bits: number): Int16Array {
  return Int16Array.from(values, (v) => clampRound(v * powerOfTwo(bits), 32767));
}

/** What weights are multiples of: 1, or `weightStep4`. */
export type WeightStep = 1 | typeof weightStep4;

/** The largest weight. */
export const largestWeight = (step: WeightStep): number => Math.floor(127 / step);

/** The most fraction bits, up to `most`, with which the largest magnitude fits int8, rounded to a multiple of `step`. */
export function weightBits(values: Float64Array, most = 20, step: WeightStep = 1): number {
  const largest = largestMagnitude(values);
  if (largest === 0) return Math.min(7, most);
  const bits = 6 - exponentOf(largest);
  const rounded = Math.floor((largest * powerOfTwo(bits)) / step + 0.5);
  return Math.min(most, rounded > largestWeight(step) ? bits - 1 : bits);
}

/** Finer scales than the one that holds a matrix's largest weight, to be tried: those saturate a few, and round all others less. */
const finerScales = 2;

/** The fraction bits of the least squared error: those of `weightBits`, or up to two more, but not beyond `most`. */
export function leastErrorBits(values: Float64Array, most = 20, step: WeightStep = 1): number {
  const coarsest = weightBits(values, most, step);
  let [least, best] = [Infinity, coarsest];
  for (let bits = coarsest; bits <= Math.min(most, coarsest + finerScales); bits++) {
    const error = squaredError(values, powerOfTwo(bits) / step, largestWeight(step));
    if (error < least) [least, best] = [error, bits];
  }
  return best;
}

function squaredError(values: Float64Array, factor: number, limit: number): number {
  let error = 0;
  for (const value of values) {
    const difference = clampRound(value * factor, limit) / factor - value;
    error += difference * difference;
  }
  return error;
}

/** int8 with one power-of-two scale, in multiples of `step`. */
export function quantise(
  values: Float64Array,
  rows: number,
  columns: number,
  step: WeightStep = 1,
  fractionBits = leastErrorBits(values, 20, step),
): IntegerMatrix {
  const factor = powerOfTwo(fractionBits) / step;
  const limit = largestWeight(step);
  return { rows, columns, fractionBits, values: Int8Array.from(values, (v) => step * clampRound(v * factor, limit)) };
}

/** A normalisation of the channels of a frame, repeated for each frame that a step stacks; one for all inputs stays one. */
export function perInput({ centre, scale }: Normalisation, inputSize: number): Normalisation {
  const channels = centre.length;
  if (channels === 1 || channels === inputSize) return { centre, scale };
  return {
    centre: Int16Array.from({ length: inputSize }, (_, i) => centre[i % channels]),
    scale: Float64Array.from({ length: inputSize }, (_, i) => scale[i % channels]),
  };
}

/**
 * The normalisation as integers: `multiplier * 2^-inputShift` is `scale * 2^inputBits` or up to one unit less, with as many
 * bits as int16 holds for the largest scale. A channel whose scale is small beside the largest has few bits;
 * `remainder` [D] is what its multiplier leaves: scale = remainder * multiplier * 2^-(inputBits + inputShift). The
 * weights take it up.
 */
export function integerAffine(normalisation: Normalisation, inputBits: number) {
  const { centre, scale } = normalisation;
  const largest = largestMagnitude(scale) * powerOfTwo(inputBits);
  const inputShift = largest > 0 ? Math.min(30, Math.max(0, 14 - exponentOf(largest))) : 0;
  const exact = scale.map((s) => s * powerOfTwo(inputBits) * powerOfTwo(inputShift));
  // Rounded towards zero, so that no value grows beyond its calibrated range; but a channel that counts is never dropped.
  const multiplier = Int16Array.from(exact, (m) => Math.max(-32767, Math.min(32767, Math.trunc(m) || Math.sign(m))));
  // Where a multiplier would be above int16, one count alone saturates the input; weights can't bring that back.
  const remainder = exact.map((m, d) => (m !== 0 && Math.abs(m) < 32768 ? m / multiplier[d] : 1));
  return { centre, multiplier, inputShift, remainder };
}
