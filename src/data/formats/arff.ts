import { DataError } from '../errors.js';
import type { Recording } from '../recording.js';
import { describeColumns } from './text/describe-table.js';
import type { FileFacts, FormatReader } from './format.js';
import { recordingOf, seriesFacts, seriesValues, type Series } from './series.js';
import { recordingsOf } from './text/table-recordings.js';
import type { Table } from './text/table.js';
import { splitCells } from './text/cells.js';
import { openTable } from './text/dialect.js';
import { decodeText, plainText } from './text/encoding.js';
import { parseTable } from './text/parse-table.js';

/**
 * `.arff` files. Where the numeric attributes are numbered (`att1`, `att2`, …) each line is a recording of one channel, as in
 * the UCR archive; where there is a relational attribute each line is a recording of several channels, as in the UEA archive;
 * any others are a table with a line a step.
 */
export const arffReader: FormatReader = {
  name: 'ARFF',
  endings: ['.arff'],
  async read(bytes, file, roles): Promise<Recording[]> {
    const parsed = parseArff(
      bytes,
      file,
      new Set([roles.label, roles.group, roles.recording].filter((n) => n !== undefined)),
    );
    if ('rows' in parsed) {
      const nominal = parsed.columns.findLast(({ data }) => data.kind === 'text');
      return recordingsOf(parsed, { ...roles, label: roles.label ?? nominal?.name });
    }
    return parsed.map((series, i) => recordingOf(series, file, i, roles));
  },
  async describe(bytes, file): Promise<FileFacts> {
    try {
      const parsed = parseArff(bytes, file, new Set());
      if (!('rows' in parsed)) return seriesFacts('ARFF', parsed, []);
      return { format: 'ARFF', columns: describeColumns(parsed), rows: parsed.rows, recordings: 1, problems: [] };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      return seriesFacts('ARFF', [], [{ what: error.message.replace(file, '').replace(/^[\s,:]+/, '') }]);
    }
  },
};

interface Attribute {
  readonly name: string;
  readonly type: 'number' | 'nominal' | 'text' | 'relational';
  /** The values that a nominal attribute may have. */
  readonly values: readonly string[];
}

function parseArff(bytes: Uint8Array, file: string, texts: ReadonlySet<string>): Series[] | Table {
  const lines = decodeText(plainText(bytes, file).bytes).split('\n');
  const start = lines.findIndex((line) => /^\s*@data\b/i.test(line));
  if (start < 0) throw new DataError(`${file} has no @data line; it isn't ARFF, or was cut short`);
  const attributes = parseAttributes(lines.slice(0, start), file);
  if (attributes.length === 0) throw new DataError(`${file} has no @attribute lines; it isn't ARFF`);
  const numeric = attributes.filter(({ type }) => type === 'number');
  const isSeries =
    attributes.some(({ type }) => type === 'relational') ||
    (numeric.length >= 8 && numeric.every(({ name }) => /\d+$/.test(name)));
  return isSeries ? seriesOf(lines, start, attributes, file) : tableOf(lines, start, attributes, file, texts);
}

function parseAttributes(lines: readonly string[], file: string): Attribute[] {
  const attributes: Attribute[] = [];
  let inside = false;
  lines.forEach((raw, i) => {
    const text = raw.trim();
    if (/^@end\b/i.test(text)) inside = false;
    if (!/^@attribute\b/i.test(text) || inside) return;
    const parts = /^@attribute\s+('(?:[^'\\]|\\.)*'|"[^"]*"|\S+)\s+(.+)$/i.exec(text);
    if (!parts) throw new DataError(`${file}, line ${i + 1}: "${text.slice(0, 40)}" names no attribute and its type`);
    const name = unquoted(parts[1]);
    const type = parts[2].trim();
    if (/^relational\b/i.test(type)) {
      inside = true;
      attributes.push({ name, type: 'relational', values: [] });
    } else if (/^(numeric|real|integer)\b/i.test(type)) attributes.push({ name, type: 'number', values: [] });
    else if (type.startsWith('{')) {
      attributes.push({
        name,
        type: 'nominal',
        values: splitCells(type.replaceAll(/^\{|\}.*$/g, ''), ',').map(unquoted),
      });
    } else attributes.push({ name, type: 'text', values: [] });
  });
  return attributes;
}

function unquoted(text: string): string {
  return text.replace(/^(['"])(.*)\1$/s, '$2').replaceAll(/\\(['"\\])/g, '$1');
}

function seriesOf(lines: readonly string[], start: number, attributes: readonly Attribute[], file: string): Series[] {
  const found: Series[] = [];
  for (let i = start + 1; i < lines.length; i++) {
    const text = lines[i].trim();
    if (text === '' || text.startsWith('%')) continue;
    const where = `${file}, line ${i + 1}`;
    if (text.startsWith('{')) throw new DataError(`${where}: sparse ARFF isn't read; export it with all values`);
    const series = parseSeries(text, i + 1, where, attributes);
    const width = found[0]?.channels.length ?? series.channels.length;
    if (series.channels.length !== width) {
      throw new DataError(`${where}: ${series.channels.length} channels, but ${width} in the lines before`);
    }
    found.push(series);
  }
  if (found.length === 0) throw new DataError(`${file} has no recordings after @data; take it out or fetch it again`);
  return found;
}

function parseSeries(text: string, line: number, where: string, attributes: readonly Attribute[]): Series {
  const cells = arffCells(text);
  if (cells.length !== attributes.length) {
    throw new DataError(`${where}: ${cells.length} values, but ${attributes.length} attributes; correct the line`);
  }
  const labelAt = attributes.findLastIndex(({ type }) => type === 'nominal' || type === 'text');
  const label = labelAt < 0 ? undefined : cells[labelAt];
  if (labelAt >= 0 && (label === '' || label === '?')) {
    throw new DataError(`${where}: the class is missing; add it, or take the line out`);
  }
  const { values: allowed = [] } = attributes[labelAt] ?? {};
  if (label !== undefined && allowed.length > 0 && !allowed.includes(label)) {
    throw new DataError(
      `${where}: the class "${label.slice(0, 40)}" is none of ${allowed.join(', ')}; correct one of them`,
    );
  }
  const relation = attributes.findIndex(({ type }) => type === 'relational');
  if (relation >= 0) {
    const rows = cells[relation].split(/\\n|\n/).filter((row) => row.trim() !== '');
    return { line, channels: rows.map((row, c) => seriesValues(row, `${where}, channel ${c + 1}`)), label };
  }
  const numbers = cells.filter((_, i) => attributes[i].type === 'number').join(',');
  return { line, channels: [seriesValues(numbers, where)], label };
}

/** Cells apart by commas, in single or double quotes where they hold commas. */
function arffCells(text: string): string[] {
  const cells: string[] = [];
  const pattern = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,]*))\s*(,|$)/gy;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    cells.push((match[1] ?? match[2] ?? match[3]).trim());
    if (match[4] === '') break;
  }
  return cells;
}

/** A line a step: the text after @data is a table whose header the attributes are. */
function tableOf(
  lines: readonly string[],
  start: number,
  attributes: readonly Attribute[],
  file: string,
  texts: ReadonlySet<string>,
): Table {
  const body = lines.map((line, i) =>
    i <= start || line.trimStart().startsWith('%') ? '' : line.replaceAll("'", '"'),
  );
  const text = { bytes: new TextEncoder().encode(body.join('\n')), encoding: 'utf-8' } as const;
  const opening = openTable(text);
  if (opening === undefined) throw new DataError(`${file} has no rows after @data; take it out or fetch it again`);
  const words = attributes.filter(({ type }) => type !== 'number').map(({ name }) => name);
  // What openTable may have taken for a header is the first row: attributes are the names.
  const first = body.findIndex((line) => line.trim() !== '');
  const bodyStart = new TextEncoder().encode(body.slice(0, first).join('\n')).length + (first === 0 ? 0 : 1);
  const sample = opening.header ? [opening.header, ...opening.sample] : opening.sample;
  return parseTable(
    text,
    { ...opening, sample, header: attributes.map(({ name }) => name), bodyStart, bodyLine: first + 1 },
    file,
    { texts: new Set([...words, ...texts]) },
  );
}
