import {
  gatesOf,
  layersOf,
  resetOf,
  tensorPrefix,
  type Architecture,
  type IntegerSetting,
  type Tensor,
} from '../network/light.js';
import {
  biasNames,
  checkIntegerNetwork,
  integerCell,
  integerGates,
  integerLayers,
  IntegerNetworkError,
  plainStorage,
  type IntegerGate,
  type IntegerLayer,
  type IntegerMatrix,
  type IntegerNetwork,
  type Storage,
} from './network.js';

/** The numbers of a layer and of each of its gates; they stand in a model file's metadata, all arrays as tensors. */
const layerNumbers = ['stateLimit', 'stateBits', 'scale', 'offset'] as const;
const gateNumbers = ['w2Shift', 'w1Shift', 'u2Shift', 'u1Shift', 'wLimit', 'uLimit'] as const;
const gateMatrices = ['w2', 'w1', 'u2', 'u1'] as const;
/** What the first layer alone has: the others' is that of the layer below. */
const inputNumbers = ['inputShift', 'inputBits', 'inputLimit'] as const;
/** What only some cells have. */
const cellNumbers = ['candidateBits', 'memoryBits', 'memoryLimit'] as const;
const cellVectors = ['alpha', 'beta', 'zeta', 'nu'] as const;

type Settings = Record<string, IntegerSetting>;

/**
 * An integer network as the parts of a model file. Names of a layer above the first begin with `layer2.` and so on; those of a gate
 * end with its name where the cell has several: `w1ShiftReset`.
 */
export function integerModelParts(network: IntegerNetwork): { settings: Settings; tensors: Tensor[] } {
  const settings: Settings = {};
  const tensors: Tensor[] = [];
  const int16 = (name: string, data: Int16Array) =>
    void tensors.push({ name, dtype: 'I16', shape: [data.length], data });
  const matrix = (name: string, bitsName: string, m: IntegerMatrix | undefined) => {
    if (!m) return;
    settings[bitsName] = m.fractionBits;
    tensors.push({ name, dtype: 'I8', shape: [m.rows, m.columns], data: m.values });
  };
  for (const name of inputNumbers) settings[name] = network[name];
  for (const name of ['weightBits', 'indices'] as const) {
    const value = network.storage[name];
    if (value !== plainStorage[name]) settings[name] = value;
  }
  int16('centre', network.centre);
  int16('multiplier', network.multiplier);
  tensors.push({ name: 'classifierBias', dtype: 'I32', shape: [network.classes], data: network.classifierBias });
  matrix('embedding', 'embeddingBits', network.embedding);
  matrix('classifier', 'classifierBits', network.classifier);
  for (const [i, layer] of integerLayers(network).entries()) {
    const prefix = tensorPrefix(i, 0);
    for (const name of layerNumbers) settings[prefix + name] = layer[name];
    for (const name of cellNumbers) if (layer[name] !== undefined) settings[prefix + name] = layer[name];
    const names = gatesOf(layer);
    for (const [k, gate] of integerGates(layer).entries()) {
      for (const name of gateNumbers) settings[prefix + name + names[k]] = gate[name];
      for (const name of gateMatrices) {
        matrix(prefix + name + names[k], `${prefix}${name}Bits${names[k]}`, gate[name]);
      }
    }
    if (layer.biases) for (const [k, name] of biasNames(layer).entries()) int16(prefix + name, layer.biases[k]);
    else for (const name of ['biasGate', 'biasUpdate'] as const) int16(prefix + name, layer[name]);
    for (const name of cellVectors) if (layer[name]) int16(prefix + name, layer[name]);
  }
  return { settings, tensors };
}

/**
 * The integer network of a model file, checked against the definition.
 *
 * @throws IntegerNetworkError where a part is missing or wrong
 */
export function integerNetworkFrom(
  architecture: Architecture,
  settings: Readonly<Settings>,
  tensors: readonly Tensor[],
): IntegerNetwork {
  const parts = new Parts(settings, tensors);
  const { inputSize, classes, output, vocabulary } = architecture;
  const first = layerFrom(parts, architecture, '', {
    inputSize,
    inputBits: parts.number('inputBits'),
    inputLimit: parts.number('inputLimit'),
  });
  const upper: IntegerLayer[] = [];
  for (let layer = 1; layer < layersOf(architecture); layer++) {
    const { hiddenSize, stateBits, stateLimit } = upper.at(-1) ?? first;
    const below = { inputSize: hiddenSize, inputBits: stateBits, inputLimit: stateLimit };
    upper.push(layerFrom(parts, architecture, tensorPrefix(layer, 0), below));
  }
  const network: IntegerNetwork = {
    ...first,
    ...(upper.length > 0 ? { upper } : {}),
    classes,
    mean: output === 'mean',
    inputShift: parts.number('inputShift'),
    embedding: vocabulary > 0 ? parts.matrix('embedding', 'embeddingBits') : undefined,
    centre: parts.array('centre', Int16Array),
    multiplier: parts.array('multiplier', Int16Array),
    classifier: parts.matrix('classifier', 'classifierBits'),
    classifierBias: parts.array('classifierBias', Int32Array),
    // What no file but that of a packed network says.
    storage: { ...plainStorage, ...storageOf(settings) },
  };
  if (vocabulary > 0 && network.embedding?.rows !== vocabulary) {
    throw new IntegerNetworkError(
      `integer network: an embedding of ${network.embedding?.rows} tokens, the architecture has ${vocabulary}`,
    );
  }
  checkIntegerNetwork(network);
  const expected = integerModelParts(network);
  checkNames(
    'tensor',
    tensors.map(({ name }) => name),
    expected.tensors.map(({ name }) => name),
  );
  checkNames('setting', Object.keys(settings), Object.keys(expected.settings));
  return network;
}

/** The parts of a model file by their names. */
class Parts {
  private readonly settings: Readonly<Settings>;
  private readonly tensors: readonly Tensor[];

  constructor(settings: Readonly<Settings>, tensors: readonly Tensor[]) {
    this.settings = settings;
    this.tensors = tensors;
  }

  number(name: string): number {
    const value = this.settings[name];
    if (typeof value !== 'number') {
      throw new IntegerNetworkError(`integer network: the setting ${name} is missing or not a number`);
    }
    return value;
  }

  array<A extends Int8Array | Int16Array | Int32Array>(name: string, kind: new (length: number) => A): A {
    const data = this.tensors.find((tensor) => tensor.name === name)?.data;
    if (!(data instanceof kind))
      throw new IntegerNetworkError(`integer network: the tensor ${name} is missing or of another type`);
    return data;
  }

  matrix(name: string, bitsName: string): IntegerMatrix {
    const values = this.array(name, Int8Array);
    const shape = this.tensors.find((tensor) => tensor.name === name)?.shape ?? [];
    return { rows: shape[0], columns: shape[1], values, fractionBits: this.number(bitsName) };
  }

  numbers<N extends string>(names: readonly N[], prefix = '', suffix = ''): Record<N, number> {
    const entries = names.map((name) => [name, this.number(prefix + name + suffix)] as const);
    return Object.fromEntries(entries) as Record<N, number>;
  }
}

/** A layer whose parts have names with this prefix. */
function layerFrom(
  parts: Parts,
  architecture: Architecture,
  prefix: string,
  input: Pick<IntegerLayer, 'inputSize' | 'inputBits' | 'inputLimit'>,
): IntegerLayer {
  const cell = integerCell(architecture);
  const { hiddenSize, wRank, uRank, gate, update } = architecture;
  const reset = cell === 'GRU' ? { reset: resetOf(architecture) } : {};
  const gates = gatesOf({ cell }).map((name): IntegerGate => {
    const matrix = (matrixName: string) =>
      parts.matrix(prefix + matrixName + name, `${prefix}${matrixName}Bits${name}`);
    return {
      ...parts.numbers(gateNumbers, prefix, name),
      w2: wRank > 0 ? matrix('w2') : undefined,
      w1: matrix('w1'),
      u2: uRank > 0 ? matrix('u2') : undefined,
      u1: matrix('u1'),
    };
  });
  const [own, ...furtherGates] = gates;
  const int16 = (name: string) => parts.array(prefix + name, Int16Array);
  const several = furtherGates.length > 0;
  return {
    ...parts.numbers(layerNumbers, prefix),
    ...input,
    ...{ cell, ...reset, hiddenSize, wRank, uRank, gate, update },
    ...own,
    ...(several ? { furtherGates, biases: biasNames({ cell, ...reset }).map(int16) } : {}),
    biasGate: several ? new Int16Array() : int16('biasGate'),
    biasUpdate: several ? new Int16Array() : int16('biasUpdate'),
    ...(cell === 'FastRNN-vector' ? { alpha: int16('alpha'), beta: int16('beta') } : {}),
    ...(architecture.vectorZetaNu ? { zeta: int16('zeta'), nu: int16('nu') } : {}),
    ...(reset.reset === 'after' ? parts.numbers(['candidateBits'], prefix) : {}),
    ...(cell === 'LSTM' ? parts.numbers(['memoryBits', 'memoryLimit'], prefix) : {}),
  };
}

/** The storage that settings name; whether it is one, `checkIntegerNetwork` says. */
function storageOf({ weightBits, indices }: Readonly<Record<string, IntegerSetting>>): Partial<Storage> {
  return {
    ...(weightBits !== undefined && { weightBits: weightBits as Storage['weightBits'] }),
    ...(indices !== undefined && { indices: indices as Storage['indices'] }),
  };
}

/** Nothing may be left over: a file with parts that this version doesn't read would mean another network. */
function checkNames(kind: string, found: readonly string[], expected: readonly string[]): void {
  const extra = found.find((name) => !expected.includes(name));
  if (extra !== undefined) {
    throw new IntegerNetworkError(`integer network: the ${kind} ${extra} is not one of this network's`);
  }
}
