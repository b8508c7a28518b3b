import { readFile } from '#platform';
import { DataError } from '../errors.js';
import { readerOf } from '../formats/readers.js';
import type { Recording, StepLabels } from '../recording.js';

/** One line of a file of labels. */
interface LabelSpan {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

/**
 * Reads a table of the columns start, end, label and, for several recordings, file. Start and end count seconds where the
 * recording has a time or a rate, else steps; the end is not inside.
 *
 * @returns the spans by file; those without a file under ''
 * @throws DataError that names the file and what is wrong
 */
export async function readLabelFile(path: string): Promise<Map<string, LabelSpan[]>> {
  const reader = readerOf(path);
  if (!reader) throw new DataError(`data.labels.file: ${path} is no table that can be read; give a CSV file`);
  const bytes = await readFile(path);
  const { columns } = await reader.describe(bytes, path);
  const names = columns.map(({ name }) => name);
  const missing = ['start', 'end', 'label'].filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new DataError(
      `${path} has no column ${missing.join(' and no column ')}; a file of labels has a header with start, end, label and, for several recordings, file (its columns: ${names.join(', ')})`,
    );
  }
  const byFile = names.includes('file');
  const rows = await reader.read(bytes, path, {
    channels: ['start', 'end'],
    label: 'label',
    ...(byFile ? { group: 'file' } : {}),
  });
  const spans = new Map<string, LabelSpan[]>();
  for (const { group, values, stepLabels, label, steps } of rows) {
    const key = byFile ? (group ?? '') : '';
    const own = spans.get(key) ?? [];
    spans.set(key, own);
    for (let i = 0; i < steps; i++) {
      const [start, end] = [values[2 * i], values[2 * i + 1]];
      const text = stepLabels ? stepLabels.names[stepLabels.indices[i]] : label;
      if (!(end > start))
        throw new DataError(`${path}: a label from ${start} to ${end} (${text}); the end must be after the start`);
      if (text === undefined)
        throw new DataError(`${path}: the span from ${start} to ${end} has no label; give it one, or take it out`);
      own.push({ start, end, label: text });
    }
  }
  return spans;
}

/**
 * Gives recordings the labels of their spans; frames in no span have none.
 *
 * @param files [recordings], the name of each one's file within the folder
 */
export function applyLabels(
  recordings: readonly Recording[],
  files: readonly string[],
  spans: Map<string, LabelSpan[]>,
  path: string,
): Recording[] {
  const unused = new Set([...spans.keys()].filter((key) => key !== ''));
  const labelled = recordings.map((recording, i) => {
    const key = [files[i], files[i].replace(/^.*\//, ''), ''].find((name) => spans.has(name));
    const own = key === undefined ? [] : (spans.get(key) as LabelSpan[]);
    if (key !== undefined) unused.delete(key);
    return { ...recording, stepLabels: spansToSteps(recording, own) };
  });
  const [stray] = unused;
  if (stray !== undefined)
    throw new DataError(`${path} has labels for ${stray}, but there is no such recording; correct the name`);
  return labelled;
}

function spansToSteps(recording: Recording, spans: readonly LabelSpan[]): StepLabels {
  const { steps, time, rate } = recording;
  const names = [...new Set(spans.map(({ label }) => label))];
  const indices = new Int32Array(steps).fill(-1);
  const at = (i: number) => (time ? time[i] : rate ? i / rate : i);
  for (const { start, end, label } of spans) {
    const index = names.indexOf(label);
    for (let i = firstFrom(steps, at, start); i < steps && at(i) < end; i++) indices[i] = index;
  }
  return { names, indices };
}

/** The first step whose time is `start` or later. */
function firstFrom(steps: number, at: (i: number) => number, start: number): number {
  let [low, high] = [0, steps];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle) < start) low = middle + 1;
    else high = middle;
  }
  return low;
}
