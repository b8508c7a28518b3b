import { embeddingShift, meanOf, pool, type IntegerMatrix, type IntegerNetwork } from '../integer/light.js';
import { nonlinearityNumber } from '../kernels/light.js';
import { Memory, padded } from './memory.js';
import type { Layer } from './stacked-cell.js';

/** An integer layer's state and step, as `docs/integer-network.md` defines them (kernels/step/integer.c). */
export class IntegerCell implements Layer {
  private readonly network: IntegerNetwork;
  private readonly memory: Memory;
  private readonly words: number;
  private readonly x: Int16Array;
  private readonly a: Int16Array;
  private readonly h: Int16Array;
  private readonly r: Int16Array;
  private readonly p: Int32Array;
  private readonly logits: Int32Array;
  /** Of a network whose head reads the mean: sums of the states, how many they are, and their mean. */
  private readonly sums: Int32Array;
  private readonly mean: Int16Array;
  private readonly meanAt: number;
  private readonly readAt: number;
  private count = 0;

  constructor(module: WebAssembly.Module, network: IntegerNetwork) {
    const n = network;
    const vector = (length: number) => new Int16Array(padded(length, 8));
    const [x, a] = [vector(n.inputSize), vector(n.inputSize)];
    const [t, u] = [vector(n.wRank), vector(n.uRank)];
    const [h, r, mean] = [vector(n.hiddenSize), vector(n.hiddenSize), vector(n.hiddenSize)];
    const [w2, w1, u2, u1, classifier] = [n.w2, n.w1, n.u2, n.u1, n.classifier].map(paddedRows);
    const { centre, multiplier, biasGate, biasUpdate, classifierBias } = n;
    const [p, logits] = [new Int32Array(n.hiddenSize), new Int32Array(n.classes)];
    const pointers = [
      ...[x, centre, multiplier, w2, w1, u2, u1, biasGate, biasUpdate, classifier, classifierBias],
      ...[a, t, u, h, r, p, logits],
    ];
    // The words of `struct integer_network`, in its order.
    const numbers = [
      ...[n.cell === 'FastGRNN' ? 1 : 0, nonlinearityNumber(n.gate), nonlinearityNumber(n.update)],
      ...[n.inputSize, n.hiddenSize, n.wRank, n.uRank, n.classes, centre.length],
      ...[n.inputShift, n.w2Shift, n.w1Shift, n.u2Shift, n.u1Shift],
      ...[n.inputLimit, n.wLimit, n.uLimit, n.stateLimit, n.scale, n.offset],
    ];
    const words = new Int32Array(numbers.length + pointers.length);
    const memory = new Memory(module, [words, mean, ...pointers]);
    memory.view(words).set([...numbers, ...pointers.map((array) => memory.address(array))]);
    this.network = network;
    this.memory = memory;
    this.words = memory.address(words);
    this.x = memory.view(x);
    this.a = memory.view(a);
    this.h = memory.view(h);
    this.r = memory.view(r);
    this.p = memory.view(p);
    this.logits = memory.view(logits);
    this.sums = new Int32Array(n.mean ? n.hiddenSize : 0);
    this.mean = memory.view(mean);
    this.meanAt = memory.address(mean);
    this.readAt = memory.address(n.mean ? mean : h);
    this.reset();
  }

  step(values: ArrayLike<number>, start: number): void {
    const { x, a, network } = this;
    const { embedding, inputSize, centre } = network;
    if (embedding) {
      const row = Math.max(0, Math.min(embedding.rows - 1, values[start])) * inputSize;
      for (let i = 0; i < inputSize; i++) a[i] = embedding.values[row + i] << embeddingShift;
    } else {
      const to = centre.length > 0 ? x : a; // the state of a layer below is a as it is
      for (let i = 0; i < inputSize; i++) to[i] = values[start + i];
    }
    this.memory.exports.integer_step(this.words);
    if (network.mean) this.count = pool(this.sums, this.h, this.count);
  }

  reset(): void {
    this.h.fill(0);
    this.r.fill(8192);
    this.sums.fill(0);
    this.count = 0;
  }

  /** For a gate of a cell: W a + U h of every unit (equation 4) of an input and a state that are given, [H]. */
  sumsOf(a: Int16Array, h: Int16Array): Int32Array {
    const { inputSize, hiddenSize } = this.network;
    for (let i = 0; i < inputSize; i++) this.a[i] = a[i];
    for (let j = 0; j < hiddenSize; j++) this.h[j] = h[j];
    this.memory.exports.integer_step(this.words);
    return this.p;
  }

  /** The head's logits of a state that is given, [L]. */
  logitsOf(h: Int16Array): Int32Array {
    for (let j = 0; j < h.length; j++) this.mean[j] = h[j];
    this.memory.exports.integer_logits(this.words, this.meanAt);
    return this.logits;
  }

  get state(): Int16Array {
    return this.h;
  }

  readLogits(): Int32Array {
    meanOf(this.sums, this.count, this.mean);
    this.memory.exports.integer_logits(this.words, this.readAt);
    return this.logits;
  }
}

/** The matrix with zeros behind each row, up to a multiple of 8. */
function paddedRows(matrix: IntegerMatrix | undefined): Int8Array {
  if (!matrix) return new Int8Array();
  const { rows, columns, values } = matrix;
  const width = padded(columns, 8);
  const wide = new Int8Array(rows * width);
  for (let j = 0; j < rows; j++) wide.set(values.subarray(j * columns, (j + 1) * columns), j * width);
  return wide;
}
