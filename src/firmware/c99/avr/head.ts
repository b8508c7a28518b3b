import { byteOf, reg } from './assembler.js';
import { signOf } from './arithmetic.js';
import type { AvrPlan } from './plan.js';
import { countedRow, encodeAvrRow, firstAddress, narrow, sparseRow, widen } from './rows.js';

/** Each class's bias, int32, and its row. */
export function headBytes({ layout, network }: AvrPlan): { what: string; bytes: number[] }[] {
  const { matrix, form } = layout.classifier;
  return Array.from(network.classifierBias, (bias, l) => ({
    what: `row ${l}`,
    bytes: [...[0, 1, 2, 3].map((k) => byteOf(bias, k)), ...encodeAvrRow(matrix, l, form)],
  }));
}

/**
 * Equation 12 and the prediction: the state from X, the table from Z; each logit to r19:r18, unless that is 0. r9 comes to hold the
 * first class with the largest one, counted from the last, which is 1.
 */
export function headCode({ layout, network, bounds, headBytes: bytes, dense }: AvrPlan): string {
  const { form } = layout.classifier;
  const back = firstAddress(form) < 0 ? 'sbiw r26, 1; ' : '';
  const row =
    form === 'sparse'
      ? sparseRow('s', bytes, 1)
      : countedRow('d', bytes, { form, columns: network.hiddenSize }, 1, 'r3', dense && layout.own);
  // The bias is of 32 bits: of 3 bytes the fourth is passed over.
  const bias = `lpm r24, Z+; ${narrow(bytes, form)}`;
  const lower = bounds.logit < 2 ** 31 - 2 ** 24 ? '' : 'clr r10; clr r11; clr r12; ';
  return `
    push r28; push r29; movw r28, r18; clt; or r18, r19; breq @all; set
    @all: ${back}movw r14, r26; ldi r25, ${network.classes}
    ${lower}ldi r24, 128; mov r13, r24 | less than any logit, whatever the lower bytes
    @class: lpm r21, Z+; lpm r22, Z+; lpm r23, Z+; ${bias}
    movw r26, r14
    ${row}
    ${bytes === 4 ? widen(4, form) : signOf(24, 23)}
    brtc @compare; ${[21, 22, 23, 24].map((r) => `st Y+, ${reg(r)}`).join('; ')}
    @compare: cp r10, r21; cpc r11, r22; cpc r12, r23; cpc r13, r24; brge @next
    ${[10, 11, 12, 13].map((r, k) => `mov ${reg(r)}, ${reg(21 + k)}`).join('; ')}; mov r9, r25
    @next: dec r25; brne @class
    pop r29; pop r28; clr r1
  `;
}
