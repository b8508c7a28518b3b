import type { FileMetaData } from 'hyparquet';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';

/** Run lengths pack millions of equal values into a few bytes, but no file has more rows than this. */
const largestRows = 2 ** 31;

/**
 * Looks at what a Parquet file says of its sizes before they are believed: the columns lie in the file, the pages in their
 * columns, and no page holds more values than its column. A damaged count would otherwise keep the decoder busy for minutes.
 *
 * @throws Error that says which size is wrong
 */
export function checkSizes({ num_rows, row_groups }: FileMetaData, bytes: Uint8Array): void {
  const rows = row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (Number(num_rows) !== rows || rows > largestRows || row_groups.some((group) => group.num_rows < 0)) {
    throw new Error(`${num_rows} rows are said, ${rows} are there`);
  }
  for (const { columns, num_rows: groupRows } of row_groups) {
    for (const { meta_data: column } of columns) {
      if (column === undefined) throw new Error('a column without a description');
      const values = Number(column.num_values);
      if (values < 0 || values > largestRows) throw new Error(`${values} values in a column`);
      if (column.path_in_schema.length === 1 && values !== Number(groupRows)) {
        throw new Error(`${values} values for ${groupRows} rows`);
      }
      const start = Number(column.dictionary_page_offset || column.data_page_offset);
      const end = start + Number(column.total_compressed_size);
      if (!(start >= 0 && end >= start && end <= bytes.length)) throw new Error('a column lies outside the file');
      checkPages(new DataView(bytes.buffer, bytes.byteOffset + start, end - start), values);
    }
  }
}

/** Walks a column's pages; numbers of fields are those of PageHeader in parquet.thrift. */
function checkPages(view: DataView, mostValues: number): void {
  const reader = { view, offset: 0 };
  let values = 0;
  while (reader.offset < view.byteLength && values < mostValues) {
    const header = deserializeTCompactProtocol(reader) as Record<string, unknown>;
    const size = Number(header['field_3']);
    if (!(size >= 0 && reader.offset + size <= view.byteLength)) throw new Error(`a page of ${size} bytes`);
    const data = (header['field_5'] ?? header['field_8']) as Record<string, unknown> | undefined;
    const dictionary = header['field_7'] as Record<string, unknown> | undefined;
    const count = Number((data ?? dictionary)?.['field_1'] ?? 0);
    if (!(count >= 0 && count <= mostValues)) throw new Error(`a page of ${count} values in a column of ${mostValues}`);
    if (data !== undefined) values += count;
    reader.offset += size;
  }
  if (values !== mostValues) throw new Error(`${values} values in a column of ${mostValues}`);
}
