import { DataError } from './errors.js';
import { NumberScanner } from './number-scanner.js';

/** Rows of numbers, as read from a text file. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows][columns] */
  readonly values: Float64Array;
}

const space = 32;
const lineFeed = 10;

/**
 * Reads a text file of numbers apart by white space, a line a row, all rows equally long. Empty lines are passed over.
 * Every number comes out correctly rounded.
 *
 * @throws DataError with file, line and column where there is no number or a row has another length
 */
export function parseMatrix(bytes: Uint8Array, file: string): Matrix {
  const scanner = new NumberScanner(bytes, '.');
  let values = new Float64Array(Math.max(16, bytes.length >> 3));
  let filled = 0;
  let columns = 0;
  let rows = 0;
  let line = 1;
  let rowStart = 0;
  const endRow = () => {
    const length = filled - rowStart;
    if (length === 0) return;
    if (rows > 0 && length !== columns) {
      throw new DataError(
        `${file}, line ${line}: ${length} numbers, but ${columns} in the lines before; the file is damaged`,
      );
    }
    columns = length;
    rows++;
    rowStart = filled;
  };
  for (let i = 0; i < bytes.length;) {
    if (bytes[i] <= space) {
      if (bytes[i] === lineFeed) {
        endRow();
        line++;
      }
      i++;
      continue;
    }
    const start = i;
    while (i < bytes.length && bytes[i] > space) i++;
    const value = parseNumber(bytes, start, i, scanner);
    if (!Number.isFinite(value)) {
      const text = new TextDecoder().decode(bytes.subarray(start, i));
      throw new DataError(`${file}, line ${line}, column ${filled - rowStart + 1}: "${text}" is not a number`);
    }
    if (filled === values.length) {
      const longer = new Float64Array(2 * filled);
      longer.set(values);
      values = longer;
    }
    values[filled++] = value;
  }
  endRow();
  if (rows === 0) throw new DataError(`${file} is empty; fetch it again`);
  return { rows, columns, values: values.subarray(0, filled) };
}

/** The decimal number that bytes[start, end) are, correctly rounded; NaN where they are none. */
export function parseNumber(
  bytes: Uint8Array,
  start: number,
  end: number,
  scanner = new NumberScanner(bytes, '.'),
): number {
  const value = scanner.read(start);
  return scanner.next === end ? value : NaN;
}
