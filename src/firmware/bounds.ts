import {
  embeddingShift,
  isGivenInput,
  roundingTerm,
  rowBound,
  type IntegerMatrix,
  type IntegerNetwork,
} from '../integer/index.js';
import { ExportError } from './errors.js';

/** The largest magnitude of an int32 sum. */
const largestSum = 2147483647;

/** What no value of a network can exceed, whatever its inputs: from its weights and the saturation limits. */
export interface Bounds {
  /** |a|, |t|, |u| and |h|: operands of W2 (or W), W1, U1 and U2 (or U). */
  readonly input: number;
  readonly w: number;
  readonly u: number;
  readonly state: number;
  /** The largest |sum| of a row, its rounding term included. */
  readonly w2: number;
  readonly w1: number;
  readonly u2: number;
  readonly u1: number;
  /** |p| of equation 4. */
  readonly p: number;
  /** |v| of equation 8. */
  readonly v: number;
  /** |logit|. */
  readonly logit: number;
}

/**
 * Proves that every sum of a network fits 32 bits, and tells how large it can become: firmware takes narrower registers where that
 * is enough.
 *
 * @throws ExportError naming the matrix and the row whose sum could overflow.
 */
export function boundsOf(network: IntegerNetwork): Bounds {
  const { w2, w1, u2, u1, classifier, stateLimit } = network;
  const input = inputBound(network);
  const sum2 = w2 ? matrixBound('W2', w2, input, network.w2Shift) : 0;
  const w = w2 ? Math.min(network.wLimit, shifted(sum2, network.w2Shift)) : input;
  const sumU2 = u2 ? matrixBound('U2', u2, stateLimit, network.u2Shift) : 0;
  const u = u2 ? Math.min(network.uLimit, shifted(sumU2, network.u2Shift)) : stateLimit;
  const sum1 = matrixBound(w2 ? 'W1' : 'W', w1, w, network.w1Shift);
  const sumU1 = matrixBound(u2 ? 'U1' : 'U', u1, u, network.u1Shift);
  const p = preactivationBound(network, w, u);
  const z = gateRange(network);
  const g = residualRange(network);
  const most = (range: Range) => Math.max(Math.abs(range.low), Math.abs(range.high));
  const v = Math.min(32767, most(g)) * most(updateRange(network)) + most(z) * stateLimit + 16383;
  check('equation 8', v);
  const biases = network.classifierBias;
  const logit = Math.max(
    ...Array.from(biases, (bias, l) =>
      check(`classifier, row ${l}`, rowBound(classifier, l, stateLimit) + Math.abs(bias)),
    ),
  );
  return { input, w, u, state: stateLimit, w2: sum2, w1: sum1, u2: sumU2, u1: sumU1, p, v, logit };
}

/** Values from `low` to `high`. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** z of equation 5: FastRNN's is beta. */
export function gateRange({ cell, gate, offset }: IntegerNetwork): Range {
  return cell === 'FastRNN' ? { low: offset, high: offset } : rangeOf(gate, 16384);
}

/** c of equation 6. */
export function updateRange({ update }: IntegerNetwork): Range {
  return rangeOf(update, 4096);
}

/** What a nonlinearity gives, in counts of which `one` are 1. */
function rangeOf(kind: IntegerNetwork['gate'], one: number): Range {
  switch (kind) {
    case 'relu':
      return { low: 0, high: 32767 };
    case 'tanh':
    case 'tanh8':
    case 'hardTanh':
      return { low: -one, high: one };
    default:
      return { low: 0, high: one };
  }
}

/** g of equation 7 before its saturation: linear in z. FastRNN's is alpha. */
export function residualRange(network: IntegerNetwork): Range {
  const { cell, scale, offset } = network;
  if (cell === 'FastRNN') return { low: scale, high: scale };
  const z = gateRange(network);
  const at = (value: number): number => Math.floor((scale * (16384 - value) + 8192) / 16384) + offset;
  return { low: Math.min(at(z.low), at(z.high)), high: Math.max(at(z.low), at(z.high)) };
}

/** Whether that always fits int16, so that its saturation changes nothing. */
export function residualFits(network: IntegerNetwork): boolean {
  const { low, high } = residualRange(network);
  return low >= -32767 && high <= 32767;
}

function check(name: string, bound: number): number {
  if (bound <= largestSum) return bound;
  throw new ExportError(
    `${name}: its sum could reach ${bound}, an accumulator of 32 bits holds ${largestSum}; convert with smaller weights or limits`,
  );
}

/** |a|: the affine may not reach its limit. */
function inputBound(network: IntegerNetwork): number {
  const { embedding, multiplier, inputShift, inputLimit } = network;
  if (isGivenInput(network)) return inputLimit;
  if (embedding) return 127 * 2 ** embeddingShift;
  const largest = multiplier.reduce((most, m) => Math.max(most, Math.abs(m)), 0);
  return Math.min(inputLimit, shifted(32767 * largest + roundingTerm(inputShift), inputShift));
}

/** |sum >> shift|, where |sum| is at most `bound`: a negative sum is floored. */
function shifted(bound: number, shift: number): number {
  return Math.ceil(bound / 2 ** shift);
}

function matrixBound(name: string, matrix: IntegerMatrix, operand: number, shift: number): number {
  let most = 0;
  for (let row = 0; row < matrix.rows; row++) {
    most = Math.max(most, check(`${name}, row ${row}`, rowBound(matrix, row, operand) + roundingTerm(shift)));
  }
  return most;
}

function preactivationBound(network: IntegerNetwork, w: number, u: number): number {
  const { w1, u1, w1Shift, u1Shift, biasGate, biasUpdate } = network;
  let most = 0;
  for (let j = 0; j < network.hiddenSize; j++) {
    const p =
      shifted(rowBound(w1, j, w) + roundingTerm(w1Shift), w1Shift) +
      shifted(rowBound(u1, j, u) + roundingTerm(u1Shift), u1Shift);
    const bias = Math.max(Math.abs(biasUpdate[j]), Math.abs(biasGate[j] ?? 0));
    check(`equation 4, unit ${j}`, p + bias);
    most = Math.max(most, p);
  }
  return most;
}
