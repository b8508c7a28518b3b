import { nearest } from '../../../recipe/index.js';
import { DataError } from '../../errors.js';
import type { Recording, RecordingTargets } from '../../recording.js';
import type { ColumnRoles } from '../format.js';
import { callOf, numbersOf, placeOf, type Column, type Table } from './table.js';
import { checkAscending, guessTimeUnit, isTimeName, secondsOf, unitOfName } from '../time.js';

/**
 * The recordings of a table. Without roles all columns are channels, but for one of dates or with a name such as `time`.
 *
 * @throws DataError that names file, line and column where a role's column isn't there, a channel holds words, a value is
 *   missing (by `roles.missing`) or the time goes back
 */
export function recordingsOf(table: Table, roles: ColumnRoles): Recording[] {
  const columns = assign(table, roles);
  const time = columns.time && timesOf(table, columns.time, roles);
  const found: Recording[] = [];
  const ends = borders(table, [columns.recording, columns.group]);
  ends.forEach((end, i) => {
    const start = i === 0 ? 0 : ends[i - 1];
    const name = nameOf(table, columns.recording ?? columns.group, start);
    found.push(cut(table, columns, roles, time, { start, end, name }));
  });
  return found;
}

interface Assigned {
  readonly time: Column | undefined;
  readonly label: Column | undefined;
  readonly group: Column | undefined;
  readonly recording: Column | undefined;
  readonly targets: readonly Column[];
  readonly channels: readonly Column[];
}

function assign(table: Table, roles: ColumnRoles): Assigned {
  const of = (name: string | undefined, field: string) => (name === undefined ? undefined : find(table, name, field));
  const label = of(roles.label, 'labels.column');
  const group = of(roles.group, 'groupBy.column');
  const recording = of(roles.recording, 'recordingColumn');
  const targets = (roles.targets ?? []).map((name) => find(table, name, 'targets'));
  const chosen = roles.channels?.map((name) => find(table, name, 'channels'));
  const time = of(roles.time, 'time.column') ?? (chosen ? undefined : guessTime(table));
  const taken = new Set([time, label, group, recording, ...targets]);
  const channels = chosen ?? table.columns.filter((column) => !taken.has(column));
  if (channels.length === 0) {
    throw new DataError(`${table.file} has no column that is left for a channel; columns: ${listed(table)}`);
  }
  for (const column of channels) {
    if (column.data.kind === 'number') continue;
    const row =
      column.data.kind === 'text'
        ? Math.max(
            0,
            column.data.codes.findIndex((code) => code >= 0),
          )
        : 0;
    const holds = column.data.kind === 'text' ? `"${column.data.texts[0].slice(0, 40)}"` : 'a date';
    throw new DataError(
      `${placeOf(table, row)}, ${callOf(column)}: ${holds} is not a finite number; correct it, name the column in data.labels.column, or list the others in data.channels`,
    );
  }
  return { time, label, group, recording, targets, channels };
}

function guessTime({ columns }: Table): Column | undefined {
  const dates = columns.filter(({ data }) => data.kind === 'time');
  if (dates.length === 1) return dates[0];
  const named = columns.filter(({ name, data }) => data.kind === 'number' && isTimeName(name));
  return named.length === 1 && columns.length > 1 ? named[0] : undefined;
}

function find(table: Table, name: string, field: string): Column {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column) return column;
  const near = nearest(
    name,
    table.columns.map((candidate) => candidate.name),
  );
  throw new DataError(
    `${table.file} has no column ${name}, which data.${field} names${near ? `; did you mean ${near}?` : ''}; columns: ${listed(table)}`,
  );
}

function listed({ columns }: Table): string {
  const names = columns.map(({ name }) => name);
  return names.length > 20 ? `${names.slice(0, 20).join(', ')}, … (${names.length})` : names.join(', ');
}

/** Seconds, ascending within each recording (which `cut` checks). */
function timesOf(table: Table, column: Column, roles: ColumnRoles): Float64Array {
  const numbers = numbersOf(table, column, 'a time');
  if (column.data.kind === 'time') return numbers;
  const unit = roles.timeUnit ?? unitOfName(column.name) ?? guessTimeUnit(numbers);
  return unit === 's' ? numbers : numbers.map((count) => count * secondsOf[unit]);
}

/** The ends of the stretches of rows in which none of the columns changes. */
function borders({ rows }: Table, columns: readonly (Column | undefined)[]): number[] {
  const ends: number[] = [];
  const arrays = columns.flatMap((column) => (column ? [cells(column)] : []));
  for (let row = 1; row < rows; row++) {
    if (
      arrays.some(
        (array) => array[row] !== array[row - 1] && !(Number.isNaN(array[row]) && Number.isNaN(array[row - 1])),
      )
    )
      ends.push(row);
  }
  return [...ends, rows];
}

function cells({ data }: Column): Float64Array | Int32Array {
  return data.kind === 'text' ? data.codes : data.numbers;
}

function textAt(column: Column, row: number): string | undefined {
  const { data } = column;
  if (data.kind === 'text') return data.codes[row] < 0 ? undefined : data.texts[data.codes[row]];
  return Number.isNaN(data.numbers[row]) ? undefined : String(data.numbers[row]);
}

/** What its column says, else where it begins; undefined where no column divides the table. */
function nameOf(table: Table, column: Column | undefined, row: number): string | undefined {
  if (column === undefined) return undefined;
  return textAt(column, row) ?? (table.lines ? `from line ${table.lines[row]}` : `from row ${row + 1}`);
}

interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly name: string | undefined;
}

function cut(
  table: Table,
  columns: Assigned,
  roles: ColumnRoles,
  time: Float64Array | undefined,
  { start, end, name }: Stretch,
): Recording {
  const kept = keptRows(table, columns.channels, roles, start, end);
  const steps = kept.length;
  const width = columns.channels.length;
  const values = new Float64Array(steps * width);
  columns.channels.forEach((column, c) => {
    const numbers = numbersOf(table, column, 'a channel');
    for (let step = 0; step < steps; step++) values[step * width + c] = numbers[kept[step]];
  });
  if (roles.missing === 'hold') hold(table, columns.channels, values, kept);
  const times = time && Float64Array.from(kept, (row) => time[row]);
  if (times) checkAscending(times, (step) => placeOf(table, kept[step]), callOf(columns.time as Column));
  return {
    file: table.file,
    name,
    channelNames: columns.channels.map((column) => bareName(column.name)),
    units: columns.channels.map((column) => unitIn(column.name)),
    steps,
    values,
    time: times,
    stepLabels: columns.label && stepLabels(columns.label, kept),
    targets: columns.targets.length === 0 ? undefined : targetsOf(table, columns.targets, kept),
    group: columns.group && textAt(columns.group, start),
  };
}

/** The rows of a stretch, without those that `missing: drop` drops. */
function keptRows(
  table: Table,
  channels: readonly Column[],
  roles: ColumnRoles,
  start: number,
  end: number,
): Uint32Array {
  const rows = Uint32Array.from({ length: end - start }, (_, i) => start + i);
  const { missing = 'error' } = roles;
  if (missing === 'hold') return rows;
  const arrays = channels.map((column) => numbersOf(table, column, 'a channel'));
  const isWhole = (row: number) => arrays.every((array) => !Number.isNaN(array[row]));
  if (missing === 'error') {
    const row = rows.find((candidate) => !isWhole(candidate));
    if (row !== undefined) refuseMissing(table, channels, arrays, row);
    return rows;
  }
  const kept = rows.filter(isWhole);
  if (kept.length === 0) {
    throw new DataError(
      `${placeOf(table, start)}: a value is missing in each row from here on; take the recording out`,
    );
  }
  return kept;
}

function refuseMissing(table: Table, channels: readonly Column[], arrays: readonly Float64Array[], row: number): never {
  const channel = arrays.findIndex((array) => Number.isNaN(array[row]));
  let count = 0;
  for (const array of arrays) for (const value of array) if (Number.isNaN(value)) count++;
  throw new DataError(
    `${placeOf(table, row)}, ${callOf(channels[channel])}: a value is missing (${count} in the file); fill it in, or set data.missing to hold or drop`,
  );
}

/** Puts the value before it in place of a missing one; at the beginning the first that is there. */
function hold(table: Table, channels: readonly Column[], values: Float64Array, kept: Uint32Array): void {
  const width = channels.length;
  channels.forEach((column, c) => {
    let last = NaN;
    for (let i = c; i < values.length && Number.isNaN(last); i += width) last = values[i];
    if (Number.isNaN(last)) {
      throw new DataError(
        `${placeOf(table, kept[0])}, ${callOf(column)}: no value in the whole recording; take the channel or the recording out`,
      );
    }
    for (let i = c; i < values.length; i += width) {
      if (Number.isNaN(values[i])) values[i] = last;
      else last = values[i];
    }
  });
}

function stepLabels(column: Column, kept: Uint32Array): NonNullable<Recording['stepLabels']> {
  const { data } = column;
  if (data.kind === 'text') return { names: data.texts, indices: Int32Array.from(kept, (row) => data.codes[row]) };
  const names: string[] = [];
  const index = new Map<number, number>();
  const indices = Int32Array.from(kept, (row) => {
    const value = data.numbers[row];
    if (Number.isNaN(value)) return -1;
    const known = index.get(value) ?? names.length;
    if (known === names.length) {
      index.set(value, known);
      names.push(String(value));
    }
    return known;
  });
  return { names, indices };
}

function targetsOf(table: Table, targets: readonly Column[], kept: Uint32Array): RecordingTargets {
  const values = new Float64Array(kept.length * targets.length);
  targets.forEach((column, t) => {
    const numbers = numbersOf(table, column, 'a target');
    kept.forEach((row, step) => (values[step * targets.length + t] = numbers[row]));
  });
  return { names: targets.map(({ name }) => name), values, every: 'step' };
}

const unitPattern = /^(.*\S)\s*[([]\s*([^()[\]]{1,12}?)\s*[)\]]$/;

/** `ax (g)`: the name without its unit. Numbers in parentheses are no unit. */
function bareName(name: string): string {
  return unitIn(name) === '' ? name : (unitPattern.exec(name)?.[1] ?? name);
}

function unitIn(name: string): string {
  const unit = unitPattern.exec(name)?.[2] ?? '';
  return /^\d+$/.test(unit) ? '' : unit;
}
