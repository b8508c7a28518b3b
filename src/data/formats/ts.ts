import { DataError } from '../errors.js';
import type { Recording } from '../recording.js';
import type { FileFacts, FormatReader } from './format.js';
import { recordingOf, seriesFacts, seriesValues, timedValues, type Series } from './series.js';
import { decodeText, plainText } from './text/encoding.js';

/**
 * `.ts` files of the UCR and UEA archives: a recording a line, its channels apart by colons, its class after the last one;
 * of one channel or several, of equal lengths or not, `?` for missing values, with `(time, value)` pairs where
 * `@timeStamps true` says so.
 */
export const tsReader: FormatReader = {
  name: '.ts',
  endings: ['.ts'],
  async read(bytes, file, roles): Promise<Recording[]> {
    return parseTs(bytes, file).map((series, i) => recordingOf(series, file, i, roles));
  },
  async describe(bytes, file): Promise<FileFacts> {
    try {
      return seriesFacts('.ts', parseTs(bytes, file), []);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      return seriesFacts('.ts', [], [{ what: error.message.replace(file, '').replace(/^[\s,:]+/, '') }]);
    }
  },
};

interface Header {
  timeStamps: boolean;
  labelled: boolean;
  classes: readonly string[];
  dimensions: number | undefined;
}

function parseTs(bytes: Uint8Array, file: string): Series[] {
  const lines = decodeText(plainText(bytes, file).bytes).split('\n');
  const header: Header = { timeStamps: false, labelled: false, classes: [], dimensions: undefined };
  const found: Series[] = [];
  let inData = false;
  lines.forEach((raw, i) => {
    const text = raw.trim();
    const where = `${file}, line ${i + 1}`;
    if (text === '' || text.startsWith('#') || text.startsWith('%')) return;
    if (inData) found.push(parseCase(text, i + 1, where, header, found[0]));
    else if (!text.startsWith('@')) {
      throw new DataError(`${where}: "${text.slice(0, 40)}" stands before @data; a .ts file begins with its @ lines`);
    } else if (/^@data\b/i.test(text)) inData = true;
    else readHeaderLine(text, header, where);
  });
  if (!inData) throw new DataError(`${file} has no @data line; it isn't a .ts file of recordings, or was cut short`);
  if (found.length === 0) throw new DataError(`${file} has no recordings after @data; take it out or fetch it again`);
  return found;
}

function readHeaderLine(text: string, header: Header, where: string): void {
  const [key, ...words] = text.slice(1).split(/\s+/);
  const isTrue = words[0]?.toLowerCase() === 'true';
  switch (key.toLowerCase()) {
    case 'timestamps':
      header.timeStamps = isTrue;
      return;
    case 'dimensions':
    case 'dimension':
      header.dimensions = Number(words[0]);
      return;
    case 'classlabel':
      header.labelled = isTrue;
      header.classes = words.slice(1);
      return;
    case 'targetlabel':
      if (isTrue) {
        throw new DataError(
          `${where}: values to be predicted (@targetLabel) aren't read; only classes (@classLabel) are`,
        );
      }
  }
}

function parseCase(text: string, line: number, where: string, header: Header, first: Series | undefined): Series {
  // A time of day has colons too, but stands in parentheses.
  const parts = header.timeStamps ? text.split(/:(?![^(]*\))/) : text.split(':');
  const label = header.labelled ? parts.pop()?.trim() : undefined;
  if (header.labelled && (label === undefined || label === '' || parts.length === 0)) {
    throw new DataError(`${where}: no class stands after the last colon; add it, or take the line out`);
  }
  if (label !== undefined && header.classes.length > 0 && !header.classes.includes(label)) {
    throw new DataError(
      `${where}: the class "${label.slice(0, 40)}" is none of @classLabel (${header.classes.join(', ')}); correct one of them`,
    );
  }
  const expected = header.dimensions ?? first?.channels.length ?? parts.length;
  if (parts.length !== expected) {
    throw new DataError(`${where}: ${parts.length} channels, but ${expected} in the lines before or in @dimensions`);
  }
  if (!header.timeStamps) {
    return { line, channels: parts.map((part, c) => seriesValues(part, `${where}, channel ${c + 1}`)), label };
  }
  const timed = parts.map((part, c) => timedValues(part, `${where}, channel ${c + 1}`));
  const [{ time }] = timed;
  const other = timed.findIndex((channel) => channel.time.some((value, i) => value !== time[i]));
  if (other >= 0) {
    throw new DataError(`${where}: channel ${other + 1} has other times than channel 1; bring all to the same times`);
  }
  return { line, channels: timed.map(({ values }) => values), time, label };
}
