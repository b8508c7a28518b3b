/*
 * One row of a matrix times a vector, the inner loop of everything: rs(round + sum of weight * operand, shift) of
 * docs/integer-network.md, with the rounding term as the sum's start. avr/rows.S is the same in assembler.
 */
#ifndef FASTGRNN_ROWS_H
#define FASTGRNN_ROWS_H

#include <stdint.h>

/* Before functions that don't run in a step: of few bytes rather than quick. */
#if defined(__GNUC__) && !defined(__clang__)
#define ONCE __attribute__((optimize("Os")))
#else
#define ONCE
#endif

#if defined(__AVR__)
#include <avr/pgmspace.h>
#define READ8(address) pgm_read_byte(address)
#define READ16(address) pgm_read_word(address)
#else
#define READ8(address) (*(address))
#define READ16(address) ((uint16_t)((address)[0] | (address)[1] << 8))
#endif

/* How to read and requantise the rows of one matrix. avr/rows.S knows the offsets of the fields. */
struct matrix {
  int32_t start;   /* what a row's sum starts with: 2^(shift - 1), or a class's bias */
  uint8_t columns; /* of a dense matrix; 0: rows of another form */
#if defined(__AVR__)
  uint8_t factor;  /* 2^(8 - m), where shift = 8 k + m and m is 1..8 ... */
  uint8_t bytes;   /* ... and k + 1: after a multiplication by `factor` the shift is one of whole bytes */
#else
  uint8_t shift;
#endif
  uint8_t form;    /* of these: one of row_form */
  uint8_t width;   /* and their columns */
};

/* How the rows of a matrix are stored that isn't dense with a byte an entry; packed.h has what they look like but for sparse ones. */
enum row_form { ROWS_SPARSE, ROWS_BITMAP, ROWS_DELTA, ROWS_DENSE4, ROWS_BITMAP4, ROWS_DELTA4 };

#if defined(__AVR__)

/* v + a * b. The compiler would widen both to 32 bits first. */
static inline int32_t multiply_add(int32_t v, int16_t a, int16_t b)
{
  __asm__("clr r25 \n"
          "mul %A[a], %A[b] \n add %A[v], r0 \n adc %B[v], r1 \n adc %C[v], r25 \n adc %D[v], r25 \n"
          "muls %B[a], %B[b] \n add %C[v], r0 \n adc %D[v], r1 \n"
          "mulsu %B[a], %A[b] \n sbc r25, r25 \n add %B[v], r0 \n adc %C[v], r1 \n adc %D[v], r25 \n"
          "mulsu %B[b], %A[a] \n sbc r25, r25 \n add %B[v], r0 \n adc %C[v], r1 \n adc %D[v], r25 \n"
          "clr r1"
          : [v] "+r"(v)
          : [a] "a"(a), [b] "a"(b)
          : "r25");
  return v;
}

static inline void matrix_set_shift(struct matrix *m, uint8_t shift)
{
  m->factor = (uint8_t)(shift ? 0x80 >> ((shift - 1) & 7) : 1);
  m->bytes = (uint8_t)((shift + 7) >> 3);
}

/* v clamped to int16, -32768 among it. The compiler would compare all 32 bits twice. */
static inline int16_t clamp16(int32_t v)
{
  __asm__("mov r0, %B[v] \n lsl r0 \n sbc r0, r0 \n" /* the sign of 16 bits, which the rest must be where they are enough */
          "cp %C[v], r0 \n cpc %D[v], r0 \n breq 1f \n"
          "ldi %A[v], 255 \n ldi %B[v], 127 \n sbrs %D[v], 7 \n rjmp 1f \n ldi %A[v], 0 \n ldi %B[v], 128 \n"
          "1:"
          : [v] "+d"(v)
          :
          : "r0");
  return (int16_t)v;
}

/* floor(v / 2^14) clamped to int16, -32768 among it */
static inline int16_t shift14(int32_t v)
{
  __asm__("lsl %B[v] \n rol %C[v] \n rol %D[v] \n brvs 1f \n lsl %B[v] \n rol %C[v] \n rol %D[v] \n brvc 2f \n"
          "1: ldi %C[v], 255 \n ldi %D[v], 127 \n brcc 2f \n ldi %C[v], 0 \n ldi %D[v], 128 \n" /* the carry is the sign */
          "2:"
          : [v] "+d"(v));
  return (int16_t)(v >> 16);
}

/* Shifts `sum` as `m` says. */
static inline int32_t matrix_shift(const struct matrix *m, int32_t sum)
{
  register int32_t value __asm__("r22") = sum;
  register const struct matrix *matrix __asm__("r20") = m;
  __asm__("call fastgrnn_shift" : "+r"(value), "+r"(matrix) : : "r13", "r14", "r15", "r16", "r17", "r18", "r19");
  return value;
}

/* Multiplies the row at `*stream` with the vector and moves the stream behind the row. */
static inline int32_t matrix_row(const struct matrix *m, const uint8_t **stream, const int16_t *vector)
{
  register int32_t sum __asm__("r22");
  register const struct matrix *matrix __asm__("r20") = m;
  const uint8_t *at = *stream;
  __asm__ volatile("call fastgrnn_row"
                   : "=r"(sum), "+r"(matrix), "+z"(at), "+x"(vector)
                   :
                   : "r13", "r14", "r15", "r16", "r17", "r18", "r19", "memory");
  *stream = at;
  return sum;
}

#else

#include "packed.h"

static inline int32_t multiply_add(int32_t v, int16_t a, int16_t b) { return v + (int32_t)a * b; }

static inline int16_t clamp16(int32_t v) { return (int16_t)(v > 32767 ? 32767 : v < -32768 ? -32768 : v); }

/* The shift of a negative number is arithmetic, as blob.h checks. */
static inline int16_t shift14(int32_t v) { return clamp16(v >> 14); }

static inline void matrix_set_shift(struct matrix *m, uint8_t shift) { m->shift = shift; }

/* The shift of a negative number is arithmetic, as blob.h checks. */
static inline int32_t matrix_shift(const struct matrix *m, int32_t sum)
{
  return sum >> m->shift;
}

/* The sum of a row of one of the forms of packed.h. */
static int32_t packed_row(const struct matrix *m, const uint8_t **stream, const int16_t *vector)
{
  switch (m->form) {
  case ROWS_BITMAP:
    return bitmap_row(stream, m->width, vector, m->start);
  case ROWS_DELTA:
    return delta_row(stream, vector, m->start);
  case ROWS_DENSE4:
    return dense4_row(stream, m->width, vector, m->start);
  case ROWS_BITMAP4:
    return bitmap4_row(stream, m->width, vector, m->start);
  default:
    return delta4_row(stream, vector, m->start);
  }
}

static inline int32_t matrix_row(const struct matrix *m, const uint8_t **stream, const int16_t *vector)
{
  const uint8_t *at = *stream;
  int32_t sum = m->start;
  uint8_t n;
  if (m->columns) {
    for (n = m->columns; n; n--) sum += (int8_t)READ8(at++) * *vector++;
  } else if (m->form == ROWS_SPARSE) {
    for (n = READ8(at++); n; n--) {
      vector += READ8(at++) / 2; /* the stream says it in bytes */
      sum += (int8_t)READ8(at++) * *vector++;
    }
  } else {
    return matrix_shift(m, packed_row(m, stream, vector));
  }
  *stream = at;
  return matrix_shift(m, sum);
}

#endif
#endif
