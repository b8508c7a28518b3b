/**
 * A dense row for cores with the DSP instructions (Cortex-M4 and above): four weights in one load, whose first and second
 * pair become 16 bits each by one instruction, two products and their sum by one more. About 2.4 cycles an entry on a Cortex-M4.
 * Weights stand in the order first, third, second, fourth, as the widening takes every other byte.
 */
export const dspDenseRow = `/* sum + the products of four weights with four operands */
static inline int32_t PREFIX_four(const uint8_t *at, const int16_t *v, int32_t sum)
{
  uint32_t weights, first, second, operands[2];
  __builtin_memcpy(&weights, at, 4);
  __builtin_memcpy(operands, v, 8);
  __asm__("sxtb16 %0, %1" : "=r"(first) : "r"(weights));
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(second) : "r"(weights));
  __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(first), "r"(operands[0]));
  __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(second), "r"(operands[1]));
  return sum;
}

/* sum + the dense row at *row times v; *row moves on behind it */
static inline int32_t PREFIX_dense_stream_row(const uint8_t **row, uint8_t columns, const int16_t *v, int32_t sum)
{
  const uint8_t *at = *row, *end = at + (columns & ~7u);
  for (; at < end; at += 8, v += 8) sum = PREFIX_four(at + 4, v + 4, PREFIX_four(at, v, sum));
  if (columns & 4u) {
    sum = PREFIX_four(at, v, sum);
    at += 4;
    v += 4;
  }
  for (end = *row + columns; at < end; at++) sum += (int32_t)(int8_t)*at * *v++;
  *row = at;
  return sum;
}
`;
