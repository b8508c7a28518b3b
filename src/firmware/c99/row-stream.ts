import { roundingTerm } from '../../integer/index.js';
import { isPacked, packedLayouts, type PackedForm } from '../packed/index.js';
import { encodeRow } from '../rows.js';
import { dspDenseRow } from './dsp.js';
import type { CLayout, CMatrix } from './layout.js';

/**
 * How a step in C stores a matrix, as a part of one stream of bytes that it reads strictly forward:
 * - dense: a row is its entries, one signed byte each;
 * - offsets: a row is a count, then as many pairs: the offset in bytes of an operand in its vector, and a signed weight;
 * - indices: the same with the operand's index, of vectors with more than 128 operands;
 * - packed: as the files of `packed/` say.
 */
export type StreamForm = 'dense' | 'offsets' | 'indices';

/** Operands whose offset in bytes fits a byte. */
const mostOffsets = 128;

export function streamForm({ form, matrix }: CMatrix): StreamForm | PackedForm {
  if (form === 'dense' || isPacked(form)) return form;
  return matrix.columns <= mostOffsets ? 'offsets' : 'indices';
}

/** Bytes of instructions that an entry takes in the loops for Thumb (thumb.ts); a jump over entries fits a byte. */
export const entryBytes: Readonly<Record<StreamForm, number>> = { dense: 12, offsets: 12, indices: 14 };

/** Entries of a block of those loops. */
export function blockEntries(form: StreamForm): number {
  return Math.floor(240 / entryBytes[form]); // a conditional branch reaches 256 bytes back
}

/** Whether a matrix has rows of more than a block. */
export function isLong(m: CMatrix): boolean {
  const form = streamForm(m);
  if (isPacked(form)) return false;
  const most = blockEntries(form);
  return Array.from({ length: m.matrix.rows }, (_, row) => rowEntries(m, row)).some((entries) => entries > most);
}

function rowEntries(m: CMatrix, row: number): number {
  const { values, columns } = m.matrix;
  if (streamForm(m) === 'dense') return columns;
  return values.subarray(row * columns, (row + 1) * columns).reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
}

/** The function that multiplies a row of a matrix, without the prefix. */
export function rowFunctionName(m: CMatrix): string {
  const form = streamForm(m);
  return form === 'dense' ? 'dense_stream_row' : `${form}${isLong(m) ? '_long' : ''}_row`;
}

/** A row in the stream, as it stands in C. */
export function streamRow({ upper }: CLayout, m: CMatrix, row: number): string {
  const { values, columns } = m.matrix;
  const form = streamForm(m);
  if (isPacked(form)) return encodeRow(m.matrix, row, form).join(', ');
  const entries = values.subarray(row * columns, (row + 1) * columns);
  if (form === 'dense') return denseRow(upper, entries);
  const pairs = Array.from(entries.entries())
    .filter(([, value]) => value !== 0)
    .map(([column, value]) => `${form === 'offsets' ? 2 * column : column}, ${value & 255}`);
  return [`${upper}_${form.toUpperCase()}${isLong(m) ? '_LONG' : ''}(${pairs.length})`, ...pairs].join(', ');
}

/** The bytes of a dense row, by fours where the order within them is the processor's. */
function denseRow(upper: string, entries: Int8Array): string {
  const bytes = Array.from(entries, (value) => value & 255);
  const whole = bytes.length - (bytes.length % 4);
  const fours = Array.from(
    { length: whole / 4 },
    (_, k) => `${upper}_FOUR(${bytes.slice(4 * k, 4 * k + 4).join(', ')})`,
  );
  return [...fours, ...bytes.slice(whole)].join(', ');
}

/** `rs(start + row · v, shift)` of the row that `row` points at, as an expression; the rounding term is what the sum starts with. */
export function rowExpression({ prefix }: CLayout, m: CMatrix, v: string): string {
  const start = roundingTerm(m.shift);
  const shift = m.shift > 0 ? ` >> ${m.shift}` : '';
  const form = streamForm(m);
  const takesColumns = isPacked(form) ? packedLayouts[form].takesColumns : form === 'dense';
  const columns = takesColumns ? `${m.matrix.columns}, ` : '';
  return `${prefix}_${rowFunctionName(m)}(&row, ${columns}${v}, ${start})${shift}`;
}

/** The functions that the matrices of a step need, in assembler for Thumb and in C, and how a row's count is written. */
export function streamFunctions(
  layouts: readonly CLayout[],
  thumb: (set: 1 | 2, form: StreamForm, long: boolean) => string,
): string {
  const [layout] = layouts;
  const matrices = layouts.flatMap(({ w2, u2, w1, u1 }) => [w2, u2, w1, u1]).filter((m) => m !== undefined);
  const all = [
    ...new Map(matrices.map((m) => [rowFunctionName(m), { form: streamForm(m), long: isLong(m) }])).values(),
  ];
  const packed = all.flatMap(({ form }) => (isPacked(form) ? [packedRow(form)] : []));
  const kinds = all.flatMap(({ form, long }) => (isPacked(form) ? [] : [{ form, long }]));
  const rows = (set: 1 | 2) =>
    kinds
      .map(({ form, long }) => {
        const text = thumb(set, form, form === 'dense' || long);
        return set === 2 && form === 'dense' ? `#if UPPER_DSP\n\n${dspDenseRow}\n#else\n\n${text}\n#endif\n` : text;
      })
      .join('\n');
  const unpacked = `${kinds.map(({ form, long }) => countMacro(form, long)).join('')}
#if UPPER_THUMB == 1

${rows(1)}
#elif UPPER_THUMB == 2

${rows(2)}
#else

${kinds.map(({ form, long }) => plainRow(form, long)).join('\n')}
#endif
`;
  return [...(kinds.length > 0 ? [unpacked] : []), ...packed]
    .join('\n')
    .replaceAll('PREFIX', layout.prefix)
    .replaceAll('UPPER', layout.upper);
}

function packedRow(form: PackedForm): string {
  return packedLayouts[form].c.replaceAll('FUNCTION', `PREFIX_${form}_row`).replaceAll(/READ\((.*?)\)/g, '*($1)');
}

/** How a row's count is written: in assembler it is the bytes of code to jump over, and how many blocks follow. */
function countMacro(form: StreamForm, long: boolean): string {
  if (form === 'dense') {
    return `#if UPPER_DSP
#define UPPER_FOUR(a, b, c, d) a, c, b, d
#else
#define UPPER_FOUR(a, b, c, d) a, b, c, d
#endif
`;
  }
  const name = `UPPER_${form.toUpperCase()}${long ? '_LONG' : ''}`;
  const n = blockEntries(form);
  const jump = (entries: string) => `(${entryBytes[form]} * (${n} - (${entries})))`;
  const thumb = long
    ? `${jump(`(n) < ${n} ? (n) : ((n) - 1) % ${n} + 1`)}, ((n) > ${n} ? ((n) - 1) / ${n} : 0)`
    : jump('n');
  return `#if UPPER_THUMB
#define ${name}(n) ${thumb}
#else
#define ${name}(n) (n)
#endif
`;
}

const denseComment = '/* sum + the dense row at *row times v; *row moves on behind it */';
const pairsComment = '/* sum + the sparse row at *row times v; *row moves on behind it */';

function plainRow(form: StreamForm, long: boolean): string {
  if (form === 'dense') {
    return `${denseComment}
static int32_t PREFIX_dense_stream_row(const uint8_t **row, uint8_t columns, const int16_t *v, int32_t sum)
{
  const int8_t *at = (const int8_t *)*row;
  uint8_t n;
  for (n = (uint8_t)(columns / 4); n; n--, at += 4, v += 4) {
    sum += (int32_t)at[0] * v[0];
    sum += (int32_t)at[1] * v[1];
    sum += (int32_t)at[2] * v[2];
    sum += (int32_t)at[3] * v[3];
  }
  for (n = columns % 4; n; n--) sum += (int32_t)*at++ * *v++;
  *row = (const uint8_t *)at;
  return sum;
}
`;
  }
  const operand = form === 'offsets' ? '*(const int16_t *)(const void *)((const char *)v + at[0])' : 'v[at[0]]';
  return `${pairsComment}
static int32_t PREFIX_${form}${long ? '_long' : ''}_row(const uint8_t **row, const int16_t *v, int32_t sum)
{
  const uint8_t *at = *row;
  uint8_t n = *at++;
  for (; n; n--, at += 2) sum += (int32_t)(int8_t)at[1] * ${operand};
  *row = at;
  return sum;
}
`;
}
