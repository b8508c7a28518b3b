import { sigmoid } from '../math/index.js';
import {
  fixedResidual,
  layerInputSize,
  modReLU,
  nonlinearities,
  recurrentMatrix,
  tensorPrefix,
  tensorsOf,
  type Architecture,
} from '../network/index.js';

/**
 * A float network, or one layer of it, in float64, a step at a time, in the order of the integer network's equations: W1 (W2' a) and U1 (U2' h)
 * without multiplying the factors out, so that the values in between can be looked at. Calibration runs it.
 */
export class FloatNetwork {
  /** The hidden state, [H]. */
  readonly h: Float64Array;
  /** W2' a of the last step, [rw]; of full rank the input itself, [D]. */
  readonly t: Float64Array;
  /** U2' h of the state before the last step, [ru]; of full rank that state, [H]. */
  readonly u: Float64Array;
  /** [V][D]; empty where inputs are numbers. */
  readonly embedding: Float64Array;
  private readonly w2: Float64Array | undefined;
  private readonly w1: Float64Array;
  private readonly u2: Float64Array | undefined;
  private readonly u1: Float64Array;
  private readonly biasGate: Float64Array;
  private readonly biasUpdate: Float64Array;
  private readonly gate: ((x: number) => number) | undefined;
  private readonly update: (x: number) => number;
  /** Whether units are complex: then modReLU stands in the place of `update`. */
  private readonly complex: boolean;
  /** W a + U h, [H]. */
  private readonly p: Float64Array;
  /** zeta or alpha, and nu or beta. */
  private readonly scale: number;
  private readonly offset: number;

  /**
   * @param parameters all parameters, in the order of `tensorsOf`
   * @param layer which one, from 0; its inputs are the states of the one below
   * @param direction 1 for the cell that reads backwards
   */
  constructor(architecture: Architecture, parameters: Float32Array | Float64Array, layer = 0, direction = 0) {
    const { cell, hiddenSize, wRank, uRank, gate, update } = architecture;
    const inputSize = layerInputSize(architecture, layer);
    const prefix = tensorPrefix(layer, direction);
    const tensors = new Map(
      tensorsOf(architecture).map(({ name, offset, size }) => [
        name,
        Float64Array.from(parameters.subarray(offset, offset + size)),
      ]),
    );
    const tensor = (name: string) => tensors.get(prefix + name) ?? new Float64Array();
    this.embedding = tensors.get('embedding') ?? new Float64Array();
    this.h = new Float64Array(hiddenSize);
    this.t = new Float64Array(wRank || inputSize);
    this.u = new Float64Array(uRank || hiddenSize);
    this.w2 = wRank > 0 ? transpose(tensor('W2'), inputSize, wRank) : undefined;
    this.w1 = tensor(wRank > 0 ? 'W1' : 'W');
    this.u2 = uRank > 0 ? transpose(tensor('U2'), hiddenSize, uRank) : undefined;
    this.u1 = uRank > 0 ? tensor('U1') : recurrentMatrix(architecture, tensor);
    this.complex = architecture.recurrence === 'EURNN';
    this.p = new Float64Array(hiddenSize);
    this.update = nonlinearities[update];
    if (cell === 'FastGRNN') {
      this.gate = nonlinearities[gate];
      this.biasGate = tensor('biasGate');
      this.biasUpdate = tensor('biasUpdate');
      this.scale = sigmoid(tensor('zeta')[0]);
      this.offset = sigmoid(tensor('nu')[0]);
    } else {
      this.biasGate = this.biasUpdate = tensor('bias');
      const { alpha, beta } = residualWeights(architecture, tensor);
      this.scale = alpha;
      this.offset = beta;
    }
  }

  /** Forgets the past. */
  reset(): void {
    this.h.fill(0);
  }

  /** Writes U2' h (or h) of the present state to `u`. */
  projectState(): void {
    project(this.u2, this.h, this.u);
  }

  /** Writes a token's embedding into `a`, [D]; a token outside the vocabulary counts as the nearest in it. */
  embed(token: number, a: Float64Array): void {
    const row = Math.max(0, Math.min(this.embedding.length / a.length - 1, token)) * a.length;
    a.set(this.embedding.subarray(row, row + a.length));
  }

  /** One time step with the normalised inputs `a`, [D]. */
  step(a: Float64Array): void {
    const { h, t, u, w1, u1, p, gate, update, scale, offset } = this;
    project(this.w2, a, t);
    this.projectState();
    for (let j = 0; j < h.length; j++) {
      p[j] = 0;
      for (let k = 0, i = j * t.length; k < t.length; k++, i++) p[j] += w1[i] * t[k];
      for (let k = 0, i = j * u.length; k < u.length; k++, i++) p[j] += u1[i] * u[k];
    }
    for (let j = 0; j < h.length; j++) {
      const candidate = this.complex ? modReLU(p, this.biasUpdate, j) : update(p[j] + this.biasUpdate[j]);
      if (gate) {
        // Equation (6)
        const z = gate(p[j] + this.biasGate[j]);
        h[j] = (scale * (1 - z) + offset) * candidate + z * h[j];
      } else {
        // Equation (2)
        h[j] = scale * candidate + offset * h[j];
      }
    }
  }
}

/** FastRNN's alpha and beta, after their sigmoid: both trained, beta = 1 - alpha, or neither trained. */
export function residualWeights(
  architecture: Architecture,
  tensor: (name: string) => ArrayLike<number>,
): { alpha: number; beta: number } {
  if (architecture.residual === 'fixed') return fixedResidual(architecture);
  const alpha = sigmoid(tensor('alpha')[0]);
  return { alpha, beta: architecture.residual === 'tied' ? 1 - alpha : sigmoid(tensor('beta')[0]) };
}

/** The larger of `least` and all magnitudes of `values`. */
export function largestMagnitude(values: ArrayLike<number>, least = 0): number {
  let most = least;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** [rows][columns] to [columns][rows]. The model file keeps W2 as [D][rw] and U2 as [H][ru]; a device wants a row an output. */
export function transpose<A extends Float32Array | Float64Array>(values: A, rows: number, columns: number): A {
  const out = values.slice() as A;
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j];
  return out;
}

/** out = m v of a row-major matrix [out.length][v.length], or v itself without a matrix. */
function project(m: Float64Array | undefined, v: Float64Array, out: Float64Array): void {
  if (!m) {
    out.set(v);
    return;
  }
  for (let j = 0, i = 0; j < out.length; j++) {
    let sum = 0;
    for (let k = 0; k < v.length; k++, i++) sum += m[i] * v[k];
    out[j] = sum;
  }
}
