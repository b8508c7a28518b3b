import { half } from '../../bounds.js';
import { byteOf, reg } from './assembler.js';
import { saturate, shiftRight, zero } from './arithmetic.js';
import { bytesFor, type Projection } from './plan.js';
import { accumulator, denseRow, sparseRow } from './rows.js';

/** Starts a sum with a number. */
export function startSum(bytes: 3 | 4, value: number): string {
  return accumulator(bytes)
    .map((r, k) => `ldi ${reg(r)}, ${byteOf(value, k)}`)
    .join('; ');
}

/** How often the loops over a row's entries are unrolled. Branches reach 63 instructions, which sets the limit. */
export const unrolled = (bytes: 3 | 4): number => (bytes === 3 ? 4 : 3);

/**
 * Equation 2 or 3: rows from Z, operands from r15:r14 on, results to Y; r25 counts the rows.
 */
export function projectionCode({ form, columns, shift, sumBound, limit }: Projection): string {
  const bytes = bytesFor(sumBound);
  const { code, result } = shiftRight(accumulator(bytes), shift, sumBound);
  const bound = Math.ceil(sumBound / 2 ** shift);
  const value = bound <= 32767 && result.length > 2 ? result.slice(0, 2) : result;
  const extended = value.length === 1 ? [value[0], 20] : value;
  return `
    clr ${zero}
    @row: ${startSum(bytes, half(shift))}; movw r26, r14
    ${form === 'sparse' ? sparseRow('s', bytes, unrolled(bytes)) : denseRow('d', bytes, columns, 4, 'r16')}
    ${code}${value.length === 1 ? `mov r20, ${reg(value[0])}; lsl r20; sbc r20, r20` : ''}
    ${saturate(extended, bound, limit, 19, 'p')}
    st Y+, ${reg(extended[0])}; st Y+, ${reg(extended[1])}
    dec r25; breq @done; rjmp @row
    @done:
  `;
}
