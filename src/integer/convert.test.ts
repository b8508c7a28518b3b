import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { NONLINEARITIES } from '../kernels/index.js';
import {
  nonlinearities,
  parameterCount,
  referenceForward,
  plainHead,
  tensorsOf,
  type Architecture,
  type Nonlinearity,
} from '../network/index.js';
import { calibrate } from './calibration.js';
import { convert } from './convert.js';
import { equalSequences, type Normalisation } from './input.js';
import { IntegerInterpreter } from './interpreter.js';
import type { IntegerMatrix, IntegerNetwork } from './network.js';

const count = 4;
const steps = 12;
const margin = 1.25;

interface Case {
  readonly architecture: Architecture;
  readonly parameters: Float32Array;
  readonly normalisation: Normalisation;
  readonly values: Int16Array;
}

/** How inputs are normalised: [centre, scale] of each of four channels, or one for all; standard deviation of counts. */
const normalisations = [
  { centre: [100], scale: [0.001], counts: [1000, 900, 800, 700] },
  { centre: [0, 5, -3000, 7], scale: [0.002, 0.003, 0.0005, 0], counts: [500, 300, 2000, 300] },
  // A switch beside sensors that use all of int16: scales 10 000 times apart.
  { centre: [0, 0, 1, 0], scale: [0.00017, 0.0001, 1, 0.0002], counts: [6000, 9000, 1, 5000] },
  { centre: [0, 0, 0, 0], scale: [1 / 4096, 1 / 4096, 1 / 4096, 1 / 4096], counts: [4096, 4096, 2000, 6000] },
];

/** A random float network with its inputs. Where a nonlinearity has no bound, weights are small lest states explode. */
function randomCase(index: number, choice: Partial<Architecture>, size: number): Case {
  const random = new Random(index, 5);
  const architecture: Architecture = {
    cell: 'FastGRNN',
    inputSize: 4,
    hiddenSize: 10,
    wRank: 0,
    uRank: 0,
    gate: 'hardSigmoid4',
    update: 'hardTanh',
    residual: 'free',
    ...plainHead,
    classes: 3,
    ...choice,
  };
  const weight = [architecture.gate, architecture.update].includes('relu') ? Math.min(size, 0.08) : size;
  const parameters = new Float32Array(parameterCount(architecture));
  for (const { name, role, offset, size: length } of tensorsOf(architecture)) {
    for (let i = offset; i < offset + length; i++) {
      if (role === 'matrix') parameters[i] = weight * random.normal();
      else if (role === 'classifier' || role === 'classifierBias') parameters[i] = random.normal();
      else if (role === 'bias') parameters[i] = (name === 'biasGate' ? 0.1 : 0.3) * random.normal();
      else parameters[i] = 2 * random.normal();
    }
  }
  const { centre, scale, counts } = normalisations[index % normalisations.length];
  const values = Int16Array.from({ length: count * steps * 4 }, (_, i) =>
    Math.round(
      (centre[centre.length > 1 ? i % 4 : 0] ?? 0) + counts[i % 4] * Math.max(-3, Math.min(3, random.normal())),
    ),
  );
  return {
    architecture,
    parameters,
    normalisation: { centre: Int16Array.from(centre), scale: Float64Array.from(scale) },
    values,
  };
}

const everyRow = Uint32Array.from({ length: count }, (_, i) => i);

function integerOf({ architecture, parameters, normalisation, values }: Case) {
  const ranges = calibrate(
    architecture,
    parameters,
    normalisation,
    equalSequences(values, { count, steps, channels: 4 }),
    everyRow,
  );
  return { ranges, network: convert(architecture, parameters, normalisation, ranges, margin) };
}

function normalised({ normalisation: { centre, scale }, values }: Case, row: number, t: number): number[] {
  return Array.from({ length: 4 }, (_, d) => {
    const channel = centre.length > 1 ? d : 0;
    return (values[(row * steps + t) * 4 + d] - centre[channel]) * scale[channel];
  });
}

const limits: Record<Nonlinearity, { slope: number; error: number; most: number }> = {
  hardTanh: { slope: 1, error: 0, most: Infinity },
  hardSigmoid: { slope: 0.5, error: 0, most: Infinity },
  hardSigmoid4: { slope: 0.25, error: 0, most: Infinity },
  relu: { slope: 1, error: 0, most: 1.999 },
  // Chords and roundings, nonlinearity.test.ts.
  tanh: { slope: 1, error: 25.6 / 16384, most: Infinity },
  sigmoid: { slope: 0.25, error: 13.3 / 16384, most: Infinity },
  // Float and integer have the same lines: roundings alone.
  tanh8: { slope: 1, error: 1 / 16384, most: Infinity },
  sigmoid8: { slope: 0.25, error: 1 / 16384, most: Infinity },
};

/**
 * The value v of a matrix times a vector known to `errors`, in real units, and how far off the float result may be: an entry
 * misses its float by at most half a unit, the result is rounded to `bits`.
 */
function product(m: IntegerMatrix, vector: readonly number[], errors: readonly number[], bits: number) {
  const unit = 2 ** -m.fractionBits;
  const rows = Array.from({ length: m.rows }, (_, row) => row);
  const entry = (row: number, k: number) => m.values[row * m.columns + k] * unit;
  return {
    values: rows.map((row) => vector.reduce((sum, v, k) => sum + entry(row, k) * v, 0)),
    errors: rows.map((row) =>
      vector.reduce(
        (sum, v, k) => sum + Math.abs(entry(row, k)) * errors[k] + (unit / 2) * (Math.abs(v) + errors[k]),
        2 ** (-bits - 1),
      ),
    ),
  };
}

/** How far p may be off, for each unit, with integer state h; and whether a format was too narrow or has an idle bit. */
function preactivationErrors(network: IntegerNetwork, x: Int16Array, h: readonly number[]) {
  const { w2, w1, u2, u1, inputBits, inputShift, stateBits } = network;
  const a = Array.from(x, (value, d) => {
    const channel = network.centre.length > 1 ? d : 0;
    return (value - network.centre[channel]) * network.multiplier[channel] * 2 ** -(inputShift + inputBits);
  });
  const exact = { values: a, errors: a.map(() => 2 ** (-inputBits - 1)) };
  const state = { values: h, errors: h.map(() => 0) };
  const wBits = w2 ? inputBits + w2.fractionBits - network.w2Shift : inputBits;
  const uBits = u2 ? stateBits + u2.fractionBits - network.u2Shift : stateBits;
  const t = w2 ? product(w2, exact.values, exact.errors, wBits) : exact;
  const u = u2 ? product(u2, state.values, state.errors, uBits) : state;
  const fromW = product(w1, t.values, t.errors, 12).errors;
  const fromU = product(u1, u.values, u.errors, 12).errors;
  const largest = (values: readonly number[], bits: number) => Math.max(...values.map(Math.abs)) * 2 ** bits;
  return {
    errors: fromW.map((e, j) => e + fromU[j] + 2 ** -13), // the bias
    fill: [largest(a, inputBits), largest(t.values, wBits), largest(u.values, uBits), largest(h, stateBits)],
  };
}

/** One step of the paper's equations, from the model's own parameters. */
function floatStep({ architecture, parameters }: Case, a: readonly number[], h: readonly number[]) {
  const { cell, hiddenSize, wRank, uRank } = architecture;
  const tensors = new Map(
    tensorsOf(architecture).map((t) => [t.name, parameters.subarray(t.offset, t.offset + t.size)]),
  );
  const tensor = (name: string) => tensors.get(name) ?? new Float32Array();
  const times = (name: string, rank: number, v: readonly number[], j: number) => {
    if (rank === 0) return v.reduce((sum, value, i) => sum + tensor(name)[j * v.length + i] * value, 0);
    let sum = 0;
    for (let k = 0; k < rank; k++) {
      const inner = v.reduce((s, value, i) => s + tensor(`${name}2`)[i * rank + k] * value, 0);
      sum += tensor(`${name}1`)[j * rank + k] * inner;
    }
    return sum;
  };
  const logistic = (name: string) => 1 / (1 + Math.exp(-tensor(name)[0]));
  return Array.from({ length: hiddenSize }, (_, j) => {
    const p = times('W', wRank, a, j) + times('U', uRank, h, j);
    const gated = cell === 'FastGRNN';
    if (cell === 'RNN') {
      const c = nonlinearities[architecture.update](p + tensor('bias')[j]);
      return { z: 0, c, g: 1, zeta: 0, next: c };
    }
    const z = gated ? nonlinearities[architecture.gate](p + tensor('biasGate')[j]) : logistic('beta');
    const c = nonlinearities[architecture.update](p + tensor(gated ? 'biasUpdate' : 'bias')[j]);
    const g = gated ? logistic('zeta') * (1 - z) + logistic('nu') : logistic('alpha');
    return { z, c, g, zeta: gated ? logistic('zeta') : 0, next: g * c + z * h[j] };
  });
}

/** Runs an integer network; each step's result against the float step from the same state, and the bound for `network`. */
function followSteps(subject: Case, network: IntegerNetwork, run = network) {
  const { architecture } = subject;
  const unit = 2 ** -network.stateBits;
  const gate = limits[architecture.gate];
  const update = limits[architecture.update];
  const gated = architecture.cell === 'FastGRNN';
  const interpreter = new IntegerInterpreter(run);
  const result = { outside: 0, largestBound: 0, fill: [0, 0, 0, 0] };
  for (const row of everyRow) {
    interpreter.reset();
    for (let t = 0; t < steps; t++) {
      const h = Array.from(interpreter.h, (v) => v * unit);
      const at = (row * steps + t) * 4;
      const { errors, fill } = preactivationErrors(network, subject.values.subarray(at, at + 4), h);
      interpreter.step(subject.values, at);
      for (const [j, { z, c, g, zeta, next }] of floatStep(subject, normalised(subject, row, t), h).entries()) {
        // Lipschitz constants times the argument's error, own roundings, and what saturates at 2 (gate) and 8.
        const dz = gated ? gate.slope * errors[j] + gate.error + Math.max(0, z - gate.most) : 2 ** -15;
        const dc = update.slope * errors[j] + update.error + 2 ** -13 + (update.most < 2 ? Math.max(0, c - 7.999) : 0);
        const dg = (unit / 8) * (gated ? 2 + Math.abs(1 - z) + dz : 1) + zeta * dz;
        const bound = unit + Math.abs(c) * dg + (Math.abs(g) + dg) * dc + dz * Math.abs(h[j]);
        if (Math.abs(interpreter.h[j] * unit - next) > bound) result.outside++;
        result.largestBound = Math.max(result.largestBound, bound);
      }
      result.fill = result.fill.map((most, i) => Math.max(most, fill[i]));
    }
  }
  return result;
}

const pairs = NONLINEARITIES.flatMap((gate) => NONLINEARITIES.map((update) => ({ gate, update })));
const ofLines = ({ gate, update }: (typeof pairs)[number]) => Number(gate.endsWith('8') || update.endsWith('8'));
const choices = pairs.toSorted((a, b) => ofLines(a) - ofLines(b));
const ranks = [
  { wRank: 0, uRank: 0 },
  { wRank: 3, uRank: 0 },
  { wRank: 0, uRank: 4 },
  { wRank: 2, uRank: 5 },
];

describe.each([0.01, 0.3, 1.5])('weights of deviation %f', (size) => {
  const cases = choices.map((choice, i) => {
    const cell = i % 3 < 2 ? 'FastGRNN' : i % 2 === 0 ? 'FastRNN' : 'RNN';
    return randomCase(i, { ...choice, ...ranks[(i >> 2) % 4], cell }, size);
  });

  test('every step keeps to the bound of its roundings', () => {
    for (const [i, subject] of cases.entries()) {
      const { network, ranges } = integerOf(subject);
      const { outside, largestBound } = followSteps(subject, network);
      expect(outside, `case ${i}`).toBe(0);
      // With ten units and int8 weights of deviation 0.3 the worst sum of roundings is some hundredths of a state.
      if (size <= 0.3) expect(largestBound, `case ${i}`).toBeLessThan(0.2 * Math.max(1, ranges.state));
    }
  });

  test('formats hold every value of the calibration data, with no idle bit', () => {
    for (const [i, subject] of cases.entries()) {
      const { network } = integerOf(subject);
      const [a, t, u, h] = followSteps(subject, network).fill;
      expect(Math.max(a, t, u, h), `case ${i}`).toBeLessThanOrEqual(32767);
      // The margin leaves 1 / 1.25 of the upper half; int8 weights give or take 2 %.
      const least = (16384 / margin) * 0.98;
      if (network.stateBits < 11) expect(h, `h of case ${i}`).toBeGreaterThan(least);
      if (network.w2Shift > 0) expect(t, `t of case ${i}`).toBeGreaterThan(least);
      if (network.u2Shift > 0 && network.stateBits < 11) expect(u, `u of case ${i}`).toBeGreaterThan(least);
    }
  });
});

test('a tied residual has zeta 1 and nu 0 to the last bit, and keeps to the bound of its roundings', () => {
  const subject = randomCase(3, { gate: 'sigmoid', update: 'tanh', residual: 'tied' }, 0.3);
  for (const { name, offset } of tensorsOf(subject.architecture)) {
    if (name === 'zeta' || name === 'nu') subject.parameters[offset] = name === 'zeta' ? 100 : -100; // as `initialise` has them
  }
  const { network } = integerOf(subject);
  expect([network.scale, network.offset]).toEqual([2 ** (network.stateBits + 2), 0]);
  expect(followSteps(subject, network).outside).toBe(0);
});

test('inputs get the bit more that weights need which take up a small channel’s scale', () => {
  const architecture: Architecture = {
    ...{ cell: 'FastGRNN', inputSize: 2, hiddenSize: 2, wRank: 0, uRank: 0, residual: 'free' },
    ...{ gate: 'hardSigmoid4', update: 'hardTanh', ...plainHead, classes: 2 },
  };
  const parameters = new Float32Array(parameterCount(architecture));
  const { offset } = tensorsOf(architecture).find(({ name }) => name === 'W')!;
  const inputBitsWith = (scale: number) => {
    const normalisation = { centre: Int16Array.of(0, 0), scale: Float64Array.of(1 / 2048, scale) };
    parameters[offset + 1] = 60;
    return convert(architecture, parameters, normalisation, { input: 9, w: 9, u: 1, state: 1 }, margin).inputBits;
  };
  const [exact, compensated] = [2 ** -24, 1.999 * 2 ** -25].map(inputBitsWith);
  expect(compensated).toBe(exact + 1);
});

describe('whole sequences', () => {
  /** Root mean square of the states' differences over that of the states, all steps and rows. */
  function relativeError(subject: Case, network: IntegerNetwork): number {
    let difference = 0;
    let total = 0;
    const interpreter = new IntegerInterpreter(network);
    for (const row of everyRow) {
      interpreter.reset();
      const inputs = Array.from({ length: steps }, (_, t) => normalised(subject, row, t));
      const { states } = referenceForward(subject.architecture, subject.parameters, inputs);
      for (let t = 0; t < steps; t++) {
        interpreter.step(subject.values, (row * steps + t) * 4);
        states[t + 1].forEach((h, j) => {
          difference += (interpreter.h[j] * 2 ** -network.stateBits - h) ** 2;
          total += h ** 2;
        });
      }
    }
    return Math.sqrt(difference / total);
  }

  // A weight of N(0, s) is rounded to units of at most max / 64, max about 2.5 s: an error of 1.1 % of s, twice in a low
  // rank, and these networks forget: 5 % leaves room for what a dozen steps add up.
  test.each(choices.filter(({ gate }) => gate !== 'relu'))('$gate, $update follow the reference', (choice) => {
    ranks.forEach((rank, i) => {
      const subject = randomCase(i, { ...choice, ...rank }, 0.2);
      const { network } = integerOf(subject);
      expect(relativeError(subject, network)).toBeLessThan(0.05);
      const wrong = { ...network, u1Shift: network.u1Shift + 1 };
      expect(relativeError(subject, wrong)).toBeGreaterThan(relativeError(subject, network));
    });
  });
});

test('a step with another shift leaves the bound', () => {
  const subject = randomCase(1, { wRank: 2, uRank: 5 }, 0.3);
  const { network } = integerOf(subject);
  for (const name of ['inputShift', 'w2Shift', 'w1Shift', 'u2Shift', 'u1Shift'] as const) {
    const wrong = { ...network, [name]: network[name] + 1 };
    expect(followSteps(subject, network, wrong).outside, name).toBeGreaterThan(0);
  }
});
