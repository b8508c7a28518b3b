import { describe, expect, test } from 'vitest';
import { Layout, NONLINEARITIES, ProgramBuilder, rowStride, type Kernels, type Nonlinearity } from './index.js';
import { everyBackend } from '../testing/backends.js';
import { floatsOfAllKinds, functions, lastPlace } from '../testing/functions.js';
import { Workbench } from '../testing/workbench.js';

const backends = await everyBackend();

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

const all = floatsOfAllKinds();
const ascending = all.filter((x) => !Number.isNaN(x)).sort();

/** f(x) of each. */
function activated(kernels: Kernels, kind: Nonlinearity, values: Float32Array): Float32Array {
  const { length } = values;
  const layout = new Layout();
  const [x, y] = [layout.vector(length), layout.vector(length)];
  const program = new ProgramBuilder().activate({ kind, length, x, y }).build();
  const { offset } = layout.vector(program.length);
  const arena = kernels.arena(layout.bytes);
  arena.i32(offset, program.length).set(program);
  arena.f32(x.offset, length).set(values);
  arena.run(offset);
  return arena.f32(y.offset, length);
}

describe.each(NONLINEARITIES)('%s over floats of all kinds', (kind) => {
  const { f, ulps, measured, outside } = functions[kind];
  const expected = Float64Array.from(all, f);
  const allowed = Float64Array.from(all, (x, i) => (measured(x) ? ulps * lastPlace(expected[i]) : outside));

  /** How many results err by more than they may. */
  function wrong(results: Float32Array, factor = 1): number {
    let count = 0;
    for (let i = 0; i < results.length; i++) {
      const [y, e] = [results[i] * factor, expected[i]];
      const fits = y === e || Math.abs(y - e) <= allowed[i] || (Number.isNaN(y) && Number.isNaN(e));
      if (!fits) count++;
    }
    return count;
  }

  test(`is within ${ulps} units of the last place on every backend, and a little more is found`, () => {
    for (const { name, kernels } of backends) {
      const results = activated(kernels, kind, all);
      expect(wrong(results), name).toBe(0);
      expect(wrong(results, 1 + 2 ** -20), name).toBeGreaterThan(0);
    }
  });

  test('has the same bits on every exact backend', () => {
    const [reference, ...others] = backends.filter(({ exact }) => exact).map((b) => activated(b.kernels, kind, all));
    for (const results of others) expect(Buffer.compare(bytes(results), bytes(reference))).toBe(0);
  });

  test('falls from one float to the next by no more than its error', () => {
    for (const { kernels } of [backends[0], ...backends.filter(({ exact }) => !exact)]) {
      const results = activated(kernels, kind, ascending);
      let [highest, falls] = [-Infinity, 0];
      for (const y of results) {
        highest = Math.max(highest, y);
        if (highest - y > 2 * ulps * lastPlace(highest)) falls++;
      }
      expect(falls).toBe(0);
    }
  });
});

/** Which NaN comes out, processors don't agree on. */
const bytes = (values: Float32Array) => new Uint8Array(values.map((x) => (Number.isNaN(x) ? 9 : x)).buffer);

describe.each(backends)('$name', ({ kernels }) => {
  describe.each(NONLINEARITIES)('%s', (kind) => {
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
      expect(above).toBeCloseTo(functions[kind].f(Infinity), 6);
      expect(below).toBeCloseTo(functions[kind].f(-Infinity), 6);
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
    const [zeta, nu] = [1, 2].map(() => bench.vector([0.5, 0.5, 0.5]));
    const columns = bench.matrix(4, hidden, new Float32Array(12));
    expect(rowStride(hidden)).toBe(16);
    const results = bench.run(kernels, (program) =>
      program.fastgrnnBackward({
        ...{ rows: 1, hidden, gate: 'sigmoid', update: 'tanh', z, c, previous, dh, zeta, nu, columns },
      }),
    );
    const [tiny, nan, one] = results.matrix(c, 1, hidden);
    expect([tiny, nan, one > 0]).toEqual([0, NaN, true]);
    expect(results.matrix(dh, 1, hidden)).toEqual([0, NaN, 0.5]);
  });
});
