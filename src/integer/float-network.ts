import { sigmoid, transposed } from '../math/index.js';
import {
  fixedResidual,
  gatesOf,
  layerInputSize,
  modReLU,
  nonlinearities,
  recurrentMatrix,
  resetOf,
  tensorPrefix,
  tensorsByName,
  type Architecture,
} from '../network/index.js';

/** One gate's W and U, in the order of the integer network's equations: W2' [rw][D] and U2' [ru][H], which the model file keeps as [D][rw] and [H][ru]. */
export interface FloatGate {
  readonly w2: Float64Array | undefined;
  readonly w1: Float64Array;
  readonly u2: Float64Array | undefined;
  readonly u1: Float64Array;
  /** W2' a of the last step, [rw]; of full rank the input itself, [D]. */
  readonly t: Float64Array;
  /** U2' of what U multiplies, [ru]; of full rank that itself, [H]. */
  readonly u: Float64Array;
  /** W1 t + U1 u, [H]. */
  readonly p: Float64Array;
}

/**
 * A float network, or one layer of it, in float64, a step at a time, in the order of the integer network's equations: W1 (W2' a) and U1 (U2' h)
 * without multiplying the factors out, so that the values in between can be looked at. Calibration runs it.
 */
export class FloatNetwork {
  /** The hidden state, [H]. */
  readonly h: Float64Array;
  /** The LSTM's c, [H]; 0 elsewhere. */
  readonly memory: Float64Array;
  readonly gates: readonly FloatGate[];
  /** Of a GRU that resets after the product: the last step's W a + b and U h + d of the candidate, [2 H]; empty elsewhere. */
  readonly parts: Float64Array;
  /** What the last step's gates made of it, a row a gate: of the GRU r, z, h~; of the LSTM i, f, c~, o; of cells with one W and U the candidate. */
  readonly made: readonly Float64Array[];
  /** The one of them that is the candidate, [H]. */
  readonly candidate: Float64Array;
  /** [V][D]; empty where inputs are numbers. */
  readonly embedding: Float64Array;
  private readonly architecture: Architecture;
  /** Of each gate, [H]; of cells with one W and U the candidate's. */
  private readonly biases: readonly Float64Array[];
  /** FastGRNN's of z, a GRU's d where it resets after the product, FastRNN-vector's alpha before its sigmoid; empty elsewhere. */
  private readonly biasGate: Float64Array;
  private readonly recurrentBias: Float64Array;
  private readonly alphas: Float64Array;
  private readonly gate: (x: number) => number;
  private readonly update: (x: number) => number;
  /** zeta or alpha, and nu or beta, [H]: the same of every unit, but for vectors. */
  private readonly scale: Float64Array;
  private readonly offset: Float64Array;

  /**
   * @param parameters all parameters, in the order of `tensorsOf`; those in float64 are read where they lie
   * @param layer which one, from 0; its inputs are the states of the one below
   * @param direction 1 for the cell that reads backwards
   */
  constructor(architecture: Architecture, parameters: Float32Array | Float64Array, layer = 0, direction = 0) {
    const { cell, hiddenSize, wRank, uRank, gate, update } = architecture;
    const inputSize = layerInputSize(architecture, layer);
    const prefix = tensorPrefix(layer, direction);
    const exact = parameters instanceof Float64Array ? parameters : Float64Array.from(parameters);
    const tensors = tensorsByName(architecture, exact);
    const tensor = (name: string) => tensors.get(prefix + name) ?? new Float64Array();
    this.architecture = architecture;
    this.embedding = tensors.get('embedding') ?? new Float64Array();
    this.h = new Float64Array(hiddenSize);
    this.memory = new Float64Array(hiddenSize);
    this.parts = new Float64Array(cell === 'GRU' && resetOf(architecture) === 'after' ? 2 * hiddenSize : 0);
    this.gates = gatesOf(architecture).map((suffix) => ({
      w2: wRank > 0 ? transposed(tensor(`W${suffix}2`), inputSize, wRank) : undefined,
      w1: tensor(wRank > 0 ? `W${suffix}1` : `W${suffix}`),
      u2: uRank > 0 ? transposed(tensor(`U${suffix}2`), hiddenSize, uRank) : undefined,
      u1:
        uRank > 0
          ? tensor(`U${suffix}1`)
          : suffix === ''
            ? recurrentMatrix(architecture, tensor)
            : tensor(`U${suffix}`),
      t: new Float64Array(wRank || inputSize),
      u: new Float64Array(uRank || hiddenSize),
      p: new Float64Array(hiddenSize),
    }));
    this.biases = gatesOf(architecture).map((suffix) => tensor(cell === 'FastGRNN' ? 'biasUpdate' : `bias${suffix}`));
    [this.biasGate, this.recurrentBias, this.alphas] = ['biasGate', 'biasRecurrent', 'alpha'].map(tensor);
    this.made = this.gates.map(() => new Float64Array(hiddenSize));
    this.candidate = this.made[Math.max(0, gatesOf(architecture).indexOf('Update'))];
    this.gate = nonlinearities[gate];
    this.update = nonlinearities[update];
    if (cell === 'FastRNN') {
      const { alpha, beta } = residualWeights(architecture, tensor);
      this.scale = new Float64Array(hiddenSize).fill(alpha);
      this.offset = new Float64Array(hiddenSize).fill(beta);
    } else {
      [this.scale, this.offset] = ['zeta', 'nu'].map((name) => perUnit(tensor(name).map(sigmoid), hiddenSize));
    }
  }

  /** Forgets the past. */
  reset(): void {
    this.h.fill(0);
    this.memory.fill(0);
  }

  /** Writes U2' h (or h) of the present state to each gate's `u`. */
  projectState(): void {
    for (const { u2, u } of this.gates) project(u2, this.h, u);
  }

  /** Writes a token's embedding into `a`, [D]; a token outside the vocabulary counts as the nearest in it. */
  embed(token: number, a: Float64Array): void {
    const row = Math.max(0, Math.min(this.embedding.length / a.length - 1, token)) * a.length;
    a.set(this.embedding.subarray(row, row + a.length));
  }

  /** One time step with the normalised inputs `a`, [D]. */
  step(a: Float64Array): void {
    const { h, gates } = this;
    const { cell } = this.architecture;
    for (const [i, { w2, w1, t, p }] of gates.entries()) {
      project(w2, a, t);
      p.fill(0);
      addProduct(w1, t, p);
      if (cell !== 'GRU' || i < 2) recur(gates[i], h, p);
    }
    if (cell === 'UGRNN') this.blend(this.gated(0), this.updated(1));
    else if (cell === 'GRU') this.stepGRU();
    else if (cell === 'LSTM') this.stepLSTM();
    else this.stepShared();
  }

  /** The cells whose one W and U serve all: equations (1), (2) and (6), appendix G. */
  private stepShared(): void {
    const { h, gate, update, scale, offset, biasGate, alphas } = this;
    const { cell, recurrence } = this.architecture;
    const complex = recurrence === 'EURNN';
    const [{ p }] = this.gates;
    const [made] = this.made;
    const [bias] = this.biases;
    for (let j = 0; j < h.length; j++) {
      const candidate = complex ? modReLU(p, bias, j) : update(p[j] + bias[j]);
      made[j] = candidate;
      if (cell === 'FastGRNN') {
        const z = gate(p[j] + biasGate[j]);
        h[j] = (scale[j] * (1 - z) + offset[j]) * candidate + z * h[j];
      } else if (cell === 'FastRNN') {
        h[j] = scale[j] * candidate + offset[j] * h[j];
      } else if (cell === 'FastRNN-vector') {
        const alpha = sigmoid(alphas[j]);
        h[j] = alpha * candidate + (scale[j] * (1 - alpha) + offset[j]) * h[j];
      } else h[j] = candidate;
    }
  }

  private stepGRU(): void {
    const { h, made, recurrentBias } = this;
    const [, , update] = this.gates;
    const r = this.gated(0);
    const z = this.gated(1);
    const scaled = made[2];
    if (resetOf(this.architecture) === 'before') {
      for (let j = 0; j < h.length; j++) scaled[j] = r[j] * h[j];
      recur(update, scaled, update.p);
    } else {
      const bias = this.biases[2];
      scaled.fill(0);
      recur(update, h, scaled);
      for (let j = 0; j < h.length; j++) {
        this.parts[j] = update.p[j] + bias[j];
        this.parts[h.length + j] = scaled[j] + recurrentBias[j];
        update.p[j] += r[j] * (scaled[j] + recurrentBias[j]);
      }
    }
    this.blend(z, this.updated(2));
  }

  private stepLSTM(): void {
    const { h, memory } = this;
    const [i, f] = [this.gated(0), this.gated(1)];
    const [candidate, o] = [this.updated(2), this.gated(3)];
    for (let j = 0; j < h.length; j++) {
      memory[j] = f[j] * memory[j] + i[j] * candidate[j];
      h[j] = o[j] * this.update(memory[j]);
    }
  }

  private blend(z: Float64Array, candidate: Float64Array): void {
    const { h } = this;
    for (let j = 0; j < h.length; j++) h[j] = (1 - z[j]) * candidate[j] + z[j] * h[j];
  }

  private gated(index: number): Float64Array {
    return this.through(this.gate, index);
  }

  private updated(index: number): Float64Array {
    return this.through(this.update, index);
  }

  private through(f: (x: number) => number, index: number): Float64Array {
    const { p } = this.gates[index];
    const bias = this.biases[index];
    const out = this.made[index];
    for (let j = 0; j < out.length; j++) out[j] = f(p[j] + bias[j]);
    return out;
  }
}

/** out += U1 (U2' h), of which U2' h is kept. */
function recur({ u2, u1, u }: FloatGate, h: Float64Array, out: Float64Array): void {
  project(u2, h, u);
  addProduct(u1, u, out);
}

/** FastRNN's alpha and beta, after their sigmoid: both trained, beta = 1 - alpha, or neither trained; 1 and 0 of a RNN. */
export function residualWeights(
  architecture: Architecture,
  tensor: (name: string) => ArrayLike<number>,
): { alpha: number; beta: number } {
  if (architecture.cell === 'RNN') return { alpha: 1, beta: 0 };
  if (architecture.residual === 'fixed') return fixedResidual(architecture);
  const alpha = sigmoid(tensor('alpha')[0]);
  return { alpha, beta: architecture.residual === 'tied' ? 1 - alpha : sigmoid(tensor('beta')[0]) };
}

/** What multiplies a cell's candidate or its past: the same number for every unit, or one a unit, [H]. */
export type CellWeight = number | Float32Array;

/** What the candidate and the past are multiplied with: zeta and nu, alpha and beta, or 1 and 0 in cells without. */
export function cellWeights(
  architecture: Architecture,
  tensor: (name: string) => Float32Array | Float64Array,
): { readonly scale: CellWeight; readonly offset: CellWeight } {
  const squashed = (name: string) => Float64Array.from(tensor(name), sigmoid);
  switch (architecture.cell) {
    case 'FastRNN': {
      const { alpha, beta } = residualWeights(architecture, tensor);
      return { scale: alpha, offset: beta };
    }
    case 'FastGRNN': {
      const [zeta, nu] = [squashed('zeta'), squashed('nu')];
      if (architecture.vectorZetaNu) return { scale: Float32Array.from(zeta), offset: Float32Array.from(nu) };
      return { scale: zeta[0], offset: nu[0] };
    }
    case 'FastRNN-vector': {
      const [alpha, [zeta], [nu]] = ['alpha', 'zeta', 'nu'].map(squashed);
      return { scale: Float32Array.from(alpha), offset: Float32Array.from(alpha, (a) => zeta * (1 - a) + nu) };
    }
    default:
      return { scale: 1, offset: 0 };
  }
}

/** A number a unit, [hiddenSize]: `values` as they are, or their only one for every unit. */
export function perUnit(values: Float64Array, hiddenSize: number): Float64Array {
  return values.length === hiddenSize ? values : new Float64Array(hiddenSize).fill(values[0]);
}

/** The larger of `least` and all magnitudes of `values`. */
export function largestMagnitude(values: ArrayLike<number>, least = 0): number {
  let most = least;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** out = m v of a row-major matrix [out.length][v.length], or v itself without a matrix. */
function project(m: Float64Array | undefined, v: Float64Array, out: Float64Array): void {
  if (!m) {
    out.set(v);
    return;
  }
  out.fill(0);
  addProduct(m, v, out);
}

/** out += m v of a row-major matrix [out.length][v.length]. */
function addProduct(m: Float64Array, v: Float64Array, out: Float64Array): void {
  for (let j = 0, i = 0; j < out.length; j++) {
    let sum = out[j];
    for (let k = 0; k < v.length; k++, i++) sum += m[i] * v[k];
    out[j] = sum;
  }
}
