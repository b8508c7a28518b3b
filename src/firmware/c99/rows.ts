import { isPacked, packedLayouts } from '../packed/index.js';
import type { CLayout } from './layout.js';

/** Macros that read constant tables, which AVR keeps in flash, out of reach of plain pointers. */
export function tableMacros({ upper }: CLayout, avrStep: boolean): string {
  return `${avrStep ? avrMacro(upper) : ''}
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

const avrMacro = (upper: string): string => `/* An AVR with a multiplier has code of its own, in assembler. */
#if defined(__AVR_HAVE_MUL__) && defined(__AVR_HAVE_LPMX__)
#define ${upper}_AVR 1
#else
#define ${upper}_AVR 0
#endif
`;

/** The function that multiplies a row of the head with the state. */
export function headRowFunction({ classifier, prefix, upper }: CLayout): string {
  const { form } = classifier;
  const packed = isPacked(form)
    ? packedLayouts[form].c.replaceAll('FUNCTION', 'PREFIX_head_row').replaceAll('READ', 'UPPER_READ8')
    : '';
  return (packed || (form === 'dense' ? plainDense : plainSparse))
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
