import { squareProduct } from '../math/index.js';
import { nonlinearities, resetOf } from '../network/index.js';
import { derivatives } from './derivatives.js';
import type { GateMatrices, Parameters } from './parameters.js';
import { lossOf, type Trajectory } from './trajectory.js';

/** What a step of a gated cell gives: the next state, and how it depends on the one before. */
interface GatedStep {
  /** h_t, [H]. */
  readonly h: Float64Array;
  /** c_t of the LSTM, [H]. */
  readonly c?: Float64Array;
  /** [S][S], S the width of what a step hands on. */
  jacobian(): Float64Array;
}

type Step = (x: ArrayLike<number>, h: Float64Array, c: Float64Array) => GatedStep;

/**
 * Runs a sequence [T][D] through a cell whose gates have matrices of their own, from h_0 = 0. Equation (5) and its M(U) are of
 * equation (2); here the Jacobian of the cell itself stands in the place of alpha D U + beta I. With a_g = W_g x + U_g h' + b_g of gate g,
 * g' its nonlinearity's derivative there, and diagonals written as vectors:
 *   UGRNN          J = z + (h' - h~) z' U_z + (1 - z) h~' U_h
 *   GRU, after     J = z + (h' - h~) z' U_z + (1 - z) h~' (r U_h + m r' U_r),     m = U_h h' + d
 *   GRU, before    J = z + (h' - h~) z' U_z + (1 - z) h~' U_h (r + h' r' U_r)
 *   LSTM           of (h, c):  dc/dh' = c' f' U_f + c~ i' U_i + i c~' U_c,  dc/dc' = f,
 *                              dh/dh' = f(c) o' U_o + o f'(c) dc/dh',       dh/dc' = o f'(c) f
 */
export function gatedTrajectory(parameters: Parameters, inputs: readonly ArrayLike<number>[]): Trajectory {
  const { architecture } = parameters;
  const H = architecture.hiddenSize;
  const step = stepOf(parameters);
  const states: Float64Array[] = [new Float64Array(H)];
  const steps: GatedStep[] = [];
  let c: Float64Array = new Float64Array(H);
  for (const x of inputs) {
    const made = step(x, states[states.length - 1], c);
    states.push(made.h);
    steps.push(made);
    c = made.c ?? c;
  }
  return {
    steps: inputs.length,
    states,
    width: architecture.cell === 'LSTM' ? 2 * H : H,
    jacobian: (t) => steps[t - 1].jacobian(),
    loss: (label) => lossOf(parameters, states[states.length - 1], label),
  };
}

/** A gate of all units, and the derivative of its nonlinearity at each. */
interface Gate {
  readonly value: Float64Array;
  readonly slope: Float64Array;
}

function stepOf({ architecture, gates, tensor }: Parameters): Step {
  const { hiddenSize: H, inputSize: D, cell } = architecture;
  const matrices = (name: string) => gates.get(name) as GateMatrices;
  /** W x + U u + b of a gate. */
  const sum = (name: string, x: ArrayLike<number>, u: ArrayLike<number>) => {
    const { W, U } = matrices(name);
    return tensor(`bias${name}`).map((bias, i) => bias + dot(W, i, x, D) + dot(U, i, u, H));
  };
  const through = (a: Float64Array, kind: 'gate' | 'update'): Gate => {
    const name = architecture[kind];
    return { value: a.map(nonlinearities[name]), slope: a.map(derivatives[name]) };
  };
  const gate = (name: string, x: ArrayLike<number>, h: Float64Array) => through(sum(name, x, h), 'gate');
  /** h = (1 - z) h~ + z h', and its Jacobian from that of what h~ squashes. */
  const blended = (h: Float64Array, z: Gate, candidate: Gate, inner: () => Float64Array): GatedStep => ({
    h: h.map((past, i) => (1 - z.value[i]) * candidate.value[i] + z.value[i] * past),
    jacobian() {
      const J = inner();
      const { U } = matrices('Gate');
      for (let i = 0; i < H; i++) {
        const [fresh, turn] = [(1 - z.value[i]) * candidate.slope[i], (h[i] - candidate.value[i]) * z.slope[i]];
        for (let j = i * H; j < (i + 1) * H; j++) J[j] = fresh * J[j] + turn * U[j];
        J[i * H + i] += z.value[i];
      }
      return J;
    },
  });
  if (cell === 'UGRNN') {
    return (x, h) =>
      blended(h, gate('Gate', x, h), through(sum('Update', x, h), 'update'), () => matrices('Update').U.slice());
  }
  if (cell === 'GRU' && resetOf(architecture) === 'before') {
    return (x, h) => {
      const r = gate('Reset', x, h);
      const kept = r.value.map((value, i) => value * h[i]);
      return blended(h, gate('Gate', x, h), through(sum('Update', x, kept), 'update'), () => {
        const { U } = matrices('Reset');
        const dkept = scaledRows(U, (i) => h[i] * r.slope[i]);
        for (let i = 0; i < H; i++) dkept[i * H + i] += r.value[i];
        return squareProduct(matrices('Update').U, dkept, H);
      });
    };
  }
  if (cell === 'GRU') {
    return (x, h) => {
      const r = gate('Reset', x, h);
      const { W, U } = matrices('Update');
      const m = tensor('biasRecurrent').map((bias, i) => bias + dot(U, i, h, H));
      const a = tensor('biasUpdate').map((bias, i) => bias + dot(W, i, x, D) + r.value[i] * m[i]);
      return blended(h, gate('Gate', x, h), through(a, 'update'), () => {
        const J = scaledRows(U, (i) => r.value[i]);
        const turned = matrices('Reset').U;
        for (let i = 0; i < H; i++) {
          for (let j = i * H; j < (i + 1) * H; j++) J[j] += m[i] * r.slope[i] * turned[j];
        }
        return J;
      });
    };
  }
  const squash = nonlinearities[architecture.update];
  const slopeOf = derivatives[architecture.update];
  return (x, h, before) => {
    const [input, forget, output] = ['Input', 'Forget', 'Output'].map((name) => gate(name, x, h));
    const candidate = through(sum('Update', x, h), 'update');
    const c = before.map((past, i) => forget.value[i] * past + input.value[i] * candidate.value[i]);
    return {
      c,
      h: c.map((value, i) => output.value[i] * squash(value)),
      jacobian() {
        const [Ui, Uf, Uc, Uo] = ['Input', 'Forget', 'Update', 'Output'].map((name) => matrices(name).U);
        const S = 2 * H;
        const J = new Float64Array(S * S);
        for (let i = 0; i < H; i++) {
          const [f, o] = [forget.value[i], output.value[i]];
          const open = o * slopeOf(c[i]);
          for (let j = 0; j < H; j++) {
            const k = i * H + j;
            const dc =
              before[i] * forget.slope[i] * Uf[k] +
              candidate.value[i] * input.slope[i] * Ui[k] +
              input.value[i] * candidate.slope[i] * Uc[k];
            J[i * S + j] = squash(c[i]) * output.slope[i] * Uo[k] + open * dc;
            J[(H + i) * S + j] = dc;
          }
          J[i * S + H + i] = open * f;
          J[(H + i) * S + H + i] = f;
        }
        return J;
      },
    };
  };
}

/** Row i of a matrix [.][columns] times a vector. */
function dot(m: Float64Array, i: number, v: ArrayLike<number>, columns: number): number {
  let sum = 0;
  for (let k = 0; k < columns; k++) sum += m[i * columns + k] * v[k];
  return sum;
}

/** A square matrix with each row multiplied. */
function scaledRows(m: Float64Array, factor: (i: number) => number): Float64Array {
  const H = Math.sqrt(m.length);
  return m.map((value, k) => factor(Math.floor(k / H)) * value);
}
