import type { ColumnMetaData, Compressors, DecodedArray, FileMetaData, SchemaElement } from 'hyparquet';
import type { ColumnDecoder, PageHeader, ParquetParsers } from 'hyparquet/src/types.js';
import { parquetHeader } from 'hyparquet/src/column.js';
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { byteStreamSplit } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { readDeltas, readRuns, readTexts, type PageReader } from './parquet-runs.js';

/** Run lengths pack millions of equal values into a few bytes, but no file has more rows than this, or so many for its size. */
const largestRows = 2 ** 28;
const rowsPerByte = 2 ** 16;
/** A page is a megabyte by custom; what says more than this of itself is damaged. */
const largestPage = 2 ** 28;
/** What a file's pages unpack to, all together. */
const largestFile = 2 ** 32;
/** A page's description, which can hold its least and greatest texts, has no more bytes. */
const largestHeader = 2 ** 16;

const parsers: ParquetParsers = {
  ...DEFAULT_PARSERS,
  timestampFromMilliseconds: Number,
  timestampFromMicroseconds: Number,
  timestampFromNanoseconds: Number,
} as ParquetParsers;

/**
 * Looks at what a Parquet file says of its sizes before they are believed: the groups' rows are the file's, and the columns
 * lie in the file.
 *
 * @throws Error that says which size is wrong
 */
export function checkSizes({ num_rows, row_groups }: FileMetaData, bytes: Uint8Array): void {
  const rows = row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  const most = Math.min(largestRows, rowsPerByte * bytes.length);
  if (Number(num_rows) !== rows || rows > most || row_groups.some((group) => group.num_rows < 0)) {
    throw new Error(`${num_rows} rows are said, ${rows} are there`);
  }
  for (const { columns, num_rows: groupRows } of row_groups) {
    for (const { meta_data: column } of columns) {
      if (column === undefined) throw new Error('a column without a description');
      const values = Number(column.num_values);
      if (column.path_in_schema.length === 1 && values !== Number(groupRows)) {
        throw new Error(`${values} values for ${groupRows} rows`);
      }
      const start = startOf(column);
      const end = start + Number(column.total_compressed_size);
      if (!(start >= 0 && end >= start && end <= bytes.length)) throw new Error('a column lies outside the file');
    }
  }
}

function startOf({ dictionary_page_offset: dictionary, data_page_offset: data }: ColumnMetaData): number {
  return Number(dictionary || data);
}

/** Reads columns of plain values page by page. It trusts no count: each is compared with what is there, or with the rows. */
export class PageDecoder {
  readonly #bytes: Uint8Array;
  readonly #compressors: Compressors;
  #unpacked = 0;

  constructor(bytes: Uint8Array, compressors: Compressors) {
    this.#bytes = bytes;
    this.#compressors = compressors;
  }

  /** The values of one row group's column, a part a page; null where there is none. */
  read(column: ColumnMetaData, element: SchemaElement): DecodedArray[] {
    const start = startOf(column);
    const chunk = this.#bytes.subarray(start, start + Number(column.total_compressed_size));
    const rows = Number(column.num_values);
    const parts: DecodedArray[] = [];
    let dictionary: DecodedArray | undefined;
    let seen = 0;
    for (let at = 0; seen < rows;) {
      const head = chunk.subarray(at, at + largestHeader);
      const reader = { view: new DataView(head.buffer, head.byteOffset, head.length), offset: 0 };
      const header = parquetHeader(reader);
      at += reader.offset;
      const size = header.compressed_page_size;
      if (!(size >= 0 && at + size <= chunk.length)) throw new Error(`a page of ${size} bytes`);
      const packed = chunk.subarray(at, at + size);
      at += size;
      const count = (header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header)
        ?.num_values;
      if (count === undefined) continue; // an index
      const decoder = decoderOf(column, element);
      if (header.type === 'DICTIONARY_PAGE') {
        const page = { bytes: this.#unpack(packed, header.uncompressed_page_size, column), at: 0 };
        dictionary = convert(plainValues(page, element, count), decoder);
        continue;
      }
      if (!(count >= 0 && count <= rows - seen)) throw new Error(`a page of ${count} values in a column of ${rows}`);
      parts.push(this.#dataPage(packed, header, count, { column, element, decoder, dictionary }));
      seen += count;
    }
    return parts;
  }

  #dataPage(packed: Uint8Array, header: PageHeader, count: number, of: Chunk): DecodedArray {
    const { column, element, decoder, dictionary } = of;
    const { data_page_header_v2: second, data_page_header: first } = header;
    const optional = element.repetition_type !== 'REQUIRED';
    const size = header.uncompressed_page_size;
    let page: PageReader;
    let levels: Uint32Array | undefined;
    if (second) {
      const { repetition_levels_byte_length: before, definition_levels_byte_length: length } = second;
      if (!(before === 0 && length >= 0 && length <= packed.length)) throw new Error(`levels of ${length} bytes`);
      if (optional) levels = readRuns({ bytes: packed.subarray(0, length), at: 0 }, 1, count);
      const values = packed.subarray(length);
      page = { bytes: second.is_compressed === false ? values : this.#unpack(values, size - length, column), at: 0 };
    } else {
      page = { bytes: this.#unpack(packed, size, column), at: 0 };
      if (optional) levels = readRuns(sized(page), 1, count);
    }
    const encoding = (second ?? first)?.encoding;
    const there = levels ? levels.reduce((sum, level) => sum + level, 0) : count;
    let values: DecodedArray;
    if (encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY') {
      if (dictionary === undefined) throw new Error('no dictionary');
      const width = there === 0 ? 0 : (page.bytes[page.at++] ?? 0);
      const places = readRuns(page, width, there);
      const beyond = places.find((place) => place >= dictionary.length);
      if (beyond !== undefined) throw new Error(`place ${beyond} in a dictionary of ${dictionary.length}`);
      const found = new Array<unknown>(there);
      for (let i = 0; i < there; i++) found[i] = dictionary[places[i]!];
      values = found;
    } else values = convert(ownValues(page, element, encoding, there), decoder);
    if (levels === undefined || there === count) return values;
    const spread = new Array<unknown>(count);
    for (let i = 0, at = 0; i < count; i++) spread[i] = levels[i] === 0 ? null : values[at++];
    return spread;
  }

  #unpack(packed: Uint8Array, size: number, { codec }: ColumnMetaData): Uint8Array {
    if (codec === 'UNCOMPRESSED') return packed;
    const decompress = this.#compressors[codec];
    if (decompress === undefined) throw new Error(`compression ${codec}`);
    // Snappy's densest element makes 64 bytes of 3.
    const most = codec === 'SNAPPY' ? packed.length * 22 + 64 : largestPage;
    if (!(size >= 0 && size <= Math.min(most, largestPage))) throw new Error(`a page of ${size} bytes`);
    this.#unpacked += size;
    if (this.#unpacked > largestFile) throw new Error(`pages of more than ${largestFile} bytes`);
    const page = decompress(packed, size);
    if (page.length !== size) throw new Error(`a page of ${page.length} bytes that says ${size}`);
    return page;
  }
}

/** What a page must know of the column that it is in. */
interface Chunk {
  readonly column: ColumnMetaData;
  readonly element: SchemaElement;
  readonly decoder: ColumnDecoder;
  readonly dictionary: DecodedArray | undefined;
}

function decoderOf({ codec }: ColumnMetaData, element: SchemaElement): ColumnDecoder {
  if (element.type === undefined) throw new Error(`column ${element.name} has no type`);
  return { pathInSchema: [element.name], type: element.type, element, schemaPath: [], codec, parsers };
}

/** The part of a page that begins with its length, four bytes. */
function sized(page: PageReader): PageReader {
  const { bytes, at } = page;
  const length = at + 4 <= bytes.length ? new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0, true) : NaN;
  if (!(at + 4 + length <= bytes.length)) throw new Error(`runs of ${length} bytes`);
  page.at = at + 4 + length;
  return { bytes: bytes.subarray(at + 4, page.at), at: 0 };
}

/** Values that stand in the page itself. */
function ownValues(
  page: PageReader,
  element: SchemaElement,
  encoding: string | undefined,
  count: number,
): DecodedArray {
  const { type } = element;
  if (encoding === 'PLAIN') return plainValues(page, element, count);
  if (encoding === 'RLE' && type === 'BOOLEAN') return Array.from(readRuns(sized(page), 1, count), Boolean);
  if (encoding === 'BYTE_STREAM_SPLIT') {
    checkRoom(page, element, count);
    return byteStreamSplit(viewOf(page), count, type!, element.type_length);
  }
  if (encoding === 'DELTA_BINARY_PACKED') {
    const values = readDeltas(page, count);
    return type === 'INT32' ? Int32Array.from(values, (value) => Number(BigInt.asIntN(32, value))) : values;
  }
  if (encoding === 'DELTA_LENGTH_BYTE_ARRAY') return readTexts(page, count, false);
  if (encoding === 'DELTA_BYTE_ARRAY') return readTexts(page, count, true);
  throw new Error(`encoding ${encoding}`);
}

function plainValues(page: PageReader, element: SchemaElement, count: number): DecodedArray {
  checkRoom(page, element, count);
  const values = readPlain(viewOf(page), element.type!, count, element.type_length);
  if (element.converted_type === 'DECIMAL') {
    const long = Array.from(values).find((value) => value instanceof Uint8Array && value.length > longestDecimal);
    if (long !== undefined) throw new Error(`decimals of more than ${longestDecimal} bytes`);
  }
  return values;
}

/** Numbers of 256 bits are the largest that are in use. */
const longestDecimal = 32;

const widths: Readonly<Record<string, number>> = {
  BOOLEAN: 1 / 8,
  INT32: 4,
  INT64: 8,
  INT96: 12,
  FLOAT: 4,
  DOUBLE: 8,
  BYTE_ARRAY: 4, // its length, at least
};

/** Throws where a page hasn't the bytes for so many values. */
function checkRoom({ bytes, at }: PageReader, { type, type_length: length = 0 }: SchemaElement, count: number): void {
  const width = type === 'FIXED_LEN_BYTE_ARRAY' ? length : (widths[type!] ?? 0);
  if (!(count >= 0 && (width > 0 || count === 0) && at + count * width <= bytes.length)) {
    throw new Error(`${count} values of ${width} bytes in a page of ${bytes.length}`);
  }
}

function viewOf({ bytes, at }: PageReader): { view: DataView; offset: number } {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: at };
}
