import { powerOfTwo } from '../math/index.js';
import {
  cellPrefixes,
  recurrentMatrix,
  tensorsByName,
  tensorsOf,
  withPlainMatrix,
  type Architecture,
} from '../network/index.js';
import { balanced } from './balance.js';
import { clampRound, largestWeight, leastErrorBits, weightBits, type WeightStep } from './formats.js';
import { weightStep4, type Storage } from './network.js';

/** By how much of a level a weight may lie beyond the outermost one, which it is rounded to. */
const beyond = 0.49;

/**
 * How far each step brings a weight back to its level, as a part of the way. Without it weights gather between two levels and go to and
 * fro however small the steps are, which shakes the network; with it they come to rest as the learning rate falls.
 */
const pull = 0.005;

/** What weights of so many bits are multiples of. */
export function weightStep(bits: Storage['weightBits']): WeightStep {
  return bits === 4 ? weightStep4 : 1;
}

/** Where the weights of int8 or 4 bits stand among all parameters: a matrix each, with one scale. */
function matricesOf(architecture: Architecture): { readonly offset: number; readonly size: number }[] {
  return tensorsOf(architecture).filter(({ role }) => role === 'matrix' || role === 'classifier');
}

/**
 * Weights of a float network as the integer network will hold them: multiples of a power of two, a scale a matrix. Training with these,
 * while steps go to the weights behind them, is quantisation-aware (straight-through: the gradient of the rounding counts as 1).
 */
export class WeightRounding {
  private readonly matrices: readonly { readonly offset: number; readonly size: number }[];
  private readonly step: WeightStep;
  private readonly factors: Float64Array;

  constructor(architecture: Architecture, bits: Storage['weightBits']) {
    this.matrices = matricesOf(architecture);
    this.step = weightStep(bits);
    this.factors = new Float64Array(this.matrices.length).fill(1);
  }

  /**
   * Chooses each matrix's scale anew, that of the least squared error, and brings weights beyond its outermost levels back to them.
   *
   * @param parameters all parameters, in the order of `tensorsOf`; changed in place
   */
  start(parameters: Float32Array): void {
    for (const [k, { offset, size }] of this.matrices.entries()) {
      const values = Float64Array.from(parameters.subarray(offset, offset + size));
      [this.factors[k]] = levelsOf(values, this.step);
    }
    this.apply(parameters, new Float32Array(parameters.length));
  }

  /** Finds the scales of weights that `apply` has kept within their outermost levels: no weight of a matrix makes them coarser. */
  resume(parameters: Float32Array): void {
    for (const [k, { offset, size }] of this.matrices.entries()) {
      const values = Float64Array.from(parameters.subarray(offset, offset + size));
      this.factors[k] = powerOfTwo(weightBits(values, 20, this.step)) / this.step;
    }
  }

  /**
   * `out` <- parameters, those of matrices rounded; of these, any beyond its matrix's outermost levels comes back to them. Without memory of
   * its own: a training calls it after every step.
   */
  apply(parameters: Float32Array, out: Float32Array): void {
    const limit = largestWeight(this.step);
    const edge = limit + beyond;
    out.set(parameters);
    for (let k = 0; k < this.matrices.length; k++) {
      const { offset, size } = this.matrices[k];
      const factor = this.factors[k];
      const unit = 1 / factor; // a power of two over another
      for (let i = offset; i < offset + size; i++) {
        const weight = Math.max(-edge, Math.min(edge, parameters[i] * factor));
        const level = clampRound(weight, limit);
        parameters[i] = (weight + pull * (level - weight)) * unit;
        out[i] = level * unit;
      }
    }
  }
}

/**
 * How the U of each cell ([layer][direction]) is rounded in a network that makes it of other parameters, as an engine takes it
 * (`recurrentLevels`): to the levels of the least squared error.
 */
export function recurrentLevels(
  architecture: Architecture,
  parameters: Float32Array,
  bits: Storage['weightBits'],
): Float32Array {
  const tensors = tensorsByName(architecture, parameters);
  const levels = cellPrefixes(architecture).map((prefix) => {
    const matrix = recurrentMatrix(architecture, (name) => tensors.get(prefix + name) ?? new Float32Array());
    return levelsOf(matrix, weightStep(bits));
  });
  return Float32Array.from(levels.flat());
}

/** One over the distance of levels, the distance, and how many of them there are on either side of 0. */
function levelsOf(values: Float64Array, step: WeightStep): [number, number, number] {
  const factor = powerOfTwo(leastErrorBits(values, 20, step)) / step;
  return [factor, 1 / factor, largestWeight(step)];
}

/** The network that a training with rounded weights ends with: a U that is made of other parameters is the rounded matrix that it has become. */
export function withRoundedU(
  architecture: Architecture,
  parameters: Float32Array,
  bits: Storage['weightBits'],
): { architecture: Architecture; parameters: Float32Array } {
  const plain = withPlainMatrix(architecture, parameters);
  if (plain.architecture === architecture) return { architecture, parameters };
  const result = Float32Array.from(plain.parameters);
  for (const { local, offset, size } of tensorsOf(plain.architecture)) {
    if (local !== 'U') continue;
    const values = Float64Array.from(plain.parameters.subarray(offset, offset + size));
    const [factor, unit, most] = levelsOf(values, weightStep(bits));
    for (let i = 0; i < size; i++) result[offset + i] = clampRound(values[i] * factor, most) * unit;
  }
  return { architecture: plain.architecture, parameters: result };
}

/** Whether every matrix holds nothing but multiples of a power of two, few enough for int8 or 4 bits: then rounding changes nothing. */
export function isRounded(
  architecture: Architecture,
  parameters: Float32Array | Float64Array,
  bits: Storage['weightBits'],
): boolean {
  const step = weightStep(bits);
  return matricesOf(architecture).every(({ offset, size }) => {
    const values = Float64Array.from(parameters.subarray(offset, offset + size));
    const factor = powerOfTwo(weightBits(values, 20, step)) / step;
    return values.every((value) => Number.isInteger(value * factor) && Math.abs(value * factor) <= largestWeight(step));
  });
}

/** The network as conversion takes it: with balanced factors; but weights that a training has rounded, to 8 or 4 bits, stay what is stored. */
export function balancedUnlessRounded(
  architecture: Architecture,
  parameters: Float32Array | Float64Array,
): Float64Array {
  return isRounded(architecture, parameters, 8) ? Float64Array.from(parameters) : balanced(architecture, parameters);
}
