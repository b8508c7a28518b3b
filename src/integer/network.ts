import type { Nonlinearity } from '../network/index.js';
import { gatesOf, type Architecture } from '../network/light.js';

/** An int8 matrix, a row an output: `values[row * columns + column]` in -127..127 stands for `value * 2^-fractionBits`. */
export interface IntegerMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Int8Array;
  readonly fractionBits: number;
}

/** How firmware stores matrices: this changes their bytes, never a result. */
export interface Storage {
  /** 4: weights are multiples of 16, of which half a byte is stored. An embedding's have 8 all the same. */
  readonly weightBits: 8 | 4;
  /** How the places of nonzeros are stored where zeros are left out: a byte each, a bit an entry, or half a byte from one to the next. */
  readonly indices: 'byte' | 'bitmap' | 'delta';
}

/** A byte a weight and a byte an index. */
export const plainStorage: Storage = { weightBits: 8, indices: 'byte' };

/** What 4-bit weights are multiples of. */
export const weightStep4 = 16;

/** The W and U of one gate, each of full or low rank: equations 2 to 4 of `docs/integer-network.md`. */
export interface IntegerGate {
  /** rw x D, only of low rank. */
  readonly w2: IntegerMatrix | undefined;
  /** H x rw, or H x D of full rank. */
  readonly w1: IntegerMatrix;
  /** ru x H, only of low rank. */
  readonly u2: IntegerMatrix | undefined;
  /** H x ru, or H x H of full rank. */
  readonly u1: IntegerMatrix;
  readonly w2Shift: number;
  readonly w1Shift: number;
  readonly u2Shift: number;
  readonly u1Shift: number;
  readonly wLimit: number;
  readonly uLimit: number;
}

/** The cells that have an integer network; a RNN is a FastRNN of alpha 1 and beta 0. */
const integerCellNames = ['FastGRNN', 'FastRNN', 'FastRNN-vector', 'UGRNN', 'GRU', 'LSTM'] as const;

/** One layer of an integer network: equations 2 to 9 of `docs/integer-network.md` over its input a, or what its cell has in their place. */
export interface IntegerLayer extends IntegerGate {
  readonly cell: (typeof integerCellNames)[number];
  /** GRU alone. */
  readonly reset?: 'before' | 'after';
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** 0: W is of full rank and stands in `w1`. */
  readonly wRank: number;
  /** 0: U is of full rank and stands in `u1`. */
  readonly uRank: number;
  readonly gate: Nonlinearity;
  readonly update: Nonlinearity;

  /** Fraction bits of the input a: of the first layer normalised inputs, of the others the state of the layer below. */
  readonly inputBits: number;
  /** |a| is at most this; of a layer above the first it is the `stateLimit` of the one below. */
  readonly inputLimit: number;

  readonly stateLimit: number;

  /** UGRNN, GRU and LSTM: the W and U of the gates behind the first, whose own stand in this layer's fields. */
  readonly furtherGates?: readonly IntegerGate[];
  /** UGRNN, GRU and LSTM: int16[H] in Q12 of each gate; behind them the recurrent bias of a GRU that resets after the product. */
  readonly biases?: readonly Int16Array[];

  /** FastGRNN: int16[H] in Q12; empty elsewhere. */
  readonly biasGate: Int16Array;
  /** FastGRNN, FastRNN and FastRNN-vector: int16[H] in Q12, beside `zeta` and `nu` an even number from `biasGate`; empty elsewhere. */
  readonly biasUpdate: Int16Array;
  /** Fraction bits n of the hidden state, 1..12. */
  readonly stateBits: number;
  /** FastGRNN: zeta in Q(n+2), 0 beside vectors. FastRNN: alpha in Q(n+2). 0 elsewhere. */
  readonly scale: number;
  /** FastGRNN: nu in Q(n+2), 0 beside vectors. FastRNN: beta in Q14. 0 elsewhere. */
  readonly offset: number;
  /** FastRNN-vector: int16[H] in Q14. */
  readonly alpha?: Int16Array;
  readonly beta?: Int16Array;
  /** FastGRNN with a zeta and a nu a unit: int16[H] in Q(n+2). */
  readonly zeta?: Int16Array;
  readonly nu?: Int16Array;
  /** GRU that resets after the product: fraction bits of the two parts of its candidate, 1..12. */
  readonly candidateBits?: number;
  /** LSTM: fraction bits of c, 1..12, and what |c| is at most. */
  readonly memoryBits?: number;
  readonly memoryLimit?: number;
}

/**
 * The whole integer network, as `docs/integer-network.md` defines it: its first layer, with what stands before it and behind its last
 * one. Everything that decides a bit of a result is here; `fractionBits` only say what the integers stand for.
 */
export interface IntegerNetwork extends IntegerLayer {
  readonly classes: number;
  /** The layers above the first, where there are any: of the same cell and nonlinearities, each reads the new state of the one below. */
  readonly upper?: readonly IntegerLayer[];

  /**
   * V x D: each step's one input is a token, whose row times 2^8 is the normalised input. Then `centre` and `multiplier` are
   * empty and `inputShift` is 0.
   */
  readonly embedding: IntegerMatrix | undefined;
  /** Whether the head reads the mean of the states since the reset, instead of the present state. */
  readonly mean: boolean;

  /** int16, one value a channel, or a single one for all. */
  readonly centre: Int16Array;
  /** int16, as many as `centre`. */
  readonly multiplier: Int16Array;
  readonly inputShift: number;

  /** L x H of the last layer. */
  readonly classifier: IntegerMatrix;
  /** int32[L], magnitude below 2^30, in units of 2^-(classifier.fractionBits + stateBits of the last layer). */
  readonly classifierBias: Int32Array;

  readonly storage: Storage;
}

/** A network can't be expressed as an integer network, or an integer network breaks its own rules. */
export class IntegerNetworkError extends Error {
  override name = 'IntegerNetworkError';
}

/** What an architecture's cell is as an integer network: a RNN is a FastRNN of alpha 1 and beta 0. */
export function integerCell({ cell }: Pick<Architecture, 'cell'>): IntegerNetwork['cell'] {
  return cell === 'RNN' ? 'FastRNN' : cell;
}

/** The W and U of each gate, in the order of the float network's (`gatesOf`). */
export function integerGates(layer: IntegerLayer): readonly IntegerGate[] {
  return layer.furtherGates ? [layer, ...layer.furtherGates] : [layer];
}

/** Whether each gate of the cell has a W and a U of its own. */
export function hasSeveralGates({ cell }: Pick<IntegerLayer, 'cell'>): boolean {
  return gatesOf({ cell }).length > 1;
}

/** Bounds that make every sum fit 32 bits (docs/integer-network.md, "Why 32 bits are enough"). */
export const maximumSize = 255;

/** Entries of an embedding, a byte each: what a 16-bit address reaches. */
export const largestEmbedding = 65536;

/** Bits by which an embedding's int8 rows are shifted up: 127 * 2^8 fits int16. */
export const embeddingShift = 8;

/**
 * The steps after which a mean's sums and count are halved, and after each half of them again. As 65536 * 32767 is even, halving keeps
 * |sum| <= count * 32767, so a mean never leaves the states' limits; 65535 would not.
 */
export const meanSteps = 65536;

/** Values that one step reads: the inputs, or one token. */
export function stepInputs({ embedding, inputSize }: Pick<IntegerNetwork, 'embedding' | 'inputSize'>): number {
  return embedding ? 1 : inputSize;
}

/** All layers, the first one first. */
export function integerLayers(network: IntegerNetwork): readonly IntegerLayer[] {
  return network.upper ? [network, ...network.upper] : [network];
}

/** The layer that the head reads. */
export function lastLayer(network: IntegerNetwork): IntegerLayer {
  return network.upper?.at(-1) ?? network;
}

/**
 * Every layer as a network of its own: without a head but for the last one, and above the first with the state of the layer below for
 * its input a, given as it is: `centre` is empty though there is no embedding. For those who build what runs a layer.
 */
export function separateLayers(network: IntegerNetwork): IntegerNetwork[] {
  const { upper: _, ...shared } = network;
  const layers = [shared, ...(network.upper ?? [])];
  const none = { rows: 0, columns: 0, values: new Int8Array(), fractionBits: 0 };
  return layers.map((layer, i) => ({
    ...shared,
    ...layer,
    ...(i > 0 ? { embedding: undefined, centre: new Int16Array(), multiplier: new Int16Array(), inputShift: 0 } : {}),
    ...(i < layers.length - 1 ? { mean: false, classes: 0, classifier: none, classifierBias: new Int32Array() } : {}),
  }));
}

/** Whether a network of `separateLayers` is given its input a as it is. */
export function isGivenInput({ centre, embedding }: Pick<IntegerNetwork, 'centre' | 'embedding'>): boolean {
  return centre.length === 0 && !embedding;
}

/** Values of the states of all layers. */
export function stateSize(network: IntegerNetwork): number {
  return integerLayers(network).reduce((sum, { hiddenSize }) => sum + hiddenSize, 0);
}

/** Fraction bits of the logits: one is worth 2^-logitBits. */
export function logitBits(network: IntegerNetwork): number {
  return network.classifier.fractionBits + lastLayer(network).stateBits;
}

/** Throws an `IntegerNetworkError` that names the first field outside the definition. */
export function checkIntegerNetwork(network: IntegerNetwork): void {
  const { inputSize: d, classes } = network;
  const last = lastLayer(network);
  integer('classes', classes, 1, maximumSize);
  integer('inputShift', network.inputShift, 0, 30);
  for (const [i, layer] of integerLayers(network).entries()) checkLayer(i > 0 ? `layer ${i + 1}, ` : '', layer);
  checkUpper(network);
  matrix('classifier', network.classifier, [classes, last.hiddenSize]);

  checkStorage(network);

  const { embedding } = network;
  if (embedding) {
    matrix('embedding', embedding, [embedding.rows, d]);
    integer('embedding.rows', embedding.rows, 1, 32767);
    integer('entries of the embedding', embedding.rows * d, 1, largestEmbedding);
    length('centre', network.centre, 0);
    integer('inputShift', network.inputShift, 0, 0);
  } else if (network.centre.length !== 1) length('centre', network.centre, d);
  length('multiplier', network.multiplier, network.centre.length);
  length('classifierBias', network.classifierBias, classes);
  for (const [l, bias] of network.classifierBias.entries())
    integer(`classifierBias[${l}]`, bias, -1073741823, 1073741823);
}

/** @param where what stands before the names of its fields in messages */
function checkLayer(where: string, layer: IntegerLayer): void {
  const { inputSize: d, hiddenSize: h, wRank, uRank } = layer;
  const whole = (name: string, value: number, low: number, high: number) => integer(where + name, value, low, high);
  whole('inputSize', d, 1, maximumSize);
  whole('hiddenSize', h, 1, maximumSize);
  whole('wRank', wRank, 0, maximumSize);
  whole('uRank', uRank, 0, maximumSize);
  for (const name of ['inputLimit', 'stateLimit'] as const) whole(name, layer[name], 1, 32767);
  whole('inputBits', layer.inputBits, -127, 127);
  whole('stateBits', layer.stateBits, 1, 12);
  whole('scale', layer.scale, -32767, 32767);
  whole('offset', layer.offset, -32767, 32767);

  const names = gatesOf(layer);
  length(`${where}gates`, integerGates(layer), names.length);
  for (const [i, gate] of integerGates(layer).entries()) {
    const named = (name: string) => `${where}${name}${names[i]}`;
    for (const name of ['w2Shift', 'w1Shift', 'u2Shift', 'u1Shift'] as const) integer(named(name), gate[name], 0, 30);
    for (const name of ['wLimit', 'uLimit'] as const) integer(named(name), gate[name], 1, 32767);
    matrix(named('w2'), gate.w2, wRank > 0 ? [wRank, d] : undefined);
    matrix(named('w1'), gate.w1, [h, wRank > 0 ? wRank : d]);
    matrix(named('u2'), gate.u2, uRank > 0 ? [uRank, h] : undefined);
    matrix(named('u1'), gate.u1, [h, uRank > 0 ? uRank : h]);
  }
  checkCell(where, layer);
}

/** What only some cells have, is there where it is needed and nowhere else. */
function checkCell(where: string, layer: IntegerLayer): void {
  const { cell, hiddenSize: h, biases = [] } = layer;
  const several = hasSeveralGates(layer);
  length(`${where}biasGate`, layer.biasGate, cell === 'FastGRNN' ? h : 0);
  length(`${where}biasUpdate`, layer.biasUpdate, several ? 0 : h);
  length(`${where}biases`, biases, several ? biasNames(layer).length : 0);
  for (const [i, bias] of biases.entries()) length(where + biasNames(layer)[i], bias, h);
  for (const name of ['alpha', 'beta'] as const) {
    length(where + name, layer[name] ?? [], cell === 'FastRNN-vector' ? h : 0);
  }
  const ofUnits = cell === 'FastGRNN' && (layer.zeta !== undefined || layer.nu !== undefined);
  for (const name of ['zeta', 'nu'] as const) length(where + name, layer[name] ?? [], ofUnits ? h : 0);
  if (ofUnits && layer.biasGate.some((bias, j) => (bias - layer.biasUpdate[j]) % 2 !== 0)) {
    throw new IntegerNetworkError(
      `integer network: ${where}biasGate and biasUpdate must differ by even numbers where zeta and nu are vectors`,
    );
  }
  const only = (name: string, value: number | undefined, needed: boolean, high: number) => {
    if (needed) integer(where + name, value ?? NaN, 1, high);
    else if (value !== undefined) throw new IntegerNetworkError(`integer network: ${where}${name} is not of a ${cell}`);
  };
  if (cell === 'GRU' ? !['before', 'after'].includes(String(layer.reset)) : layer.reset !== undefined) {
    throw new IntegerNetworkError(
      `integer network: ${where}reset is ${String(layer.reset)}, it must be before or after of a GRU and absent elsewhere`,
    );
  }
  only('candidateBits', layer.candidateBits, layer.reset === 'after', 12);
  only('memoryBits', layer.memoryBits, cell === 'LSTM', 12);
  only('memoryLimit', layer.memoryLimit, cell === 'LSTM', 32767);
}

/** What a FastGRNN with vectors adds to its sum, and what its gate then adds to that and its candidate takes from it: int16[H] in Q12; of others empty. */
export function dividedBiases({ zeta, biasGate, biasUpdate }: IntegerLayer): { middle: Int16Array; half: Int16Array } {
  const half = (zeta ? biasGate : new Int16Array()).map((bias, j) => (bias - biasUpdate[j]) / 2);
  return { middle: half.map((difference, j) => biasGate[j] - difference), half };
}

/** The names of the biases of a cell of several gates. */
export function biasNames(layer: Pick<IntegerLayer, 'cell' | 'reset'>): string[] {
  const own = gatesOf(layer).map((gate) => `bias${gate}`);
  return layer.reset === 'after' ? [...own, 'biasRecurrent'] : own;
}

/** A layer above the first fits the one below, and all states together have indices of a byte. */
function checkUpper(network: IntegerNetwork): void {
  const layers = integerLayers(network);
  for (const [i, layer] of layers.entries()) {
    if (i === 0) continue;
    const below = layers[i - 1];
    const where = `layer ${i + 1}, `;
    integer(`${where}inputSize`, layer.inputSize, below.hiddenSize, below.hiddenSize);
    integer(`${where}inputBits`, layer.inputBits, below.stateBits, below.stateBits);
    integer(`${where}inputLimit`, layer.inputLimit, below.stateLimit, below.stateLimit);
    for (const name of ['cell', 'reset', 'gate', 'update'] as const) {
      if (layer[name] === network[name]) continue;
      throw new IntegerNetworkError(
        `integer network: ${where}${name} is ${String(layer[name])}, it must be that of the first layer, ${String(network[name])}`,
      );
    }
  }
  if (layers.some(({ zeta }) => (zeta === undefined) !== (network.zeta === undefined))) {
    throw new IntegerNetworkError(
      'integer network: zeta and nu are vectors in some layers and single numbers in others',
    );
  }
  if (layers.length > 1) integer('units of all layers together', stateSize(network), 1, maximumSize);
}

function checkStorage(network: IntegerNetwork): void {
  const { storage, classifier } = network;
  const { weightBits, indices } = storage;
  if (weightBits !== 8 && weightBits !== 4) {
    throw new IntegerNetworkError(`integer network: weightBits is ${String(weightBits)}, it must be 8 or 4`);
  }
  if (!['byte', 'bitmap', 'delta'].includes(indices)) {
    throw new IntegerNetworkError(`integer network: indices is ${String(indices)}, it must be byte, bitmap or delta`);
  }
  if (weightBits === 8) return;
  const matrices = integerLayers(network)
    .flatMap(integerGates)
    .flatMap(({ w2, w1, u2, u1 }) => Object.entries({ w2, w1, u2, u1 }));
  for (const [name, m] of [...matrices, ['classifier', classifier] as const]) {
    const odd = m?.values.find((value) => value % weightStep4 !== 0);
    if (odd !== undefined) {
      throw new IntegerNetworkError(
        `integer network: ${name} holds ${odd}, weights of 4 bits are multiples of ${weightStep4}`,
      );
    }
  }
}

function integer(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new IntegerNetworkError(
      `integer network: ${name} is ${value}, it must be a whole number from ${low} to ${high}`,
    );
  }
}

function length(name: string, values: { readonly length: number }, expected: number): void {
  if (values.length !== expected) {
    throw new IntegerNetworkError(`integer network: ${name} has ${values.length} values, it must have ${expected}`);
  }
}

function matrix(name: string, m: IntegerMatrix | undefined, shape: [number, number] | undefined): void {
  if (m === undefined || shape === undefined) {
    if (m !== shape) throw new IntegerNetworkError(`integer network: ${name} does not fit the rank`);
    return;
  }
  if (m.rows !== shape[0] || m.columns !== shape[1]) {
    throw new IntegerNetworkError(
      `integer network: ${name} is ${m.rows} x ${m.columns}, it must be ${shape[0]} x ${shape[1]}`,
    );
  }
  length(name, m.values, m.rows * m.columns);
  integer(`${name}.fractionBits`, m.fractionBits, -127, 127);
  if (m.values.includes(-128))
    throw new IntegerNetworkError(`integer network: ${name} holds -128, weights reach from -127 to 127`);
}
