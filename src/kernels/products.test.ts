import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadKernels, type Kernels } from './index.js';
import { Workbench } from '../testing/workbench.js';

// These hold the order of sums, on WASM alone: operations.test.ts holds the other backends to its bits.
let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels({ backend: 'wasm' });
});

const f = Math.fround;
const size = (max: number) => fc.integer({ min: 0, max });
const float = fc.float({ min: -4, max: 4, noNaN: true });
const floats = (length: number) => fc.array(float, { minLength: length, maxLength: length });

/** sum over k of a(k) b(k) in order of k, each product and each sum rounded to float32: the kernels' rule, from `start` on. */
function sumInOrder(start: number, length: number, a: (k: number) => number, b: (k: number) => number): number {
  let sum = start;
  for (let k = 0; k < length; k++) sum = f(sum + f(a(k) * b(k)));
  return sum;
}

/** Both to the bit, -0 apart from 0. */
function expectSameBits(actual: readonly number[], expected: readonly number[]): void {
  expect(new Uint32Array(Float32Array.from(actual).buffer)).toEqual(
    new Uint32Array(Float32Array.from(expected).buffer),
  );
}

describe('products', () => {
  test('gemm adds in order of the inner index, for every size and either storage of B', () => {
    fc.assert(
      fc.property(
        fc
          .record({
            rows: size(14),
            columns: size(45),
            inner: size(20),
            transposed: fc.boolean(),
            accumulate: fc.boolean(),
          })
          .chain((s) =>
            fc.tuple(fc.constant(s), floats(s.rows * s.inner), floats(s.inner * s.columns), floats(s.rows * s.columns)),
          ),
        ([{ rows, columns, inner, transposed, accumulate }, aValues, bValues, cValues]) => {
          const bench = new Workbench();
          const a = bench.matrix(rows, inner, aValues);
          const source = bench.vector(bValues);
          const packed = bench.packed(inner, columns);
          const c = bench.matrix(rows, columns, cValues);
          const [rowStride, columnStride] = transposed ? [1, inner] : [columns, 1];
          const results = bench.run(kernels, (program) =>
            program
              .pack({ inner, columns, rowStride, columnStride, source, packed })
              .gemm({ rows, columns, inner, accumulate, a, packed, c }),
          );
          const expected = cValues.map((start, at) => {
            const [i, j] = [Math.floor(at / columns), at % columns];
            return sumInOrder(
              accumulate ? f(start) : 0,
              inner,
              (k) => aValues[i * inner + k],
              (k) => bValues[k * rowStride + j * columnStride],
            );
          });
          expectSameBits(results.matrix(c, rows, columns), expected);
        },
      ),
    );
  });

  test('gemmTransposed adds row after row, over any number of blocks, and unpack brings it to its place', () => {
    fc.assert(
      fc.property(
        fc
          .record({ rows: size(140), aColumns: size(11), bColumns: size(21), transposed: fc.boolean() })
          .chain((s) => fc.tuple(fc.constant(s), floats(s.rows * s.aColumns), floats(s.rows * s.bColumns))),
        ([{ rows, aColumns, bColumns, transposed }, aValues, bValues]) => {
          const bench = new Workbench();
          const a = bench.matrix(rows, aColumns, aValues);
          const b = bench.matrix(rows, bColumns, bValues);
          const c = bench.matrix(aColumns, bColumns, new Float32Array(aColumns * bColumns));
          const target = bench.room(aColumns * bColumns);
          const [rowStride, columnStride] = transposed ? [1, aColumns] : [bColumns, 1];
          const results = bench.run(kernels, (program) =>
            program
              .gemmTransposed({ rows, aColumns, bColumns, a, b, c })
              .unpack({ rows: aColumns, columns: bColumns, rowStride, columnStride, source: c, target }),
          );
          const expected = new Array<number>(aColumns * bColumns);
          for (let i = 0; i < aColumns; i++) {
            for (let j = 0; j < bColumns; j++) {
              expected[i * rowStride + j * columnStride] = sumInOrder(
                0,
                rows,
                (r) => aValues[r * aColumns + i],
                (r) => bValues[r * bColumns + j],
              );
            }
          }
          expectSameBits(results.floats(target, expected.length), expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a NaN reaches its own row and no other', () => {
    const bench = new Workbench();
    const a = bench.matrix(4, 3, [1, 2, 3, 4, NaN, 6, 7, 8, 9, 10, 11, 12]);
    const source = bench.vector(Array.from({ length: 15 }, (_, i) => i));
    const packed = bench.packed(3, 5);
    const c = bench.matrix(4, 5, new Float32Array(20));
    const results = bench.run(kernels, (program) =>
      program
        .pack({ inner: 3, columns: 5, rowStride: 5, columnStride: 1, source, packed })
        .gemm({ rows: 4, columns: 5, inner: 3, accumulate: false, a, packed, c }),
    );
    expect(results.matrix(c, 4, 5).map((x) => Number.isNaN(x))).toEqual(
      Array.from({ length: 20 }, (_, i) => Math.floor(i / 5) === 1),
    );
  });
});

describe('sums', () => {
  test('columnSums adds rows in order', () => {
    fc.assert(
      fc.property(
        fc
          .record({ rows: size(20), columns: size(21) })
          .chain((s) => fc.tuple(fc.constant(s), floats(s.rows * s.columns))),
        ([{ rows, columns }, values]) => {
          const bench = new Workbench();
          const source = bench.matrix(rows, columns, values);
          const sums = bench.room(columns);
          const results = bench.run(kernels, (program) => program.columnSums({ rows, columns, source, sums }));
          const expected = Array.from({ length: columns }, (_, j) =>
            sumInOrder(
              0,
              rows,
              (r) => values[r * columns + j],
              () => 1,
            ),
          );
          expectSameBits(results.floats(sums, columns), expected);
        },
      ),
    );
  });

  /** 16 lanes, each in order of its elements, then a tree. */
  function sumInLanes(terms: readonly number[]): number {
    const lanes = new Array<number>(16).fill(0);
    terms.forEach((term, i) => (lanes[i % 16] = f(lanes[i % 16] + term)));
    for (const half of [8, 4, 2, 1]) for (let i = 0; i < half; i++) lanes[i] = f(lanes[i] + lanes[i + half]);
    return lanes[0];
  }

  test('sumOfSquares and scalarGradient add in 16 lanes and a tree', () => {
    fc.assert(
      fc.property(size(50).chain(floats), float, fc.boolean(), (values, s, accumulate) => {
        const bench = new Workbench();
        const x = bench.vector(values);
        const scalar = bench.vector([s]);
        const sum = bench.room(1);
        const gradient = bench.vector([2]);
        const { length } = values;
        const results = bench.run(kernels, (program) =>
          program
            .sumOfSquares({ length, x, sum })
            .scalarGradient({ length, accumulate, sign: -1, columns: x, scalar, gradient }),
        );
        expectSameBits(results.floats(sum, 1), [sumInLanes(values.map((v) => f(v * v)))]);
        const own = f(f(-1 * f(s * f(1 - s))) * sumInLanes(values));
        expectSameBits(results.floats(gradient, 1), [accumulate ? f(2 + own) : own]);
      }),
    );
  });

  test('allFinite finds the one that is not', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        fc.constantFrom(1, NaN, Infinity, -Infinity),
        (n, at, bad) => {
          const bench = new Workbench();
          const values = new Float32Array(n).fill(3e38);
          values[at % n] = bad;
          const x = bench.vector(values);
          const finite = bench.room(1);
          const results = bench.run(kernels, (program) => program.allFinite({ length: n, x, finite }));
          expect(results.integers(finite, 1)).toEqual([bad === 1 ? 1 : 0]);
        },
      ),
    );
  });
});
