import { DataError } from '../errors.js';
import type { Recording } from '../recording.js';
import type { ColumnFacts, FileFacts } from './format.js';
import { spacingOf } from './time.js';

/**
 * What can be said of a file of numbers, from what its reader makes of it. What the reader refuses is the file's problem.
 *
 * @param read reads the file so that missing values stay in
 */
export async function describeRecordings(
  format: string,
  file: string,
  read: () => Promise<readonly Recording[]>,
): Promise<FileFacts> {
  try {
    const recordings = await read();
    const labels = recordings.flatMap(({ label }) => (label === undefined ? [] : [label]));
    const several = recordings.length > 1;
    return {
      format,
      columns: columnsOf(recordings),
      rows: recordings.reduce((sum, { steps }) => sum + steps, 0),
      recordings: recordings.length,
      lengths: several ? recordings.map(({ steps }) => steps) : undefined,
      labels: labels.length > 0 ? labels : undefined,
      rate: recordings[0]?.rate,
      problems: [],
    };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { format, columns: [], rows: 0, recordings: 0, problems: [{ what: withoutFile(error.message, file) }] };
  }
}

function withoutFile(message: string, file: string): string {
  if (message.startsWith(`${file}: `)) return message.slice(file.length + 2);
  return message.startsWith(`${file} `) ? `the file${message.slice(file.length)}` : message;
}

const mostDistinct = 64;

/** The channels over all recordings; a change is counted within a recording. */
function columnsOf(recordings: readonly Recording[]): ColumnFacts[] {
  const names = recordings[0]?.channelNames ?? [];
  return names.map((name, c) => {
    const facts = { missing: 0, changes: 0, ascending: true, whole: true, min: Infinity, max: -Infinity };
    const distinct = new Set<number>();
    for (const { values, steps } of recordings) {
      let before = NaN;
      for (let t = 0; t < steps; t++) {
        const value = values[t * names.length + c]!;
        if (!Number.isFinite(value)) {
          facts.missing++;
          continue;
        }
        if (!Number.isNaN(before) && value !== before) facts.changes++;
        if (value < before) facts.ascending = false;
        if (!Number.isInteger(value)) facts.whole = false;
        if (value < facts.min) facts.min = value;
        if (value > facts.max) facts.max = value;
        if (distinct.size <= mostDistinct) distinct.add(value);
        before = value;
      }
    }
    const { min, max, ...rest } = facts;
    const spacing = facts.ascending && max > min ? channelSpacing(recordings, c) : undefined;
    const none = min > max;
    return {
      name,
      ...rest,
      spacing,
      kind: none ? 'empty' : 'number',
      distinct: distinct.size <= mostDistinct ? [...distinct].map(String) : undefined,
      min: none ? undefined : min,
      max: none ? undefined : max,
    };
  });
}

/** The steps between values that ascend, as a time does; of one recording alone. */
function channelSpacing(recordings: readonly Recording[], channel: number): ColumnFacts['spacing'] {
  const [{ values, steps, channelNames }] = recordings;
  if (recordings.length > 1) return undefined;
  return spacingOf(Float64Array.from({ length: steps }, (_, t) => values[t * channelNames.length + channel]!));
}
