import { exp, ln } from '../math/index.js';
import { nonlinearities } from '../network/index.js';
import { derivatives } from './derivatives.js';
import type { Parameters } from './parameters.js';

/** The states of one sequence in float64 and how each depends on the one before. */
export interface Trajectory {
  /** T */
  readonly steps: number;
  /** h_0 .. h_T, [H] each. */
  readonly states: readonly Float64Array[];
  /** S, of what a step hands to the next: H, or of an LSTM, which hands on h and c, 2 H. */
  readonly width: number;
  /** dh_t / dh_(t-1), [S][S], for t from 1 to T; of an LSTM that of (h, c). */
  jacobian(t: number): Float64Array;
  /** The cross-entropy of `label`, and its gradient for h_T. */
  loss(label: number): { readonly loss: number; readonly gradient: Float64Array };
}

/** That of a cell with one W and one U. */
export interface SharedTrajectory extends Trajectory {
  /** dh_t / da_t, a diagonal, where a = W x + U h: [T] of [H]. */
  readonly scales: readonly Float64Array[];
  /** The diagonal of the paper's D_t: the candidate's derivative. */
  readonly slopes: readonly Float64Array[];
}

/** Runs a sequence [T][D] through a cell with one W and one U, from h_0 = 0. */
export function trajectoryOf(parameters: Parameters, inputs: readonly ArrayLike<number>[]): SharedTrajectory {
  const { U, architecture } = parameters;
  const H = architecture.hiddenSize;
  const states = [new Float64Array(H)];
  const slopes: Float64Array[] = [];
  // dh_t / dh_(t-1) = diag(scales) U + diag(direct)
  const scales: Float64Array[] = [];
  const direct: Float64Array[] = [];
  const step = cellStep(parameters);
  for (const x of inputs) {
    const room = [0, 1, 2, 3].map(() => new Float64Array(H));
    step(x, states[states.length - 1], { h: room[0], slope: room[1], scale: room[2], direct: room[3] });
    states.push(room[0]);
    slopes.push(room[1]);
    scales.push(room[2]);
    direct.push(room[3]);
  }
  return {
    steps: inputs.length,
    states,
    width: H,
    slopes,
    scales,
    jacobian(t) {
      const jacobian = new Float64Array(H * H);
      for (let i = 0; i < H; i++) {
        for (let j = 0; j < H; j++) jacobian[i * H + j] = scales[t - 1][i] * U[i * H + j];
        jacobian[i * H + i] += direct[t - 1][i];
      }
      return jacobian;
    },
    loss: (label) => lossOf(parameters, states[states.length - 1], label),
  };
}

/** What a step of a cell writes, [H] each. */
interface StepResult {
  readonly h: Float64Array;
  readonly slope: Float64Array;
  readonly scale: Float64Array;
  readonly direct: Float64Array;
}

function cellStep(parameters: Parameters): (x: ArrayLike<number>, h: Float64Array, to: StepResult) => void {
  const { W, U, gate, architecture, tensor } = parameters;
  const { inputSize: D, hiddenSize: H, update } = architecture;
  const f = nonlinearities[update];
  const df = derivatives[update];
  const preactivation = (i: number, x: ArrayLike<number>, h: Float64Array) => {
    let a = 0;
    for (let k = 0; k < D; k++) a += W[i * D + k] * x[k];
    for (let k = 0; k < H; k++) a += U[i * H + k] * h[k];
    return a;
  };
  if (gate) {
    const g = nonlinearities[architecture.gate];
    const dg = derivatives[architecture.gate];
    const [biasGate, biasUpdate] = [tensor('biasGate'), tensor('biasUpdate')];
    const [zetas, nus] = [gate.zeta, gate.nu];
    return (x, h, to) => {
      for (let i = 0; i < H; i++) {
        const a = preactivation(i, x, h);
        const z = g(a + biasGate[i]);
        const candidate = f(a + biasUpdate[i]);
        const zeta = zetas[i];
        const weight = zeta * (1 - z) + nus[i];
        to.h[i] = weight * candidate + z * h[i]; // equation (6)
        to.slope[i] = df(a + biasUpdate[i]);
        to.scale[i] = weight * to.slope[i] + (h[i] - zeta * candidate) * dg(a + biasGate[i]);
        to.direct[i] = z;
      }
    };
  }
  const { alpha, beta } = weightsOf(parameters);
  const bias = tensor('bias');
  return (x, h, to) => {
    for (let i = 0; i < H; i++) {
      const a = preactivation(i, x, h) + bias[i];
      to.h[i] = alpha[i] * f(a) + beta[i] * h[i]; // equation (2)
      to.slope[i] = df(a);
      to.scale[i] = alpha[i] * to.slope[i];
      to.direct[i] = beta[i];
    }
  };
}

/** alpha and beta of every unit: FastRNN's two numbers, FastRNN-vector's own (appendix G), or 1 and 0 of a plain RNN. */
export function weightsOf({ architecture, residual = { alpha: 1, beta: 0 }, tensor }: Parameters) {
  const { cell, hiddenSize } = architecture;
  if (cell !== 'FastRNN-vector') {
    const all = (value: number) => new Float64Array(hiddenSize).fill(value);
    return { alpha: all(residual.alpha), beta: all(residual.beta) };
  }
  const { sigmoid } = nonlinearities;
  const [zeta, nu] = ['zeta', 'nu'].map((name) => sigmoid(tensor(name)[0]));
  const alpha = tensor('alpha').map(sigmoid);
  return { alpha, beta: alpha.map((value) => zeta * (1 - value) + nu) };
}

/** Cross-entropy of a state's logits, and its gradient for the state. */
export function lossOf(
  { V, biasV }: Parameters,
  h: Float64Array,
  label: number,
): { loss: number; gradient: Float64Array } {
  const H = h.length;
  const logits = Array.from(biasV, (bias, l) => h.reduce((sum, value, k) => sum + V[l * H + k] * value, bias));
  const most = Math.max(...logits);
  const weights = logits.map((logit) => exp(logit - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const gradient = new Float64Array(H);
  for (let l = 0; l < logits.length; l++) {
    const error = weights[l] / total - (l === label ? 1 : 0);
    for (let k = 0; k < H; k++) gradient[k] += error * V[l * H + k];
  }
  return { loss: ln(total) + most - logits[label], gradient };
}
