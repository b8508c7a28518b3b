import { DataError } from '../errors.js';
import type { FormatReader } from '../formats/format.js';
import { splitCells } from '../formats/text/cells.js';
import { decodeText, plainText } from '../formats/text/encoding.js';

/** One row of a file of labels. */
export interface LabelRow {
  /** '' where the table has no such column. */
  readonly file: string;
  readonly start: number;
  /** Infinity where no end is given. */
  readonly end: number;
  readonly label: string;
}

/** The rows of a table with a header that names label and, where they are needed, file, start and end. */
export async function tableRows(bytes: Uint8Array, path: string, reader: FormatReader): Promise<LabelRow[]> {
  const { columns, dialect } = await reader.describe(bytes, path);
  const names = columns.map(({ name }) => name);
  const has = (name: string) => names.includes(name);
  const whole = has('file') && !has('start') && !has('end'); // a class for each file
  const missing = [...(whole ? [] : ['start', 'end']), 'label'].filter((name) => !has(name));
  if (missing.length > 0) {
    throw new DataError(
      `${path} has no column ${missing.join(' and no column ')}; a file of labels has a header with start, end, label and, for several recordings, file (its columns: ${names.join(', ')})`,
    );
  }
  if (whole) return fileRows(bytes, path, names, dialect?.delimiter ?? ',');
  const rows = await reader.read(bytes, path, {
    channels: ['start', 'end'],
    label: 'label',
    ...(has('file') ? { group: 'file' } : {}),
  });
  return rows.flatMap(({ group, values, stepLabels, label, steps }) =>
    Array.from({ length: steps }, (_, i): LabelRow => {
      const [start, end] = [values[2 * i], values[2 * i + 1]];
      const text = stepLabels ? stepLabels.names[stepLabels.indices[i]] : label;
      if (text === undefined) {
        throw new DataError(`${path}: the span from ${start} to ${end} has no label; give it one, or take it out`);
      }
      return { file: has('file') ? (group ?? '') : '', start, end, label: text };
    }),
  );
}

/** Rows without numbers, which no reader of recordings takes: a file and its class. */
function fileRows(bytes: Uint8Array, path: string, names: readonly string[], delimiter: string): LabelRow[] {
  const [, ...lines] = decodeText(plainText(bytes, path).bytes).trim().split('\n');
  const [file, label] = [names.indexOf('file'), names.indexOf('label')];
  return lines.map((line, i) => {
    const cells = splitCells(line, delimiter);
    if (cells.length !== names.length || cells[file] === '' || cells[label] === '') {
      throw new DataError(`${path}, line ${i + 2}: "${line}" must hold ${names.join(', ')}`);
    }
    return { file: cells[file], start: 0, end: Infinity, label: cells[label] };
  });
}

/** The rows of a JSON file: a list of objects with label and, where they are needed, file, start and end; or an object a line. */
export function jsonRows(bytes: Uint8Array, path: string): LabelRow[] {
  const text = new TextDecoder().decode(bytes);
  const lines = /\.jsonl$/i.test(path) ? text.split(/\r?\n/).filter((line) => line.trim() !== '') : undefined;
  const list = lines ? lines.map((line, i) => parsed(line, `${path}, line ${i + 1}`)) : parsed(text, path);
  if (!Array.isArray(list)) throw new DataError(`${path} must hold a list, as in [{"file": "a.wav", "label": "yes"}]`);
  return list.map((row: unknown, i) => {
    const { file = '', start = 0, end = Infinity, label } = (row ?? {}) as Record<string, unknown>;
    if (typeof file !== 'string' || typeof start !== 'number' || typeof end !== 'number' || typeof label !== 'string') {
      throw new DataError(
        `${path}: row ${i + 1}, ${JSON.stringify(row)}, must have label and file as texts and, where they are given, start and end as numbers`,
      );
    }
    return { file, start, end, label };
  });
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new DataError(`${where} is no JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
