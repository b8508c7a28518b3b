import type { Table } from './logistic.js';

/**
 * For each row of `queries` the nearest row of `references` by Euclidean distance, the first of equals. Sums of squares are
 * given up as soon as they exceed the least one so far.
 */
export function nearestRows(references: Table, queries: Table): Uint32Array {
  const { columns } = references;
  const [r, q] = [references.values, queries.values];
  return Uint32Array.from({ length: queries.rows }, (_, row) => {
    let best = 0;
    let least = Infinity;
    for (let reference = 0; reference < references.rows; reference++) {
      let sum = 0;
      for (let c = 0, i = reference * columns, j = row * columns; c < columns && sum < least;) {
        const end = Math.min(columns, c + 16);
        for (; c < end; c++, i++, j++) sum += (r[i] - q[j]) * (r[i] - q[j]);
      }
      if (sum < least) {
        least = sum;
        best = reference;
      }
    }
    return best;
  });
}
