import { roundingTerm } from '../../../integer/index.js';
import { byteOf } from './assembler.js';
import { multiply, roundRight, saturate } from './arithmetic.js';
import type { AvrPlan } from './plan.js';

/** Equation 1: inputs from X, results to Y; the affine from Z. */
export function normalisationCode({ network }: AvrPlan): string {
  const { centre, multiplier, inputSize, inputShift, inputLimit } = network;
  const perChannel = centre.length > 1;
  const signed = multiplier.some((m) => m < 0);
  const largest = multiplier.reduce((most, m) => Math.max(most, Math.abs(m)), 0);
  const sum = [14, 15, 16, 17];
  const shifted = Math.ceil((32767 * largest + roundingTerm(inputShift)) / 2 ** inputShift);
  const { code, result } = roundRight(sum, inputShift, 32767 * largest, shifted <= 32767 ? 2 : 4);
  const value = shifted <= 32767 ? result.slice(0, 2) : result;
  const extended = value.length === 1 ? [value[0], 24] : value;
  const load = `lpm r12, Z+; lpm r13, Z+; lpm r20, Z+; lpm r21, Z+ | centre, multiplier`;
  return `
    ldi r25, ${inputSize}
    ${perChannel ? '' : load}
    @next: ${perChannel ? load : ''}
    ld r18, X+; ld r19, X+; sub r18, r12; sbc r19, r13; brvs @over; cpi r19, 128; breq @edge | x - centre
    @in:
    ${multiply(sum, { regs: [18, 19], signed: true }, { regs: [20, 21], signed }, 24, 'none')}
    ${code}${value.length === 1 ? `mov r24, r${value[0]}; lsl r24; sbc r24, r24` : ''}
    ${saturate(extended, shifted, inputLimit, 22, 'a')}
    st Y+, r${extended[0]}; st Y+, r${extended[1]}
    dec r25; brne @next
    rjmp @affine
    @over: ldi r18, 255; ldi r19, 127; brmi @in; ldi r18, 0; ldi r19, 128 | within 16 bits
    @edge: tst r18; brne @in; inc r18; rjmp @in | -32768 becomes -32767
    @affine:
  `;
}

/** The affine as that code reads it. */
export function affineBytes({ network: { centre, multiplier } }: AvrPlan): number[] {
  return Array.from(centre, (c, i) => [c, multiplier[i]].flatMap((v) => [byteOf(v, 0), byteOf(v, 1)])).flat();
}
