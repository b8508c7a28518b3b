import { describe, expect, test } from 'vitest';
import { NONLINEARITIES, rowStride, type Kernels, type Nonlinearity } from './index.js';
import { everyBackend } from '../testing/backends.js';
import { Workbench } from '../testing/workbench.js';

const clip = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);

const exact: Record<Nonlinearity, (x: number) => number> = {
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  relu: (x) => Math.max(x, 0),
  hardTanh: (x) => clip(x, -1, 1),
  hardSigmoid: (x) => clip((x + 1) / 2, 0, 1),
  hardSigmoid4: (x) => clip((x + 2) / 4, 0, 1),
};

/** The largest error allowed, in units in the last place of the exact value. The hard ones round once or twice. */
const allowedUlps: Record<Nonlinearity, number> = {
  tanh: 6,
  sigmoid: 3,
  relu: 0,
  hardTanh: 0,
  hardSigmoid: 1,
  hardSigmoid4: 1,
};

function ulp(x: number): number {
  const bits = new Int32Array(new Float32Array([Math.abs(x)]).buffer)[0];
  return new Float32Array(Int32Array.of(bits + 1).buffer)[0] - Math.abs(Math.fround(x));
}

function activate(
  kernels: Kernels,
  kind: Nonlinearity,
  values: ArrayLike<number>,
  biasValues?: ArrayLike<number>,
): number[] {
  const bench = new Workbench();
  const x = bench.vector(values);
  const y = bench.room(values.length);
  const bias = biasValues && { bias: bench.vector(biasValues) };
  return bench
    .run(kernels, (program) => program.activate({ kind, length: values.length, x, y, ...bias }))
    .floats(y, values.length);
}

/** Denser near 0, out to where everything is flat (and short of where the sigmoid leaves the normal floats). */
const sweep = Float32Array.from({ length: 40_001 }, (_, i) => {
  const t = (i - 20_000) / 20_000;
  return 80 * t * t * t;
});

describe.each(await everyBackend())('$name', ({ kernels }) => {
  describe.each(NONLINEARITIES)('%s', (kind) => {
    test(`is within ${allowedUlps[kind]} ulp`, () => {
      const y = activate(kernels, kind, sweep);
      let worst = 0;
      sweep.forEach((x, i) => {
        const expected = exact[kind](x);
        worst = Math.max(worst, Math.abs(y[i] - expected) / (ulp(expected) || 1));
      });
      // Half an ulp is the rounding of the exact value itself.
      expect(worst).toBeLessThanOrEqual(allowedUlps[kind] + 0.5);
    });

    test('never decreases', () => {
      const y = activate(kernels, kind, sweep);
      // Neighbours may swap by their error.
      const falls = y.filter((value, i) => i > 0 && value - y[i - 1] < -allowedUlps[kind] * ulp(value));
      expect(falls).toEqual([]);
    });

    test('adds the bias first, in every lane and for every width', () => {
      for (let n = 0; n <= 40; n++) {
        const x = Float32Array.from({ length: n }, (_, i) => 0.1 * i - 2);
        const bias = Float32Array.from({ length: n }, (_, i) => 0.3 - 0.02 * i);
        expect(activate(kernels, kind, x, bias)).toEqual(
          activate(
            kernels,
            kind,
            x.map((v, i) => v + bias[i]),
          ),
        );
      }
    });

    test('passes NaN on and ends at its limits', () => {
      const [nan, above, below] = activate(kernels, kind, [NaN, Infinity, -Infinity]);
      expect(nan).toBeNaN();
      expect(above).toBeCloseTo(exact[kind](Infinity), 6);
      expect(below).toBeCloseTo(exact[kind](-Infinity), 6);
    });

    test('NaN of any bits stays NaN', () => {
      const strange = new Float32Array(Int32Array.of(0x7f800001, 0x7fffffff, -1, -0x7fffff, 0x7fc00fff).buffer);
      // Set through an integer view, so that no engine quietens them on the way.
      const bench = new Workbench();
      const x = bench.integers(new Int32Array(strange.buffer));
      const y = bench.room(5);
      const results = bench.run(kernels, (program) => program.activate({ kind, length: 5, x, y }));
      expect(results.floats(y, 5)).toEqual([NaN, NaN, NaN, NaN, NaN]);
    });
  });

  test('flushes tiny gradients to zero, and keeps NaN', () => {
    const hidden = 3;
    const bench = new Workbench();
    const z = bench.matrix(1, hidden, [0.5, 0.5, 0.5]);
    const c = bench.matrix(1, hidden, [0.25, 0.25, 0.25]);
    const previous = bench.matrix(1, hidden, [1, 1, 1]);
    const dh = bench.matrix(1, hidden, [2 ** -105, NaN, 1]);
    const scalars = bench.vector([0.5, 0.5]);
    const columns = bench.matrix(4, hidden, new Float32Array(12));
    expect(rowStride(hidden)).toBe(16);
    const results = bench.run(kernels, (program) =>
      program.fastgrnnBackward({
        ...{ rows: 1, hidden, gate: 'sigmoid', update: 'tanh', z, c, previous, dh, scalars, columns },
      }),
    );
    const [tiny, nan, one] = results.matrix(c, 1, hidden);
    expect([tiny, nan, one > 0]).toEqual([0, NaN, true]);
    expect(results.matrix(dh, 1, hidden)).toEqual([0, NaN, 0.5]);
  });
});
