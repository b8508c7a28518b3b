/*
 * One row of a matrix times a vector, the inner loop of everything: rs(round + sum of weight * operand, shift) of
 * docs/integer-network.md, with the rounding term as the sum's start. avr/rows.S is the same in assembler.
 */
#ifndef FASTGRNN_ROWS_H
#define FASTGRNN_ROWS_H

#include <stdint.h>

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
  uint8_t columns; /* of a dense matrix; 0: sparse rows, that begin with a count */
#if defined(__AVR__)
  uint8_t factor;  /* 2^(8 - m), where shift = 8 k + m and m is 1..8 ... */
  uint8_t bytes;   /* ... and k + 1: after a multiplication by `factor` the shift is one of whole bytes */
#else
  uint8_t shift;
#endif
};

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

static inline int32_t multiply_add(int32_t v, int16_t a, int16_t b) { return v + (int32_t)a * b; }

static inline void matrix_set_shift(struct matrix *m, uint8_t shift) { m->shift = shift; }

/* The shift of a negative number is arithmetic, as network.c checks. */
static inline int32_t matrix_shift(const struct matrix *m, int32_t sum)
{
  return sum >> m->shift;
}

static inline int32_t matrix_row(const struct matrix *m, const uint8_t **stream, const int16_t *vector)
{
  const uint8_t *at = *stream;
  int32_t sum = m->start;
  uint8_t n;
  if (m->columns) {
    for (n = m->columns; n; n--) sum += (int8_t)READ8(at++) * *vector++;
  } else {
    for (n = READ8(at++); n; n--) {
      vector += READ8(at++) / 2; /* the stream says it in bytes */
      sum += (int8_t)READ8(at++) * *vector++;
    }
  }
  *stream = at;
  return matrix_shift(m, sum);
}

#endif
#endif
