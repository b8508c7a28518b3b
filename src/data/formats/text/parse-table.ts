import { DataError } from '../../errors.js';
import { callOf, columnName, columnNames, type Column, type NumberCells, type Table, type TextCells } from './table.js';
import { isMissing, isMissingText, isNumeral, parseTime } from './cells.js';
import type { Opening } from './dialect.js';
import { decodeText, type PlainText } from './encoding.js';
import { NumberScanner } from '../../number-scanner.js';

/** How the columns are to be read. */
export interface ColumnPlan {
  /** Columns whose cells are texts whatever they look like, such as classes 0, 1, 2. */
  readonly texts?: ReadonlySet<string> | undefined;
  /** The columns that are needed; all without it. */
  readonly wanted?: ReadonlySet<string> | undefined;
  /** Told of each cell or row that is wrong; it may throw. Without it the first one is thrown as a DataError. */
  readonly onProblem?: ((line: number, what: string) => void) | undefined;
}

const Byte = {
  Tab: 9,
  LineFeed: 10,
  Return: 13,
  Space: 32,
  Quote: 34,
  Hash: 35,
} as const;

/** `open`: nothing seen yet that would tell numbers from texts. */
type Kind = 'number' | 'text' | 'time' | 'open' | 'skip';

interface Building {
  readonly name: string;
  readonly place: number;
  kind: Kind;
  numbers: Float64Array;
  codes: Int32Array;
  readonly texts: string[];
  readonly index: Map<string, number>;
}

/**
 * Reads the rows of a table. Each cell of a column of numbers must be one or missing, each row must have the same number of
 * cells.
 *
 * @throws DataError with file, line, column and remedy
 */
export function parseTable({ bytes }: PlainText, opening: Opening, file: string, plan: ColumnPlan = {}): Table {
  const { header, sample } = opening;
  const width = sample[0]?.length ?? header?.length ?? 0;
  const report =
    plan.onProblem ??
    ((line: number, what: string) => {
      throw new DataError(`${file}, line ${line}${what}`);
    });
  if (header && header.length !== width) {
    throw new DataError(
      `${file}: the header names ${header.length} columns, but line ${opening.bodyLine} has ${width}; each row needs the same columns`,
    );
  }
  if (sample.length === 0) throw new DataError(`${file} has a header and no rows; take it out or record it again`);
  const capacity = countLines(bytes, opening.bodyStart);
  const names = columnNames(header ?? Array.from({ length: width }, (_, i) => columnName(i + 1)));
  const columns = names.map((name, i): Building => {
    const kind = plan.wanted?.has(name) === false ? 'skip' : plan.texts?.has(name) ? 'text' : guessKind(sample, i);
    const isNumber = kind !== 'skip' && kind !== 'text';
    return {
      name,
      place: i + 1,
      kind,
      numbers: new Float64Array(isNumber ? capacity : 0),
      codes: new Int32Array(kind === 'text' ? capacity : 0),
      texts: [],
      index: new Map(),
    };
  });
  const lines = new Uint32Array(capacity);
  const rows = new RowReader(bytes, opening, columns, report).readAll(lines);
  return { file, columns: columns.map((column) => finished(column, rows)), rows, lines: lines.subarray(0, rows) };
}

class RowReader {
  private readonly scanner: NumberScanner;
  private readonly delimiter: number;
  private line: number;
  private at: number;
  private readonly bytes: Uint8Array;
  private readonly opening: Opening;
  private readonly columns: readonly Building[];
  private readonly report: (line: number, what: string) => void;

  constructor(
    bytes: Uint8Array,
    opening: Opening,
    columns: readonly Building[],
    report: (line: number, what: string) => void,
  ) {
    this.bytes = bytes;
    this.opening = opening;
    this.columns = columns;
    this.report = report;
    this.scanner = new NumberScanner(bytes, opening.dialect.decimal);
    this.delimiter = opening.dialect.delimiter.charCodeAt(0);
    this.line = opening.bodyLine;
    this.at = opening.bodyStart;
  }

  /** Reads rows up to the end; `lines` gets the line of each. Returns how many there are. */
  readAll(lines: Uint32Array): number {
    const { bytes } = this;
    let row = 0;
    while (this.at < bytes.length) {
      this.skipSpaces();
      const byte = bytes[this.at];
      if (byte === Byte.Hash) this.skipLine();
      else if (byte === Byte.LineFeed || byte === undefined) this.at++;
      else {
        lines[row] = this.line;
        if (this.readRow(row)) row++;
      }
      this.line++;
    }
    return row;
  }

  /** Reads a row and its line feed; false where it has another number of cells than the others. */
  private readRow(row: number): boolean {
    const { bytes, columns, scanner, delimiter } = this;
    const { line } = this;
    let count = 0;
    for (;;) {
      this.skipSpaces();
      const column = columns[count++];
      if (column?.kind === 'number') {
        const value = scanner.read(this.at);
        const start = this.at;
        this.at = scanner.next;
        this.skipSpaces();
        const next = bytes[this.at];
        const ends =
          next === delimiter ||
          next === Byte.LineFeed ||
          next === undefined ||
          (delimiter === Byte.Space && this.at > scanner.next);
        if (ends && scanner.next > start && Number.isFinite(value)) column.numbers[row] = value;
        else {
          this.at = start;
          this.storeText(column, row, this.readText(), line);
        }
      } else if (column === undefined || column.kind === 'skip') {
        this.passOver();
      } else {
        this.storeText(column, row, this.readText(), line);
      }
      const next = bytes[this.at];
      if (next === delimiter && delimiter !== Byte.Space) {
        this.at++;
        continue;
      }
      if (next === Byte.LineFeed || next === undefined) break;
    }
    this.at++;
    if (count === columns.length) return true;
    this.report(
      line,
      `: ${count} columns, but ${columns.length} in line ${this.opening.bodyLine}; each row needs the same columns`,
    );
    return false;
  }

  /** The text of a cell, without quotes and the white space around it; stops at its delimiter or line feed. */
  private readText(): string {
    const { bytes, delimiter } = this;
    if (bytes[this.at] === Byte.Quote) return this.readQuoted();
    const start = this.at;
    const space = delimiter === Byte.Space;
    for (; this.at < bytes.length; this.at++) {
      const byte = bytes[this.at];
      if (byte === delimiter || byte === Byte.LineFeed || (space && byte === Byte.Tab)) break;
    }
    const end = this.at;
    if (space) this.skipSpaces();
    return this.decode(start, end).trim();
  }

  /** Goes to the end of a cell that nobody needs. */
  private passOver(): void {
    const { bytes, delimiter } = this;
    if (bytes[this.at] === Byte.Quote || delimiter === Byte.Space) this.readText();
    else while (this.at < bytes.length && bytes[this.at] !== delimiter && bytes[this.at] !== Byte.LineFeed) this.at++;
  }

  private readQuoted(): string {
    const { bytes, delimiter } = this;
    const { line } = this;
    let text = '';
    let start = this.at + 1;
    for (;;) {
      const quote = bytes.indexOf(Byte.Quote, start);
      if (quote < 0) {
        this.report(line, ': a quote begins here and never ends; close it, or take quotes out');
        this.at = bytes.length;
        return text;
      }
      const part = decodeText(bytes.subarray(start, quote));
      for (const letter of part) if (letter === '\n') this.line++;
      text += part;
      if (bytes[quote + 1] !== Byte.Quote) {
        this.at = quote + 1;
        break;
      }
      text += '"';
      start = quote + 2;
    }
    this.skipSpaces();
    const next = bytes[this.at];
    if (next !== delimiter && next !== Byte.LineFeed && next !== undefined && delimiter !== Byte.Space) {
      text += this.readText(); // letters after a closing quote: the cell is wrong, and will be told so
    }
    return text.trim();
  }

  private decode(start: number, end: number): string {
    if (end - start > 64) return decodeText(this.bytes.subarray(start, end));
    let text = '';
    for (let i = start; i < end; i++) {
      if (this.bytes[i] > 127) return decodeText(this.bytes.subarray(start, end));
      text += String.fromCharCode(this.bytes[i]);
    }
    return text;
  }

  private storeText(column: Building, row: number, text: string, line: number): void {
    if (column.kind === 'open' && !isMissing(text)) settle(column, text, row);
    switch (column.kind) {
      case 'text': {
        if (isMissingText(text)) {
          column.codes[row] = -1;
          return;
        }
        const code = column.index.get(text) ?? column.index.size;
        if (code === column.texts.length) {
          column.index.set(text, code);
          column.texts.push(text);
        }
        column.codes[row] = code;
        return;
      }
      case 'time': {
        const seconds = parseTime(text);
        column.numbers[row] = seconds;
        if (Number.isNaN(seconds) && !isMissing(text))
          this.tell(column, line, text, 'a date or time, as the others are');
        return;
      }
      default: {
        const value = isNumeral(text) ? this.quotedNumber(text) : NaN;
        column.numbers[row] = Number.isFinite(value) ? value : NaN;
        if (!Number.isFinite(value) && !isMissing(text)) this.tell(column, line, text, 'a finite number');
      }
    }
  }

  /** A number that stood in quotes, or after a sign of its own kind. */
  private quotedNumber(text: string): number {
    const { decimal } = this.opening.dialect;
    const other = decimal === '.' ? ',' : '.';
    return text.includes(other) ? NaN : Number(text.replace(decimal, '.'));
  }

  private tell(column: Building, line: number, text: string, wanted: string): void {
    const { header, dialect } = this.opening;
    const shown = `"${text.slice(0, 40)}"`;
    let what = `${shown} is not ${wanted}; correct it or take the recording out`;
    if (header?.[column.place - 1] === text) {
      what = 'the header stands here again: two files were joined; take the line out, or make two files of it';
    } else if (/^[+-]?\d*[.,]\d+(e[+-]?\d+)?$/i.test(text) && text.includes(dialect.decimal === '.' ? ',' : '.')) {
      const [has, use] = dialect.decimal === '.' ? ['comma', 'point'] : ['point', 'comma'];
      what = `${shown} has a decimal ${has}, other numbers of the file a ${use}; use a ${use}`;
    } else if (this.columns.length === 1) {
      what += '; columns may be apart by comma, semicolon, tab, | or white space';
    }
    this.report(line, `, ${callOf(column)}: ${what}`);
  }

  private skipSpaces(): void {
    const { bytes, delimiter } = this;
    for (;;) {
      const byte = bytes[this.at];
      if (byte === Byte.Space || byte === Byte.Return || (byte === Byte.Tab && delimiter !== Byte.Tab)) this.at++;
      else return;
    }
  }

  private skipLine(): void {
    const end = this.bytes.indexOf(Byte.LineFeed, this.at);
    this.at = end < 0 ? this.bytes.length : end + 1;
  }
}

/** Decides by the first cell with something in it what an open column holds. */
function settle(column: Building, text: string, row: number): void {
  column.kind = isNumeral(text) ? 'number' : Number.isNaN(parseTime(text)) ? 'text' : 'time';
  if (column.kind !== 'text') return;
  column.codes = new Int32Array(column.numbers.length).fill(-1, 0, row);
  column.numbers = new Float64Array();
}

/** What a column holds, by its first rows: where one cell is a number all must be. */
function guessKind(sample: readonly (readonly string[])[], column: number): Kind {
  const cells = sample.map((row) => row[column] ?? '').filter((cell) => !isMissing(cell));
  if (cells.length === 0) return 'open';
  if (cells.some(isNumeral)) return 'number';
  return cells.some((cell) => !Number.isNaN(parseTime(cell))) ? 'time' : 'text';
}

function finished({ name, place, kind, numbers, codes, texts }: Building, rows: number): Column {
  const data: NumberCells | TextCells =
    kind === 'text'
      ? { kind, codes: codes.subarray(0, rows), texts }
      : { kind: kind === 'time' ? 'time' : 'number', numbers: numbers.subarray(0, rows) };
  return { name, place, data };
}

function countLines(bytes: Uint8Array, start: number): number {
  let count = 1;
  for (let i = start; i < bytes.length; i++) if (bytes[i] === Byte.LineFeed) count++;
  return count;
}
