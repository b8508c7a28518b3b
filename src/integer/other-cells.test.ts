import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import {
  initialise,
  plainHead,
  referenceForward,
  tensorsOf,
  type Architecture,
  type Nonlinearity,
} from '../network/index.js';
import { calibrate } from './calibration.js';
import { convert } from './convert.js';
import { equalSequences } from './input.js';
import { IntegerInterpreter } from './interpreter.js';
import { IntegerNetworkError, integerGates, type IntegerNetwork } from './network.js';

const cells = [
  { cell: 'FastGRNN', vectorZetaNu: true },
  { cell: 'FastRNN-vector' },
  { cell: 'UGRNN' },
  { cell: 'GRU', reset: 'before' },
  { cell: 'GRU', reset: 'after' },
  { cell: 'LSTM' },
] as const;

const [count, steps, channels] = [4, 24, 4];
const normalisation = { centre: Int16Array.of(100), scale: Float64Array.of(0.001) };

/** @param biasOf what the biases of a tensor lie around */
function subjectOf(index: number, choice: Partial<Architecture>, biasOf: (name: string) => number = () => 0) {
  const random = new Random(index, 9);
  const architecture: Architecture = {
    ...{ cell: 'GRU', inputSize: channels, hiddenSize: 10, wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
    ...{ residual: 'free', ...plainHead, classes: 3, ...choice },
  };
  const parameters = Float32Array.from(initialise(architecture, random));
  for (const { name, role, offset, size } of tensorsOf(architecture)) {
    for (let i = offset; i < offset + size; i++) {
      if (role === 'matrix') parameters[i] = (architecture.update === 'relu' ? 0.08 : 0.3) * random.normal();
      else if (role === 'bias') parameters[i] = biasOf(name) + 0.5 * random.normal();
      else if (role === 'classifier') parameters[i] = random.normal();
      else if (role === 'scalar' && size > 1) parameters[i] += random.normal();
    }
  }
  const values = Int16Array.from({ length: count * steps * channels }, () => Math.round(100 + 1000 * random.normal()));
  const sequences = equalSequences(values, { count, steps, channels });
  const rows = Uint32Array.from({ length: count }, (_, i) => i);
  const ranges = calibrate(architecture, parameters, normalisation, sequences, rows);
  return {
    architecture,
    parameters,
    values,
    ranges,
    network: convert(architecture, parameters, normalisation, ranges, 1.25),
  };
}

/** Root mean square of the last layer's states' differences over that of the states. */
function relativeError(
  { architecture, parameters, values }: ReturnType<typeof subjectOf>,
  network: IntegerNetwork,
): number {
  let [difference, total] = [0, 0];
  const interpreter = new IntegerInterpreter(network);
  const last = network.upper?.at(-1) ?? network;
  for (let row = 0; row < count; row++) {
    interpreter.reset();
    const at = (t: number) => (row * steps + t) * channels;
    const inputs = Array.from({ length: steps }, (_, t) =>
      Float64Array.from(values.subarray(at(t), at(t + 1)), (v) => (v - 100) * 0.001),
    );
    const { states } = referenceForward(architecture, parameters, inputs);
    for (let t = 0; t < steps; t++) {
      interpreter.step(values, at(t));
      const own = interpreter.h.subarray(interpreter.h.length - last.hiddenSize);
      states[t + 1].forEach((h, j) => {
        difference += (own[j] * 2 ** -last.stateBits - h) ** 2;
        total += h ** 2;
      });
    }
  }
  return total > 0 ? Math.sqrt(difference / total) : difference; // units of a relu may all be silent
}

const nonlinearities: { gate: Nonlinearity; update: Nonlinearity }[] = [
  { gate: 'sigmoid', update: 'tanh' },
  { gate: 'hardSigmoid4', update: 'hardTanh' },
  { gate: 'sigmoid8', update: 'tanh8' },
  { gate: 'hardSigmoid', update: 'relu' },
  { gate: 'tanh', update: 'sigmoid' },
];

describe.each(cells)('$cell $reset', (cell) => {
  // Weights of N(0, s) rounded to int8 miss by about 1.1 % of s; these networks forget, so 5 % leaves room for what steps add up.
  test.each(nonlinearities)('converted, $gate and $update: states as the float network’s', (kinds) => {
    for (const [i, ranks] of [
      { wRank: 0, uRank: 0 },
      { wRank: 2, uRank: 0 },
      { wRank: 0, uRank: 3 },
      { wRank: 2, uRank: 5, layers: 2 },
    ].entries()) {
      const subject = subjectOf(i, { ...cell, ...kinds, ...ranks });
      expect(relativeError(subject, subject.network)).toBeLessThan(0.05);
      if (kinds.gate !== 'sigmoid' || i > 0) continue;
      // A gate with the opposite weights is noticed, whichever it is.
      const gates = integerGates(subject.network);
      for (const k of gates.keys()) {
        const [first, ...furtherGates] = gates.map((gate, own) =>
          own === k ? { ...gate, w1: { ...gate.w1, values: gate.w1.values.map((v) => -v) } } : gate,
        );
        const wrong = { ...subject.network, ...first, ...(furtherGates.length > 0 ? { furtherGates } : {}) };
        expect(relativeError(subject, wrong), `gate ${k}`).toBeGreaterThan(relativeError(subject, subject.network));
      }
    }
  });

  test('4-bit weights are multiples of 16, and sums of 24 bits are proven', () => {
    const { architecture, parameters, ranges } = subjectOf(1, { ...cell, uRank: 4 });
    const packed = convert(
      architecture,
      parameters,
      normalisation,
      ranges,
      1.25,
      { weightBits: 4, indices: 'delta' },
      24,
    );
    expect(integerGates(packed).every(({ u1, w1 }) => [...u1.values, ...w1.values].every((v) => v % 16 === 0))).toBe(
      true,
    );
    expect(packed.stateLimit).toBeLessThan(32767);
  });
});

test('a zeta and a nu a unit: the one sum of gate and candidate costs nothing where their biases lie far apart', () => {
  for (const [gate, update] of [
    [5, -3],
    [-6, -6],
    [3, 6],
    [-3, 4],
  ]) {
    const at = (name: string) => (name === 'biasGate' ? gate : update);
    const errors = [false, true].map((vectorZetaNu) => {
      const subject = subjectOf(2, { cell: 'FastGRNN', ...(vectorZetaNu && { vectorZetaNu }) }, at);
      return relativeError(subject, subject.network);
    });
    expect(errors[1], `${gate} and ${update}`).toBeLessThan(2 * errors[0] + 0.002);
  }
});

/*
 * A constant input. Zero recurrent weights make gate and candidate constants: the float state settles at their fixed point, and what the
 * page says of a state's rounding holds however near 1 the gate is: a unit, and half a unit 2^-14 over 1 - z.
 */
describe('a long stream with constant input', () => {
  const many = 200_000;
  const zero = { rows: 1, columns: 1, values: new Int8Array(1), fractionBits: 7 };
  const one = { ...zero, values: Int8Array.of(64) };
  const gate = {
    w2: undefined,
    w1: one,
    u2: undefined,
    u1: zero,
    w2Shift: 0,
    w1Shift: 6,
    u2Shift: 0,
    u1Shift: 0,
    wLimit: 32767,
    uLimit: 32767,
  };
  const still = (cell: Pick<IntegerNetwork, 'cell'> & Partial<IntegerNetwork>): IntegerNetwork => ({
    ...{
      ...gate,
      w1: zero,
      inputSize: 1,
      hiddenSize: 1,
      wRank: 0,
      uRank: 0,
      classes: 1,
      gate: 'hardSigmoid',
      update: 'hardTanh',
    },
    ...{
      inputBits: 12,
      inputLimit: 32767,
      stateLimit: 32767,
      stateBits: 8,
      scale: 0,
      offset: 0,
      mean: false,
      embedding: undefined,
    },
    ...{
      centre: Int16Array.of(0),
      multiplier: Int16Array.of(1),
      inputShift: 0,
      classifier: zero,
      classifierBias: Int32Array.of(0),
    },
    ...{ biasGate: new Int16Array(), biasUpdate: new Int16Array(), storage: { weightBits: 8, indices: 'byte' } },
    ...cell,
  });
  const silent = { ...gate, w1: zero };
  /** A hard gate in Q12 whose z is this in Q14. */
  const bias = (z: number) => Int16Array.of((z - 8192) / 2);
  const c = 3001; // Q12

  function settled(network: IntegerNetwork): IntegerInterpreter {
    const interpreter = new IntegerInterpreter(network);
    for (let t = 0; t < many; t++) interpreter.step(Int16Array.of(0));
    return interpreter;
  }

  test.each([8192, 16000, 16380, 16382])('z = %i / 16384: UGRNN and GRU settle at the candidate', (z) => {
    const update = Int16Array.of(c);
    const reset = bias(16382);
    const networks: IntegerNetwork[] = [
      still({ cell: 'UGRNN', furtherGates: [silent], biases: [bias(z), update] }),
      still({ cell: 'GRU', reset: 'before', furtherGates: [silent, silent], biases: [reset, bias(z), update] }),
      still({
        cell: 'GRU',
        reset: 'after',
        candidateBits: 12,
        furtherGates: [silent, silent],
        biases: [reset, bias(z), update, Int16Array.of(0)],
      }),
    ];
    for (const network of networks) {
      const { h } = settled(network);
      const units = 1 + 2 ** -15 / (1 - z / 16384);
      expect(Math.abs(h[0] - (c / 4096) * 256)).toBeLessThanOrEqual(units);
    }
  });

  test.each([8192, 16000, 16380])(
    'beta or f = %i / 16384: FastRNN-vector and LSTM settle where the float recurrence does',
    (f) => {
      const units = 1 + 2 ** -15 / (1 - f / 16384);
      const alpha = Int16Array.of(16384 - f);
      const vector = still({ cell: 'FastRNN-vector', biasUpdate: Int16Array.of(c), alpha, beta: Int16Array.of(f) });
      expect(Math.abs(settled(vector).h[0] - (c / 4096) * 256)).toBeLessThanOrEqual(units);
      const i = Math.min(16384, 4 * (16384 - f));
      const lstm = still({
        ...{ cell: 'LSTM', stateBits: 12, memoryBits: 8, memoryLimit: 32767, furtherGates: [silent, silent, silent] },
        biases: [bias(i), bias(f), Int16Array.of(c), bias(16382)],
      });
      const { h, memory } = settled(lstm);
      const expected = ((c / 4096) * (i / 16384)) / (1 - f / 16384);
      expect(Math.abs(memory[0] - expected * 256)).toBeLessThanOrEqual(units);
      expect(Math.abs(h[0] - (16382 / 16384) * Math.min(1, expected) * 4096)).toBeLessThanOrEqual(1 + 16 * units);
    },
  );

  test('where f is 1 the LSTM’s c grows to its limit and stays there', () => {
    const lstm = still({
      ...{ cell: 'LSTM', stateBits: 12, memoryBits: 8, memoryLimit: 30000, furtherGates: [silent, silent, silent] },
      biases: [bias(16384), bias(16384), Int16Array.of(c), bias(16384)],
    });
    const { h, memory } = settled(lstm);
    expect([h[0], memory[0]]).toEqual([4096, 30000]);
  });
});

test('a float model without the range that a cell needs is refused by its name', () => {
  for (const [cell, name] of [
    ['LSTM', 'memory'],
    ['GRU', 'candidate'],
  ] as const) {
    const { architecture, parameters, ranges } = subjectOf(1, { cell });
    const { memory: _, candidate: __, ...others } = ranges;
    const attempt = () => convert(architecture, parameters, normalisation, others, 1.25);
    expect(attempt).toThrow(IntegerNetworkError);
    expect(attempt).toThrow(`the range of ${name} is missing`);
  }
});
