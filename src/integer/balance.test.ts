import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { initialise, plainHead, tensorsOf, type Architecture } from '../network/index.js';
import { balanced } from './balance.js';
import { weightBits } from './formats.js';

describe('balanced factors', () => {
  const architecture: Architecture = {
    cell: 'FastGRNN',
    inputSize: 7,
    hiddenSize: 9,
    wRank: 4,
    uRank: 5,
    gate: 'hardSigmoid4',
    update: 'hardTanh',
    residual: 'free',
    ...plainHead,
    classes: 2,
  };
  const parameters = initialise(architecture, new Random(4));
  const specs = new Map(tensorsOf(architecture).map((t) => [t.name, t]));
  const part = (of: Float32Array | Float64Array, name: string) => {
    const spec = specs.get(name);
    return spec ? of.subarray(spec.offset, spec.offset + spec.size) : of.subarray(0, 0);
  };
  // Components of very different sizes, one of them dead, and some zeros.
  for (const [name, rank] of [
    ['W1', 4],
    ['U2', 5],
  ] as const) {
    const m = part(parameters, name);
    m.forEach((v, i) => (m[i] = i % 7 === 3 ? 0 : v * 10 ** ((i % rank) - 2)));
  }
  for (let i = 0; i < part(parameters, 'U1').length; i += 5) part(parameters, 'U1')[i] = 0;
  const result = balanced(architecture, parameters);

  test.each([
    ['W', 7, 4],
    ['U', 9, 5],
  ] as const)('%s stays the same product', (name, columns, rank) => {
    const entry = (of: Float32Array | Float64Array, i: number, j: number) => {
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += part(of, `${name}1`)[i * rank + k] * part(of, `${name}2`)[j * rank + k];
      return sum;
    };
    for (let i = 0; i < 9; i++) {
      for (let j = 0; j < columns; j++) {
        const before = entry(parameters, i, j);
        // Two float64 roundings a factor and a sum of `rank` products of magnitude below 100.
        expect(Math.abs(entry(result, i, j) - before)).toBeLessThan(1e-13);
      }
    }
  });

  test('components are equally large in both factors, up to one square root of two', () => {
    for (const [name, rank] of [
      ['W', 4],
      ['U', 5],
    ] as const) {
      const most = (factor: string, k: number) =>
        Math.max(
          ...Array.from(part(result, `${name}${factor}`))
            .filter((_, i) => i % rank === k)
            .map(Math.abs),
        );
      const ratios = Array.from({ length: rank }, (_, k) => most('1', k) / most('2', k)).filter(
        (q) => !Number.isNaN(q),
      );
      expect(ratios.length).toBe(4);
      for (const q of ratios) expect([1, 2].some((expected) => Math.abs(q - expected) < 1e-12)).toBe(true);
      expect(new Set(ratios.map(Math.round)).size).toBe(1);
    }
  });

  test('both factors use at least 0.7 of int8, however large their product is', () => {
    const moved = new Set<number>();
    for (let step = 0; step < 16; step++) {
      const scaled = balanced(
        architecture,
        parameters.map((value) => value * 2 ** (step / 16)),
      );
      for (const matrix of ['W', 'U']) {
        const [most1, most2] = [1, 2].map((factor) => {
          const values = part(scaled, `${matrix}${factor}`) as Float64Array;
          const most = Math.max(...values.map(Math.abs));
          expect(most * 2 ** weightBits(values)).toBeGreaterThan(127 * Math.SQRT1_2 - 1e-9);
          return most;
        });
        moved.add(Math.round(most1 / most2));
      }
    }
    expect([...moved].sort()).toEqual([1, 2]); // some need the further square root of two, others don't
  });

  test('zeros stay zeros, and nothing else changes', () => {
    for (const name of ['W1', 'U2'])
      part(parameters, name).forEach((v, i) => v === 0 && expect(part(result, name)[i]).toBe(0));
    for (const name of ['biasGate', 'biasUpdate', 'zeta', 'nu', 'classifier', 'classifierBias']) {
      expect([...part(result, name)]).toEqual([...part(parameters, name)]);
    }
  });
});
