import { layersOf, tensorPrefix, type Architecture, type IntegerSetting, type Tensor } from '../network/light.js';
import {
  checkIntegerNetwork,
  integerCell,
  IntegerNetworkError,
  plainStorage,
  type IntegerLayer,
  type IntegerMatrix,
  type IntegerNetwork,
  type Storage,
} from './network.js';

/** The single numbers of an integer network; they stand in a model file's metadata, all arrays as tensors. */
const numbers = [
  'inputShift',
  'inputBits',
  'w2Shift',
  'w1Shift',
  'u2Shift',
  'u1Shift',
  'inputLimit',
  'wLimit',
  'uLimit',
  'stateLimit',
  'stateBits',
  'scale',
  'offset',
] as const;

const matrices = ['embedding', 'w2', 'w1', 'u2', 'u1', 'classifier'] as const;

/** The same of a layer above the first; the names have `layer2.` and so on before them. */
const upperNumbers = numbers.filter((name) => name !== 'inputShift' && name !== 'inputBits' && name !== 'inputLimit');
const upperMatrices = ['w2', 'w1', 'u2', 'u1'] as const;

/** An integer network as the parts of a model file. */
export function integerModelParts(network: IntegerNetwork): {
  settings: Record<string, IntegerSetting>;
  tensors: Tensor[];
} {
  const settings: Record<string, IntegerSetting> = {};
  for (const name of numbers) settings[name] = network[name];
  for (const name of ['weightBits', 'indices'] as const) {
    const value = network.storage[name];
    if (value !== plainStorage[name]) settings[name] = value;
  }
  const tensors: Tensor[] = [
    { name: 'centre', dtype: 'I16', shape: [network.centre.length], data: network.centre },
    { name: 'multiplier', dtype: 'I16', shape: [network.multiplier.length], data: network.multiplier },
    { name: 'biasGate', dtype: 'I16', shape: [network.biasGate.length], data: network.biasGate },
    { name: 'biasUpdate', dtype: 'I16', shape: [network.biasUpdate.length], data: network.biasUpdate },
    { name: 'classifierBias', dtype: 'I32', shape: [network.classes], data: network.classifierBias },
  ];
  for (const name of matrices) {
    const matrix = network[name];
    if (!matrix) continue;
    settings[`${name}Bits`] = matrix.fractionBits;
    tensors.push({ name, dtype: 'I8', shape: [matrix.rows, matrix.columns], data: matrix.values });
  }
  for (const [i, layer] of (network.upper ?? []).entries()) {
    const prefix = tensorPrefix(i + 1, 0);
    for (const name of upperNumbers) settings[prefix + name] = layer[name];
    for (const name of ['biasGate', 'biasUpdate'] as const) {
      tensors.push({ name: prefix + name, dtype: 'I16', shape: [layer[name].length], data: layer[name] });
    }
    for (const name of upperMatrices) {
      const matrix = layer[name];
      if (!matrix) continue;
      settings[`${prefix}${name}Bits`] = matrix.fractionBits;
      tensors.push({ name: prefix + name, dtype: 'I8', shape: [matrix.rows, matrix.columns], data: matrix.values });
    }
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
  settings: Readonly<Record<string, IntegerSetting>>,
  tensors: readonly Tensor[],
): IntegerNetwork {
  const number = (name: string): number => {
    const value = settings[name];
    if (typeof value !== 'number') {
      throw new IntegerNetworkError(`integer network: the setting ${name} is missing or not a number`);
    }
    return value;
  };
  const array = <A extends Int8Array | Int16Array | Int32Array>(name: string, kind: new (length: number) => A): A => {
    const data = tensors.find((tensor) => tensor.name === name)?.data;
    if (!(data instanceof kind))
      throw new IntegerNetworkError(`integer network: the tensor ${name} is missing or of another type`);
    return data;
  };
  const matrix = (name: string): IntegerMatrix => {
    const values = array(name, Int8Array);
    const shape = tensors.find((tensor) => tensor.name === name)?.shape ?? [];
    return { rows: shape[0], columns: shape[1], values, fractionBits: number(`${name}Bits`) };
  };
  const cell = integerCell(architecture);
  const { inputSize, hiddenSize, wRank, uRank, classes, gate, update, output, vocabulary } = architecture;
  const shape = { cell, hiddenSize, wRank, uRank, gate, update };
  const partsOf = (prefix: string) => ({
    w2: wRank > 0 ? matrix(`${prefix}w2`) : undefined,
    w1: matrix(`${prefix}w1`),
    u2: uRank > 0 ? matrix(`${prefix}u2`) : undefined,
    u1: matrix(`${prefix}u1`),
    biasGate: array(`${prefix}biasGate`, Int16Array),
    biasUpdate: array(`${prefix}biasUpdate`, Int16Array),
  });
  const first = {
    ...(Object.fromEntries(numbers.map((name) => [name, number(name)])) as Record<(typeof numbers)[number], number>),
    ...shape,
    ...partsOf(''),
    inputSize,
  };
  const upper: IntegerLayer[] = [];
  for (let layer = 1; layer < layersOf(architecture); layer++) {
    const prefix = tensorPrefix(layer, 0);
    const below: IntegerLayer = upper.at(-1) ?? first;
    const own = Object.fromEntries(upperNumbers.map((name) => [name, number(prefix + name)]));
    upper.push({
      ...(own as Record<(typeof upperNumbers)[number], number>),
      ...shape,
      ...partsOf(prefix),
      inputSize: below.hiddenSize,
      inputBits: below.stateBits,
      inputLimit: below.stateLimit,
    });
  }
  const network: IntegerNetwork = {
    ...first,
    ...(upper.length > 0 ? { upper } : {}),
    classes,
    mean: output === 'mean',
    embedding: vocabulary > 0 ? matrix('embedding') : undefined,
    centre: array('centre', Int16Array),
    multiplier: array('multiplier', Int16Array),
    classifier: matrix('classifier'),
    classifierBias: array('classifierBias', Int32Array),
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
