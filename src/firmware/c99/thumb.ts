import { blockEntries, entryBytes, type StreamForm } from './row-stream.js';

/** Which instructions a core has: Thumb-1 alone (Cortex-M0, M0+) or Thumb-2 as well (M3, M4 and above). */
export type ThumbSet = 1 | 2;

interface Loop {
  /** From the row's first byte at r0 to the jump by r3, or r5 where r3 holds the first place already. */
  readonly start: readonly string[];
  readonly entry: readonly string[];
  /** What stands behind the last entry. */
  readonly end: readonly string[];
  /** Registers that it changes, beside r0 and r2. */
  readonly changed: readonly string[];
}

/** r0 is the stream, r1 the vector, r2 the sum; of dense rows r3 comes with the bytes to jump over and r6 with further blocks. */
function loopOf(set: ThumbSet, form: StreamForm, long: boolean): Loop {
  const again = long ? ['subs r6, r6, #1', 'bpl 1b'] : [];
  const scaled = form === 'indices';
  if (form === 'dense') {
    return set === 1
      ? {
          start: ['movs r5, #0', 'add pc, r3'],
          entry: [
            ...['ldrsb r3, [r0, r5]', 'ldrsh r4, [r1, r5]', 'adds r0, #1', 'adds r1, #2'],
            ...['muls r3, r4', 'adds r2, r3'],
          ],
          end: [...again, 'bx lr'],
          changed: ['r4', 'r5'],
        }
      : {
          start: ['add pc, r3'],
          entry: ['ldrsb.w r3, [r0], #1', 'ldrsh.w r4, [r1], #2', 'mla r2, r3, r4, r2'],
          end: [...again, 'bx lr'],
          changed: ['r4'],
        };
  }
  if (set === 1) {
    return {
      start: [
        ...['ldrb r3, [r0]', 'movs r5, #1', ...(long ? ['ldrb r6, [r0, r5]', 'adds r0, #2'] : ['adds r0, #1'])],
        'add pc, r3',
      ],
      entry: [
        ...['ldrb r3, [r0]', 'ldrsb r4, [r0, r5]', 'adds r0, #2', ...(scaled ? ['lsls r3, r3, #1'] : [])],
        ...['ldrsh r3, [r1, r3]', 'muls r3, r4', 'adds r2, r3'],
      ],
      end: [...again, 'bx lr'],
      changed: ['r3', 'r4', 'r5', ...(long ? ['r6'] : [])],
    };
  }
  // An entry loads the next one's place, so that no load waits for an address; behind the last that is a byte too far.
  return {
    start: [
      ...(long
        ? ['ldrb r5, [r0]', 'ldrb r6, [r0, #1]', 'ldrb r3, [r0, #2]', 'adds r0, #3']
        : ['ldrb r5, [r0]', 'ldrb r3, [r0, #1]', 'adds r0, #2']),
      'add pc, r5',
    ],
    entry: [
      scaled ? 'ldrsh.w r5, [r1, r3, lsl #1]' : 'ldrsh r5, [r1, r3]',
      ...['ldrb r3, [r0, #1]', 'ldrsb.w r4, [r0], #2', 'mla r2, r4, r5, r2'],
    ],
    end: [...again, 'subs r0, #1', 'bx lr'],
    changed: ['r3', 'r4', 'r5', ...(long ? ['r6'] : [])],
  };
}

/**
 * A row in straight code of a block's entries, into which it jumps so deep that as many are left as it has; its count says
 * how many bytes of code to jump over. A nonzero takes 9 cycles on Thumb-1, 6 on a Cortex-M3 and 5 on an M4; a dense entry 8, 5 and 4.
 *
 * @param long rows may have more than a block: a second count says how many blocks follow the first part
 */
export function thumbRow(set: ThumbSet, form: StreamForm, long: boolean): string {
  const dense = form === 'dense';
  const { start, entry, end, changed } = loopOf(set, form, long);
  const name = `PREFIX_${form}${long && !dense ? '_long' : ''}`;
  const code = [
    ...['.pushsection .text.PREFIX_rows, \\"ax\\", %progbits', '.syntax unified', '.p2align 2', '.thumb_func'],
    ...[
      `.type ${name}, %function`,
      `${name}:`,
      ...start,
      'nop',
      '1:',
      `.rept ${blockEntries(form)}`,
      ...entry,
      '.endr',
    ],
    ...[...end, `.size ${name}, . - ${name}`, '.popsection'],
  ];
  const block = blockEntries(form);
  const outputs = ['"+r"(at)', '"+r"(total)', ...(dense ? ['"+r"(vector)', '"+r"(skip)', '"+r"(blocks)'] : [])];
  const clobbered = [...changed, 'lr', 'cc', 'memory'].map((register) => `"${register}"`);
  const counts = `  register uintptr_t skip __asm__("r3") = ${entryBytes[form]}u * (${block}u - ((uintptr_t)(columns - 1) % ${block}u + 1u));
  register uintptr_t blocks __asm__("r6") = (uintptr_t)(columns - 1) / ${block}u;
`;
  return `__asm__(
${code.map((line) => `  "${line}\\n"`).join('\n')});

/* sum + the ${dense ? 'dense' : 'sparse'} row at *row times v; *row moves on behind it */
static inline int32_t ${name}${dense ? '_stream' : ''}_row(const uint8_t **row, ${dense ? 'uint8_t columns, ' : ''}const int16_t *v, int32_t sum)
{
  register const uint8_t *at __asm__("r0") = *row;
  register const int16_t *vector __asm__("r1") = v;
  register int32_t total __asm__("r2") = sum;
${dense ? counts : ''}  __asm__ volatile("bl ${name}"
                   : ${outputs.join(', ')}
                   : ${dense ? '' : '"r"(vector)'}
                   : ${clobbered.join(', ')});
  *row = at;
  return total;
}
`;
}
