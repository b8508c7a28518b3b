import { readFile } from '#platform';
import { DataError } from '../errors.js';
import { readerOf } from '../formats/readers.js';
import type { Recording, StepLabels } from '../recording.js';
import { jsonRows, tableRows, type LabelRow } from './label-rows.js';

/** One line of a file of labels. */
export interface LabelSpan {
  readonly start: number;
  /** Infinity for the whole recording. */
  readonly end: number;
  readonly label: string;
}

/**
 * Reads a table, or a list in JSON, of label and, where a recording isn't all of one class, start and end, and for several recordings
 * file. Start and end count seconds where the recording has a time or a rate, else steps; the end is not inside.
 *
 * @returns the spans by file; those without a file under ''
 * @throws DataError that names the file and what is wrong
 */
export async function readLabelFile(path: string): Promise<Map<string, LabelSpan[]>> {
  const spans = new Map<string, LabelSpan[]>();
  for (const { file, start, end, label } of await readRows(path)) {
    if (!(end > start)) {
      throw new DataError(`${path}: a label from ${start} to ${end} (${label}); the end must be after the start`);
    }
    const own = spans.get(file) ?? [];
    spans.set(file, own);
    own.push({ start, end, label });
  }
  return spans;
}

async function readRows(path: string): Promise<LabelRow[]> {
  const isJson = /\.jsonl?$/i.test(path);
  const reader = readerOf(path);
  if (!isJson && !reader) {
    throw new DataError(`data.labels.file: ${path} is no table that can be read; give a CSV or a JSON file`);
  }
  const bytes = await readFile(path);
  return isJson || !reader ? jsonRows(bytes, path) : tableRows(bytes, path, reader);
}

/** The spans of a recording: under its path within the folder, its name alone, or for all recordings. */
export function spansOf(file: string, spans: ReadonlyMap<string, LabelSpan[]>): readonly LabelSpan[] | undefined {
  const key = [file, file.replace(/^.*\//, ''), ''].find((name) => spans.has(name));
  return key === undefined ? undefined : spans.get(key);
}

/** Refuses spans of a recording that isn't there. */
export function checkSpans(files: readonly string[], spans: ReadonlyMap<string, LabelSpan[]>, path: string): void {
  const used = new Set(files.map((file) => spansOf(file, spans)));
  for (const [name, own] of spans) {
    if (name !== '' && !used.has(own)) {
      throw new DataError(`${path} has labels for ${name}, but there is no such recording; correct the name`);
    }
  }
}

/**
 * A recording with the labels of its spans; frames in no span have none.
 *
 * @param file the name of its file within the folder
 */
export function labelSteps(recording: Recording, file: string, spans: ReadonlyMap<string, LabelSpan[]>): Recording {
  return { ...recording, stepLabels: spansToSteps(recording, spansOf(file, spans) ?? []) };
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
