import type { KernelOptions } from '../kernels/index.js';
import { decode, type Model } from '../pipeline/index.js';
import { make, makeFrom } from './make.js';
import { RecurrentNetwork } from './network.js';
import type { FastGRNNOptions, FastRNNOptions } from './options.js';

/**
 * A gated network: equations (5) and (6) of the paper.
 *
 * ```ts
 * const network = await FastGRNN.create({ inputSize: 3, classes: ['idle', 'shake'], hiddenSize: 16 });
 * const optimiser = network.optimiser({ learningRate: 0.01 });
 * const { loss } = network.lossAndGradient({ inputs, labels, steps: 50 });
 * optimiser.step();
 * ```
 */
export class FastGRNN extends RecurrentNetwork {
  /** A network of random first values, which `seed` decides. Throws `RecipeError`, `ArchitectureError` or `KernelError`. */
  static async create(options: FastGRNNOptions): Promise<FastGRNN> {
    return new FastGRNN(await make('FastGRNN', options));
  }

  /** The network of a float model, as `train` gives it. */
  static async from(model: Model, kernels: KernelOptions = {}): Promise<FastGRNN> {
    return new FastGRNN(await makeFrom('FastGRNN', model, kernels));
  }

  /** The network of a float model's file. Throws `ModelFileError` where the bytes are damaged. */
  static async load(bytes: Uint8Array, kernels: KernelOptions = {}): Promise<FastGRNN> {
    return FastGRNN.from(await decode(bytes), kernels);
  }
}

/** A network with a residual connection: equation (2) of the paper. */
export class FastRNN extends RecurrentNetwork {
  /** A network of random first values, which `seed` decides. Throws `RecipeError`, `ArchitectureError` or `KernelError`. */
  static async create(options: FastRNNOptions): Promise<FastRNN> {
    return new FastRNN(await make('FastRNN', options));
  }

  /** The network of a float model, as `train` gives it. */
  static async from(model: Model, kernels: KernelOptions = {}): Promise<FastRNN> {
    return new FastRNN(await makeFrom('FastRNN', model, kernels));
  }

  /** The network of a float model's file. Throws `ModelFileError` where the bytes are damaged. */
  static async load(bytes: Uint8Array, kernels: KernelOptions = {}): Promise<FastRNN> {
    return FastRNN.from(await decode(bytes), kernels);
  }
}
