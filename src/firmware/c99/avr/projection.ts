import { roundingTerm } from '../../../integer/index.js';
import { byteOf, reg } from './assembler.js';
import { saturate, shiftRight, signOf, type Registers } from './arithmetic.js';
import type { Optimize, Projection } from './plan.js';
import type { MatrixForm } from '../../rows.js';
import { accumulator, countedRow, sparseRow, startSum, widen } from './rows.js';

/** How often the loops over a row's entries are unrolled. Branches reach 63 instructions, which limits it to 4. */
export const unrolled = (form: MatrixForm, optimize: Optimize): number =>
  optimize === 'speed' ? 4 : form === 'dense' ? 2 : 3;

/**
 * Equation 2 or 3: rows from Z, operands from r15:r14 on, results to Y; r25 counts the rows. `name` begins its labels.
 *
 * @param summed the code that sums a row, where it is elsewhere; a jump there comes back to @NAME_summed
 */
export function projectionCode(projection: Projection, name: string, optimize: Optimize, summed?: string): string {
  const { form, columns, shift, bytes } = projection;
  const turns = unrolled(form, optimize);
  const own =
    form === 'sparse'
      ? sparseRow(`${name}s`, bytes, turns)
      : countedRow(`${name}d`, bytes, { form, columns }, turns, 'r3', undefined);
  const { code, value } = result(projection, name);
  return `
    @${name}_row: ${startSum(bytes, roundingTerm(shift), form)}; movw r26, r14
    ${summed ? `${summed}\n@${name}_summed:` : own}
    ${code}
    st Y+, ${reg(value[0])}; st Y+, ${reg(value[1])}
    dec r25; brne @${name}_row
  `;
}

/** The sum shifted and saturated. */
function result({ form, shift, sumBound, limit, bytes }: Projection, name: string): { code: string; value: Registers } {
  const bound = Math.ceil(sumBound / 2 ** shift);
  if (bytes === 4 && form === 'sparse' && shift === 8) {
    // Where overflows are left, the value is beyond 16 bits, and their sign is its own.
    const far = `tst r24; breq @${name}_16; ${limited(limit)}; sbrs r24, 7; rjmp @${name}_done; ${limited(-limit)}; rjmp @${name}_done\n`;
    return { code: `${far}@${name}_16: ${saturate([22, 23], 32768, limit, 19, name)}`, value: [22, 23] };
  }
  const { code, result: shifted } = shiftRight(accumulator(bytes), shift, sumBound);
  const kept = bound <= 32767 ? shifted.slice(0, 2) : shifted;
  const value = kept.length === 1 ? [kept[0], 20] : kept;
  const sign = kept.length === 1 ? `${signOf(20, kept[0])}\n` : '';
  return { code: `${widen(bytes, form)}${code}${sign}${saturate(value, bound, limit, 19, name)}`, value };
}

const limited = (limit: number): string => `ldi r22, ${byteOf(limit, 0)}; ldi r23, ${byteOf(limit, 1)}`;
