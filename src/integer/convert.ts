import type { Normalisation } from './input.js';
import { exponentOf, powerOfTwo, sigmoid } from '../math/index.js';
import { tensorsOf, type Architecture, type Nonlinearity } from '../network/index.js';
import type { Ranges } from './calibration.js';
import {
  checkIntegerNetwork,
  IntegerNetworkError,
  maximumSize,
  type IntegerMatrix,
  type IntegerNetwork,
} from './network.js';

/** Q12: the format of what enters a nonlinearity. */
const preactivationBits = 12;

/** Gates that go below zero, so that zeta (1 - z) + nu can reach 3 and its format needs two bits before the point. */
const signedGates: readonly Nonlinearity[] = ['tanh', 'hardTanh', 'relu'];

/**
 * Turns a float network into an integer one (section 3.3 of the paper): weights to int8 with one power-of-two scale a matrix,
 * activations to int16 with formats from calibrated ranges, and every shift between them chosen here, once.
 *
 * @param parameters all parameters, in the order of `tensorsOf`
 * @param ranges largest magnitudes from `calibrate`
 * @param margin headroom on them, e.g. 1.25
 * @throws IntegerNetworkError for a network outside the definition, or with weights that are not finite
 */
export function convert(
  architecture: Architecture,
  parameters: Float32Array,
  normalisation: Normalisation,
  ranges: Ranges,
  margin: number,
): IntegerNetwork {
  const { cell, inputSize, hiddenSize, wRank, uRank, classes, gate, update } = architecture;
  for (const [name, size] of Object.entries({ inputSize, hiddenSize, wRank, uRank, classes })) {
    if (size > maximumSize) {
      throw new IntegerNetworkError(
        `network.${name} is ${size}: an integer network takes at most ${maximumSize}, an index has one byte`,
      );
    }
  }
  if (!parameters.every(Number.isFinite)) {
    throw new IntegerNetworkError(
      'the float network holds a weight that is not finite; train again with a lower learning rate',
    );
  }
  const tensors = new Map(
    tensorsOf(architecture).map((t) => [t.name, { ...t, values: parameters.subarray(t.offset, t.offset + t.size) }]),
  );
  const values = (name: string) => tensors.get(name)?.values ?? new Float32Array();
  // The model file keeps W2 as [D][rw] and U2 as [H][ru]; a device wants a row an output.
  const w2 = wRank > 0 ? quantise(transpose(values('W2'), inputSize, wRank), wRank, inputSize) : undefined;
  const w1 = wRank > 0 ? quantise(values('W1'), hiddenSize, wRank) : quantise(values('W'), hiddenSize, inputSize);
  const u2 = uRank > 0 ? quantise(transpose(values('U2'), hiddenSize, uRank), uRank, hiddenSize) : undefined;
  const u1 = uRank > 0 ? quantise(values('U1'), hiddenSize, uRank) : quantise(values('U'), hiddenSize, hiddenSize);
  const classifier = quantise(values('classifier'), classes, hiddenSize);

  const stateBits = Math.max(
    1,
    Math.min(cell === 'FastGRNN' && signedGates.includes(gate) ? 11 : 12, bitsFor(ranges.state * margin)),
  );
  const inputBits = Math.max(bitsFor(ranges.input), wRank > 0 ? 0 : preactivationBits - w1.fractionBits);
  const w = between(inputBits, w2, w1, ranges.w * margin, 'W');
  const u = between(stateBits, u2, u1, ranges.u * margin, 'U');
  const affine = integerAffine(normalisation, inputBits);
  const logitBits = classifier.fractionBits + stateBits;
  const network: IntegerNetwork = {
    cell,
    inputSize,
    hiddenSize,
    wRank,
    uRank,
    classes,
    gate,
    update,
    ...affine,
    inputBits,
    w2,
    w1,
    u2,
    u1,
    w2Shift: w.first,
    w1Shift: w.second,
    u2Shift: u.first,
    u1Shift: u.second,
    inputLimit: 32767,
    wLimit: 32767,
    uLimit: 32767,
    stateLimit: 32767,
    biasGate: fixed16(values('biasGate'), preactivationBits),
    biasUpdate: fixed16(cell === 'FastGRNN' ? values('biasUpdate') : values('bias'), preactivationBits),
    stateBits,
    ...residual(architecture, values, stateBits),
    classifier,
    classifierBias: Int32Array.from(values('classifierBias'), (b) => clampRound(b * powerOfTwo(logitBits), 1073741823)),
  };
  checkIntegerNetwork(network);
  return network;
}

/** zeta and nu, or alpha and beta, after their sigmoid, in Q(n+2) and (beta) Q14. */
function residual(
  architecture: Architecture,
  values: (name: string) => Float32Array,
  stateBits: number,
): { scale: number; offset: number } {
  const small = (v: number) => clampRound(v * powerOfTwo(stateBits + 2), 32767);
  if (architecture.cell === 'FastGRNN')
    return { scale: small(sigmoid(values('zeta')[0])), offset: small(sigmoid(values('nu')[0])) };
  const { alpha, beta } = residualWeights(architecture, values);
  return { scale: small(alpha), offset: clampRound(beta * 16384, 32767) };
}

/** FastRNN's alpha and beta: both trained, beta = 1 - alpha, or both given. */
function residualWeights(
  architecture: Architecture,
  values: (name: string) => Float32Array,
): { alpha: number; beta: number } {
  if (architecture.residual === 'fixed') return { alpha: architecture.alpha ?? 0, beta: architecture.beta ?? 1 };
  const alpha = sigmoid(values('alpha')[0]);
  return { alpha, beta: architecture.residual === 'tied' ? 1 - alpha : sigmoid(values('beta')[0]) };
}

/** The shifts around a matrix pair: after the first (low rank), and to Q12 after the second. */
function between(
  bitsIn: number,
  first: IntegerMatrix | undefined,
  second: IntegerMatrix,
  range: number,
  name: string,
): { first: number; second: number } {
  if (!first) return { first: 0, second: shift(bitsIn + second.fractionBits - preactivationBits, name) };
  // As many bits as fit 16, but no shift may become negative.
  const most = bitsIn + first.fractionBits;
  const bits = Math.max(Math.min(bitsFor(range), most), preactivationBits - second.fractionBits);
  return {
    first: shift(most - bits, `${name}2`),
    second: shift(bits + second.fractionBits - preactivationBits, `${name}1`),
  };
}

function shift(s: number, name: string): number {
  if (s < 0 || s > 30) {
    throw new IntegerNetworkError(
      `${name} needs a shift of ${s} bits, 0 to 30 are possible: its weights are too ${s < 0 ? 'large' : 'small'}; train with more weight decay or gradient clipping`,
    );
  }
  return s;
}

/** int8 with the largest power-of-two scale that holds the largest magnitude. */
function quantise(values: Float32Array, rows: number, columns: number): IntegerMatrix {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  let fractionBits = largest > 0 ? Math.min(20, 6 - exponentOf(largest)) : 7;
  if (Math.round(largest * powerOfTwo(fractionBits)) > 127) fractionBits--;
  const factor = powerOfTwo(fractionBits);
  return { rows, columns, fractionBits, values: Int8Array.from(values, (v) => clampRound(v * factor, 127)) };
}

/** The normalisation as integers: `multiplier * 2^-inputShift = scale * 2^inputBits`, with as many bits as int16 holds. */
function integerAffine(normalisation: Normalisation, inputBits: number) {
  const { centre, scale } = normalisation;
  const largest = scale.reduce((most, s) => Math.max(most, s), 0) * powerOfTwo(inputBits);
  let inputShift = largest > 0 ? Math.min(30, Math.max(0, 14 - exponentOf(largest))) : 0;
  if (inputShift > 0 && Math.round(largest * powerOfTwo(inputShift)) > 32767) inputShift--;
  const factor = powerOfTwo(inputBits + inputShift);
  return { centre, multiplier: Int16Array.from(scale, (s) => clampRound(s * factor, 32767)), inputShift };
}

/** The most fraction bits with which a magnitude fits int16; between -16 and 20. */
function bitsFor(magnitude: number): number {
  if (magnitude <= 0) return 20;
  const bits = 14 - exponentOf(magnitude);
  return Math.max(-16, Math.min(20, magnitude * powerOfTwo(bits) > 32767 ? bits - 1 : bits));
}

function fixed16(values: Float32Array, bits: number): Int16Array {
  return Int16Array.from(values, (v) => clampRound(v * powerOfTwo(bits), 32767));
}

/** Rounds to the nearest integer (halves up) within [-limit, limit]. */
function clampRound(v: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, Math.floor(v + 0.5)));
}

/** [rows][columns] to [columns][rows]. */
function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j];
  return out;
}
