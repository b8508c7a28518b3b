import { argmax } from '../math/index.js';
import { meanOf, pool } from './mean.js';
import { LayerInterpreter, nonlinearityTables } from './layer-interpreter.js';
import { embeddingShift, integerLayers, stateSize, stepInputs, type IntegerNetwork } from './network.js';
import { oneQ14, roundingShift, saturate } from './nonlinearity.js';
import { dot, rowsOf, type Rows } from './matrix-rows.js';

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
  /** The LSTM's c, int16, in the same order; empty for others. */
  readonly memory: Int16Array;
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
    this.memory = new Int16Array(network.cell === 'LSTM' ? this.h.length : 0);
    this.a = new Int16Array(network.inputSize);
    const tables = nonlinearityTables(network);
    let { a } = this;
    let start = 0;
    this.layers = integerLayers(network).map((layer) => {
      const end = start + layer.hiddenSize;
      const [h, r, memory] = [this.h, this.r, this.memory].map((all) => all.subarray(start, end)) as [
        Int16Array,
        Uint16Array,
        Int16Array,
      ];
      const below = a;
      a = h;
      start = end;
      return new LayerInterpreter(layer, { a: below, h, r, memory, ...tables });
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
    this.memory.fill(0);
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
