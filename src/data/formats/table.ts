import { DataError } from '../errors.js';
import type { Recording, RecordingTargets } from '../recording.js';
import type { ColumnRoles, TimeUnit } from './format.js';

/** A column of a table that knows its types. `time` is in seconds. */
export type Column =
  | { readonly name: string; readonly kind: 'number' | 'time'; readonly values: Float64Array }
  | { readonly name: string; readonly kind: 'text'; readonly values: readonly string[] };

/**
 * The recordings of a table: rows between two changes of the columns `recording` and `group` are one.
 *
 * @throws DataError where a column is missing or of the wrong kind, or no channel is left
 */
export function tableRecordings(columns: readonly Column[], file: string, roles: ColumnRoles): Recording[] {
  const rows = columns[0]?.values.length ?? 0;
  if (rows === 0) throw new DataError(`${file} has no rows; remove it or save it again`);
  const find = (name: string): Column => {
    const found = columns.find((column) => column.name === name);
    if (found !== undefined) return found;
    throw new DataError(
      `${file} has no column ${JSON.stringify(name)}; it has ${columns.map((c) => JSON.stringify(c.name)).join(', ')}`,
    );
  };
  const numbers = (name: string): Float64Array => {
    const column = find(name);
    if (column.kind !== 'text') return column.values;
    throw new DataError(
      `${file}: column ${name} holds texts, but must hold numbers; correct it or leave it out of the channels`,
    );
  };
  const timeName = roles.time ?? onlyTime(columns);
  const named = new Set([timeName, roles.label, roles.group, roles.recording, ...(roles.targets ?? [])]);
  const channelNames =
    roles.channels ?? columns.filter(({ name, kind }) => kind === 'number' && !named.has(name)).map(({ name }) => name);
  if (channelNames.length === 0)
    throw new DataError(`${file} has no column of numbers to be a channel; save numbers, or name data.channels`);
  const whole: Row = {
    values: interleave(channelNames.map(numbers), rows),
    time: timeName === undefined ? undefined : seconds(find(timeName), numbers(timeName), roles.timeUnit, file),
    labels: roles.label === undefined ? undefined : classes(find(roles.label)),
    targets: roles.targets && interleave(roles.targets.map(numbers), rows),
  };
  const groups = roles.group === undefined ? undefined : asTexts(find(roles.group));
  const recordings = roles.recording === undefined ? undefined : asTexts(find(roles.recording));
  const result: Recording[] = [];
  for (let start = 0, end = 1; start < rows; start = end++) {
    while (end < rows && recordings?.[end] === recordings?.[start] && groups?.[end] === groups?.[start]) end++;
    const recording = cut(whole, start, end, { file, channelNames, targetNames: roles.targets ?? [] });
    result.push({ ...recording, name: recordings?.[start] ?? groups?.[start], group: groups?.[start] });
  }
  return result;
}

interface Row {
  readonly values: Float64Array;
  readonly time: Float64Array | undefined;
  readonly labels: { readonly names: readonly string[]; readonly indices: Int32Array } | undefined;
  readonly targets: Float64Array | undefined;
}

/** Rows [start, end) as a recording. */
function cut(
  { values, time, labels, targets }: Row,
  start: number,
  end: number,
  of: { readonly file: string; readonly channelNames: readonly string[]; readonly targetNames: readonly string[] },
): Recording {
  const { file, channelNames, targetNames } = of;
  const rows = <Values extends Float64Array | Int32Array>(all: Values, width: number) =>
    all.subarray(start * width, end * width) as Values;
  const ownTime = time && rows(time, 1);
  const back = ownTime?.findIndex((now, t, all) => t > 0 && now < all[t - 1]!) ?? -1;
  if (back !== -1) {
    throw new DataError(
      `${file}: the time of row ${start + back + 1} is before the row above it; sort the rows, or name the column in which recordings differ (data.recording)`,
    );
  }
  const ownTargets: RecordingTargets | undefined = targets && {
    names: targetNames,
    values: rows(targets, targetNames.length),
    every: 'step',
  };
  return {
    file,
    channelNames,
    units: channelNames.map(() => ''),
    steps: end - start,
    values: rows(values, channelNames.length),
    time: ownTime,
    stepLabels: labels && { names: labels.names, indices: rows(labels.indices, 1) },
    targets: ownTargets,
  };
}

function onlyTime(columns: readonly Column[]): string | undefined {
  const times = columns.filter(({ kind }) => kind === 'time');
  return times.length === 1 ? times[0]!.name : undefined;
}

function interleave(columns: readonly Float64Array[], rows: number): Float64Array {
  const values = new Float64Array(rows * columns.length);
  columns.forEach((column, c) => {
    for (let t = 0; t < rows; t++) values[t * columns.length + c] = column[t]!;
  });
  return values;
}

const perSecond: Record<TimeUnit, number> = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 };

/** The time in seconds. Without a unit, the usual step tells it: sensors take between one and a few thousand values a second. */
function seconds(column: Column, values: Float64Array, unit: TimeUnit | undefined, file: string): Float64Array {
  const missing = values.findIndex((value) => !Number.isFinite(value));
  if (missing !== -1)
    throw new DataError(`${file}: row ${missing + 1} has no time in ${column.name}; give it one or drop the row`);
  if (column.kind === 'time') return values;
  const scale = perSecond[unit ?? guessUnit(values)];
  return values.map((value) => value / scale);
}

function guessUnit(values: Float64Array): TimeUnit {
  const gaps = values
    .subarray(1)
    .map((value, i) => Math.abs(value - values[i]!))
    .sort();
  const usual = gaps[gaps.length >> 1] ?? 0;
  return usual <= 1 ? 's' : usual <= 1000 ? 'ms' : usual <= 1_000_000 ? 'us' : 'ns';
}

function asTexts({ values }: Column): string[] {
  return Array.from(values as ArrayLike<string | number>, String);
}

/** Texts or numbers as classes; nothing, NaN and null are steps without one. */
function classes(column: Column): { names: string[]; indices: Int32Array } {
  const texts = asTexts(column).map((text) => (text === 'NaN' ? '' : text));
  const names = [...new Set(texts)].filter((text) => text !== '').sort();
  if (column.kind !== 'text') names.sort((a, b) => Number(a) - Number(b));
  const places = new Map(names.map((name, i) => [name, i]));
  return { names, indices: Int32Array.from(texts, (text) => places.get(text) ?? -1) };
}
