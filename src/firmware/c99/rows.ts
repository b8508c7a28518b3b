import type { CLayout } from './layout.js';

/** Macros that read constant tables, which AVR keeps in flash, out of reach of plain pointers. */
export function tableMacros({ upper }: CLayout, avrStep: boolean): string {
  return `${avrStep ? avrMacro(upper) : `#define ${upper}_AVR 0\n`}
#if defined(__AVR__)
#include <avr/pgmspace.h>
#define ${upper}_TABLE PROGMEM
#define ${upper}_READ8(p) pgm_read_byte(p)
#define ${upper}_READ16(p) ((int16_t)pgm_read_word(p))
#define ${upper}_READ32(p) ((int32_t)pgm_read_dword(p))
#else
#define ${upper}_TABLE
#define ${upper}_READ8(p) (*(p))
#define ${upper}_READ16(p) (*(p))
#define ${upper}_READ32(p) (*(p))
#endif
`;
}

const avrMacro = (upper: string): string => `/* An AVR with a multiplier has a step of its own, in assembler. */
#if defined(__AVR_HAVE_MUL__) && defined(__AVR_HAVE_LPMX__)
#define ${upper}_AVR 1
#else
#define ${upper}_AVR 0
#endif
`;

/** The function that multiplies a row of the head with the state: in C, and in assembler for AVR. */
export function headRowFunction({ classifier, prefix, upper }: CLayout): string {
  const dense = classifier.form === 'dense';
  return `#if ${upper}_AVR
${avrAccumulate}
${dense ? avrDense : avrSparse}
#else

${dense ? plainDense : plainSparse}
#endif
`
    .replaceAll('PREFIX', prefix)
    .replaceAll('UPPER', upper);
}

const denseSignature = `/* sum + one row of a dense matrix times v; *row moves on to the next row */
static int32_t PREFIX_dense_row(const int8_t **row, uint8_t columns, const int16_t *v, int32_t sum)`;

const sparseSignature = `/* The same of a sparse row: a count, then as many pairs of the bytes of v to skip and a weight */
static int32_t PREFIX_sparse_row(const uint8_t **row, const int16_t *v, int32_t sum)`;

const plainDense = `${denseSignature}
{
  const int8_t *at = *row;
  for (; columns; columns--) sum += (int32_t)UPPER_READ8(at++) * *v++;
  *row = at;
  return sum;
}
`;

const plainSparse = `${sparseSignature}
{
  const uint8_t *at = *row;
  uint8_t n = UPPER_READ8(at++);
  for (; n; n--) {
    v += UPPER_READ8(at++) / 2;
    sum += (int32_t)(int8_t)UPPER_READ8(at++) * *v++;
  }
  *row = at;
  return sum;
}
`;

const avrAccumulate = `
/* sum += r18 * the next operand: 8 by 16 bits are two products, each widened by its sign (the carry) */
#define UPPER_ACCUMULATE \\
  "ld r19, X+ \\n ld r20, X+ \\n mulsu r18, r19 \\n sbc r19, r19 \\n" \\
  "add %A[sum], r0 \\n adc %B[sum], r1 \\n adc %C[sum], r19 \\n adc %D[sum], r19 \\n" \\
  "muls r18, r20 \\n sbc r20, r20 \\n" \\
  "add %B[sum], r0 \\n adc %C[sum], r1 \\n adc %D[sum], r20 \\n"
#define UPPER_DENSE "lpm r18, Z+ \\n" UPPER_ACCUMULATE
#define UPPER_SPARSE "lpm r19, Z+ \\n add r26, r19 \\n adc r27, r21 \\n lpm r18, Z+ \\n" UPPER_ACCUMULATE
`;

/** Two entries a turn of the loop, an odd one before it. */
const avrLoop = (entry: string) => `    "lsr %[n] \\n brcc 1f \\n"
    ${entry}
    "1: tst %[n] \\n breq 3f \\n"
    "2: \\n"
    ${entry} ${entry}
    "dec %[n] \\n brne 2b \\n"
    "3: clr r1 \\n"`;

const avrDense = `${denseSignature}
{
  const int8_t *at = *row;
  __asm__ volatile(
${avrLoop('UPPER_DENSE')}
    : [sum] "+r"(sum), [n] "+r"(columns), "+z"(at), "+x"(v)
    :
    : "r18", "r19", "r20", "memory");
  *row = at;
  return sum;
}
`;

const avrSparse = `${sparseSignature}
{
  const uint8_t *at = *row;
  uint8_t n;
  __asm__ volatile(
    "clr r21 \\n lpm %[n], Z+ \\n"
${avrLoop('UPPER_SPARSE')}
    : [sum] "+r"(sum), [n] "=&r"(n), "+z"(at), "+x"(v)
    :
    : "r18", "r19", "r20", "r21", "memory");
  *row = at;
  return sum;
}
`;
