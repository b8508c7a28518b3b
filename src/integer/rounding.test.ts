import { describe, expect, it } from 'vitest';
import { Random } from '../math/index.js';
import { parameterCount, plainHead, tensorsOf, type Architecture } from '../network/index.js';
import { balanced } from './balance.js';
import { convert } from './convert.js';
import type { IntegerMatrix } from './network.js';
import { balancedUnlessRounded, isRounded, WeightRounding } from './rounding.js';

const architecture: Architecture = {
  ...{ cell: 'FastGRNN', inputSize: 5, hiddenSize: 12, wRank: 3, uRank: 4, classes: 3 },
  ...{ gate: 'hardSigmoid4', update: 'hardTanh', residual: 'free', vocabulary: 0 },
  ...plainHead,
};
const random = new Random(9);
const parameters = Float32Array.from({ length: parameterCount(architecture) }, () => random.normal() / 2);
const matrices = tensorsOf(architecture).filter(({ role }) => role === 'matrix' || role === 'classifier');
const ranges = { input: 4, w: 4, u: 4, state: 4 };
const normalisation = { centre: Int16Array.of(0), scale: Float64Array.of(2 ** -10) };

function rounded(bits: 8 | 4): Float32Array {
  const rounding = new WeightRounding(architecture, bits);
  const out = new Float32Array(parameters.length);
  const weights = parameters.slice();
  rounding.start(weights);
  rounding.apply(weights, out);
  return out;
}

describe.each([8, 4] as const)('weights rounded to %i bits', (bits) => {
  const out = rounded(bits);
  const levels = bits === 4 ? 7 : 127;

  it('are the nearest of few multiples of a power of two', () => {
    for (const { offset, size } of matrices) {
      const values = out.subarray(offset, offset + size);
      const most = Math.max(...values.map(Math.abs));
      // The finest scale whose levels reach the largest: that of the matrix, or half of it where no weight uses the upper ones.
      const scale = 2 ** Math.ceil(Math.log2(most / levels));
      for (const [i, value] of values.entries()) {
        expect(Number.isInteger(value / scale)).toBe(true);
        const exact = parameters[offset + i];
        if (Math.abs(value) < most) expect(Math.abs(value - exact)).toBeLessThanOrEqual(scale / 2);
        else expect(Math.abs(exact)).toBeGreaterThanOrEqual(most - scale / 2);
      }
    }
  });

  it('leave all others as they are', () => {
    const inMatrices = new Set(
      matrices.flatMap(({ offset, size }) => Array.from({ length: size }, (_, i) => offset + i)),
    );
    for (const [i, value] of parameters.entries()) if (!inMatrices.has(i)) expect(out[i]).toBe(value);
  });

  it('have no larger squared error than with the scale that holds the largest', () => {
    for (const { offset, size } of matrices) {
      const error = (values: Float32Array) =>
        values.reduce((sum, value, i) => sum + (value - parameters[offset + i]) ** 2, 0);
      const most = Math.max(...parameters.subarray(offset, offset + size).map(Math.abs));
      const scale = 2 ** Math.ceil(Math.log2(most / (levels + 0.5)));
      const plain = parameters.subarray(offset, offset + size).map((value) => Math.round(value / scale) * scale);
      expect(error(out.subarray(offset, offset + size))).toBeLessThanOrEqual(error(plain) + 1e-12);
    }
  });

  it('keep their scale when they are taken up again, and while they grow', () => {
    const weights = parameters.slice();
    const [rounding, again] = [new WeightRounding(architecture, bits), new WeightRounding(architecture, bits)];
    const [before, after] = [new Float32Array(weights.length), new Float32Array(weights.length)];
    rounding.start(weights);
    for (let i = 0; i < weights.length; i++) weights[i] *= 1.3;
    rounding.apply(weights, before);
    again.resume(weights);
    again.apply(weights, after);
    expect(after).toEqual(before);
  });

  it('draw the weights behind them to their levels, slowly', () => {
    const rounding = new WeightRounding(architecture, bits);
    const weights = parameters.slice();
    rounding.start(weights);
    const farthest = () =>
      matrices.map(({ offset, size }) =>
        Math.max(...weights.subarray(offset, offset + size).map((value, i) => Math.abs(value - out[offset + i]))),
      );
    const before = farthest();
    const again = new Float32Array(weights.length);
    rounding.apply(weights, again);
    for (const [m, distance] of farthest().entries()) expect(distance).toBeGreaterThan(0.9 * before[m]);
    for (let i = 0; i < 1000; i++) rounding.apply(weights, again);
    expect(again).toEqual(out);
    for (const [m, distance] of farthest().entries()) expect(distance).toBeLessThan(0.02 * before[m]);
  });

  it('are stored by a conversion without any change', () => {
    expect(isRounded(architecture, out, bits)).toBe(true);
    expect(isRounded(architecture, parameters, bits)).toBe(false);
    expect(balancedUnlessRounded(architecture, out)).toEqual(Float64Array.from(out)); // and calibrated so
    expect(balancedUnlessRounded(architecture, parameters)).toEqual(balanced(architecture, parameters));
    const network = convert(architecture, out, normalisation, ranges, 1.25, { weightBits: bits, indices: 'byte' });
    const stored = (m: IntegerMatrix | undefined) =>
      Array.from(m?.values ?? [], (v) => v * 2 ** -(m?.fractionBits ?? 0));
    const tensor = (name: string) => {
      const { offset, size } = matrices.find((m) => m.name === name) ?? { offset: 0, size: 0 };
      return Array.from(out.subarray(offset, offset + size));
    };
    for (const [name, m] of [
      ['W1', network.w1],
      ['U1', network.u1],
      ['classifier', network.classifier],
    ] as const) {
      expect(stored(m)).toEqual(tensor(name));
    }
    const transposed = (name: string, rows: number, columns: number) =>
      Array.from({ length: rows * columns }, (_, k) => tensor(name)[(k % columns) * rows + Math.floor(k / columns)]);
    expect(stored(network.u2)).toEqual(transposed('U2', 4, 12));
    expect(stored(network.w2)).toEqual(transposed('W2', 3, 5));
  });
});
