import { DataError } from '../errors.js';
import { numberedChannels, type Recording } from '../recording.js';
import type { ColumnRoles, FileFacts, Problem } from './format.js';
import { parseTime } from './text/cells.js';

/** One recording as a line of a file of series holds it: channels of equal length, each one after the other. */
export interface Series {
  readonly line: number;
  /** [channels][steps], NaN where a value is missing. */
  readonly channels: readonly Float64Array[];
  readonly time?: Float64Array | undefined;
  readonly label: string | undefined;
}

/**
 * A series as a recording. Values that are missing at the end of all channels are taken for its end, since such files pad
 * shorter series so; others by `roles.missing`.
 *
 * @throws DataError that names file and line
 */
export function recordingOf(series: Series, file: string, index: number, roles: ColumnRoles): Recording {
  const { line, channels, label } = series;
  const width = channels.length;
  const length = channels[0]?.length ?? 0;
  const other = channels.findIndex((channel) => channel.length !== length);
  if (other >= 0) {
    throw new DataError(
      `${file}, line ${line}: channel ${other + 1} has ${channels[other].length} values, channel 1 has ${length}; all channels of a recording need the same length`,
    );
  }
  let end = length;
  while (end > 0 && channels.every((channel) => Number.isNaN(channel[end - 1]))) end--;
  if (end === 0) throw new DataError(`${file}, line ${line}: the recording has no values; take the line out`);
  const kept = keptSteps(series, end, file, roles);
  const values = new Float64Array(kept.length * width);
  channels.forEach((channel, c) => {
    let last = channel.find((value) => !Number.isNaN(value)) ?? NaN;
    if (Number.isNaN(last)) {
      throw new DataError(`${file}, line ${line}: channel ${c + 1} has no values; take the channel or the line out`);
    }
    kept.forEach((from, step) => {
      last = Number.isNaN(channel[from]) ? last : channel[from]; // after keptSteps only `hold` leaves any
      values[step * width + c] = last;
    });
  });
  return {
    file,
    name: `${index + 1}, line ${line}`,
    channelNames: numberedChannels(width),
    units: new Array<string>(width).fill(''),
    steps: kept.length,
    values,
    time: series.time && Float64Array.from(kept, (step) => series.time?.[step] ?? NaN),
    label,
  };
}

function keptSteps(
  { channels, line }: Series,
  end: number,
  file: string,
  { missing = 'error' }: ColumnRoles,
): number[] {
  const steps = Array.from({ length: end }, (_, step) => step);
  if (missing === 'hold') return steps;
  const lacks = (step: number) => channels.some((channel) => Number.isNaN(channel[step]));
  if (missing === 'drop') {
    const kept = steps.filter((step) => !lacks(step));
    if (kept.length > 0) return kept;
    throw new DataError(`${file}, line ${line}: a value is missing at each step; take the line out`);
  }
  const first = steps.find(lacks);
  if (first === undefined) return steps;
  const count = channels.reduce((sum, channel) => sum + channel.subarray(0, end).filter(Number.isNaN).length, 0);
  const at = channels.findIndex((channel) => Number.isNaN(channel[first]));
  throw new DataError(
    `${file}, line ${line}: value ${first + 1} of channel ${at + 1} is missing (${count} in the recording); fill it in, or set data.missing to hold or drop`,
  );
}

/** Numbers apart by commas; `?` and NaN stand for a missing one. */
export function seriesValues(text: string, where: string): Float64Array {
  const cells = text.split(',');
  if (cells.length > 0 && cells[cells.length - 1].trim() === '') cells.pop();
  return Float64Array.from(cells, (cell, i) => {
    const trimmed = cell.trim();
    if (trimmed === '?' || trimmed.toLowerCase() === 'nan') return NaN;
    const value = trimmed === '' ? NaN : Number(trimmed);
    if (Number.isFinite(value)) return value;
    throw new DataError(`${where}, value ${i + 1}: "${trimmed.slice(0, 40)}" is not a finite number; correct it`);
  });
}

/** `(time, value)` pairs apart by commas; times are numbers or dates. */
export function timedValues(text: string, where: string): { time: Float64Array; values: Float64Array } {
  const pairs = [...text.matchAll(/\(([^()]*),([^(),]*)\)/g)];
  if (pairs.length === 0) throw new DataError(`${where}: no (time, value) pairs, which @timeStamps true announces`);
  const time = Float64Array.from(pairs, ([, stamp]) => {
    const trimmed = stamp.trim().replaceAll(/^"|"$/g, '');
    const value =
      /^[\d.e+-]+$/i.test(trimmed) && Number.isFinite(Number(trimmed)) ? Number(trimmed) : parseTime(trimmed);
    if (!Number.isNaN(value)) return value;
    throw new DataError(
      `${where}: "${trimmed.slice(0, 40)}" is no time; write a number or a date as in 2024-05-01 12:00:00`,
    );
  });
  const later = time.findIndex((value, i) => i > 0 && value < time[i - 1]);
  if (later >= 0) throw new DataError(`${where}, value ${later + 1}: the time goes back; sort the values by time`);
  return { time, values: seriesValues(pairs.map(([, , value]) => value).join(','), where) };
}

/** The facts of a file of series. */
export function seriesFacts(format: string, series: readonly Series[], problems: readonly Problem[]): FileFacts {
  const width = series[0]?.channels.length ?? 0;
  const lengths = series.map(({ channels }) => {
    let end = channels[0]?.length ?? 0;
    while (end > 0 && channels.every((channel) => Number.isNaN(channel[end - 1]))) end--;
    return end;
  });
  return {
    format,
    columns: numberedChannels(width).map((name, c) => {
      let [missing, whole, min, max] = [0, true, Infinity, -Infinity];
      series.forEach(({ channels }, i) => {
        for (const value of channels[c]?.subarray(0, lengths[i]) ?? []) {
          if (Number.isNaN(value)) {
            missing++;
            continue;
          }
          if (value < min) min = value;
          if (value > max) max = value;
          if (!Number.isInteger(value)) whole = false;
        }
      });
      return { name, kind: 'number' as const, missing, changes: 0, ascending: false, whole, min, max };
    }),
    rows: lengths.reduce((sum, length) => sum + length, 0),
    recordings: series.length,
    lengths,
    labels: series.flatMap(({ label }) => (label === undefined ? [] : [label])),
    problems,
  };
}
