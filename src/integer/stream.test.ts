import { describe, expect, test } from 'vitest';
import { powerOfTwo, Random } from '../math/index.js';
import {
  nonlinearities,
  parameterCount,
  plainHead,
  tensorsOf,
  type Architecture,
  type Nonlinearity,
} from '../network/index.js';
import { convert } from './convert.js';
import { IntegerInterpreter } from './interpreter.js';
import type { IntegerNetwork } from './network.js';
import { activateQ14, updateQ12 } from './nonlinearity.js';

/*
 * What may differ. Let u = 2^-n be a unit of the state, X the float state, E = h + r 2^-14 u the integer state with its
 * remainder. With rho = r 2^-14 in [0, 1), step 8 says E' = g c + z E + (1 - z) rho u, so D = E - X - u/2 follows
 *
 *   |D'| <= z |D| + (1 - z) u/2 + |dz| |X - zeta c| + g |dc| + |dg| |c|
 *
 * where d are the errors of one step's values: dg is at most half a unit 2^-(n+2) for nu, as much for the rounding in step 7,
 * and (1 - z) of it for zeta. h and E differ by rho u. So at constant z, at all times,
 *
 *   |h - X| <= u + (|dz| |X - zeta c| + g |dc| + |dg| |c|) / (1 - z)
 *
 * The remainder leaves u of it, however near 1 z is; the rest is that of rounded coefficients. A smooth gate's dz
 * is one unit 2^-14 of roundings (knots, interpolation, halving) and the chord's h^2/8 |sigmoid''| with h = 1/4, where
 * |sigmoid''| < 1 - z.
 */
const million = 1_000_000;

interface Cell {
  readonly architecture: Architecture;
  readonly network: IntegerNetwork;
  readonly zeta: number;
  readonly nu: number;
  readonly biasGate: readonly number[];
  readonly biasUpdate: readonly number[];
  /** [H][H] */
  readonly u: readonly number[];
}

/** One input with weight 1/2, units with biases of their own; all numbers but the scalars are exact as integers. */
function cell(
  kind: Pick<Architecture, 'cell' | 'gate' | 'update'>,
  scalars: readonly [number, number],
  biases: { readonly gate: readonly number[]; readonly update: readonly number[] },
  stateRange: number,
  u: readonly number[] = [],
): Cell {
  const hiddenSize = biases.update.length;
  const architecture: Architecture = {
    ...kind,
    inputSize: 1,
    hiddenSize,
    wRank: 0,
    uRank: 0,
    residual: 'free',
    ...plainHead,
    classes: 2,
  };
  const logit = (p: number) => [Math.log(p / (1 - p))];
  const values: Record<string, readonly number[]> = {
    W: biases.update.map(() => 0.5),
    U: u,
    biasGate: biases.gate,
    biasUpdate: biases.update,
    bias: biases.update,
    zeta: logit(scalars[0]),
    nu: logit(scalars[1]),
    alpha: logit(scalars[0]),
    beta: logit(scalars[1]),
  };
  const parameters = new Float32Array(parameterCount(architecture));
  for (const { name, offset } of tensorsOf(architecture)) parameters.set(values[name] ?? [], offset);
  const normalisation = { centre: Int16Array.of(0), scale: Float64Array.of(powerOfTwo(-12)) };
  const ranges = { input: 4, w: 4, u: stateRange, state: stateRange };
  const network = convert(architecture, parameters, normalisation, ranges, 1);
  const full = u.length > 0 ? u : new Array<number>(hiddenSize ** 2).fill(0);
  return {
    architecture,
    network,
    zeta: scalars[0],
    nu: scalars[1],
    biasGate: biases.gate,
    biasUpdate: biases.update,
    u: full,
  };
}

/** Both states after every step of an input of 1; the largest |h - X| of every unit, and the last states. */
function constantInput({ network, architecture, zeta, nu, biasGate, biasUpdate }: Cell, steps: number) {
  const unit = powerOfTwo(-network.stateBits);
  const limit = 32767 * unit;
  const interpreter = new IntegerInterpreter(network);
  const x = Int16Array.of(4096);
  const gated = architecture.cell === 'FastGRNN';
  const c = biasUpdate.map((b) => nonlinearities[architecture.update](0.5 + b));
  // An argument saturates at 8, as the page says.
  const z = c.map((_, j) =>
    gated ? nonlinearities[architecture.gate](Math.min(0.5 + biasGate[j], 32767 / 4096)) : nu,
  );
  const g = z.map((gate) => (gated ? zeta * (1 - gate) + nu : zeta));
  const float = new Float64Array(c.length);
  const worst = new Float64Array(c.length);
  for (let t = 0; t < steps; t++) {
    interpreter.step(x);
    for (let j = 0; j < float.length; j++) {
      float[j] = Math.max(-limit, Math.min(limit, g[j] * c[j] + z[j] * float[j]));
      worst[j] = Math.max(worst[j], Math.abs(interpreter.h[j] * unit - float[j]));
    }
  }
  return { worst, float, integer: Array.from(interpreter.h, (h) => h * unit), z, g, c, unit, limit };
}

/** The bound above, for each unit; `dz` of a gate and `dc` of a candidate. */
function tolerances(
  { network, zeta }: Cell,
  { z, g, c, float, unit }: ReturnType<typeof constantInput>,
  dz: (z: number) => number,
  dc: number,
): number[] {
  const half = powerOfTwo(-network.stateBits - 3);
  return z.map((gate, j) => {
    const dg = network.cell === 'FastGRNN' ? half * (2 + (1 - gate)) : half;
    const from = network.cell === 'FastGRNN' ? Math.abs(float[j] - zeta * c[j]) : Math.abs(float[j]);
    return unit + (dz(gate) * from + g[j] * dc + dg * Math.abs(c[j])) / (1 - gate - dz(gate));
  });
}

/** The state after `steps` if step 8 added one half instead of the remainder. */
function plainlyRounded({ network }: Cell, steps: number): number[] {
  return Array.from(network.biasUpdate, (bias, j) => {
    const c = updateQ12(network.update, 2048 + bias);
    const z = network.cell === 'FastGRNN' ? activateQ14(network.gate, 2048 + network.biasGate[j]) : network.offset;
    const rounded = (network.scale * (16384 - z) + 8192) >> 14;
    const g = network.cell === 'FastGRNN' ? rounded + network.offset : network.scale;
    let h = 0;
    for (let t = 0; t < steps; t++) h = (g * c + z * h + 8192) >> 14;
    return h * powerOfTwo(-network.stateBits);
  });
}

/** Arguments at which z = 1 - 2^-10 .. 1 - 2^-13, less the input's 1/2. Multiples of 2^-12. */
const exponents = [-10, -11, -12, -13];
const hardBiases: Partial<Record<Nonlinearity, number[]>> = {
  hardSigmoid: exponents.map((e) => 1 - 2 * powerOfTwo(e) - 0.5),
  hardSigmoid4: exponents.map((e) => 2 - 4 * powerOfTwo(e) - 0.5),
};

describe('a constant input for a million steps', () => {
  test.each([
    ['hardSigmoid', 'hardTanh', 0.731, 0.0003, 7, 12],
    ['hardSigmoid4', 'relu', 0.2, 0.0045, 60, 9],
  ] as const)('%s, %s: zeta %f, nu %f, states up to %i', (gate, update, zeta, nu, range, bits) => {
    const biases = { gate: hardBiases[gate] ?? [], update: [0.25, -1.25, 0.25, -0.75] };
    const subject = cell({ cell: 'FastGRNN', gate, update }, [zeta, nu], biases, range);
    expect(subject.network.stateBits).toBe(bits);
    const result = constantInput(subject, million);
    const bounds = tolerances(subject, result, () => 0, 0);
    result.worst.forEach((error, j) => expect(error, `unit ${j}`).toBeLessThanOrEqual(bounds[j]));
    // 1 / (1 - z) of half units is at most a sixteenth of what the format can hold, so the bound says something.
    bounds.forEach((bound) => expect(bound).toBeLessThan(result.limit / 16));
    expect(Math.max(...result.float)).toBeGreaterThan(result.limit / 8);
  });

  test('with exact coefficients the state settles within one unit; plain rounding freezes far away', () => {
    // zeta (1 - z) and nu are multiples of 2^-14 here, so nothing but the state is rounded.
    const biases = { gate: hardBiases.hardSigmoid4 ?? [], update: [0.25, -1.25, 0.25, 0.5] };
    const subject = cell(
      { cell: 'FastGRNN', gate: 'hardSigmoid4', update: 'hardTanh' },
      [0.5, 5 * powerOfTwo(-14)],
      biases,
      7,
    );
    const { worst, float, unit, z } = constantInput(subject, million);
    // To 2^-16: the scalars go through float32 and a sigmoid.
    worst.forEach((error) => expect(error).toBeLessThanOrEqual(unit + powerOfTwo(-16)));
    plainlyRounded(subject, million).forEach((frozen, j) => {
      // Movements below half a unit are lost: it stops 1 / (1 - z) halves of a unit short of the end.
      expect(Math.abs(frozen - float[j])).toBeGreaterThan((0.45 * unit) / (1 - z[j]));
    });
  });

  test('sigmoid and tanh', () => {
    // z from 1 - 2^-7 on; the last argument is beyond 8, where it saturates.
    const gate = [...[-7, -8, -9, -10].map((e) => Math.round(Math.log(powerOfTwo(-e) - 1) * 4096) / 4096 - 0.5), 7.499];
    const update = [0.25, -1.25, 0.25, -0.75, 0.5];
    const gateBiases = gate.map((b) => Math.round(b * 4096) / 4096);
    const subject = cell(
      { cell: 'FastGRNN', gate: 'sigmoid', update: 'tanh' },
      [0.731, 0.0005],
      { gate: gateBiases, update },
      7,
    );
    const result = constantInput(subject, million);
    // tanh: chords 24.6 of 2^14, roundings one unit and half a unit of Q12 (nonlinearity.test.ts).
    const bounds = tolerances(subject, result, (z) => powerOfTwo(-14) + (1 - z) / 128, 25.6 / 16384 + powerOfTwo(-13));
    result.worst.forEach((error, j) => expect(error, `unit ${j}`).toBeLessThanOrEqual(bounds[j]));
    bounds.forEach((bound) => expect(bound).toBeLessThan(result.limit / 16));
    expect(result.z[4]).toBeGreaterThan(1 - powerOfTwo(-11));
  });

  test('FastRNN with beta 0.999', () => {
    const kind = { cell: 'FastRNN', gate: 'sigmoid', update: 'hardTanh' } as const;
    const subject = cell(kind, [0.03, 0.999], { gate: [], update: [0.25, -1.25] }, 40);
    const result = constantInput(subject, million);
    // beta is rounded to Q14.
    const bounds = tolerances(subject, result, () => powerOfTwo(-15), 0);
    result.worst.forEach((error, j) => expect(error, `unit ${j}`).toBeLessThanOrEqual(bounds[j]));
    bounds.forEach((bound, j) => expect(bound).toBeLessThan(0.1 * Math.abs(result.float[j])));
  });

  test('where the gate is 1 the state grows up to its limit, as the clipped recurrence does', () => {
    const biases = { gate: [1.5, 2, 7, 1.5], update: [0.25, -1.25, 0.5, -0.5] };
    const subject = cell({ cell: 'FastGRNN', gate: 'hardSigmoid4', update: 'hardTanh' }, [0.731, 0.018], biases, 7);
    const { integer, float, limit } = constantInput(subject, 100_000);
    // The last unit's candidate is 0: it stays where it is, at 0 plus the remainder of one half.
    expect(integer).toEqual([limit, -limit, limit, 0]);
    expect([...float]).toEqual([limit, -limit, limit, 0]);
  });
});

describe('a long stream of slowly varying input', () => {
  const u = [1, -1, 0, 0.5, 1, -1, -1, 0, 0.5].map((v) => v / 128);
  const biases = { gate: [1.25, 1.375, 1.53125], update: [0, 0.25, -0.25] };
  const subject = cell({ cell: 'FastGRNN', gate: 'hardSigmoid4', update: 'hardTanh' }, [0.731, 0.018], biases, 7, u);

  /** Follows the bound on |D| step by step with the float network's own z; how often |h - X| was above it. */
  function follow(network: IntegerNetwork, steps: number) {
    const random = new Random(11);
    const interpreter = new IntegerInterpreter(network);
    const size = biases.gate.length;
    const { zeta, nu } = subject;
    const unit = powerOfTwo(-network.stateBits);
    const half = unit / 8;
    let float = new Float64Array(size);
    let bound = new Float64Array(size);
    const x = new Int16Array(1);
    const seen = { outside: 0, state: 0, bound: 0, gate: 0 };
    for (let t = 0; t < steps; t++) {
      // A walk between -0.75 and 0.75, so that no gate reaches 1.
      x[0] = Math.max(-3072, Math.min(3072, x[0] + random.below(65) - 32));
      interpreter.step(x);
      const nextFloat = new Float64Array(size);
      const nextBound = new Float64Array(size);
      for (let j = 0; j < size; j++) {
        let p = (0.5 * x[0]) / 4096;
        let dp = powerOfTwo(-12); // two roundings of half a unit
        for (let k = 0; k < size; k++) {
          p += u[j * size + k] * float[k];
          dp += Math.abs(u[j * size + k]) * (bound[k] + unit / 2);
        }
        const z = Math.max(0, Math.min(1, (p + biases.gate[j] + 2) / 4));
        const c = Math.max(-1, Math.min(1, p + biases.update[j]));
        const dz = dp / 4;
        const g = zeta * (1 - z) + nu;
        const dg = half * (2 + (1 - z) + dz);
        nextFloat[j] = g * c + z * float[j];
        nextBound[j] =
          Math.min(1, z + dz) * bound[j] +
          (1 - z + dz) * (unit / 2) +
          dz * Math.abs(float[j] - zeta * c) +
          (g + zeta * dz) * dp +
          dg * (Math.abs(c) + dp);
        if (Math.abs(interpreter.h[j] * unit - nextFloat[j]) > nextBound[j] + unit / 2) seen.outside++;
        seen.state = Math.max(seen.state, Math.abs(nextFloat[j]));
        seen.bound = Math.max(seen.bound, nextBound[j]);
        seen.gate = Math.max(seen.gate, z);
      }
      float = nextFloat;
      bound = nextBound;
    }
    return seen;
  }

  test('stays within the bound of its roundings, which stays small', () => {
    const seen = follow(subject.network, 300_000);
    expect(seen.outside).toBe(0);
    expect(seen.gate).toBeGreaterThan(0.97);
    expect(seen.gate).toBeLessThan(1);
    expect(seen.bound).toBeLessThan(0.05 * seen.state);
  });

  test('but not with a nu that is 5 % off', () => {
    const wrong = { ...subject.network, offset: Math.round(subject.network.offset * 1.05) };
    expect(follow(wrong, 30_000).outside).toBeGreaterThan(0);
  });
});
