import { DataError } from './errors.js';

/** Rows of numbers, as read from a text file. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows][columns] */
  readonly values: Float64Array;
}

/** Powers of ten that a float64 holds exactly. */
const tens = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
];

const space = 32;
const zero = 48;
const nine = 57;
const lineFeed = 10;

/**
 * Reads a text file of numbers apart by white space, a line a row, all rows equally long. Empty lines are passed over.
 * Every number comes out correctly rounded.
 *
 * @throws DataError with file, line and column where there is no number or a row has another length
 */
export function parseMatrix(bytes: Uint8Array, file: string): Matrix {
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
    const value = parseNumber(bytes, start, i);
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

/** The decimal number in bytes[start, end), correctly rounded; NaN where there is none. */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  const negative = bytes[i] === 45;
  if (negative || bytes[i] === 43) i++;
  let mantissa = 0;
  let digits = 0;
  let scale = 0;
  let point = false;
  for (; i < end; i++) {
    const byte = bytes[i];
    if (byte >= zero && byte <= nine) {
      mantissa = mantissa * 10 + (byte - zero);
      digits++;
      if (point) scale++;
    } else if (byte === 46 && !point) {
      point = true;
    } else {
      break;
    }
  }
  if (digits === 0) return NaN;
  let exponent = 0;
  if (i < end) {
    if ((bytes[i] | 32) !== 101) return NaN;
    i++;
    const below = bytes[i] === 45;
    if (below || bytes[i] === 43) i++;
    if (i === end) return NaN;
    for (; i < end; i++) {
      if (bytes[i] < zero || bytes[i] > nine) return NaN;
      exponent = exponent * 10 + (bytes[i] - zero);
    }
    if (below) exponent = -exponent;
  }
  exponent -= scale;
  // A whole number below 2^53 and a power of ten up to 10^22 are exact, so one operation rounds once.
  if (mantissa <= Number.MAX_SAFE_INTEGER && Math.abs(exponent) <= 22) {
    const value = exponent < 0 ? mantissa / tens[-exponent] : mantissa * tens[exponent];
    return negative ? -value : value;
  }
  return Number(new TextDecoder().decode(bytes.subarray(start, end)));
}
