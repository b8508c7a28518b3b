import { nonlinearityNumber } from '../kernels/light.js';
import {
  biasesOf,
  fixedResidual,
  gatesOf,
  layerInputSize,
  layersOf,
  recurrentMatrix,
  resetOf,
  tensorPrefix,
  type Architecture,
  type Tensor,
} from '../network/light.js';
import { Memory, padded } from './memory.js';
import type { Layer } from './stacked-cell.js';

/** (x - centre) * scale, one of each for every input. */
export interface InputAffine {
  readonly centre: readonly number[];
  readonly scale: readonly number[];
}

/** Rows are whole in groups of 16 floats (kernels/vector.h). */
const group = 16;

/** The layers of a float network, each a cell; the last one has the head. */
export function floatLayers(
  module: WebAssembly.Module,
  arch: Architecture,
  tensors: readonly Tensor[],
  affine: InputAffine,
): FloatCell[] {
  const layers = layersOf(arch);
  return Array.from({ length: layers }, (_, layer) => {
    const inputSize = layerInputSize(arch, layer);
    const all = (value: number) => new Array<number>(inputSize).fill(value);
    const own: Architecture = {
      ...arch,
      ...(layer > 0 ? { inputSize, vocabulary: 0 } : {}),
      ...(layer < layers - 1 ? { classes: 0, output: 'last' } : {}),
    };
    const prefix = tensorPrefix(layer, 0);
    const renamed = tensors.flatMap((tensor) => {
      if (tensor.name.startsWith('classifier')) return layer === layers - 1 ? [tensor] : [];
      return tensor.name.startsWith(prefix) ? [{ ...tensor, name: tensor.name.slice(prefix.length) }] : [];
    });
    return new FloatCell(module, own, renamed, layer > 0 ? { centre: all(0), scale: all(1) } : affine);
  });
}

/** A float cell's state and step, in float32 with the training kernels' own gate passes (kernels/step/step.c). */
export class FloatCell implements Layer {
  private readonly arch: Architecture;
  private readonly affine: InputAffine;
  private readonly embedding: Float32Array;
  private readonly memory: Memory;
  private readonly words: number;
  private readonly x: Float32Array;
  private readonly h: Float32Array;
  /** The LSTM's c. */
  private readonly carried: Float32Array;
  private readonly logits: Float32Array;
  /** Of a network whose head reads the mean: sums of the states, how many they are, and their mean. */
  private readonly sums: Float64Array;
  private readonly mean: Float32Array;
  private readonly readAt: number;
  private count = 0;

  constructor(module: WebAssembly.Module, arch: Architecture, tensors: readonly Tensor[], affine: InputAffine) {
    const { inputSize: D, hiddenSize: H, wRank, uRank, classes: L } = arch;
    const tensor = (name: string) => (tensors.find((t) => t.name === name)?.data ?? new Float32Array()) as Float32Array;
    const vector = (length: number, values?: ArrayLike<number>) => {
      const wide = new Float32Array(padded(length, group));
      if (values) wide.set(values);
      return wide;
    };
    /** [inner][padded outputs] from a tensor [outputs][inner], or, transposed, [inner][outputs]. */
    const matrix = (
      name: string,
      outputs: number,
      inner: number,
      transposed = false,
      values: ArrayLike<number> = tensor(name),
    ) => {
      const width = padded(outputs, group);
      const wide = new Float32Array(inner * width);
      for (let k = 0; k < inner; k++) {
        for (let j = 0; j < outputs; j++) wide[k * width + j] = values[transposed ? k * outputs + j : j * inner + k];
      }
      return wide;
    };
    const [width, gates] = [padded(H, group), gatesOf(arch)];
    const maps = gates.flatMap((suffix) => {
      const [W, U] = [`W${suffix}`, `U${suffix}`];
      const full = suffix === '' ? recurrentMatrix(arch, tensor) : tensor(U);
      return [
        wRank ? matrix(`${W}2`, wRank, D, true) : vector(0),
        wRank ? matrix(`${W}1`, H, wRank) : matrix(W, H, D),
        uRank ? matrix(`${U}2`, uRank, H, true) : vector(0),
        uRank ? matrix(`${U}1`, H, uRank) : matrix(U, H, H, false, full),
      ];
    });
    // What only the cells with alpha and beta, or zeta and nu, have.
    const [first, second] = [vector(H), vector(H)];
    const biases = vector(biasesOf(arch).length * H + group);
    biasesOf(arch).forEach((name, i) => biases.set(tensor(name), i * H));
    const classifier = matrix('classifier', L, H);
    const classifierBias = vector(L, tensor('classifierBias'));
    const [x, t, u] = [vector(D), vector(wRank), vector(uRank)];
    const a = new Float32Array(Math.max(gates.length, arch.cell === 'GRU' ? 4 : 1) * width);
    const [c, carried, h, mean, logits] = [vector(H), vector(H), vector(H), vector(H), vector(L)];
    const pointers = [x, biases, first, second, classifier, classifierBias, t, u, a, c, carried, h, logits, ...maps];
    // The words of `struct float_network`, in its order.
    const numbers = [
      ...[cellNumber(arch), nonlinearityNumber(arch.gate), nonlinearityNumber(arch.update), gates.length],
      ...[D, H, wRank, uRank, L],
      ...[H, wRank, uRank, L].map((size) => padded(size, group)),
    ];
    const words = new Int32Array(numbers.length + pointers.length);
    const memory = new Memory(module, [words, mean, ...pointers]);
    memory.view(words).set([...numbers, ...pointers.map((array) => memory.address(array))]);
    this.arch = arch;
    this.affine = affine;
    this.embedding = tensor('embedding');
    this.memory = memory;
    this.words = memory.address(words);
    this.x = memory.view(x);
    this.h = memory.view(h);
    this.carried = memory.view(carried);
    this.logits = memory.view(logits).subarray(0, L);
    this.sums = new Float64Array(arch.output === 'mean' ? H : 0);
    this.mean = memory.view(mean);
    this.readAt = memory.address(arch.output === 'mean' ? mean : h);
    setResidual(arch, tensor, memory, [first, second]);
  }

  step(values: ArrayLike<number>, start: number): void {
    const { x, arch, affine, embedding } = this;
    const { inputSize, vocabulary } = arch;
    if (vocabulary > 0) {
      const row = Math.max(0, Math.min(vocabulary - 1, values[start])) * inputSize;
      for (let i = 0; i < inputSize; i++) x[i] = embedding[row + i];
    } else {
      const { centre, scale } = affine;
      for (let i = 0; i < inputSize; i++) x[i] = (values[start + i] - centre[i]) * scale[i];
    }
    this.memory.exports.float_step(this.words);
    const { sums, h } = this;
    this.count++;
    for (let j = 0; j < sums.length; j++) sums[j] += h[j];
  }

  reset(): void {
    this.h.fill(0);
    this.carried.fill(0);
    this.sums.fill(0);
    this.count = 0;
  }

  get state(): Float32Array {
    return this.h;
  }

  readLogits(): Float32Array {
    const { sums, mean, count } = this;
    for (let j = 0; j < sums.length; j++) mean[j] = count === 0 ? 0 : sums[j] / count;
    this.memory.exports.float_logits(this.words, this.readAt);
    return this.logits;
  }
}

/** `enum cell` of kernels/step/step.c. */
function cellNumber(arch: Architecture): number {
  const numbers = { FastGRNN: 0, FastRNN: 1, 'FastRNN-vector': 1, RNN: 2, UGRNN: 3, GRU: 4, LSTM: 6 } as const;
  return numbers[arch.cell] + (arch.cell === 'GRU' && resetOf(arch) === 'before' ? 1 : 0);
}

/** zeta and nu, or alpha and beta, a number a unit each: as the training engine has them. */
function setResidual(
  arch: Architecture,
  tensor: (name: string) => Float32Array,
  memory: Memory,
  arrays: readonly [Float32Array, Float32Array],
): void {
  const { exports } = memory;
  const [first, second] = arrays.map((array) => memory.view(array));
  const [firstAt, secondAt] = arrays.map((array) => memory.address(array));
  const squashed = (name: string, values: Float32Array, address: number) => {
    if (tensor(name).length > 1) values.set(tensor(name));
    else values.fill(tensor(name)[0]);
    exports.float_sigmoid(values.length, address);
  };
  if (arch.cell === 'FastGRNN' && arch.residual === 'tied') {
    first.fill(1);
    second.fill(0);
  } else if (arch.cell === 'FastGRNN') {
    squashed('zeta', first, firstAt);
    squashed('nu', second, secondAt);
  } else if (arch.cell === 'FastRNN-vector') {
    // zeta and nu stand in the first two places of beta's array, until it is made of them.
    second.set([tensor('zeta')[0], tensor('nu')[0]]);
    exports.float_sigmoid(second.length, secondAt);
    squashed('alpha', first, firstAt);
    exports.float_residual(first.length, firstAt, secondAt, secondAt);
  } else if (arch.cell === 'FastRNN') {
    const { alpha, beta } = fixedResidual(arch);
    first.fill(alpha);
    second.fill(beta);
    if (arch.residual !== 'fixed') squashed('alpha', first, firstAt);
    if (arch.residual === 'free') squashed('beta', second, secondAt);
    if (arch.residual === 'tied') for (let j = 0; j < first.length; j++) second[j] = 1 - first[j];
  }
}
