import type { IntegerMatrix } from '../../../integer/index.js';
import { isPacked, packedLayouts, type PackedForm } from '../../packed/index.js';
import { encodeRow, type MatrixForm } from '../../rows.js';
import { byteOf, reg, repeat } from './assembler.js';
import type { Registers } from './arithmetic.js';

/** Where rows are summed: 3 bytes where no row of the matrix can exceed them, else 4. The low byte first. */
export const accumulator = (bytes: 3 | 4): Registers => [21, 22, 23, 24].slice(0, bytes);

/** r18 the weight, r19 and r20 the operand. */
const plainWeight = 'r18';

/**
 * Rows as the assembler reads them. Dense: a byte an entry. Sparse: a pair of bytes a nonzero, and 0 at the end of the row. The
 * first of a pair is subtracted from the low byte of the address of the previous operand's high byte, modulo 256, to give that of
 * this operand: 256 less the way forward, which is odd and at most 255. Subtracting it borrows, but where the address leaves its
 * page of 256 bytes; nor does subtracting the 0 at the end. So one conditional branch, not taken, is all that a nonzero pays
 * for both.
 */
export function encodeAvrRow(matrix: IntegerMatrix, row: number, form: MatrixForm, next = 0): number[] {
  const values = Array.from(matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns));
  if (form !== 'sparse') return encodeRow(matrix, row, form);
  const bytes: number[] = [];
  const step = (columns: number, value: number): void => void bytes.push(256 - (2 * columns + 1), value & 255);
  let at = next; // the column that follows the previous operand
  for (const [column, value] of values.entries()) {
    if (value === 0) continue;
    for (; column - at > 127; at += 128) step(127, 0); // a filler of weight 0
    step(column - at, value);
    at = column + 1;
  }
  return [...bytes, 0];
}

/** Where the address of a sparse row's operands stands before its first: at the byte before the vector. Of a dense one, at it. */
export const firstAddress = (form: MatrixForm): number => (form === 'sparse' ? -1 : 0);

/** The column at which a row of the same stream must be taken up by one that follows it along the same vector. */
export function columnAfter(matrix: IntegerMatrix, row: number): number {
  const values = matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns);
  return values.findLastIndex((value) => value !== 0) + 1;
}

/** sum += weight * r20:r19: 8 by 16 bits are two products, each widened by its sign, the carry. */
function accumulate(bytes: 3 | 4, weight = plainWeight): string {
  return bytes === 3
    ? `mulsu ${weight}, r19; sbc r19, r19; add r21, r0; adc r22, r1; adc r23, r19
       muls ${weight}, r20; add r22, r0; adc r23, r1`
    : `mulsu ${weight}, r19; sbc r19, r19; add r21, r0; adc r22, r1; adc r23, r19; adc r24, r19
       muls ${weight}, r20; sbc r20, r20; add r22, r0; adc r23, r1; adc r24, r20`;
}

/**
 * The same of 4 bytes, of which the lower 3 are summed and the overflows counted in the fourth, by the code at `overflow`: 24 bits
 * seldom overflow, and a branch not taken costs less than to widen every product.
 */
const accumulateCounted = (overflow: string): string =>
  `mulsu ${plainWeight}, r19; movw r16, r0; sbc r19, r19; muls ${plainWeight}, r20; add r17, r0; adc r19, r1
   add r21, r16; adc r22, r17; adc r23, r19; brvs ${overflow}`;

/** Counts an overflow of 24 bits: up where the sum has become negative, else down. */
const countOverflow = (label: string, back: string): string =>
  `${label}: sbrc r23, 7; subi r24, 254; dec r24; rjmp ${back} | 24 bits overflow`;

/** Starts a sum with a number, overflows counted where a sparse row follows. */
export function startSum(bytes: 3 | 4, value: number, form: MatrixForm): string {
  const lower = ((value + 2 ** 23) & 0xffffff) - 2 ** 23;
  const start = [0, 1, 2].map((k) => byteOf(lower, k));
  if (bytes === 4) start.push(form === 'sparse' ? byteOf((value - lower) / 2 ** 24, 0) : byteOf(value, 3));
  return accumulator(bytes)
    .map((r, k) => `ldi ${reg(r)}, ${start[k]}`)
    .join('; ');
}

/** Makes a number of 32 bits of a sum whose overflows are counted. */
export const widen = (bytes: 3 | 4, form: MatrixForm): string =>
  bytes === 4 && form === 'sparse' ? 'sbrc r23, 7; dec r24 | 32 bits\n' : '';

/** Undoes that, before a sparse row. */
export const narrow = (bytes: 3 | 4, form: MatrixForm): string =>
  bytes === 4 && form === 'sparse' ? 'sbrc r23, 7; inc r24\n' : '';

/**
 * A sparse row: 22 cycles a nonzero with 3 bytes, 24 with 4, and 2 a turn of the loop over `unroll` of them. It goes on at @NAME_end.
 */
export function sparseRow(name: string, bytes: 3 | 4, unroll: number): string {
  const label = (i: number, text: string): string => (i === 0 ? `@${name}_${text}: ` : '');
  const entry = (i: number): string => `${label(i, '0')}lpm r19, Z+; sub r26, r19; brcc @${name}_x
    ${label(i, 'y')}lpm ${plainWeight}, Z+; ld r19, X+; ld r20, X
    ${bytes === 4 ? accumulateCounted(`@${name}_o`) : accumulate(3)}`;
  // All turns are alike, so that after what is rare any may follow. A branch reaches 63 instructions, which limits their number.
  return `${repeat(unroll, entry)}
    rjmp @${name}_0
    @${name}_x: tst r19; breq @${name}_end; inc r27; rjmp @${name}_y | the row's end, or the next page
    ${bytes === 4 ? countOverflow(`@${name}_o`, `@${name}_0`) : ''}
    @${name}_end:
  `;
}

/** An entry of a dense row. */
const denseEntry = (label: string, bytes: 3 | 4): string =>
  `@${label}: lpm ${plainWeight}, Z+; ld r19, X+; ld r20, X+\n${accumulate(bytes)}`;

/** A dense row of `columns` entries: 17 cycles each with 3 bytes, 20 with 4; the loop is entered so that no entry is left over. */
export function denseRow(name: string, bytes: 3 | 4, columns: number, unroll: number, counter: string): string {
  const turns = Math.ceil(columns / unroll);
  const first = turns * unroll - columns;
  const entry = (i: number): string => denseEntry(`${name}_${i}`, bytes);
  return `ldi ${plainWeight}, ${turns}; mov ${counter}, ${plainWeight}${first > 0 ? `; rjmp @${name}_${first}` : ''}
    ${repeat(unroll, entry)}
    dec ${counter}; brne @${name}_0
  `;
}

/**
 * The body of a routine that sums a dense row of any length, `denseLength` of it in r16. A row costs 9 cycles more than by a loop of
 * its own.
 */
export const denseRoutine = (bytes: 3 | 4): string => `
  lsl r16; brcs @odd | an odd row begins with the second entry of a turn
  ${denseEntry('even', bytes)}
  ${denseEntry('odd', bytes)}
  subi r16, 2; brcc @even
  ret
`;

/** How that routine takes the number of columns: turns of two entries, one less, and whether the first turn has but one. */
export const denseLength = (columns: number): number => (Math.ceil(columns / 2) - 1) | (columns % 2 ? 128 : 0);

/** The sum of a dense row by that routine; changes r16. */
export const callDense = (prefix: string, columns: number): string =>
  `ldi r16, ${denseLength(columns)}; call ${prefix}_dense`;

/** A row of one of the layouts of `packed/`. */
export function packedRow(name: string, bytes: 3 | 4, form: PackedForm, columns: number, counter: string): string {
  return packedLayouts[form].avr({ name, columns, counter, accumulate: (weight) => accumulate(bytes, weight) });
}

/**
 * Code for a row of any form but a sparse one, which needs overflows to be counted.
 *
 * @param prefix the network's, where dense rows are summed by its routine
 */
export function countedRow(
  name: string,
  bytes: 3 | 4,
  { form, columns }: { readonly form: MatrixForm; readonly columns: number },
  unroll: number,
  counter: string,
  prefix: string | undefined,
): string {
  if (isPacked(form)) return packedRow(name, bytes, form, columns, counter);
  return prefix === undefined ? denseRow(name, bytes, columns, unroll, counter) : callDense(prefix, columns);
}
