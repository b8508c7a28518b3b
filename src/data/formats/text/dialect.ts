import type { Dialect } from '../format.js';
import { isMissing, isNumeral, parseTime, splitCells } from './cells.js';
import { decodeText, type PlainText } from './encoding.js';

/** What the first lines of a table show. */
export interface Opening {
  readonly dialect: Dialect;
  /** The header's cells; undefined where there is none. */
  readonly header: readonly string[] | undefined;
  /** The byte at which the first row begins, and its line from 1. */
  readonly bodyStart: number;
  readonly bodyLine: number;
  /** The first rows, for guesses. */
  readonly sample: readonly (readonly string[])[];
}

const delimiters = ['\t', ';', '|', ',', ' '] as const;

/** Bytes and lines that are looked at. */
const sampleBytes = 1 << 16;
const sampleLines = 50;
/** Lines that decide the delimiter: each is taken apart by each delimiter. */
const delimiterLines = 8;

interface Line {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** The bytes before it. */
  readonly start: number;
}

/**
 * Guesses how a table is written. A delimiter is right where it makes rows of equal length out of numbers; among equals tab,
 * semicolon, vertical line, comma, white space, in that order.
 *
 * @returns undefined where there is no line with anything in it
 */
export function openTable({ bytes, encoding }: PlainText): Opening | undefined {
  const { lines, comment } = firstLines(bytes);
  if (lines.length === 0) return undefined;
  const delimiter = findDelimiter(lines.slice(0, delimiterLines).map(({ text }) => text));
  const rows = lines.map(({ text }) => splitCells(text, delimiter));
  const [first] = rows;
  const named = first.every((cell) => !isNumeral(cell) && Number.isNaN(parseTime(cell)));
  const hasHeader = named && first.some((cell) => !isMissing(cell));
  const body = hasHeader ? 1 : 0;
  const sample = rows.slice(body);
  // numpy's savetxt puts the names into a comment.
  const commented = comment === undefined ? [] : splitCells(comment, delimiter);
  const named2 = !hasHeader && commented.length > 1 && commented.length === first.length && !commented.some(isNumeral);
  const header = hasHeader ? first : named2 ? commented : undefined;
  const start = lines[body] ?? { start: bytes.length, line: lines[0].line + 1 };
  return {
    dialect: {
      delimiter,
      decimal: delimiter === ',' ? '.' : (findDecimal(sample) ?? findLaterDecimal(bytes, start.start)),
      header: header !== undefined,
      quotes: lines.some(({ text }) => text.includes('"')),
      encoding,
    },
    header,
    bodyStart: start.start,
    bodyLine: start.line,
    sample,
  };
}

/** The first lines that aren't empty or comments, and the last comment before them. */
function firstLines(bytes: Uint8Array): { lines: Line[]; comment: string | undefined } {
  const lines: Line[] = [];
  let comment: string | undefined;
  let start = 0;
  for (let line = 1; lines.length < sampleLines && start < bytes.length;) {
    const end = endOfLine(bytes, start);
    if (end > sampleBytes && lines.length > 1) break;
    const text = decodeText(bytes.subarray(start, end)).trimEnd();
    const trimmed = text.trimStart();
    if (trimmed.startsWith('#')) {
      if (lines.length === 0) comment = trimmed.replace(/^#+\s*/, '');
    } else if (trimmed !== '') {
      lines.push({ text, line, start });
    } else if (lines.length === 0) {
      comment = undefined; // an empty line parts it from the rows
    }
    line += text.split('\n').length;
    start = end + 1;
  }
  return { lines, comment };
}

/** The line feed that ends a line, or the end of the bytes; those in quotes don't. */
function endOfLine(bytes: Uint8Array, start: number): number {
  let quoted = false;
  for (let i = start; i < bytes.length; i++) {
    if (bytes[i] === 34) quoted = !quoted;
    if (bytes[i] === 10 && (!quoted || i - start > sampleBytes)) return i;
  }
  // A quote that never ends: the line ends as if there were none, and whoever reads the rows tells.
  const end = quoted ? bytes.indexOf(10, start) : -1;
  return end < 0 ? bytes.length : end;
}

function findDelimiter(lines: readonly string[]): Dialect['delimiter'] {
  const body = lines.length > 1 ? lines.slice(1) : lines;
  let best: Dialect['delimiter'] = ',';
  let highest = 0;
  for (const delimiter of delimiters) {
    if (!body.some((line) => line.includes(delimiter) || (delimiter === ' ' && line.includes('\t')))) continue;
    const rows = body.map((line) => splitCells(line, delimiter));
    const [{ length }] = rows;
    if (rows.every((row) => row.length < 2)) continue;
    const cells = rows.flat();
    const good = cells.filter((cell) => isValue(cell, delimiter)).length / cells.length;
    const score = good + (rows.every((row) => row.length === length) ? 1 : 0);
    if (score > highest + 1e-9) [best, highest] = [delimiter, score];
  }
  return best;
}

function isValue(cell: string, delimiter: string): boolean {
  if (delimiter === ',' && cell.includes(',')) return false;
  return isNumeral(cell) || isMissing(cell) || !Number.isNaN(parseTime(cell));
}

function findDecimal(rows: readonly (readonly string[])[]): '.' | ',' | undefined {
  const signs = rows.flat().flatMap((cell) => (isNumeral(cell) ? (/[.,]/.exec(cell) ?? []) : []));
  if (signs.length === 0) return undefined;
  return 2 * signs.filter((sign) => sign === '.').length >= signs.length ? '.' : ',';
}

/** Where the first rows hold whole numbers alone, those after them tell. */
function findLaterDecimal(bytes: Uint8Array, start: number): '.' | ',' {
  const body = bytes.subarray(start);
  return body.includes(44) && !body.includes(46) ? ',' : '.';
}
