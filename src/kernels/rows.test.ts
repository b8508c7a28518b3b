import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadKernels, type Kernels } from './index.js';
import { Random } from '../math/index.js';
import { Workbench } from '../testing/workbench.js';

// On WASM alone: operations.test.ts holds the other backends to its bits.
let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels({ backend: 'wasm' });
});

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 6 }),
  steps: fc.integer({ min: 1, max: 9 }),
  columns: fc.integer({ min: 1, max: 35 }),
  seed: fc.integer({ min: 0, max: 1e6 }),
});

const f = Math.fround;
const floats = (random: Random, length: number) => Array.from({ length }, () => f(random.normal()));

/** Lengths of 1 to `steps`, some longer: those end with the pass. */
const lengthsOf = (random: Random, rows: number, steps: number) =>
  Array.from({ length: rows }, () => 1 + random.below(steps + 2));

test('what follows an end becomes 0, whatever it was, and nothing else changes', () => {
  fc.assert(
    fc.property(shapes, ({ rows, steps, columns, seed }) => {
      const random = new Random(seed);
      const lengths = lengthsOf(random, rows, steps);
      const after = (i: number) => Math.floor(i / columns / rows) >= lengths[Math.floor(i / columns) % rows];
      const values = floats(random, steps * rows * columns).map((x, i) => (after(i) ? [NaN, Infinity, x][i % 3] : x));
      const bench = new Workbench();
      const x = bench.matrix(steps * rows, columns, values);
      const places = { lengths: bench.integers(lengths), x };
      const found = bench
        .run(kernels, (program) => program.clearEnded({ rows, columns, steps, ...places }))
        .matrix(x, steps * rows, columns);
      expect(found).toEqual(values.map((value, i) => (after(i) ? 0 : value)));
    }),
  );
});

describe.each([false, true])('states of rows of their own lengths, mean: %s', (mean) => {
  /** The operands of a pass, and the span of all its steps. */
  function setUp(bench: Workbench, o: { rows: number; steps: number; columns: number; lengths: number[] }) {
    const { rows, steps, columns, lengths } = o;
    const clock = { ...bench.integers(Array.from({ length: steps }, (_, t) => t)), step: 1 };
    return { rows, steps, mean, hidden: columns, clock, lengths: bench.integers(lengths) };
  }

  test('forwards: what the head reads, by its definition; states after an end are 0', () => {
    fc.assert(
      fc.property(shapes, ({ rows, steps, columns, seed }) => {
        const random = new Random(seed);
        const lengths = lengthsOf(random, rows, steps);
        const own = lengths.map((length) => Math.min(length, steps));
        const values = floats(random, steps * rows * columns);
        const bench = new Workbench();
        const states = bench.matrix(steps * rows, columns, values);
        const out = bench.matrix(rows, columns, new Float32Array(rows * columns));
        const reading = setUp(bench, { rows, steps, columns, lengths });
        const results = bench.run(kernels, (program) =>
          program
            .over({ first: 0, steps, increment: 1 })
            .readStates({ ...reading, h: { ...states, step: rows * states.stride }, out }),
        );

        const state = (t: number, r: number, j: number) => values[(t * rows + r) * columns + j];
        const read = results.matrix(out, rows, columns);
        read.forEach((value, i) => {
          const [r, j] = [Math.floor(i / columns), i % columns];
          if (!mean) {
            expect(value).toBe(state(own[r] - 1, r, j));
            return;
          }
          // The order of the sum and the rounding of its terms are part of the definition, so the bits are.
          const share = f(1 / own[r]);
          let [single, double] = [0, 0];
          for (let t = 0; t < own[r]; t++) {
            single = f(single + f(share * state(t, r, j)));
            double += state(t, r, j);
          }
          expect(value).toBe(single);
          expect(Math.abs(value - double / own[r])).toBeLessThan(2e-6);
        });
        const after = results.matrix(states, steps * rows, columns);
        expect(after).toEqual(values.map((x, i) => (Math.floor(i / columns / rows) < own[Math.floor(i / columns) % rows] ? x : 0))); // prettier-ignore
      }),
    );
  });

  test('backwards: each state takes its share of the gradient, none after an end', () => {
    fc.assert(
      fc.property(shapes, ({ rows, steps, columns, seed }) => {
        const random = new Random(seed);
        const lengths = lengthsOf(random, rows, steps);
        const before = floats(random, steps * rows * columns);
        const gradient = floats(random, rows * columns);
        const bench = new Workbench();
        const dh = bench.matrix(steps * rows, columns, before);
        const dout = bench.matrix(rows, columns, gradient);
        const reading = setUp(bench, { rows, steps, columns, lengths });
        const found = bench
          .run(kernels, (program) =>
            program
              .over({ first: steps - 1, steps, increment: -1 })
              .readStatesBackward({ ...reading, dout, dh: { ...dh, step: rows * dh.stride } }),
          )
          .matrix(dh, steps * rows, columns);
        expect(found).toEqual(
          before.map((x, i) => {
            const [t, r, j] = [Math.floor(i / columns / rows), Math.floor(i / columns) % rows, i % columns];
            const length = Math.min(lengths[r], steps);
            if (mean ? t >= length : t !== length - 1) return x;
            return f(x + f(f(mean ? 1 / length : 1) * gradient[r * columns + j]));
          }),
        );
      }),
    );
  });
});

describe('rows by index', () => {
  const tables = fc.record({
    rows: fc.integer({ min: 0, max: 40 }),
    count: fc.integer({ min: 1, max: 12 }),
    columns: fc.integer({ min: 1, max: 35 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
  });
  /** Indices of which some lie outside. */
  const indicesOf = (random: Random, rows: number, count: number) =>
    Array.from({ length: rows }, () => random.below(count + 4) - 2);
  const within = (index: number, count: number) => Math.min(Math.max(index, 0), count - 1);

  test('are gathered from a table without padding', () => {
    fc.assert(
      fc.property(tables, ({ rows, count, columns, seed }) => {
        const random = new Random(seed);
        const indices = indicesOf(random, rows, count);
        const values = floats(random, count * columns);
        const bench = new Workbench();
        const places = { indices: bench.integers(indices), table: bench.vector(values) };
        const out = bench.matrix(rows, columns, new Float32Array(rows * columns));
        const found = bench.run(kernels, (program) => program.gatherRows({ rows, columns, count, ...places, out }));
        expect(found.matrix(out, rows, columns)).toEqual(
          indices.flatMap((index) => {
            const row = within(index, count);
            return values.slice(row * columns, (row + 1) * columns);
          }),
        );
      }),
    );
  });

  test('are added up in order, from 0, and nothing beside the table is written', () => {
    fc.assert(
      fc.property(tables, ({ rows, count, columns, seed }) => {
        const random = new Random(seed);
        const indices = indicesOf(random, rows, count);
        const values = floats(random, rows * columns);
        const bench = new Workbench();
        const size = count * columns;
        const table = bench.vector(Array.from({ length: size + 3 }, () => 7));
        const source = bench.matrix(rows, columns, values);
        const places = { indices: bench.integers(indices), source, table };
        const found = bench.run(kernels, (program) => program.scatterRows({ rows, columns, count, ...places }));
        const sums = new Float32Array(size);
        indices.forEach((index, r) => {
          for (let j = 0; j < columns; j++) sums[within(index, count) * columns + j] += values[r * columns + j];
        });
        expect(found.floats(table, size + 3)).toEqual([...sums, 7, 7, 7]);
      }),
    );
  });
});
