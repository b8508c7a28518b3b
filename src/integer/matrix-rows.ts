import type { IntegerMatrix } from './network.js';

/** The nonzeros of a matrix by rows: row j's stand at `starts[j]` up to `starts[j + 1]`. Zeros add nothing to a sum. */
export interface Rows {
  readonly starts: Int32Array;
  readonly columns: Uint8Array;
  readonly values: Int8Array;
}

export function rowsOf(matrix: IntegerMatrix): Rows {
  const starts = new Int32Array(matrix.rows + 1);
  const columns: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < matrix.rows; row++) {
    for (let column = 0; column < matrix.columns; column++) {
      const value = matrix.values[row * matrix.columns + column];
      if (value !== 0) {
        columns.push(column);
        values.push(value);
      }
    }
    starts[row + 1] = columns.length;
  }
  return { starts, columns: Uint8Array.from(columns), values: Int8Array.from(values) };
}

/** The exact sum of a row times a vector. */
export function dot(rows: Rows, row: number, vector: Int16Array): number {
  const { columns, values, starts } = rows;
  const end = starts[row + 1];
  let sum = 0;
  for (let k = starts[row]; k < end; k++) sum = (sum + values[k] * vector[columns[k]]) | 0;
  return sum;
}
