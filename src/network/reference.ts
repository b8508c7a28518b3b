import { exp, tanh } from '../math/index.js';
import type { Nonlinearity } from '../kernels/index.js';
import { fixedResidual, tensorsOf, type Architecture } from './architecture.js';

/** The paper's equations in float64, one sequence at a time, slowly: what the fast network is compared with. */
export interface ReferenceResult {
  /** h_0 .. h_T, each [hiddenSize]. */
  readonly states: readonly Float64Array[];
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
};

/** One sequence, inputs [T][inputSize] or tokens [T][1], through the network with `parameters` in `tensorsOf` order. */
export function referenceForward(
  arch: Architecture,
  parameters: Float64Array | Float32Array,
  inputs: readonly ArrayLike<number>[],
): ReferenceResult {
  const { inputSize: D, hiddenSize: H, classes: L, cell } = arch;
  const tensors = new Map(tensorsOf(arch).map((t) => [t.name, parameters.subarray(t.offset, t.offset + t.size)]));
  const tensor = (name: string) => tensors.get(name) as Float64Array | Float32Array;
  const matrix = (name: string, columns: number, rank: number) =>
    rank === 0 ? tensor(name) : product(tensor(`${name}1`), tensor(`${name}2`), H, columns, rank);
  const W = matrix('W', D, arch.wRank);
  const U = matrix('U', H, arch.uRank);
  const { sigmoid } = nonlinearities;
  const gate = nonlinearities[arch.gate];
  const update = nonlinearities[arch.update];

  const states = [new Float64Array(H)];
  for (const input of inputs) {
    const x = arch.vocabulary > 0 ? tensor('embedding').subarray(input[0] * D, (input[0] + 1) * D) : input;
    const previous = states.at(-1) as Float64Array;
    const h = new Float64Array(H);
    for (let i = 0; i < H; i++) {
      let a = 0;
      for (let k = 0; k < D; k++) a += W[i * D + k] * x[k];
      for (let k = 0; k < H; k++) a += U[i * H + k] * previous[k];
      if (cell === 'FastGRNN') {
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

  const read = (h: Float64Array) =>
    Array.from({ length: L }, (_, c) => {
      let logit = tensor('classifierBias')[c];
      for (let k = 0; k < H; k++) logit += tensor('classifier')[c * H + k] * h[k];
      return logit;
    });
  const own = states.slice(1);
  if (arch.output === 'every') return { states, logits: Float64Array.from(own.flatMap(read)) };
  const mean = new Float64Array(H).map((_, k) => own.reduce((sum, h) => sum + h[k], 0) / own.length);
  return { states, logits: Float64Array.from(read(arch.output === 'mean' ? mean : own[own.length - 1])) };
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
