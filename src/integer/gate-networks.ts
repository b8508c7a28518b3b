import {
  dividedBiases,
  embeddingShift,
  integerGates,
  type IntegerGate,
  type IntegerMatrix,
  type IntegerNetwork,
} from './network.js';

/** One gate of a layer, as a network of its own whose candidate is what the gate gives. */
export interface GateNetwork {
  /** Of UGRNN z, c; of GRU r, z, c, or r, z, w, m where it resets after the product; of LSTM i, f, c, o; of FastRNN-vector c; of FastGRNN with a zeta and a nu a unit q. */
  readonly name: string;
  /** What it gives: equation 5's value of its sum and bias, equation 6's, or the sum saturated to int16 (w, m and q). */
  readonly gives: 'gate' | 'update' | 'sum';
  /** A FastRNN without affine, with the layer's head: the gate's matrices and shifts, its bias in `biasUpdate`, its nonlinearity as both. */
  readonly network: IntegerNetwork;
  /** w has no U, m no W: in its place stands a column of zeros. */
  readonly lacks?: 'w' | 'u';
}

const letters: Partial<Record<IntegerNetwork['cell'], string>> = {
  'FastRNN-vector': 'c',
  UGRNN: 'zc',
  GRU: 'rzc',
  LSTM: 'ifco',
};

/** Whether a layer is run gate by gate: all gates of all units before the first new state. */
export function isGateByGate(layer: Pick<IntegerNetwork, 'cell' | 'zeta'>): boolean {
  return lettersOf(layer) !== undefined;
}

function lettersOf({ cell, zeta }: Pick<IntegerNetwork, 'cell' | 'zeta'>): string | undefined {
  return zeta ? 'q' : letters[cell];
}

/**
 * The gates of a layer (a network of `separateLayers`) that `isGateByGate`, in the order in which they are computed: for those who
 * build what runs a layer.
 */
export function gateNetworks(layer: IntegerNetwork): GateNetwork[] {
  const { biases = [layer.zeta ? dividedBiases(layer).middle : layer.biasUpdate], update, gate } = layer;
  const of = (own: IntegerGate, index: number, kind: IntegerNetwork['gate']): IntegerNetwork => {
    const { inputSize, hiddenSize, wRank, uRank, classes, mean, inputBits, stateBits, stateLimit } = layer;
    const { w2, w1, u2, u1, w2Shift, w1Shift, u2Shift, u1Shift, wLimit, uLimit } = own;
    return {
      ...{ inputSize, hiddenSize, wRank, uRank, classes, mean, inputBits, stateBits, stateLimit },
      ...{ w2, w1, u2, u1, w2Shift, w1Shift, u2Shift, u1Shift, wLimit, uLimit },
      ...{ cell: 'FastRNN', gate: kind, update: kind, scale: 0, offset: 0 },
      ...{ embedding: undefined, centre: new Int16Array(), multiplier: new Int16Array(), inputShift: 0 },
      // Tokens have inputs without a limit.
      inputLimit: layer.embedding ? 127 * 2 ** embeddingShift : layer.inputLimit,
      ...{ biasGate: new Int16Array(), biasUpdate: biases[index] },
      ...{ classifier: layer.classifier, classifierBias: layer.classifierBias, storage: layer.storage },
    };
  };
  return integerGates(layer).flatMap((own, i): GateNetwork[] => {
    const name = (lettersOf(layer) ?? '')[i];
    if (name === 'q') return [{ name, gives: 'sum', network: of(own, i, 'tanh') }];
    if (name !== 'c') return [{ name, gives: 'gate', network: of(own, i, gate) }];
    if (layer.reset !== 'after') return [{ name, gives: 'update', network: of(own, i, update) }];
    const none = zeros(layer.hiddenSize);
    const w = { ...of(own, 2, 'tanh'), uRank: 0, u2: undefined, u1: none, u2Shift: 0, u1Shift: 0 };
    const m = { ...of(own, 3, 'tanh'), wRank: 0, inputSize: 1, w2: undefined, w1: none, w2Shift: 0, w1Shift: 0 };
    return [
      { name: 'w', gives: 'sum', network: w, lacks: 'u' },
      { name: 'm', gives: 'sum', network: m, lacks: 'w' },
    ];
  });
}

function zeros(rows: number): IntegerMatrix {
  return { rows, columns: 1, values: new Int8Array(rows), fractionBits: 7 };
}
