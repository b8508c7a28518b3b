import { products, Rounded } from '../rounded.js';
import type { Draw, Problem } from './problem.js';

/** c (+)= a b, with b packed from either storage. */
export function gemm(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [rows, columns, inner] = sizes;
  const [accumulate, transposed] = [draw.one([true, false]), draw.one([true, false])];
  const aValues = draw.floats(rows * inner);
  const bValues = draw.floats(inner * columns);
  const cValues = draw.floats(rows * columns);
  const a = bench.matrix(rows, inner, aValues);
  const source = bench.vector(bValues);
  const packed = bench.packed(inner, columns);
  const c = bench.matrix(rows, columns, cValues);
  const [rowStride, columnStride] = transposed ? [1, inner] : [columns, 1];
  return {
    bench,
    compose: (program) =>
      program
        .pack({ inner, columns, rowStride, columnStride, source, packed })
        .gemm({ rows, columns, inner, accumulate, a, packed, c }),
    expected: () => [
      {
        name: 'c',
        read: (results) => results.matrix(c, rows, columns),
        values: cValues.map((start, at) => {
          const [i, j] = [Math.floor(at / columns), at % columns];
          return products(
            accumulate ? start : 0,
            inner,
            (k) => aValues[i * inner + k],
            (k) => bValues[k * rowStride + j * columnStride],
          );
        }),
      },
    ],
  };
}

/** c += a^T b over several blocks of rows, brought to its place by unpack. */
export function gemmTransposed(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [aColumns, bColumns, third] = sizes;
  const rows = 5 * third;
  const transposed = draw.one([true, false]);
  const aValues = draw.floats(rows * aColumns);
  const bValues = draw.floats(rows * bColumns);
  const cValues = draw.floats(aColumns * bColumns);
  const a = bench.matrix(rows, aColumns, aValues);
  const b = bench.matrix(rows, bColumns, bValues);
  const c = bench.matrix(aColumns, bColumns, cValues);
  const target = bench.room(aColumns * bColumns);
  const [rowStride, columnStride] = transposed ? [1, aColumns] : [bColumns, 1];
  return {
    bench,
    compose: (program) =>
      program
        .gemmTransposed({ rows, aColumns, bColumns, a, b, c })
        .unpack({ rows: aColumns, columns: bColumns, rowStride, columnStride, source: c, target }),
    expected: () => {
      const values = new Array<Rounded>(aColumns * bColumns);
      for (let i = 0; i < aColumns; i++) {
        for (let j = 0; j < bColumns; j++) {
          values[i * rowStride + j * columnStride] = products(
            cValues[i * bColumns + j],
            rows,
            (r) => aValues[r * aColumns + i],
            (r) => bValues[r * bColumns + j],
          );
        }
      }
      return [{ name: 'target', read: (results) => results.floats(target, values.length), values }];
    },
  };
}
