import { exp, tanh } from '../math/index.js';
import type { Nonlinearity } from '../kernels/index.js';
import {
  directionsOf,
  fixedResidual,
  gatesOf,
  layerInputSize,
  layersOf,
  outputSize,
  resetOf,
  tensorPrefix,
  tensorsByName,
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
 * @param start what the cell of each layer begins with: h_0, and the LSTM's c_0; 0 without it
 */
export function referenceForward(
  arch: Architecture,
  parameters: Float64Array | Float32Array,
  inputs: readonly ArrayLike<number>[],
  between: (value: number, layer: number, t: number, j: number) => number = (value) => value,
  start: readonly (readonly ArrayLike<number>[])[] = [],
): ReferenceResult {
  const { inputSize: D, classes: L } = arch;
  const tensors = tensorsByName(arch, parameters);
  const tensor = (name: string) => tensors.get(name) as Float64Array | Float32Array;

  let xs: readonly ArrayLike<number>[] = inputs;
  if (arch.vocabulary > 0) xs = inputs.map((x) => tensor('embedding').subarray(x[0] * D, (x[0] + 1) * D));
  const layerStates = Array.from({ length: layersOf(arch) }, (_, layer) => {
    const own = { ...arch, inputSize: layerInputSize(arch, layer) };
    const directions = Array.from({ length: directionsOf(arch) }, (__, direction) =>
      cellStates(
        own,
        (name) => tensor(tensorPrefix(layer, direction) + name),
        direction === 0 ? xs : xs.toReversed(),
        start[layer],
      ),
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
  [h0 = new Float64Array(arch.hiddenSize), c0 = new Float64Array(arch.hiddenSize)]: readonly ArrayLike<number>[] = [],
): Float64Array[] {
  const { inputSize: D, hiddenSize: H } = arch;
  const matrix = (name: string, columns: number, rank: number) =>
    rank === 0 ? tensor(name) : product(tensor(`${name}1`), tensor(`${name}2`), H, columns, rank);
  const gates = new Map(
    gatesOf(arch).map((gate) => {
      const U = gate === '' ? recurrentMatrix(arch, tensor) : matrix(`U${gate}`, H, arch.uRank);
      return [gate, [matrix(`W${gate}`, D, arch.wRank), U]];
    }),
  );
  const products: Products = (gate, x, h) => {
    const [W, U] = gates.get(gate) as ArrayLike<number>[];
    return { x: times(W, x, H), h: times(U, h, H) };
  };
  const states: Float64Array[] = [Float64Array.from(h0)];
  const memory = Float64Array.from(c0); // the LSTM's c
  for (const x of xs) states.push(nextState(arch, tensor, products, x, states.at(-1) as Float64Array, memory));
  return states;
}

/** W x and U h of a gate. */
type Products = (gate: string, x: ArrayLike<number>, h: ArrayLike<number>) => Record<'x' | 'h', Float64Array>;

/** h_t from x_t and h_{t-1}; the LSTM's c_{t-1} in `memory` becomes c_t. */
function nextState(
  arch: Architecture,
  tensor: (name: string) => Float64Array | Float32Array,
  products: Products,
  x: ArrayLike<number>,
  previous: Float64Array,
  memory: Float64Array,
): Float64Array {
  const { sigmoid } = nonlinearities;
  const gate = nonlinearities[arch.gate];
  const update = nonlinearities[arch.update];
  const bias = (name: string, i: number) => tensor(name)[i];
  /** f(W x + U h + b) of every unit. */
  const through = (f: (v: number) => number, suffix: string, h: ArrayLike<number> = previous) => {
    const a = products(suffix, x, h);
    return previous.map((_, i) => f(a.x[i] + a.h[i] + bias(`bias${suffix}`, i)));
  };
  /** modReLU(W x + U h) of complex units. */
  const complexUnits = () => {
    const a = products('', x, previous);
    const sum = a.x.map((v, i) => v + a.h[i]);
    return sum.map((_, i) => modReLU(sum, tensor('bias'), i));
  };
  const blend = (z: Float64Array, candidate: Float64Array) =>
    previous.map((h, i) => (1 - z[i]) * candidate[i] + z[i] * h);
  switch (arch.cell) {
    case 'RNN': // equation (1)
      return arch.recurrence === 'EURNN' ? complexUnits() : through(update, '');
    case 'FastRNN': {
      // equation (2)
      const { alpha, beta } = residualOf(arch, tensor);
      const candidates = arch.recurrence === 'EURNN' ? complexUnits() : through(update, '');
      return candidates.map((candidate, i) => alpha * candidate + beta * previous[i]);
    }
    case 'FastRNN-vector': {
      // appendix G
      const [zeta, nu] = ['zeta', 'nu'].map((name) => sigmoid(tensor(name)[0]));
      return through(update, '').map((candidate, i) => {
        const alpha = sigmoid(tensor('alpha')[i]);
        return alpha * candidate + (zeta * (1 - alpha) + nu) * previous[i];
      });
    }
    case 'FastGRNN': {
      // equation (6)
      const [zetaOf, nuOf] = ['zeta', 'nu'].map(
        (name) => (i: number) => sigmoid(tensor(name)[arch.vectorZetaNu ? i : 0]),
      );
      const a = products('', x, previous);
      return previous.map((h, i) => {
        const z = gate(a.x[i] + a.h[i] + bias('biasGate', i));
        const candidate = update(a.x[i] + a.h[i] + bias('biasUpdate', i));
        return (zetaOf(i) * (1 - z) + nuOf(i)) * candidate + z * h;
      });
    }
    case 'UGRNN':
      return blend(through(gate, 'Gate'), through(update, 'Update'));
    case 'GRU': {
      const r = through(gate, 'Reset');
      const z = through(gate, 'Gate');
      if (resetOf(arch) === 'before') {
        return blend(
          z,
          through(
            update,
            'Update',
            previous.map((h, i) => r[i] * h),
          ),
        );
      }
      const a = products('Update', x, previous);
      return blend(
        z,
        r.map((reset, i) => update(a.x[i] + bias('biasUpdate', i) + reset * (a.h[i] + bias('biasRecurrent', i)))),
      );
    }
    case 'LSTM': {
      const [input, forget, output] = ['Input', 'Forget', 'Output'].map((name) => through(gate, name));
      const candidate = through(update, 'Update');
      for (let i = 0; i < memory.length; i++) memory[i] = forget[i] * memory[i] + input[i] * candidate[i];
      return output.map((o, i) => o * update(memory[i]));
    }
  }
}

/** M v for a row-major M [rows, v.length]. */
function times(m: ArrayLike<number>, v: ArrayLike<number>, rows: number): Float64Array {
  const result = new Float64Array(rows);
  for (let i = 0; i < rows; i++) for (let k = 0; k < v.length; k++) result[i] += m[i * v.length + k] * v[k];
  return result;
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
