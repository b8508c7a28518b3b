import type { KernelOptions } from '../kernels/index.js';
import { decode, type Model } from '../pipeline/index.js';
import { make, makeFrom } from './make.js';
import { RecurrentNetwork } from './network.js';
import type { GRUOptions, LSTMOptions, NetworkOptions, RNNOptions } from './options.js';

/** The standard network: equation (1) of the paper. */
export class RNN extends RecurrentNetwork {
  /** A network of random first values, which `seed` decides. Throws `RecipeError`, `ArchitectureError` or `KernelError`. */
  static async create(options: RNNOptions): Promise<RNN> {
    return new RNN(await make('RNN', options));
  }

  /** The network of a float model, as `train` gives it. */
  static async from(model: Model, kernels: KernelOptions = {}): Promise<RNN> {
    return new RNN(await makeFrom('RNN', model, kernels));
  }

  /** The network of a float model's file. Throws `ModelFileError` where the bytes are damaged. */
  static async load(bytes: Uint8Array, kernels: KernelOptions = {}): Promise<RNN> {
    return RNN.from(await decode(bytes), kernels);
  }
}

/** A FastRNN with a weight of the residual connection for each unit: appendix G of the paper. */
export class FastRNNVector extends RecurrentNetwork {
  /** A network of random first values, which `seed` decides. Throws `RecipeError`, `ArchitectureError` or `KernelError`. */
  static async create(options: RNNOptions): Promise<FastRNNVector> {
    return new FastRNNVector(await make('FastRNN-vector', options));
  }

  /** The network of a float model, as `train` gives it. */
  static async from(model: Model, kernels: KernelOptions = {}): Promise<FastRNNVector> {
    return new FastRNNVector(await makeFrom('FastRNN-vector', model, kernels));
  }

  /** The network of a float model's file. Throws `ModelFileError` where the bytes are damaged. */
  static async load(bytes: Uint8Array, kernels: KernelOptions = {}): Promise<FastRNNVector> {
    return FastRNNVector.from(await decode(bytes), kernels);
  }
}

/** A network of one gate with matrices of its own (Collins et al., 2016). */
export class UGRNN extends RecurrentNetwork {
  /** A network of random first values, which `seed` decides. Throws `RecipeError`, `ArchitectureError` or `KernelError`. */
  static async create(options: NetworkOptions): Promise<UGRNN> {
    return new UGRNN(await make('UGRNN', options));
  }

  /** The network of a float model, as `train` gives it. */
  static async from(model: Model, kernels: KernelOptions = {}): Promise<UGRNN> {
    return new UGRNN(await makeFrom('UGRNN', model, kernels));
  }

  /** The network of a float model's file. Throws `ModelFileError` where the bytes are damaged. */
  static async load(bytes: Uint8Array, kernels: KernelOptions = {}): Promise<UGRNN> {
    return UGRNN.from(await decode(bytes), kernels);
  }
}

/** A gated recurrent unit (Cho et al., 2014), with its reset gate on either side of the recurrent product. */
export class GRU extends RecurrentNetwork {
  /** A network of random first values, which `seed` decides. Throws `RecipeError`, `ArchitectureError` or `KernelError`. */
  static async create(options: GRUOptions): Promise<GRU> {
    return new GRU(await make('GRU', options));
  }

  /** The network of a float model, as `train` gives it. */
  static async from(model: Model, kernels: KernelOptions = {}): Promise<GRU> {
    return new GRU(await makeFrom('GRU', model, kernels));
  }

  /** The network of a float model's file. Throws `ModelFileError` where the bytes are damaged. */
  static async load(bytes: Uint8Array, kernels: KernelOptions = {}): Promise<GRU> {
    return GRU.from(await decode(bytes), kernels);
  }
}

/** A long short-term memory (Hochreiter and Schmidhuber, 1997) with a forget gate, without peepholes. */
export class LSTM extends RecurrentNetwork {
  /** A network of random first values, which `seed` decides. Throws `RecipeError`, `ArchitectureError` or `KernelError`. */
  static async create(options: LSTMOptions): Promise<LSTM> {
    return new LSTM(await make('LSTM', options));
  }

  /** The network of a float model, as `train` gives it. */
  static async from(model: Model, kernels: KernelOptions = {}): Promise<LSTM> {
    return new LSTM(await makeFrom('LSTM', model, kernels));
  }

  /** The network of a float model's file. Throws `ModelFileError` where the bytes are damaged. */
  static async load(bytes: Uint8Array, kernels: KernelOptions = {}): Promise<LSTM> {
    return LSTM.from(await decode(bytes), kernels);
  }
}
