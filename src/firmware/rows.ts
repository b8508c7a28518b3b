import type { IntegerMatrix } from '../integer/index.js';

/**
 * How firmware stores a matrix, row after row:
 * - dense: every entry, one signed byte each;
 * - sparse: a count byte, then as many pairs of bytes: `skip`, the bytes between the previous entry's int16 operand and
 *   this one's (2 · columns skipped), and the signed weight.
 *
 * A skip instead of an index lets firmware walk one pointer along the vector. A gap of more than 127 columns takes a
 * filler entry of weight 0.
 */
export type MatrixForm = 'dense' | 'sparse';

const largestSkip = 127;

/** The bytes of one row, values 0..255. */
export function encodeRow(matrix: IntegerMatrix, row: number, form: MatrixForm): number[] {
  const values = matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns);
  if (form === 'dense') return Array.from(values, (value) => value & 255);
  const pairs: number[] = [];
  let next = 0; // the column that the walking pointer stands at
  for (const [column, value] of values.entries()) {
    if (value === 0) continue;
    for (; column - next > largestSkip; next += largestSkip + 1) pairs.push(2 * largestSkip, 0);
    pairs.push(2 * (column - next), value & 255);
    next = column + 1;
  }
  return [pairs.length / 2, ...pairs];
}

/** All rows of a matrix, one after the other. */
function encodeMatrix(matrix: IntegerMatrix, form: MatrixForm): number[] {
  return Array.from({ length: matrix.rows }, (_, row) => encodeRow(matrix, row, form)).flat();
}

/** The form of fewer bytes; dense, which runs faster, when both are equal. */
export function smallerForm(matrix: IntegerMatrix): MatrixForm {
  return encodeMatrix(matrix, 'sparse').length < matrix.values.length ? 'sparse' : 'dense';
}
