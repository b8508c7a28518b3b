import { nonlinearityNumber } from '../kernels/light.js';
import {
  fixedResidual,
  layerInputSize,
  layersOf,
  recurrentMatrix,
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
    const [w2, u2] = [
      wRank ? matrix('W2', wRank, D, true) : vector(0),
      uRank ? matrix('U2', uRank, H, true) : vector(0),
    ];
    const w1 = wRank ? matrix('W1', H, wRank) : matrix('W', H, D);
    const u1 = uRank ? matrix('U1', H, uRank) : matrix('U', H, H, false, recurrentMatrix(arch, tensor));
    const gated = arch.cell === 'FastGRNN';
    const biasGate = vector(H, tensor('biasGate'));
    const biasUpdate = vector(H, tensor(gated ? 'biasUpdate' : 'bias'));
    const scalars = vector(group);
    const classifier = matrix('classifier', L, H);
    const classifierBias = vector(L, tensor('classifierBias'));
    const [x, t, u] = [vector(D), vector(wRank), vector(uRank)];
    const [a, c, h, mean, logits] = [vector(H), vector(H), vector(H), vector(H), vector(L)];
    const pointers = [
      ...[x, w2, w1, u2, u1, biasGate, biasUpdate, scalars, classifier, classifierBias],
      ...[t, u, a, c, h, logits],
    ];
    // The words of `struct float_network`, in its order.
    const numbers = [
      ...[gated ? 1 : 0, nonlinearityNumber(arch.gate), nonlinearityNumber(arch.update)],
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
    this.logits = memory.view(logits).subarray(0, L);
    this.sums = new Float64Array(arch.output === 'mean' ? H : 0);
    this.mean = memory.view(mean);
    this.readAt = memory.address(arch.output === 'mean' ? mean : h);
    const residual = memory.view(scalars);
    if (arch.cell === 'RNN') {
      residual.set([1, 0]);
    } else if (arch.residual === 'fixed' && !gated) {
      const { alpha, beta } = fixedResidual(arch);
      residual.set([alpha, beta]);
    } else {
      residual.set([tensor(gated ? 'zeta' : 'alpha')[0], tensor(gated ? 'nu' : 'beta')[0] ?? 0]);
      memory.exports.float_sigmoid(memory.address(scalars));
      if (arch.residual === 'tied' && !gated) residual[1] = 1 - residual[0];
    }
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
