import { half } from '../../bounds.js';
import { reg } from './assembler.js';
import { saturate, shiftRight } from './arithmetic.js';
import { bytesFor, type Projection } from './plan.js';
import { accumulator, denseRow, sparseRow, startSum, widen } from './rows.js';

/** How often the loops over a row's entries are unrolled. Branches reach 63 instructions, which sets the limit. */
export const unrolled = 4;

/**
 * Equation 2 or 3: rows from Z, operands from r15:r14 on, results to Y; r25 counts the rows. `name` begins its labels.
 */
export function projectionCode({ form, columns, shift, sumBound, limit }: Projection, name: string): string {
  const bytes = bytesFor(sumBound);
  const { code, result } = shiftRight(accumulator(bytes), shift, sumBound);
  const bound = Math.ceil(sumBound / 2 ** shift);
  const value = bound <= 32767 && result.length > 2 ? result.slice(0, 2) : result;
  const extended = value.length === 1 ? [value[0], 20] : value;
  return `
    @${name}_row: ${startSum(bytes, half(shift))}; movw r26, r14
    ${form === 'sparse' ? sparseRow(`${name}s`, bytes, unrolled) : denseRow(`${name}d`, bytes, columns, unrolled, 'r3')}
    ${widen(bytes)}${code}${value.length === 1 ? `mov r20, ${reg(value[0])}; lsl r20; sbc r20, r20` : ''}
    ${saturate(extended, bound, limit, 19, name)}
    st Y+, ${reg(extended[0])}; st Y+, ${reg(extended[1])}
    dec r25; breq @${name}_end; rjmp @${name}_row
    @${name}_end:
  `;
}
