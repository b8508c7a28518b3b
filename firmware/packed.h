/* Rows of packed matrices, for rows.h. Written by tools/build-runtimes.mjs of src/firmware/packed/, which says what they look like. */
#ifndef FASTGRNN_PACKED_H
#define FASTGRNN_PACKED_H

/* sum + a row of 4-bit weights times v, two a byte, the earlier one above; *row moves on behind it */
static int32_t dense4_row(const uint8_t **row, uint8_t columns, const int16_t *v, int32_t sum)
{
  const uint8_t *at = *row;
  uint8_t n;
  if (columns & 1u) sum += (int32_t)(int8_t)(uint8_t)(READ8(at++) << 4) * *v++;
  for (n = columns / 2; n; n--, v += 2) {
    uint8_t two = READ8(at++);
    sum += (int32_t)(int8_t)(two & 0xf0u) * v[0];
    sum += (int32_t)(int8_t)(uint8_t)(two << 4) * v[1];
  }
  *row = at;
  return sum;
}

/* sum + a row of weights times v: of each 8 columns a mask, then a weight a bit that is set; *row moves on behind it */
static int32_t bitmap_row(const uint8_t **row, uint8_t columns, const int16_t *v, int32_t sum)
{
  const uint8_t *at = *row;
  uint16_t first;
  for (first = 0; first < columns; first = (uint16_t)(first + 8u)) {
    const int16_t *operand = &v[first];
    uint8_t mask;
    for (mask = READ8(at++); mask; mask >>= 1, operand++) {
      if (mask & 1u) sum += (int32_t)(int8_t)READ8(at++) * *operand;
    }
  }
  *row = at;
  return sum;
}

/* sum + a row of 4-bit weights times v: of each 8 columns a mask, then a weight a bit that is set, two a byte; *row moves on behind it */
static int32_t bitmap4_row(const uint8_t **row, uint8_t columns, const int16_t *v, int32_t sum)
{
  const uint8_t *at = *row;
  uint8_t two = 0, half = 0; /* whether the lower half of `two` is still to come */
  uint16_t first;
  for (first = 0; first < columns; first = (uint16_t)(first + 8u)) {
    const int16_t *operand = &v[first];
    uint8_t mask;
    for (mask = READ8(at++); mask; mask >>= 1, operand++) {
      if (!(mask & 1u)) continue;
      if (half) two = (uint8_t)(two << 4);
      else two = READ8(at++);
      half = !half;
      sum += (int32_t)(int8_t)(two & 0xf0u) * *operand;
    }
  }
  *row = at;
  return sum;
}

/* sum + a row of weights times v: a count, then of every two weights the columns passed before each, and both; *row moves on behind it */
static int32_t delta_row(const uint8_t **row, const int16_t *v, int32_t sum)
{
  const uint8_t *at = *row;
  uint8_t n = READ8(at++);
  if (n & 1u) {
    v += READ8(at++);
    sum += (int32_t)(int8_t)READ8(at++) * *v++;
  }
  for (n /= 2; n; n--) {
    uint8_t gaps = READ8(at++);
    v += gaps >> 4;
    sum += (int32_t)(int8_t)READ8(at++) * *v++;
    v += gaps & 15u;
    sum += (int32_t)(int8_t)READ8(at++) * *v++;
  }
  *row = at;
  return sum;
}

/* sum + a row of 4-bit weights times v: a count, then bytes of a weight and, below, the columns passed before it; *row moves on behind it */
static int32_t delta4_row(const uint8_t **row, const int16_t *v, int32_t sum)
{
  const uint8_t *at = *row;
  uint8_t n;
  for (n = READ8(at++); n; n--) {
    uint8_t entry = READ8(at++);
    v += entry & 15u;
    sum += (int32_t)(int8_t)(entry & 0xf0u) * *v++;
  }
  *row = at;
  return sum;
}

#endif
