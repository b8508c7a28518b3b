import {
  plainStorage,
  weightStep4,
  biasNames,
  hasSeveralGates,
  isGateByGate,
  type IntegerGate,
  type IntegerLayer,
  type IntegerMatrix,
  type IntegerNetwork,
  type Storage,
} from '../integer/index.js';
import type { Random } from '../math/index.js';
import { gatesOf } from '../network/index.js';

const kinds = ['hardTanh', 'hardSigmoid', 'hardSigmoid4', 'relu', 'tanh', 'sigmoid', 'tanh8', 'sigmoid8'] as const;

/** How many pairs of gate and update there are. */
export const nonlinearityPairs = kinds.length ** 2;

/** Every pair of gate and update, by number from 0. */
export function nonlinearityPair(index: number): Pick<IntegerNetwork, 'gate' | 'update'> {
  return { gate: kinds[index % kinds.length], update: kinds[Math.floor(index / kinds.length) % kinds.length] };
}

/** What to fix; the rest is drawn. */
export interface RandomNetworkOptions extends Partial<
  Pick<
    IntegerNetwork,
    'cell' | 'reset' | 'inputSize' | 'hiddenSize' | 'wRank' | 'uRank' | 'classes' | 'gate' | 'update' | 'mean'
  >
> {
  /** Layers, one by default. */
  readonly layers?: number;
  /** FastGRNN: a zeta and a nu a unit. */
  readonly vectorZetaNu?: boolean;
  /** Tokens of an embedding; 0 by default, for inputs that are numbers. */
  readonly vocabulary?: number;
  /** Share of nonzeros in each matrix; drawn by matrix when absent. */
  readonly density?: number;
  /** Share of nonzeros in the classifier: 1 by default in a usual network. */
  readonly classifierDensity?: number;
  /** Any shift, limit and weight that the definition allows, instead of ones that keep values in their usual range. */
  readonly extreme?: boolean;
  /** How matrices are stored; a byte a weight and an index by default. */
  readonly storage?: Storage;
}

/** Every way to store matrices, the plain one first. */
export const storages: readonly Storage[] = ([8, 4] as const).flatMap((weightBits) =>
  (['byte', 'bitmap', 'delta'] as const).map((indices) => ({ weightBits, indices })),
);

/** Every cell that has integers, a GRU and a FastGRNN in both of their forms; a random network is a FastGRNN or a FastRNN unless told otherwise. */
export const integerCells: readonly Pick<RandomNetworkOptions, 'cell' | 'reset' | 'vectorZetaNu'>[] = [
  { cell: 'FastGRNN' },
  { cell: 'FastGRNN', vectorZetaNu: true },
  { cell: 'FastRNN' },
  { cell: 'FastRNN-vector' },
  { cell: 'UGRNN' },
  { cell: 'GRU', reset: 'before' },
  { cell: 'GRU', reset: 'after' },
  { cell: 'LSTM' },
];

/** One of them by a seed: all in turn, and each with odd seeds as often as with even ones, by which tests choose more. */
export function integerCellOf(seed: number): (typeof integerCells)[number] {
  return integerCells[(seed + Math.floor(seed / integerCells.length)) % integerCells.length];
}

/** Its name in messages. */
export function cellName({ cell, reset, vectorZetaNu }: (typeof integerCells)[number]): string {
  return [cell, reset, vectorZetaNu && 'with vectors'].filter(Boolean).join(' ');
}

/** Those that are run gate by gate. */
export const gateByGateCells = integerCells.filter(
  ({ cell = 'FastGRNN', vectorZetaNu }) => vectorZetaNu || isGateByGate({ cell }),
);

/** The shape of the paper's smaller networks: sparse, of low rank. */
export function realisticNetwork(random: Random, pair: Pick<IntegerNetwork, 'gate' | 'update'>): IntegerNetwork {
  return randomNetwork(random, {
    ...{ cell: 'FastGRNN', inputSize: 20, hiddenSize: 32, wRank: 6, uRank: 10, classes: 6, density: 0.3 },
    ...pair,
  });
}

/** A random integer network for tests: valid by the definition, whatever is drawn. */
export function randomNetwork(random: Random, options: RandomNetworkOptions = {}): IntegerNetwork {
  const { layers = 1, ...own } = options;
  const first = randomLayer(random, own);
  const upper: IntegerNetwork[] = [];
  for (let layer = 1; layer < layers; layer++) {
    const { hiddenSize: inputSize, stateBits: inputBits, stateLimit: inputLimit } = upper.at(-1) ?? first;
    const { cell, gate, update } = first;
    const drawn = randomLayer(random, { ...own, cell, gate, update, inputSize, vocabulary: 0 });
    upper.push({ ...drawn, inputBits, inputLimit });
  }
  const last = upper.at(-1);
  if (!last) return first;
  const { classes, classifier, classifierBias } = last;
  return { ...first, upper: upper.map(layerOf), classes, classifier, classifierBias };
}

/** A network of one layer without what stands before and behind it. */
function layerOf(network: IntegerNetwork): IntegerLayer {
  const {
    classes: _,
    embedding: __,
    mean: ___,
    centre: ____,
    multiplier: _____,
    inputShift: ______,
    ...rest
  } = network;
  const { classifier: _0, classifierBias: _1, storage: _2, ...layer } = rest;
  return layer;
}

/** A random network of one layer. */
function randomLayer(random: Random, options: Omit<RandomNetworkOptions, 'layers'>): IntegerNetwork {
  const { extreme = false, storage = plainStorage } = options;
  const size = (largest: number) => 1 + random.below(largest);
  const inputSize = options.inputSize ?? size(12);
  const hiddenSize = options.hiddenSize ?? size(24);
  const wRank = options.wRank ?? (random.below(2) ? 0 : size(8));
  const uRank = options.uRank ?? (random.below(2) ? 0 : size(8));
  const classes = options.classes ?? 1 + size(8);
  const cell = options.cell ?? (random.below(3) ? 'FastGRNN' : 'FastRNN');
  const drawn = nonlinearityPair(random.below(nonlinearityPairs));
  const matrix = (
    rows: number,
    columns: number,
    density = options.density ?? random.uniform(),
    step = storage.weightBits === 4 ? weightStep4 : 1,
  ): IntegerMatrix => ({
    rows,
    columns,
    values: Int8Array.from({ length: rows * columns }, () => {
      if (random.uniform() >= density) return 0;
      const value = extreme && random.below(2) ? random.below(2) * 254 - 127 : random.below(255) - 127;
      return Math.trunc(value / step) * step;
    }),
    fractionBits: 7,
  });
  // A row's sum grows with the square root of its nonzeros: about 2^(6 + 13 + log2(n) / 2), of which 2^12 should stay.
  const shift = (m: IntegerMatrix | undefined, gain: number) =>
    extreme ? random.below(31) : m ? 7 + Math.ceil(Math.log2(m.columns) / 2) - gain : 0;
  const limit = () => (extreme ? 1 + random.below(32767) : 32767 - random.below(2) * random.below(16384));
  const int16 = (length: number, most: number) =>
    Int16Array.from({ length }, () => (extreme ? random.below(65536) - 32768 : random.below(2 * most) - most));

  const channels = options.vocabulary ? 0 : random.below(2) ? inputSize : 1;
  const matrices = (): Pick<IntegerGate, 'w2' | 'w1' | 'u2' | 'u1'> => ({
    w2: wRank ? matrix(wRank, inputSize) : undefined,
    w1: matrix(hiddenSize, wRank || inputSize),
    u2: uRank ? matrix(uRank, hiddenSize) : undefined,
    u1: matrix(hiddenSize, uRank || hiddenSize),
  });
  const own = matrices();
  const gated = cell === 'FastGRNN';
  const shifts = ({ w2, w1, u2, u1 }: typeof own) => ({
    w2Shift: shift(w2, 0),
    w1Shift: shift(w1, 0),
    u2Shift: shift(u2, 1),
    u1Shift: shift(u1, 1),
  });
  const several = (): Partial<IntegerLayer> => {
    const vector = (low: number, high: number) =>
      Int16Array.from({ length: hiddenSize }, () => low + random.below(high - low + 1));
    const bits = () => 1 + random.below(12);
    if (cell === 'FastRNN-vector') {
      const [low, high] = extreme ? [-32767, 32767] : [2000, 14384];
      return { alpha: vector(low, high), beta: vector(low, high), scale: 0, offset: 0 };
    }
    if (options.vectorZetaNu) {
      const [zeta, nu] = extreme
        ? [vector(-32767, 32767), vector(-32767, 32767)]
        : [vector(8000, 16000), vector(0, 600)];
      const biasGate = int16(hiddenSize, 6000);
      const biasUpdate = int16(hiddenSize, 6000).map((bias, j) => bias ^ ((bias ^ biasGate[j]) & 1)); // an even number apart
      return { zeta, nu, scale: 0, offset: 0, biasGate, biasUpdate };
    }
    if (!hasSeveralGates({ cell })) return {};
    const reset = cell === 'GRU' ? { reset: options.reset ?? (random.below(2) ? 'before' : 'after') } : {};
    const furtherGates = gatesOf({ cell })
      .slice(1)
      .map(() => matrices())
      .map((gate): IntegerGate => ({ ...gate, ...shifts(gate), wLimit: limit(), uLimit: limit() }));
    return {
      ...reset,
      furtherGates,
      biases: biasNames({ cell, ...reset }).map(() => int16(hiddenSize, 6000)),
      ...{ biasUpdate: new Int16Array(), scale: 0, offset: 0 },
      ...(reset.reset === 'after' ? { candidateBits: extreme ? bits() : 12 } : {}),
      ...(cell === 'LSTM' ? { memoryBits: bits(), memoryLimit: limit() } : {}),
    };
  };
  return {
    cell,
    inputSize,
    hiddenSize,
    wRank,
    uRank,
    classes,
    gate: options.gate ?? drawn.gate,
    update: options.update ?? drawn.update,
    embedding: options.vocabulary ? matrix(options.vocabulary, inputSize, 1, 1) : undefined,
    mean: options.mean ?? false,
    centre: int16(channels, 2000),
    multiplier: int16(channels, 32767),
    inputShift: options.vocabulary ? 0 : extreme ? random.below(31) : 15,
    inputBits: 12,
    ...own,
    ...shifts(own),
    inputLimit: limit(),
    wLimit: limit(),
    uLimit: limit(),
    stateLimit: limit(),
    biasGate: int16(gated ? hiddenSize : 0, 6000),
    biasUpdate: int16(hiddenSize, 6000),
    stateBits: 1 + random.below(12),
    scale: extreme ? random.below(65535) - 32767 : 8000 + random.below(8000),
    offset: extreme ? random.below(65535) - 32767 : gated ? random.below(600) : 12000 + random.below(4000),
    classifier: matrix(classes, hiddenSize, options.classifierDensity ?? (extreme ? undefined : 1)),
    classifierBias: Int32Array.from({ length: classes }, () =>
      extreme ? random.below(2147483647) - 1073741823 : random.below(2000000) - 1000000,
    ),
    storage,
    ...several(),
  };
}
