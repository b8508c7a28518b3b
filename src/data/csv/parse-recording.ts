import { parse } from 'csv-parse/browser/esm/sync';
import { DataError } from '../errors.js';

/** One recording: a row a step, a column a channel. */
export interface Recording {
  readonly file: string;
  readonly steps: number;
  readonly features: number;
  /** The names in the first row; undefined where it holds numbers. */
  readonly header: readonly string[] | undefined;
  /** [steps][features] */
  readonly values: Float64Array;
}

const numeral = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const notNumbers = /^[+-]?(nan|inf|infinity|null|none|na|n\/a)$/i;

/**
 * Reads a CSV recording. Columns are apart by tab, semicolon or comma, whichever of these, in that order, the first line
 * has. The first row is a header where no cell of it is a number.
 *
 * @throws DataError with file, line, column and text where a cell is no number or a row has another length
 */
export function parseRecording(bytes: Uint8Array, file: string): Recording {
  const text = new TextDecoder().decode(bytes);
  const rows = records(text, file);
  if (rows.length === 0) throw new DataError(`${file} is empty; take it out or record it again`);
  const hasHeader =
    rows[0].record.every((cell) => !numeral.test(cell) && !notNumbers.test(cell)) &&
    rows[0].record.some((cell) => cell !== '');
  const header = hasHeader ? rows[0].record : undefined;
  const body = hasHeader ? rows.slice(1) : rows;
  if (body.length === 0) throw new DataError(`${file} has a header and no rows; take it out or record it again`);
  const features = rows[0].record.length;
  const values = new Float64Array(body.length * features);
  body.forEach(({ record, line }, step) => {
    if (record.length !== features) {
      throw new DataError(
        `${file}, line ${line}: ${record.length} columns, but ${features} in line ${rows[0].line}; each row needs the same columns`,
      );
    }
    record.forEach((cell, channel) => {
      const value = numeral.test(cell) ? Number(cell) : NaN;
      if (!Number.isFinite(value)) {
        const name = header?.[channel] ? ` (${header[channel]})` : '';
        throw new DataError(`${file}, line ${line}, column ${channel + 1}${name}: ${remedy(cell)}`);
      }
      values[step * features + channel] = value;
    });
  });
  return { file, steps: body.length, features, header, values };
}

function remedy(cell: string): string {
  if (cell === '') return 'empty; a number must stand in each cell';
  if (/^[+-]?\d+,\d+$/.test(cell)) return `"${cell}" has a decimal comma; use a point`;
  return `"${cell.slice(0, 40)}" is not a finite number; correct it or take the recording out`;
}

interface Row {
  readonly record: string[];
  /** The line on which the row ends, from 1. */
  readonly line: number;
}

function records(text: string, file: string): Row[] {
  const firstLine = /^\uFEFF?\s*(.*)/.exec(text)?.[1] ?? '';
  const delimiter = ['\t', ';'].find((candidate) => firstLine.includes(candidate)) ?? ',';
  try {
    const options = { bom: true, delimiter, info: true, relax_column_count: true, skip_empty_lines: true, trim: true };
    // With `info` each record comes with its place, which the package's types leave out.
    const rows = parse(text, options) as unknown as { record: string[]; info: { lines: number } }[];
    return rows.map(({ record, info }) => ({ record, line: info.lines }));
  } catch (error) {
    throw new DataError(`${file} is not CSV: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
