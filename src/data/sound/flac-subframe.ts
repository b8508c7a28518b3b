import type { BitReader } from './bits.js';

/** The predictors of fixed coefficients, by order (RFC 9639, section 9.2.5): the newest sample's first. */
const fixedPredictors = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

/**
 * One channel of a block (RFC 9639, section 9.2).
 *
 * @returns [size], or undefined where the bits have no meaning; the reader is over where they end too early
 */
export function decodeSubframe(reader: BitReader, size: number, bits: number): Int32Array | undefined {
  if (reader.unsigned(1) !== 0) return undefined;
  const kind = reader.unsigned(6);
  const wasted = reader.unsigned(1) === 1 ? reader.unary() + 1 : 0;
  const depth = bits - wasted;
  if (depth < 1) return undefined;
  const values = new Int32Array(size);
  if (kind === 0) values.fill(reader.signed(depth));
  else if (kind === 1) for (let i = 0; i < size; i++) values[i] = reader.signed(depth);
  else {
    const isFixed = kind >= 8 && kind <= 12;
    if (!isFixed && kind < 32) return undefined;
    const order = isFixed ? kind - 8 : kind - 31;
    if (order > size) return undefined;
    for (let i = 0; i < order; i++) values[i] = reader.signed(depth);
    if (isFixed) {
      if (!readResidual(reader, values, order)) return undefined;
      predict(values, fixedPredictors[order], 0);
    } else {
      const precision = reader.unsigned(4) + 1;
      const shift = reader.signed(5);
      if (precision === 16 || shift < 0) return undefined;
      const coefficients = Array.from({ length: order }, () => reader.signed(precision));
      if (!readResidual(reader, values, order)) return undefined;
      predict(values, coefficients, shift);
    }
  }
  if (wasted > 0) for (let i = 0; i < size; i++) values[i] <<= wasted;
  return values;
}

/** What the predictor of that order missed, into `values` behind its first samples; false where the bits have no meaning. */
function readResidual(reader: BitReader, values: Int32Array, order: number): boolean {
  const method = reader.unsigned(2);
  if (method > 1) return false;
  const parameterBits = method === 0 ? 4 : 5;
  const partitions = 1 << reader.unsigned(4);
  const length = values.length / partitions;
  if (!Number.isInteger(length) || length < order) return false;
  for (let p = 0; p < partitions; p++) {
    const from = p === 0 ? order : p * length;
    const to = (p + 1) * length;
    const parameter = reader.unsigned(parameterBits);
    if (parameter < (1 << parameterBits) - 1) reader.rice(parameter, values, from, to - from);
    else {
      const plain = reader.unsigned(5);
      for (let i = from; i < to; i++) values[i] = reader.signed(plain);
    }
    if (reader.isOver) return true;
  }
  return true;
}

/**
 * Adds to each value what the ones before it foretell: floor(sum of coefficients times samples / 2^shift). Sums stay below 2^53
 * (33 bits, 15 bits and 32 terms), where float64 is exact.
 */
function predict(values: Int32Array, coefficients: readonly number[], shift: number): void {
  const order = coefficients.length;
  const newestLast = Float64Array.from(coefficients).toReversed();
  const unit = 2 ** -shift;
  for (let i = order; i < values.length; i++) {
    let sum = 0;
    for (let j = 0, k = i - order; j < order; j++, k++) sum += newestLast[j] * values[k];
    values[i] += Math.floor(sum * unit);
  }
}
