import { describe, expect, test } from 'vitest';
import {
  calibrate,
  convert,
  equalSequences,
  IntegerInterpreter,
  logitBits,
  roundingTerm,
  rowBound,
} from '../integer/index.js';
import { Random } from '../math/index.js';
import { parameterCount, plainHead, tensorsOf, type Architecture } from '../network/index.js';
import { boundsOf } from './bounds.js';

const [count, steps, channels] = [6, 40, 6];
const base: Architecture = {
  ...{ cell: 'FastGRNN', inputSize: channels, hiddenSize: 32, wRank: 4, uRank: 12, gate: 'hardSigmoid4' },
  ...{ update: 'hardTanh', residual: 'free', classes: 4, ...plainHead },
};

/** A float network as trained ones are: sums of a few, states of some units. */
function networksOf(architecture: Architecture, seed: number, size = 0.25) {
  const random = new Random(seed);
  const parameters = new Float32Array(parameterCount(architecture));
  for (const { name, role, offset, size: length } of tensorsOf(architecture)) {
    for (let i = offset; i < offset + length; i++) {
      parameters[i] = name === 'zeta' ? 1 : name === 'nu' ? -4 : (role === 'bias' ? 0.3 : size) * random.normal();
    }
  }
  const values = Int16Array.from({ length: count * steps * channels }, () => Math.round(1000 * random.normal()));
  const sequences = equalSequences(values, { count, steps, channels });
  const normalisation = { centre: Int16Array.of(0), scale: Float64Array.of(0.001) };
  const rows = Uint32Array.from({ length: count }, (_, i) => i);
  const ranges = calibrate(architecture, parameters, normalisation, sequences, rows);
  const of = (sumBits: 32 | 24) =>
    convert(architecture, parameters, normalisation, ranges, 1.25, { weightBits: 8, indices: 'byte' }, sumBits);
  return { wide: of(32), narrow: of(24), values };
}

/** The largest sum of both rows of a unit in one accumulator, as the rows come on AVR. */
function unitBound(network: ReturnType<typeof convert>): number {
  const { w, u } = boundsOf(network);
  const rows = [
    { matrix: network.w1, limit: w, shift: network.w1Shift },
    { matrix: network.u1, limit: u, shift: network.u1Shift },
  ];
  const [first, second] = network.u1Shift > network.w1Shift ? rows.toReversed() : rows;
  return Math.max(
    ...Array.from({ length: network.hiddenSize }, (_, j) => {
      const sum = rowBound(first.matrix, j, first.limit) + roundingTerm(first.shift);
      const kept = Math.ceil(sum / 2 ** first.shift) * 2 ** second.shift;
      return Math.max(sum, kept + roundingTerm(second.shift) + rowBound(second.matrix, j, second.limit));
    }),
  );
}

describe('sums of 24 bits', () => {
  test.each([
    ['of low rank', {}],
    ['FastRNN', { cell: 'FastRNN' }],
    ['of full rank in W', { wRank: 0 }],
  ] as const)('are proven of every row, and the logits stay: %s', (_, own) => {
    for (let seed = 1; seed <= 8; seed++) {
      const { wide, narrow, values } = networksOf({ ...base, ...own }, seed);
      const bounds = boundsOf(narrow);
      const largest = (b: typeof bounds) => Math.max(b.w2, b.w1, b.u2, b.u1, b.logit);
      expect(Math.max(largest(bounds), unitBound(narrow)), `seed ${seed}`).toBeLessThan(2 ** 23);
      // Not by themselves: int16 throughout needs more.
      expect(Math.max(largest(boundsOf(wide)), unitBound(wide))).toBeGreaterThanOrEqual(2 ** 23);
      const [a, b] = [wide, narrow].map((network) => {
        const interpreter = new IntegerInterpreter(network);
        for (let t = 0; t < steps; t++) interpreter.step(values, t * channels);
        return Array.from(interpreter.logits(), (logit) => logit * 2 ** -logitBits(network));
      });
      // Twelve of fifteen bits are left at least: a few thousandths of the largest logit.
      const scale = Math.max(...a.map(Math.abs));
      for (const [l, logit] of a.entries()) expect(Math.abs(b[l] - logit)).toBeLessThan(0.03 * scale);
    }
  });

  test('take the scale of the largest weight where a finer one makes them too long', () => {
    const { wide, narrow } = networksOf({ ...base, cell: 'FastRNN', hiddenSize: 160, wRank: 0, uRank: 0 }, 1, 1);
    expect(narrow.u1.fractionBits).toBe(wide.u1.fractionBits - 1);
    expect(Math.max(boundsOf(narrow).u1, unitBound(narrow))).toBeLessThan(2 ** 23);
  });

  test('cost nothing where they can not be reached', () => {
    const { wide, narrow } = networksOf({ ...base, hiddenSize: 250, wRank: 0, uRank: 0, update: 'relu' }, 3);
    expect(narrow).toEqual(wide);
  });
});
