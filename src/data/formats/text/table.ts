import { DataError } from '../../errors.js';

/** A table of a file: columns of equal length. Text files and Parquet are read into it; see `recordingsOf`. */
export interface Table {
  readonly file: string;
  readonly columns: readonly Column[];
  readonly rows: number;
  /** The line on which each row stands in the file, from 1; undefined where the file has no lines. [rows] */
  readonly lines?: Uint32Array | undefined;
}

/** A column of numbers, of times (seconds since 1970, or since midnight), or of texts. */
export interface Column {
  readonly name: string;
  /** Which column of the file it is, from 1. */
  readonly place: number;
  readonly data: NumberCells | TextCells;
}

export interface NumberCells {
  readonly kind: 'number' | 'time';
  /** [rows], NaN where a value is missing. */
  readonly numbers: Float64Array;
}

export interface TextCells {
  readonly kind: 'text';
  /** [rows], indices into `texts`, -1 where the text is missing. */
  readonly codes: Int32Array;
  readonly texts: readonly string[];
}

/** Where a row stands, for messages: `f.csv, line 7`. */
export function placeOf(table: Table, row: number): string {
  return table.lines ? `${table.file}, line ${table.lines[row]}` : `${table.file}, row ${row + 1}`;
}

/** How messages call a column: `column 3 (ax)`, without the name where it is made up. */
export function callOf({ name, place }: Pick<Column, 'name' | 'place'>): string {
  return name === columnName(place) ? name : `column ${place} (${name})`;
}

/** The name of a column that has none in the file. */
export function columnName(place: number): string {
  return `column ${place}`;
}

/** Names of all columns: those of the file, numbered where they are empty, told apart where two are the same. */
export function columnNames(given: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return given.map((text, i) => {
    const name = text.trim() || columnName(i + 1);
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}

/** The cells of a number column. Throws DataError where the column holds words. */
export function numbersOf(table: Table, column: Column, role: string): Float64Array {
  if (column.data.kind !== 'text') return column.data.numbers;
  const row = column.data.codes.findIndex((code) => code >= 0);
  throw new DataError(
    `${placeOf(table, Math.max(0, row))}, ${callOf(column)}: "${column.data.texts[0]?.slice(0, 40) ?? ''}" is not a number, which ${role} must be`,
  );
}
