import type { Recording } from '../recording.js';

/** What a reader of tables must know of the columns; whatever isn't given is guessed, or not there. */
export interface ColumnRoles {
  /** The column with the time. */
  readonly time?: string | undefined;
  /** What one of its counts is, where the time is a number; guessed from its steps without. */
  readonly timeUnit?: TimeUnit | undefined;
  /** The column with the class of each step. */
  readonly label?: string | undefined;
  /** Columns with values to be predicted at each step. */
  readonly targets?: readonly string[] | undefined;
  /** The column with the person or device. */
  readonly group?: string | undefined;
  /** A column whose changes separate recordings. */
  readonly recording?: string | undefined;
  /** The columns that are channels, in this order; without it all columns of numbers that have no other role. */
  readonly channels?: readonly string[] | undefined;
  /** What to do where a value is missing. `error` without it. */
  readonly missing?: Missing | undefined;
}

export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

/**
 * Where a value is missing: refuse the file, hold the value before it (the one after it at the beginning), or drop the
 * step (which cuts the recording in two where it has a time, since a gap then is a gap).
 */
export type Missing = 'error' | 'hold' | 'drop';

/**
 * A format of files. Add one by writing a module beside this one and naming it in `readers.ts`.
 *
 * Readers get the whole file, unpacked where its name ends in `.gz`; `file` is the name for messages, as the user gave it.
 */
export interface FormatReader {
  readonly name: string;
  /** Endings in lower case, with the dot. */
  readonly endings: readonly string[];
  /** Whether its recordings are sounds: `data.sound` and the other fields for sounds are then heeded. */
  readonly isSound?: boolean;
  /**
   * The recordings of a file, at least one.
   *
   * @throws DataError that names the file, the line or the place, and the remedy
   */
  read(bytes: Uint8Array, file: string, roles: ColumnRoles): Promise<Recording[]>;
  /**
   * What can be said of a file, for the eyes of a person who has just met it. Doesn't throw for what is wrong in the file:
   * that goes into `problems`, in the words that `read` would use.
   */
  describe(bytes: Uint8Array, file: string): Promise<FileFacts>;
}

/** How a text file is written. */
export interface Dialect {
  readonly delimiter: ',' | ';' | '\t' | '|' | ' ';
  readonly decimal: '.' | ',';
  readonly header: boolean;
  readonly quotes: boolean;
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1';
}

/** What a column holds. */
export interface ColumnFacts {
  readonly name: string;
  /** number: nothing but numbers and missing values; time: dates (ISO 8601); empty: nothing. */
  readonly kind: 'number' | 'text' | 'time' | 'empty';
  /** Cells without a value (empty, NaN, NA, null, ?). */
  readonly missing: number;
  /** The different texts, or whole numbers, in the order in which they come; undefined where there are more than 64. */
  readonly distinct?: readonly string[] | undefined;
  /** How many rows hold each of `distinct`. */
  readonly counts?: readonly number[] | undefined;
  /** How often a value differs from the one in the row above. */
  readonly changes: number;
  /** No value is below the one in the row above it (numbers and times). */
  readonly ascending: boolean;
  /** The steps from row to row of ascending values, in the column's own units (seconds for times). */
  readonly spacing?: { readonly median: number; readonly jitter: number; readonly longestGap: number } | undefined;
  /** All numbers are whole. */
  readonly whole: boolean;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** What is known of a file. */
export interface FileFacts {
  readonly format: string;
  /** Text files only. */
  readonly dialect?: Dialect | undefined;
  /** The channels and whatever stands beside them, in the file's order. */
  readonly columns: readonly ColumnFacts[];
  /** Steps, all recordings together. */
  readonly rows: number;
  /** Recordings in the file, as far as the format shows (rows of a .ts file); 1 for a table. */
  readonly recordings: number;
  /** Steps of each recording, where the format holds several. [recordings] */
  readonly lengths?: readonly number[] | undefined;
  /** Labels that the format itself holds, one a recording. */
  readonly labels?: readonly string[] | undefined;
  /** Steps a second, where the format says so. */
  readonly rate?: number | undefined;
  readonly problems: readonly Problem[];
}

/** What is wrong in a file; `what` is a sentence that names place and remedy, without the file's name. */
export interface Problem {
  readonly line?: number | undefined;
  readonly what: string;
}

/** The name without `.gz`, in lower case: what decides the format. */
export function plainName(file: string): string {
  const lower = file.toLowerCase();
  return lower.endsWith('.gz') ? lower.slice(0, -3) : lower;
}
