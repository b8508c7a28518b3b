// Random networks of the paper's shapes, for what boards cost.
import { Random } from '../dist/math/index.js';
import { calibrate, convert, equalSequences } from '../dist/integer/index.js';
import { plainHead, tensorsOf } from '../dist/network/index.js';

/** Exactly round(rows * columns * density) nonzeros, or as many as are given, of weights -127..127. */
function matrix(random, rows, columns, density) {
  const count = density > 1 ? density : Math.round(rows * columns * density);
  const places = Uint32Array.from({ length: rows * columns }, (_, k) => k);
  random.shuffle(places);
  const values = new Int8Array(rows * columns);
  for (const place of places.subarray(0, count)) while (values[place] === 0) values[place] = random.below(255) - 127;
  return { rows, columns, values, fractionBits: 7 };
}

/**
 * A FastGRNN with hard nonlinearities: weights of the whole int8 range, limits of the whole int16 range, an affine of its own for each
 * channel, and every matrix shifted by 8 bits.
 */
export function randomFastGRNN([inputSize, hiddenSize, wRank, uRank, classes], [w2, u2, w1, u1], seed, changes = {}) {
  const random = new Random(seed);
  const int16 = (length, most) => Int16Array.from({ length }, () => random.below(2 * most + 1) - most);
  return {
    ...{ cell: 'FastGRNN', inputSize, hiddenSize, wRank, uRank, classes },
    ...{ gate: 'hardSigmoid4', update: 'hardTanh', embedding: undefined, mean: false },
    centre: int16(inputSize, 2000),
    multiplier: Int16Array.from({ length: inputSize }, () => 16384 + random.below(16384)),
    ...{ inputShift: 15, inputBits: 12 },
    w2: matrix(random, wRank, inputSize, w2),
    w1: matrix(random, hiddenSize, wRank, w1),
    u2: matrix(random, uRank, hiddenSize, u2),
    u1: matrix(random, hiddenSize, uRank, u1),
    ...{ w2Shift: 8, w1Shift: 8, u2Shift: 8, u1Shift: 8 },
    ...{ inputLimit: 32767, wLimit: 32767, uLimit: 32767, stateLimit: 32767 },
    biasGate: int16(hiddenSize, 4096),
    biasUpdate: int16(hiddenSize, 2048),
    ...{ stateBits: 12, scale: 16000, offset: 240 },
    classifier: matrix(random, classes, hiddenSize, 1),
    classifierBias: Int32Array.from({ length: classes }, () => random.below(2000000) - 1000000),
    storage: { weightBits: 8, indices: 'byte' },
    ...changes,
  };
}

/**
 * A GRU with a W and a U of low rank for each gate, every entry a weight, else as `randomFastGRNN`. It resets after the product.
 *
 * @param weightBits 8, or 4: then weights are multiples of 16
 */
export function randomGRU([inputSize, hiddenSize, wRank, uRank, classes], weightBits, seed) {
  const { biasGate, biasUpdate, ...shared } = randomFastGRNN(
    [inputSize, hiddenSize, wRank, uRank, classes],
    even(1),
    seed,
  );
  const random = new Random(seed + 1);
  const step = weightBits === 4 ? 16 : 1;
  const coarse = (m) => ({ ...m, values: m.values.map((value) => (Math.trunc(value / step) || 1) * step) });
  const gate = () => ({
    w2: coarse(matrix(random, wRank, inputSize, 1)),
    w1: coarse(matrix(random, hiddenSize, wRank, 1)),
    u2: coarse(matrix(random, uRank, hiddenSize, 1)),
    u1: coarse(matrix(random, hiddenSize, uRank, 1)),
    ...{ w2Shift: 8, w1Shift: 8, u2Shift: 8, u1Shift: 8, wLimit: 32767, uLimit: 32767 },
  });
  const none = new Int16Array();
  return {
    ...{ ...shared, cell: 'GRU', reset: 'after', candidateBits: 12, scale: 0, offset: 0 },
    ...gate(),
    ...{ furtherGates: [gate(), gate()], biases: [biasGate, biasUpdate, biasGate, biasUpdate] },
    ...{ biasGate: none, biasUpdate: none },
    classifier: coarse(shared.classifier),
    storage: { weightBits, indices: 'byte' },
  };
}

/** The same density in all four matrices. */
export const even = (density) => [density, density, density, density];

/** The paper's table 11: D, H, the ranks and classes; densities of W2, U2, W1 and U1; and the steps of a prediction. */
export const shapes = {
  'Wakeword-2': [[32, 32, 10, 15, 2], even(0.25), 161],
  'HAR-2': [[9, 80, 5, 40, 2], even(0.22), 128],
  'Google-12': [[32, 100, 16, 25, 12], even(0.3), 99],
};

/**
 * A float network whose matrices have random nonzeros, as many as `density` says, and keep states of a usual size.
 *
 * @param fields of the architecture, beside sizes
 */
export function randomFloat(fields, density, seed) {
  const architecture = { ...plainHead, residual: 'free', gate: 'sigmoid', update: 'tanh', ...fields };
  const random = new Random(seed);
  const specs = tensorsOf(architecture);
  const parameters = new Float32Array(specs.reduce((sum, { size }) => sum + size, 0));
  for (const { role, offset, size, shape } of specs) {
    const share = role === 'matrix' ? density : 1;
    const deviation = role === 'matrix' ? 1 / Math.sqrt(share * Math.min(...shape)) : 0.5;
    const places = Uint32Array.from({ length: size }, (_, k) => k);
    random.shuffle(places);
    for (const place of places.subarray(0, Math.round(size * share))) {
      parameters[offset + place] = deviation * random.normal();
    }
  }
  return { architecture, parameters, affine: { centre: [0], scale: [1 / 1000] } };
}

/** The integer network that becomes of a random float one, its formats calibrated on random inputs of 1 in a thousand counts. */
export function integerOf({ architecture, parameters }, seed) {
  const random = new Random(seed);
  const shape = { count: 8, steps: 64, channels: architecture.inputSize };
  const counts = Int16Array.from({ length: shape.count * shape.steps * shape.channels }, () => 1000 * random.normal());
  const normalisation = { centre: Int16Array.of(0), scale: Float64Array.of(1 / 1000) };
  const rows = Uint32Array.from({ length: shape.count }, (_, i) => i);
  const ranges = calibrate(architecture, parameters, normalisation, equalSequences(counts, shape), rows);
  return convert(architecture, parameters, normalisation, ranges, 1.25);
}
