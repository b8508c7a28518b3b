import type { DecodedArray, FileMetaData, SchemaElement } from 'hyparquet';
import { DataError } from '../errors.js';
import { complete } from './complete.js';
import { describeRecordings } from './facts.js';
import type { ColumnRoles, FormatReader } from './format.js';
import { spacingOf } from './time.js';
import { tableRecordings, type Column } from './table.js';

/**
 * Parquet: a table whose columns take roles. hyparquet reads what the file says of itself, hyparquet-compressors unpack its
 * pages (snappy, gzip, zstd, brotli, LZ4); both are loaded with the first file.
 */
export const parquetReader: FormatReader = {
  name: 'Parquet',
  endings: ['.parquet', '.pq'],
  async read(bytes, file, roles) {
    const recordings = tableRecordings(await readColumns(bytes, file, roles), file, roles);
    return recordings.map((each) => complete(each, roles.missing));
  },
  async describe(bytes, file) {
    let columns: Column[] = [];
    const facts = await describeRecordings('Parquet', file, async () => {
      columns = await readColumns(bytes, file, {});
      return tableRecordings(columns, file, {});
    });
    const texts = columns.filter((column) => !facts.columns.some(({ name }) => name === column.name));
    const others = texts.map(({ name, kind, values }) => {
      const distinct = new Set(kind === 'text' ? values : []);
      return {
        name,
        kind: kind === 'text' ? ('text' as const) : ('time' as const),
        missing: kind === 'text' ? values.filter((value) => value === '').length : 0,
        distinct: kind === 'text' && distinct.size <= 64 ? [...distinct] : undefined,
        changes: Array.from(values as ArrayLike<unknown>).filter((value, i, all) => i > 0 && value !== all[i - 1])
          .length,
        ascending: kind === 'time' && values.every((value, i) => i === 0 || value >= values[i - 1]!),
        spacing: kind === 'time' ? spacingOf(values) : undefined,
        whole: false,
      };
    });
    const order = columns.map(({ name }) => name);
    const all = [...facts.columns, ...others].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
    return { ...facts, columns: all };
  },
};

async function readColumns(bytes: Uint8Array, file: string, roles: ColumnRoles): Promise<Column[]> {
  if (bytes.length === 0) throw new DataError(`${file} is empty; save it again`);
  const magic = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (magic(0) !== 'PAR1')
    throw new DataError(`${file} is no Parquet file (it doesn't begin with PAR1); save it as Parquet again`);
  if (bytes.length < 12 || magic(bytes.length - 4) !== 'PAR1') {
    throw new DataError(`${file} is cut off: it doesn't end with PAR1; copy or save it again`);
  }
  const { parquetMetadata } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const { checkSizes, PageDecoder } = await import('./parquet-pages.js');
  const chunks = new Map<string, DecodedArray[]>();
  let metadata: FileMetaData;
  let wanted: SchemaElement[];
  try {
    metadata = parquetMetadata(bytes, { geoparquet: false });
    wanted = flatColumns(metadata, roles, file);
    checkSizes(metadata, bytes);
    const decoder = new PageDecoder(bytes, compressors);
    for (const { columns } of metadata.row_groups) {
      for (const element of wanted) {
        const column = columns.find(({ meta_data: its }) => isTop(its?.path_in_schema, element.name))?.meta_data;
        if (column === undefined) throw new Error(`a row group without ${element.name}`);
        const parts = chunks.get(element.name) ?? [];
        parts.push(...decoder.read(column, element));
        chunks.set(element.name, parts);
      }
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    const what = error instanceof Error ? error.message : String(error);
    throw new DataError(
      `${file} is damaged, or Parquet that isn't read here (${what}); save it again, e.g. with snappy or zstd`,
      {
        cause: error,
      },
    );
  }
  const rows = Number(metadata.num_rows);
  return wanted.map((schema) => {
    const parts = chunks.get(schema.name) ?? [];
    if (parts.reduce((sum, { length }) => sum + length, 0) !== rows) {
      throw new DataError(
        `${file} is damaged: column ${schema.name} hasn't the ${rows} rows that the file says; save it again`,
      );
    }
    return toColumn(schema, parts, rows, file);
  });
}

function isTop(path: readonly string[] | undefined, name: string): boolean {
  return path?.length === 1 && path[0] === name;
}

/** The columns that are no lists or structures; those with a role must be among them. */
function flatColumns({ schema }: FileMetaData, roles: ColumnRoles, file: string): SchemaElement[] {
  const top: SchemaElement[] = [];
  for (let i = 1; i < schema.length;) {
    top.push(schema[i]!);
    let open = 1; // elements of this column's tree that are still to come
    while (open > 0 && i < schema.length) open += (schema[i++]!.num_children ?? 0) - 1;
  }
  const flat = top.filter(({ num_children, repetition_type }) => !num_children && repetition_type !== 'REPEATED');
  const named = [
    roles.time,
    roles.label,
    roles.group,
    roles.recording,
    ...(roles.targets ?? []),
    ...(roles.channels ?? []),
  ];
  for (const name of named) {
    if (name === undefined || flat.some((column) => column.name === name)) continue;
    const nested = top.some((column) => column.name === name);
    throw new DataError(
      nested
        ? `${file}: column ${name} holds lists or structures; save one number a row and column`
        : `${file} has no column ${JSON.stringify(name)}; it has ${flat.map((column) => JSON.stringify(column.name)).join(', ') || 'none of plain values'}`,
    );
  }
  if (flat.length === 0)
    throw new DataError(`${file} has no columns of plain values; save one number a row and column`);
  return flat;
}

function toColumn(schema: SchemaElement, parts: readonly DecodedArray[], rows: number, file: string): Column {
  const { name } = schema;
  const perSecond = timeCounts(schema);
  if (perSecond !== undefined) {
    const values = new Float64Array(rows);
    eachValue(parts, (value, i) => {
      if (value === null || value === undefined) {
        throw new DataError(`${file}: row ${i + 1} has no time in ${name}; give it one or drop the row`);
      }
      values[i] = Number(value) / perSecond;
    });
    return { name, kind: 'time', values };
  }
  const texts: string[] = [];
  const numbers = new Float64Array(rows);
  eachValue(parts, (value, i) => {
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
      numbers[i] = Number(value);
    else if (value === null || value === undefined) numbers[i] = NaN;
    else if (typeof value === 'string') texts[i] = value;
    else texts[i] = value instanceof Date ? value.toISOString() : '';
  });
  if (texts.length === 0 && !(schema.type === 'BYTE_ARRAY' && schema.converted_type !== 'DECIMAL')) {
    return { name, kind: 'number', values: numbers };
  }
  return { name, kind: 'text', values: Array.from({ length: rows }, (_, i) => texts[i] ?? '') };
}

/** Counts a second of a column of times; undefined where it holds none. INT96 counts nanoseconds. */
function timeCounts({ type, logical_type: logical, converted_type: converted }: SchemaElement): number | undefined {
  if (type === 'INT96') return 1e9;
  if (logical?.type === 'TIMESTAMP') return { MILLIS: 1e3, MICROS: 1e6, NANOS: 1e9 }[logical.unit];
  return converted === 'TIMESTAMP_MILLIS' ? 1e3 : converted === 'TIMESTAMP_MICROS' ? 1e6 : undefined;
}

function eachValue(parts: readonly DecodedArray[], take: (value: unknown, row: number) => void): void {
  let row = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) take(part[i], row++);
  }
}
