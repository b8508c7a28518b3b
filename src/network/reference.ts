import { exp, tanh } from '../math/index.js';
import type { Nonlinearity } from '../kernels/index.js';
import {
  directionsOf,
  fixedResidual,
  layerInputSize,
  layersOf,
  outputSize,
  tensorPrefix,
  tensorsOf,
  type Architecture,
} from './architecture.js';
import { recurrentMatrix } from './recurrence/matrix.js';
import { tanhLines } from './tanh-lines.js';

/** The paper's equations in float64, one sequence at a time, slowly: what the fast network is compared with. */
export interface ReferenceResult {
  /** h_0 .. h_T of the last layer's forward cell, each [hiddenSize]. */
  readonly states: readonly Float64Array[];
  /** The same of all cells, [layer][direction]; a backward cell's are in its own order, from the sequence's end. */
  readonly layerStates: readonly (readonly (readonly Float64Array[])[])[];
  /** [classes]; with an output at every step [T][classes]. */
  readonly logits: Float64Array;
}

const clip = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);

/** Each nonlinearity in float64. */
export const nonlinearities: Readonly<Record<Nonlinearity, (x: number) => number>> = {
  tanh,
  sigmoid: (x) => 1 / (1 + exp(-x)),
  relu: (x) => Math.max(x, 0),
  hardTanh: (x) => clip(x, -1, 1),
  hardSigmoid: (x) => clip((x + 1) / 2, 0, 1),
  hardSigmoid4: (x) => clip((x + 2) / 4, 0, 1),
  tanh8: eightLines,
  sigmoid8: (x) => (1 + eightLines(x / 2)) / 2,
};

function eightLines(x: number): number {
  return Math.sign(x) * Math.min(...tanhLines.map(({ intercept, slope }) => intercept + slope * Math.abs(x)));
}

/**
 * One sequence, inputs [T][inputSize] or tokens [T][1], through the network with `parameters` in `tensorsOf` order.
 *
 * @param between what becomes of value j of step t on its way from layer l to the next; as it is without it
 */
export function referenceForward(
  arch: Architecture,
  parameters: Float64Array | Float32Array,
  inputs: readonly ArrayLike<number>[],
  between: (value: number, layer: number, t: number, j: number) => number = (value) => value,
): ReferenceResult {
  const { inputSize: D, classes: L } = arch;
  const tensors = new Map(tensorsOf(arch).map((t) => [t.name, parameters.subarray(t.offset, t.offset + t.size)]));
  const tensor = (name: string) => tensors.get(name) as Float64Array | Float32Array;

  let xs: readonly ArrayLike<number>[] = inputs;
  if (arch.vocabulary > 0) xs = inputs.map((x) => tensor('embedding').subarray(x[0] * D, (x[0] + 1) * D));
  const layerStates = Array.from({ length: layersOf(arch) }, (_, layer) => {
    const own = { ...arch, inputSize: layerInputSize(arch, layer) };
    const directions = Array.from({ length: directionsOf(arch) }, (__, direction) =>
      cellStates(own, (name) => tensor(tensorPrefix(layer, direction) + name), direction === 0 ? xs : xs.toReversed()),
    );
    xs = joined(directions);
    if (layer < layersOf(arch) - 1) {
      xs = xs.map((y, t) => Float64Array.from(y, (value, j) => between(value, layer, t, j)));
    }
    return directions;
  });

  const width = outputSize(arch);
  const read = (h: ArrayLike<number>) =>
    Array.from({ length: L }, (_, c) => {
      let logit = tensor('classifierBias')[c];
      for (let k = 0; k < width; k++) logit += tensor('classifier')[c * width + k] * h[k];
      return logit;
    });
  const last = layerStates[layerStates.length - 1];
  const result = (logits: number[]) => ({ states: last[0], layerStates, logits: Float64Array.from(logits) });
  if (arch.output === 'every') return result(xs.flatMap((y) => read(y)));
  if (arch.output === 'last') return result(read(last.flatMap((states) => [...(states.at(-1) as Float64Array)])));
  const mean = Float64Array.from({ length: width }, (_, k) => xs.reduce((sum, y) => sum + y[k], 0) / xs.length);
  return result(read(mean));

  /** What a layer hands on at each step. */
  function joined(directions: readonly (readonly Float64Array[])[]): Float64Array[] {
    const own = directions.map((states, direction) =>
      direction === 0 ? states.slice(1) : states.slice(1).toReversed(),
    );
    return own[0].map((_, t) => Float64Array.from(own.flatMap((states) => [...states[t]])));
  }
}

/** h_0 .. h_T of one cell over xs [T][inputSize]; `tensor` finds its tensors by the names that they have in it. */
function cellStates(
  arch: Architecture,
  tensor: (name: string) => Float64Array | Float32Array,
  xs: readonly ArrayLike<number>[],
): Float64Array[] {
  const { inputSize: D, hiddenSize: H, cell } = arch;
  const matrix = (name: string, columns: number, rank: number) =>
    rank === 0 ? tensor(name) : product(tensor(`${name}1`), tensor(`${name}2`), H, columns, rank);
  const W = matrix('W', D, arch.wRank);
  const U = recurrentMatrix(arch, tensor);
  const { sigmoid } = nonlinearities;
  const gate = nonlinearities[arch.gate];
  const update = nonlinearities[arch.update];

  const states = [new Float64Array(H)];
  for (const x of xs) {
    const previous = states.at(-1) as Float64Array;
    const h = new Float64Array(H);
    const preactivations = new Float64Array(H);
    for (let i = 0; i < H; i++) {
      for (let k = 0; k < D; k++) preactivations[i] += W[i * D + k] * x[k];
      for (let k = 0; k < H; k++) preactivations[i] += U[i * H + k] * previous[k];
    }
    for (let i = 0; i < H; i++) {
      const a = preactivations[i];
      if (arch.recurrence === 'EURNN') {
        const { alpha, beta } = residualOf(arch, tensor);
        h[i] = alpha * modReLU(preactivations, tensor('bias'), i) + beta * previous[i];
      } else if (cell === 'FastGRNN') {
        // Equation (6)
        const zeta = sigmoid(tensor('zeta')[0]);
        const nu = sigmoid(tensor('nu')[0]);
        const z = gate(a + tensor('biasGate')[i]);
        const candidate = update(a + tensor('biasUpdate')[i]);
        h[i] = (zeta * (1 - z) + nu) * candidate + z * previous[i];
      } else {
        // Equation (2)
        const { alpha, beta } = residualOf(arch, tensor);
        h[i] = alpha * update(a + tensor('bias')[i]) + beta * previous[i];
      }
    }
    states.push(h);
  }
  return states;
}

/** Element i of max(|a| + b, 0) a / |a|, of complex units whose real parts stand before their imaginary parts. */
export function modReLU(a: ArrayLike<number>, bias: ArrayLike<number>, i: number): number {
  const units = bias.length;
  const unit = i % units;
  const modulus = Math.sqrt(a[unit] * a[unit] + a[units + unit] * a[units + unit]);
  return modulus === 0 ? 0 : (Math.max(modulus + bias[unit], 0) * a[i]) / modulus;
}

/** M = M1 M2^T, [rows, columns], from M1 [rows, rank] and M2 [columns, rank]. */
function product(m1: ArrayLike<number>, m2: ArrayLike<number>, rows: number, columns: number, rank: number) {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let k = 0; k < rank; k++) result[i * columns + j] += m1[i * rank + k] * m2[j * rank + k];
    }
  }
  return result;
}

/** alpha and beta of equation (2), in each of the three ways. */
function residualOf(arch: Architecture, tensor: (name: string) => ArrayLike<number>): { alpha: number; beta: number } {
  if (arch.residual === 'fixed') return fixedResidual(arch);
  const alpha = nonlinearities.sigmoid(tensor('alpha')[0]);
  const beta = arch.residual === 'tied' ? 1 - alpha : nonlinearities.sigmoid(tensor('beta')[0]);
  return { alpha, beta };
}
