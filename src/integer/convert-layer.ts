import { powerOfTwo, sigmoid, transposed } from '../math/index.js';
import { gatesOf, resetOf, type Architecture, type LayerRanges, type Nonlinearity } from '../network/index.js';
import { residualWeights } from './float-network.js';
import { bitsFor, fixed16, leastErrorBits, quantise, weightBits, type WeightStep } from './formats.js';
import type { Spared } from './narrow.js';
import {
  biasNames,
  hasSeveralGates,
  integerCell,
  IntegerNetworkError,
  type IntegerGate,
  type IntegerLayer,
  type IntegerMatrix,
} from './network.js';

/** Q12: the format of what enters a nonlinearity. */
const preactivationBits = 12;

/** Gates that leave [0, 1], so that |zeta (1 - z) + nu| can reach 3 and its format needs two bits before the point. */
const wideGates: readonly Nonlinearity[] = ['tanh', 'tanh8', 'hardTanh', 'relu'];

/** The values of a tensor of the layer by its name; none where there is none. */
export type TensorOf = (name: string) => Float64Array;

/** What multiplies a gate's inputs, a row an output: W2' or W with what it takes up as a factor. */
function inputWeights(
  { inputSize, wRank }: Architecture,
  tensor: TensorOf,
  gate: string,
  remainder: Float64Array,
): Float64Array {
  const own = wRank > 0 ? transposed(tensor(`W${gate}2`), inputSize, wRank) : tensor(`W${gate}`);
  return own.map((v, i) => v * remainder[remainder.length > 1 ? i % inputSize : 0]);
}

/** The fraction bits that inputs need at least, lest a shift to the preactivations' format be negative. */
export function leastInputBits(
  architecture: Architecture,
  tensor: TensorOf,
  step: WeightStep,
  remainder: Float64Array,
): number {
  const needed = gatesOf(architecture).map((gate) => {
    const behind = architecture.wRank > 0 ? weightBits(tensor(`W${gate}1`), 20, step) : 0;
    return preactivationBits - behind - weightBits(inputWeights(architecture, tensor, gate, remainder), 20, step);
  });
  return Math.max(...needed);
}

/** What a layer is made from, beside its tensors. */
export interface LayerOptions {
  readonly inputBits: number;
  readonly inputLimit: number;
  /** What W takes up as a factor, one for all inputs or one each. */
  readonly remainder: Float64Array;
  readonly ranges: LayerRanges;
  /** Headroom on them. */
  readonly margin: number;
  readonly step: WeightStep;
  /** Bits that formats give up; then limits leave no headroom beyond the margin either. */
  readonly spared: Spared | undefined;
  /** What stands before names in messages. */
  readonly where?: string;
}

type Matrices = Pick<IntegerGate, 'w2' | 'w1' | 'u2' | 'u1'>;

/** How a matrix's fraction bits are chosen. */
export function scaleBits(spared: Spared | undefined): typeof leastErrorBits {
  return spared?.coarse ? weightBits : leastErrorBits;
}

/** One layer as integers. */
export function layerOf(architecture: Architecture, tensor: TensorOf, o: LayerOptions): IntegerLayer {
  const cell = integerCell(architecture);
  const { hiddenSize, inputSize, wRank, uRank, gate, update } = architecture;
  const { inputBits, inputLimit, ranges, margin, spared, where = '' } = o;
  const names = gatesOf(architecture);
  const matrices = names.map((name) => matricesOf(architecture, tensor, name, o));
  const reset = cell === 'GRU' ? { reset: resetOf(architecture) } : {};
  const candidateBits = reset.reset === 'after' ? bitsOf(range(ranges.candidate, `${where}candidate`) * margin) : 12;
  /** The format of a gate's sums. */
  const bitsOfSums = (i: number): number => (i === 2 ? candidateBits : preactivationBits);

  const mostStateBits = cell === 'FastGRNN' && wideGates.includes(gate) ? 11 : 12;
  const allStateBits = Math.min(mostStateBits, bitsOf(ranges.state * margin));
  const needed = matrices.map(({ u2, u1 }, i) => (u2 ? 1 : bitsOfSums(i) - u1.fractionBits));
  const leastStateBits = Math.max(1, Math.min(allStateBits, Math.max(...needed)));
  const stateBits = Math.max(leastStateBits, allStateBits - (spared?.state ?? 0));
  const limit = (largest: number, bits: number): number => (spared ? limitOf(largest * margin, bits) : 32767);
  const gates = matrices.map((own, i): IntegerGate => {
    const { w2, w1, u2, u1 } = own;
    const bits = bitsOfSums(i);
    const name = (letter: string) => `${where}${letter}${names[i]}`;
    const w = between(inputBits, w2, w1, ranges.w * margin * powerOfTwo(spared?.w ?? 0), name('W'), bits);
    const u = between(stateBits, u2, u1, ranges.u * margin * powerOfTwo(spared?.u ?? 0), name('U'), bits);
    return {
      ...own,
      w2Shift: w.first,
      w1Shift: w.second,
      u2Shift: u.first,
      u1Shift: u.second,
      wLimit: w2 ? limit(ranges.w, inputBits + w2.fractionBits - w.first) : 32767,
      uLimit: u2 ? limit(ranges.u, stateBits + u2.fractionBits - u.first) : 32767,
    };
  });
  const [own, ...furtherGates] = gates;
  const memoryBits = cell === 'LSTM' ? bitsOf(range(ranges.memory, `${where}memory`) * margin) : 0;
  return {
    cell,
    ...reset,
    inputSize,
    hiddenSize,
    wRank,
    uRank,
    gate,
    update,
    inputBits,
    inputLimit,
    ...own,
    stateLimit: limit(ranges.state, stateBits),
    ...(furtherGates.length > 0 ? { furtherGates } : {}),
    ...biases({ cell, ...reset }, architecture, tensor, candidateBits),
    stateBits,
    ...residual(architecture, tensor, stateBits),
    ...(reset.reset === 'after' ? { candidateBits } : {}),
    ...(cell === 'LSTM' ? { memoryBits, memoryLimit: limit(ranges.memory ?? 0, memoryBits) } : {}),
  };
}

/** A gate's matrices as int8. */
function matricesOf(architecture: Architecture, tensor: TensorOf, gate: string, o: LayerOptions): Matrices {
  const { inputSize, hiddenSize, wRank, uRank } = architecture;
  const { remainder, step, spared } = o;
  const stored = (values: Float64Array, rows: number, columns: number) =>
    quantise(values, rows, columns, step, scaleBits(spared)(values, 20, step));
  const compensated = inputWeights(architecture, tensor, gate, remainder);
  return {
    w2: wRank > 0 ? stored(compensated, wRank, inputSize) : undefined,
    w1: wRank > 0 ? stored(tensor(`W${gate}1`), hiddenSize, wRank) : stored(compensated, hiddenSize, inputSize),
    u2: uRank > 0 ? stored(transposed(tensor(`U${gate}2`), hiddenSize, uRank), uRank, hiddenSize) : undefined,
    u1: uRank > 0 ? stored(tensor(`U${gate}1`), hiddenSize, uRank) : stored(tensor(`U${gate}`), hiddenSize, hiddenSize),
  };
}

function biases(
  layer: Pick<IntegerLayer, 'cell' | 'reset'>,
  { vectorZetaNu }: Architecture,
  tensor: TensorOf,
  candidateBits: number,
): Pick<IntegerLayer, 'biasGate' | 'biasUpdate' | 'biases'> {
  if (hasSeveralGates(layer)) {
    return {
      biasGate: new Int16Array(),
      biasUpdate: new Int16Array(),
      biases: biasNames(layer).map((name, i) => fixed16(tensor(name), i < 2 ? preactivationBits : candidateBits)),
    };
  }
  const biasGate = fixed16(tensor('biasGate'), preactivationBits);
  const biasUpdate = fixed16(tensor(layer.cell === 'FastGRNN' ? 'biasUpdate' : 'bias'), preactivationBits);
  if (!vectorZetaNu) return { biasGate, biasUpdate };
  // Halves of their differences are whole numbers: of odd ones the candidate's moves by 2^-12.
  return { biasGate, biasUpdate: biasUpdate.map((bias, j) => bias - ((bias - biasGate[j]) % 2)) };
}

/** Fraction bits of a state, or of what has its format: 1..12. */
function bitsOf(largest: number): number {
  return Math.max(1, Math.min(12, bitsFor(largest)));
}

function range(value: number | undefined, name: string): number {
  if (value !== undefined) return value;
  throw new IntegerNetworkError(`the range of ${name} is missing; train the float network again`);
}

/** The limit that holds a range. */
export function limitOf(largest: number, bits: number): number {
  return Math.min(32767, Math.max(1, Math.ceil(largest * powerOfTwo(bits))));
}

/** zeta and nu, or alpha and beta, after their sigmoid, in Q(n+2) and (beta) Q14; vectors one a unit, of FastRNN-vector in Q14. */
function residual(
  architecture: Architecture,
  tensor: TensorOf,
  stateBits: number,
): Pick<IntegerLayer, 'scale' | 'offset' | 'alpha' | 'beta' | 'zeta' | 'nu'> {
  const { cell, vectorZetaNu } = architecture;
  if (cell === 'FastGRNN') {
    if (vectorZetaNu) {
      const [zeta, nu] = ['zeta', 'nu'].map((name) => fixed16(tensor(name).map(sigmoid), stateBits + 2));
      return { scale: 0, offset: 0, zeta, nu };
    }
    return {
      scale: scalar(sigmoid(tensor('zeta')[0]), stateBits + 2, 'zeta'),
      offset: scalar(sigmoid(tensor('nu')[0]), stateBits + 2, 'nu'),
    };
  }
  if (cell === 'FastRNN-vector') {
    const alpha = tensor('alpha').map(sigmoid);
    const [zeta, nu] = [sigmoid(tensor('zeta')[0]), sigmoid(tensor('nu')[0])];
    const beta = alpha.map((own) => zeta * (1 - own) + nu);
    return { scale: 0, offset: 0, alpha: fixed16(alpha, 14), beta: fixed16(beta, 14) };
  }
  if (hasSeveralGates({ cell: integerCell(architecture) })) return { scale: 0, offset: 0 };
  const { alpha, beta } = residualWeights(architecture, tensor);
  return { scale: scalar(alpha, stateBits + 2, 'alpha'), offset: scalar(beta, 14, 'beta') };
}

function scalar(value: number, bits: number, name: string): number {
  const rounded = Math.floor(value * powerOfTwo(bits) + 0.5);
  if (!(Math.abs(rounded) <= 32767)) {
    throw new IntegerNetworkError(
      `network.${name} is ${value}: here an integer network takes magnitudes below ${powerOfTwo(15 - bits)}`,
    );
  }
  return rounded;
}

/** The shifts around a matrix pair: after the first (low rank), and to so many `bits` after the second. */
function between(
  bitsIn: number,
  first: IntegerMatrix | undefined,
  second: IntegerMatrix,
  largest: number,
  name: string,
  bits: number,
): { first: number; second: number } {
  if (!first) return { first: 0, second: shift(bitsIn + second.fractionBits - bits, name) };
  // As many bits as fit 16, but no shift may become negative.
  const most = bitsIn + first.fractionBits;
  const middle = Math.max(Math.min(bitsFor(largest), most), bits - second.fractionBits);
  return {
    first: shift(most - middle, `${name}2`),
    second: shift(middle + second.fractionBits - bits, `${name}1`),
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
