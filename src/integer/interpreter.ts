import { argmax } from '../math/index.js';
import { meanOf, pool } from './mean.js';
import {
  embeddingShift,
  integerLayers,
  stateSize,
  stepInputs,
  type IntegerLayer,
  type IntegerMatrix,
  type IntegerNetwork,
} from './network.js';
import { activateQ14, oneQ14, roundingShift, saturate, updateQ12 } from './nonlinearity.js';

/** The nonzeros of a matrix by rows: row j's stand at `starts[j]` up to `starts[j + 1]`. Zeros add nothing to a sum. */
interface Rows {
  readonly starts: Int32Array;
  readonly columns: Uint8Array;
  readonly values: Int8Array;
}

function rowsOf(matrix: IntegerMatrix): Rows {
  const starts = new Int32Array(matrix.rows + 1);
  const columns: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < matrix.rows; row++) {
    for (let column = 0; column < matrix.columns; column++) {
      const value = matrix.values[row * matrix.columns + column];
      if (value !== 0) {
        columns.push(column);
        values.push(value);
      }
    }
    starts[row + 1] = columns.length;
  }
  return { starts, columns: Uint8Array.from(columns), values: Int8Array.from(values) };
}

/** Every saturated argument's value, so that a step needs no branches: 128 KB. */
function tabulate(f: (p: number) => number): Int16Array {
  const table = new Int16Array(65536);
  for (let p = -32767; p <= 32767; p++) table[p + 32768] = f(p);
  return table;
}

function dot(rows: Rows, row: number, vector: Int16Array): number {
  const { columns, values, starts } = rows;
  const end = starts[row + 1];
  let sum = 0;
  for (let k = starts[row]; k < end; k++) sum = (sum + values[k] * vector[columns[k]]) | 0;
  return sum;
}

/** One layer: steps 2 to 9. */
class LayerInterpreter {
  private readonly layer: IntegerLayer;
  private readonly a: Int16Array;
  private readonly h: Int16Array;
  private readonly r: Uint16Array;
  private readonly t: Int16Array;
  private readonly u: Int16Array;
  private readonly p: Int32Array;
  private readonly w2: Rows | undefined;
  private readonly w1: Rows;
  private readonly u2: Rows | undefined;
  private readonly u1: Rows;
  private readonly gateTable: Int16Array;
  private readonly updateTable: Int16Array;

  /** @param o its input, its state and its remainders, where they stand, and the tables of its nonlinearities */
  constructor(
    layer: IntegerLayer,
    o: { a: Int16Array; h: Int16Array; r: Uint16Array; gateTable: Int16Array; updateTable: Int16Array },
  ) {
    this.layer = layer;
    this.a = o.a;
    this.h = o.h;
    this.r = o.r;
    this.t = layer.wRank > 0 ? new Int16Array(layer.wRank) : o.a;
    this.u = layer.uRank > 0 ? new Int16Array(layer.uRank) : o.h;
    this.p = new Int32Array(layer.hiddenSize);
    this.w2 = layer.w2 && rowsOf(layer.w2);
    this.w1 = rowsOf(layer.w1);
    this.u2 = layer.u2 && rowsOf(layer.u2);
    this.u1 = rowsOf(layer.u1);
    this.gateTable = o.gateTable;
    this.updateTable = o.updateTable;
  }

  step(): void {
    const { layer: n, a, t, u, p, h, r } = this;
    if (this.w2) {
      for (let j = 0; j < t.length; j++) t[j] = saturate(roundingShift(dot(this.w2, j, a), n.w2Shift), n.wLimit);
    }
    if (this.u2) {
      for (let j = 0; j < u.length; j++) u[j] = saturate(roundingShift(dot(this.u2, j, h), n.u2Shift), n.uLimit);
    }
    // Of full rank, u is h itself: every row must be read before a state is written.
    for (let j = 0; j < h.length; j++) {
      p[j] = roundingShift(dot(this.w1, j, t), n.w1Shift) + roundingShift(dot(this.u1, j, u), n.u1Shift);
    }
    const gated = n.cell === 'FastGRNN';
    for (let j = 0; j < h.length; j++) {
      const c = this.updateTable[saturate(p[j] + n.biasUpdate[j], 32767) + 32768];
      const z = gated ? this.gateTable[saturate(p[j] + n.biasGate[j], 32767) + 32768] : n.offset;
      const g = gated ? saturate(roundingShift(n.scale * (oneQ14 - z), 14) + n.offset, 32767) : n.scale;
      const v = g * c + z * h[j] + r[j];
      h[j] = saturate(v >> 14, n.stateLimit);
      r[j] = v & (oneQ14 - 1);
    }
  }
}

/**
 * Runs an integer network: the definition of what firmware computes, one readable line an equation of
 * `docs/integer-network.md`. Not the fastest way to run one, the reference for all others.
 */
export class IntegerInterpreter {
  readonly network: IntegerNetwork;
  /** The hidden states, int16: those of the layers one after the other. */
  readonly h: Int16Array;
  /** The rounding remainders, 14 bits each, in the same order. */
  readonly r: Uint16Array;
  /** Sums of the last layer's states since the reset, and how many they are: where the head reads their mean. */
  readonly sums: Int32Array;
  count = 0;
  /** The state of the last layer. */
  private readonly last: Int16Array;
  private readonly m: Int16Array;
  private readonly a: Int16Array;
  private readonly scores: Int32Array;
  private readonly layers: readonly LayerInterpreter[];
  private readonly classifier: Rows;

  constructor(network: IntegerNetwork) {
    this.network = network;
    this.h = new Int16Array(stateSize(network));
    this.r = new Uint16Array(this.h.length);
    this.a = new Int16Array(network.inputSize);
    const gateTable = tabulate((p) => (network.cell === 'FastGRNN' ? activateQ14(network.gate, p) : 0));
    const updateTable = tabulate((p) => updateQ12(network.update, p));
    let { a } = this;
    let start = 0;
    this.layers = integerLayers(network).map((layer) => {
      const end = start + layer.hiddenSize;
      const own = { a, h: this.h.subarray(start, end), r: this.r.subarray(start, end), gateTable, updateTable };
      a = own.h;
      start = end;
      return new LayerInterpreter(layer, own);
    });
    this.last = a;
    this.sums = new Int32Array(network.mean ? a.length : 0);
    this.m = network.mean ? new Int16Array(a.length) : a;
    this.scores = new Int32Array(network.classes);
    this.classifier = rowsOf(network.classifier);
    this.reset();
  }

  /** Forgets the past. */
  reset(): void {
    this.h.fill(0);
    this.r.fill(oneQ14 / 2);
    this.sums.fill(0);
    this.count = 0;
  }

  /** One time step. `x` holds D inputs in the model's units, or one token, from `start` on. */
  step(x: Int16Array, start = 0): void {
    this.readInput(x, start);
    for (const layer of this.layers) layer.step();
    if (this.network.mean) this.count = pool(this.sums, this.last, this.count);
  }

  /** Step 1: the normalised input, or the token's embedding. */
  private readInput(x: Int16Array, start: number): void {
    const { network: n, a } = this;
    if (n.embedding) {
      const token = Math.max(0, Math.min(n.embedding.rows - 1, x[start]));
      for (let i = 0; i < a.length; i++) a[i] = n.embedding.values[token * a.length + i] << embeddingShift;
      return;
    }
    const perChannel = n.centre.length > 1;
    for (let i = 0; i < a.length; i++) {
      const channel = perChannel ? i : 0;
      const centred = saturate(x[start + i] - n.centre[channel], 32767);
      a[i] = saturate(roundingShift(centred * n.multiplier[channel], n.inputShift), n.inputLimit);
    }
  }

  /** What the head reads: the state, or the mean of the states. */
  private read(): Int16Array {
    if (!this.network.mean) return this.last;
    meanOf(this.sums, this.count, this.m);
    return this.m;
  }

  /** The head's int32 scores of the present state, or of the mean so far, written into `out` [L]. */
  logits(out: Int32Array = new Int32Array(this.network.classes)): Int32Array {
    const state = this.read();
    for (let l = 0; l < out.length; l++) out[l] = dot(this.classifier, l, state) + this.network.classifierBias[l];
    return out;
  }

  /** The class with the largest score, the first of equals. */
  predict(): number {
    return argmax(this.logits(this.scores));
  }

  /** Resets, runs a whole sequence [T][D] that starts at `start` of `values`, and predicts. */
  classify(values: Int16Array, start: number, steps: number): number {
    this.reset();
    for (let t = 0; t < steps; t++) this.step(values, start + t * stepInputs(this.network));
    return this.predict();
  }
}
