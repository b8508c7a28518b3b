import type { IntegerMatrix, IntegerNetwork } from '../integer/index.js';
import { isPacked, packedLayouts, type PackedForm } from './packed/index.js';

/**
 * How firmware stores a matrix, row after row:
 * - dense: every entry, one signed byte each;
 * - sparse: a count byte, then as many pairs of bytes: `skip`, the bytes between the previous entry's int16 operand and
 *   this one's (2 · columns skipped), and the signed weight;
 * - the layouts of `packed/`, for weights of 4 bits and for indices that are cheaper than a byte.
 *
 * A skip instead of an index lets firmware walk one pointer along the vector. A gap of more than 127 columns takes a
 * filler entry of weight 0.
 */
export type MatrixForm = 'dense' | 'sparse' | PackedForm;

type Storage = IntegerNetwork['storage'];

const largestSkip = 127;

/** The bytes of one row, values 0..255. */
export function encodeRow(matrix: IntegerMatrix, row: number, form: MatrixForm): number[] {
  const values = matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns);
  if (isPacked(form)) return packedLayouts[form].encode(values);
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

/** The weights of one row, whose bytes `next` gives one by one. */
export function decodeRow(next: () => number, columns: number, form: MatrixForm): number[] {
  if (isPacked(form)) return packedLayouts[form].decode(next, columns);
  if (form === 'dense') return Array.from({ length: columns }, () => (next() << 24) >> 24);
  const values = new Array<number>(columns).fill(0);
  let column = 0;
  for (let n = next(); n > 0; n--) {
    column += next() / 2;
    values[column++] = (next() << 24) >> 24;
  }
  return values;
}

/** Bytes of all rows of a matrix. */
export function storedBytes(matrix: IntegerMatrix, form: MatrixForm): number {
  let bytes = 0;
  for (let row = 0; row < matrix.rows; row++) bytes += encodeRow(matrix, row, form).length;
  return bytes;
}

/** The bytes of a matrix where its form is one of `packed/`, undefined where it is not. */
export function packedBytes(matrix: IntegerMatrix, storage: Storage): number | undefined {
  const form = smallerForm(matrix, storage);
  return isPacked(form) ? storedBytes(matrix, form) : undefined;
}

/** The form for matrices with every entry. */
export function denseForm({ weightBits }: Storage): MatrixForm {
  return weightBits === 4 ? 'dense4' : 'dense';
}

/** The form for matrices whose zeros are left out. */
export function sparseForm({ weightBits, indices }: Storage): MatrixForm {
  if (indices === 'byte') return 'sparse';
  return weightBits === 4 ? `${indices}4` : indices;
}

/** The form of fewer bytes; dense, which runs faster, when both are equal. */
export function smallerForm(matrix: IntegerMatrix, storage: Storage): MatrixForm {
  const [dense, sparse] = [denseForm(storage), sparseForm(storage)];
  return storedBytes(matrix, sparse) < storedBytes(matrix, dense) ? sparse : dense;
}
