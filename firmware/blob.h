/*
 * What the runtimes have in common, whatever their cells: the opened blob, nonlinearities, input, mean and head. Who includes this says
 * before it which version of blobs it reads (BLOB_VERSION), and has the rest of network.h: opening, arena, reset and step.
 */
#ifndef FASTGRNN_BLOB_H
#define FASTGRNN_BLOB_H

#include "network.h"
#include "rows.h"

/* C99 leaves the shift of a negative number to the compiler. Here it must be arithmetic, as it is everywhere. */
typedef char fastgrnn_needs_arithmetic_shift[(-1 >> 1) == -1 ? 1 : -1];

enum { HEADER_BYTES = 36 };

enum { FAST_RNN = 1, PER_CHANNEL = 2, SPARSE_W2 = 4, SPARSE_U2 = 8, SPARSE_W1 = 16, SPARSE_U1 = 32, SPARSE_HEAD = 64, MEAN = 128 };

/* Beside the gate's code in byte 17. */
enum { TOKENS = 8 };

/* Beside the version in byte 2: weights of 4 bits; how the places of nonzeros are stored, with the number of a row_form of 8 bits. */
enum { VERSION_BITS = 15, FOUR_BITS = 0x40, INDICES_SHIFT = 4, INDICES_BITS = 3, INDICES = ROWS_DELTA + 1 };

enum { HARD_TANH, HARD_SIGMOID, HARD_SIGMOID4, RELU, TANH, SIGMOID, TANH8, SIGMOID8, NONLINEARITIES };

/* The opened network: what its header says, and where its parts are. */
static struct {
  uint8_t flags, four_bits, sparse_form, tokens, inputs, hidden, w_rank, u_rank, classes, gate, update;
  int16_t input_limit, w_limit, u_limit, state_limit, scale, offset;
  struct matrix affine, w2, u2, w1, u1, head;
  const uint8_t *table;      /* tanh(k / 8), 33 values */
  const uint8_t *table8;     /* tanh(k / 2), 9 values */
  const uint8_t *stream;     /* what a step reads, from the input affine on */
  const uint8_t *classifier; /* what the head reads */
  int16_t *x, *t, *u, *h;    /* x becomes a in place */
  uint16_t *r;
  /* The embedding of tokens, and the last of them. */
  const uint8_t *embedding;
  int16_t last_token;
  /* Output `mean`: sums of the states since the reset, and of how many. What the head reads: h, or the means in place of x. */
  int32_t *sums;
  uint16_t count;
  int16_t *head_input;
} net;

static int16_t read16(const uint8_t *at) { return (int16_t)READ16(at); }

static uint32_t read32(const uint8_t *at) { return READ16(at) | (uint32_t)READ16(at + 2) << 16; }

static int16_t next16(const uint8_t **stream)
{
  const uint8_t *at = *stream;
  *stream = at + 2;
  return read16(at);
}

static int16_t within(int16_t v, int16_t limit)
{
  if (v > limit) return limit;
  if (v < -limit) return (int16_t)-limit;
  return v;
}

static int16_t saturate16(int32_t v)
{
  int16_t s = clamp16(v);
  return s == -32768 ? -32767 : s;
}

static int16_t saturate(int32_t v, int16_t limit) { return within(clamp16(v), limit); }

/* CRC-16/MCRF4XX, without a table: x^16 + x^12 + x^5 + 1, low bit first. */
static uint16_t crc_update(uint16_t crc, uint8_t byte)
{
  byte = (uint8_t)(byte ^ crc);
  byte = (uint8_t)(byte ^ (byte << 4));
  return (uint16_t)((((uint16_t)byte << 8) | (crc >> 8)) ^ (uint8_t)(byte >> 4) ^ ((uint16_t)byte << 3));
}

ONCE static void describe(struct matrix *m, uint8_t shift, uint8_t sparse_flag, uint8_t columns)
{
  m->start = shift ? (int32_t)1 << (shift - 1) : 0;
  m->columns = 0;
  m->width = columns;
  m->form = net.sparse_form;
  if (!(net.flags & sparse_flag)) {
    m->form = ROWS_DENSE4;
    if (!net.four_bits) m->columns = columns;
  }
  matrix_set_shift(m, shift);
}

/* Whether this program knows what byte 2 says. */
static uint8_t knows(uint8_t version)
{
  return (version & VERSION_BITS) == BLOB_VERSION && (version & ~FOUR_BITS) >> INDICES_SHIFT < INDICES;
}

/* Whether a nonlinearity reads the table of this one and the next. FastRNN has no gate that could. */
static uint8_t reads(uint8_t kind)
{
  return (uint8_t)((net.update & ~1) == kind || ((net.gate & ~1) == kind && !(net.flags & FAST_RNN)));
}

ONCE static uint8_t check(const uint8_t *blob, uint32_t room)
{
  uint32_t length, i;
  uint16_t crc = 0xffff;
  if (READ8(blob) != 'F' || READ8(blob + 1) != 'G') return NETWORK_NO_BLOB;
  if (!knows(READ8(blob + 2))) return NETWORK_BAD_VERSION;
  length = read32(blob + 4);
  if (length > room || length < HEADER_BYTES + 2 || read32(blob + 8) >= length) return NETWORK_BAD_LENGTH;
  for (i = 0; i < length; i++) crc = crc_update(crc, READ8(blob + i));
  return crc ? NETWORK_BAD_CHECKSUM : NETWORK_OK;
}

/* Checks a blob and reads what the headers of all versions have in common. */
ONCE static uint8_t open_header(const uint8_t *blob, uint32_t room)
{
  const uint8_t *at;
  uint8_t codes;
  uint8_t status = check(blob, room);
  if (status) return status;
  codes = READ8(blob + 2);
  net.four_bits = codes & FOUR_BITS;
  net.sparse_form = codes >> INDICES_SHIFT & INDICES_BITS;
  if (net.sparse_form && net.four_bits) net.sparse_form = (uint8_t)(net.sparse_form + (ROWS_BITMAP4 - ROWS_BITMAP));
  net.flags = READ8(blob + 3);
  at = blob + 12;
  net.inputs = READ8(at++);
  net.hidden = READ8(at++);
  net.w_rank = READ8(at++);
  net.u_rank = READ8(at++);
  net.classes = READ8(at++);
  codes = READ8(at);
  net.tokens = codes & TOKENS;
  net.gate = codes & 7;
  net.update = codes >> 4;
  if (!net.inputs || !net.hidden || !net.classes) return NETWORK_BAD_FIELD;
  return net.gate < NONLINEARITIES && net.update < NONLINEARITIES ? NETWORK_OK : NETWORK_BAD_FIELD;
}

/* The matrices of a gate: four shifts, of W2, W1, U2 and U1; net.flags says which are sparse. */
ONCE static void describe_gate(const uint8_t *shifts)
{
  describe(&net.w2, READ8(shifts), SPARSE_W2, net.inputs);
  describe(&net.w1, READ8(shifts + 1), SPARSE_W1, net.w_rank ? net.w_rank : net.inputs);
  describe(&net.u2, READ8(shifts + 2), SPARSE_U2, net.hidden);
  describe(&net.u1, READ8(shifts + 3), SPARSE_U1, net.u_rank ? net.u_rank : net.hidden);
}

/* Where tables, embedding, the rows of a step, and the head are; the tables begin at `at`. */
ONCE static uint8_t open_parts(const uint8_t *blob, const uint8_t *at)
{
  net.table = at;
  net.table8 = net.table + (reads(TANH) ? 66 : 0);
  net.stream = net.table8 + (reads(TANH8) ? 18 : 0);
  if (net.tokens) {
    int16_t vocabulary = next16(&net.stream);
    if (vocabulary <= 0) return NETWORK_BAD_FIELD;
    net.last_token = (int16_t)(vocabulary - 1);
    net.embedding = net.stream;
    net.stream += (uint32_t)vocabulary * net.inputs;
  }
  net.classifier = blob + read32(blob + 8);
  return NETWORK_OK;
}

/* The vectors that every cell has. */
ONCE static void open_vectors(void *arena)
{
  net.sums = (int32_t *)arena;
  net.h = (int16_t *)(net.flags & MEAN ? net.sums + net.hidden : net.sums);
  net.r = (uint16_t *)(net.h + net.hidden);
  net.x = net.h + 2 * net.hidden;
  net.head_input = net.flags & MEAN ? net.x : net.h;
}

/* Before the first step. */
static inline __attribute__((always_inline)) void forget(void)
{
  uint8_t j;
  for (j = 0; j < net.hidden; j++) {
    net.h[j] = 0;
    net.r[j] = 8192;
    if (net.flags & MEAN) net.sums[j] = 0;
  }
  net.count = 0;
}

uint8_t network_inputs(void) { return net.tokens ? 1 : net.inputs; }
uint8_t network_hidden(void) { return net.hidden; }
uint8_t network_classes(void) { return net.classes; }
int16_t *network_input(void) { return net.x; }
const int16_t *network_state(void) { return net.h; }

/*
 * Y(m, 10): the table at a magnitude, 2^10 steps a segment. Y(m, 9) is Y(2 m, 10), rounding included.
 */
static int16_t interpolate(uint16_t m)
{
  const uint8_t *at = net.table + ((uint8_t)(m >> 9) & 0x7e); /* two bytes a segment */
  uint16_t low, rise;
  if (m & 0x8000) return read16(net.table + 64);
  low = READ16(at);
  rise = (uint16_t)(READ16(at + 2) - low); /* at most 2037 */
  return (int16_t)(low + ((uint16_t)(((uint32_t)rise * (m & 1023) + 512) >> 8) >> 2));
}

/* Y(m, 12) of eight segments, and Y(m, 11) as Y(2 m, 12). */
static int16_t interpolate8(uint16_t m)
{
  const uint8_t *at = net.table8 + ((uint8_t)(m >> 11) & 0x0e);
  uint16_t low, rise;
  if (m & 0x8000) return read16(net.table8 + 16);
  low = READ16(at);
  rise = (uint16_t)(READ16(at + 2) - low); /* at most 7571 */
  return (int16_t)(low + (uint16_t)(((uint32_t)rise * (m & 4095) + 2048) >> 12));
}

/* S(p): p in Q12, the value in Q14. */
static int16_t activate(uint8_t kind, int16_t p)
{
  uint16_t m;
  int16_t y;
  switch (kind) {
  case HARD_TANH:
    return (int16_t)(4 * (p > 4096 ? 4096 : p < -4096 ? -4096 : p));
  case HARD_SIGMOID:
    return (int16_t)(p >= 4096 ? 16384 : p <= -4096 ? 0 : 2 * p + 8192);
  case HARD_SIGMOID4:
    return (int16_t)(p >= 8192 ? 16384 : p <= -8192 ? 0 : p + 8192);
  case RELU:
    return (int16_t)(p <= 0 ? 0 : p > 8191 ? 32767 : 4 * p);
  case TANH:
  case TANH8:
    m = (uint16_t)(2 * (uint16_t)(p < 0 ? -p : p));
    y = kind == TANH ? interpolate(m) : interpolate8(m);
    return (int16_t)(p < 0 ? -y : y);
  default: /* SIGMOID, SIGMOID8; 16385 - y and 16385 + y are positive and below 2^15 */
    m = (uint16_t)(p < 0 ? -p : p);
    y = kind == SIGMOID ? interpolate(m) : interpolate8(m);
    return (int16_t)((p < 0 ? 16385 - y : 16385 + y) >> 1);
  }
}

/* F(p): p in Q12, the value in Q12. */
static int16_t update(uint8_t kind, int16_t p)
{
  if (kind == RELU) return (int16_t)(p > 0 ? p : 0);
  return (int16_t)((activate(kind, p) + 2) >> 2);
}

/* Equation 1, in place. */
static void normalise(const uint8_t **stream)
{
  int16_t *x = net.x;
  int16_t centre = 0, multiplier = 0;
  uint8_t i;
  for (i = 0; i < net.inputs; i++, x++) {
    int32_t v;
    if (i == 0 || net.flags & PER_CHANNEL) {
      centre = next16(stream);
      multiplier = next16(stream);
    }
    v = multiply_add(net.affine.start, saturate16((int32_t)*x - centre), multiplier);
    *x = saturate(matrix_shift(&net.affine, v), net.input_limit);
  }
}

/* In place of equation 1: the token's row of the embedding. A token outside the vocabulary counts as the nearest in it. */
static void look_up(void)
{
  int16_t *x = net.x;
  int16_t token = *x < 0 ? 0 : *x > net.last_token ? net.last_token : *x;
  const uint8_t *row = net.embedding + (uint16_t)((uint16_t)token * net.inputs);
  uint8_t i;
  for (i = net.inputs; i; i--) *x++ = (int16_t)((int8_t)READ8(row++) * 256);
}

/* Equation 10: sums of the states, and how many, halved before 32 and 16 bits would be too few. */
static void accumulate(void)
{
  int32_t *sum = net.sums;
  const int16_t *h = net.h;
  uint8_t j;
  for (j = net.hidden; j; j--) *sum++ += *h++;
  if (++net.count) return;
  for (j = net.hidden; j; j--) *--sum >>= 1;
  net.count = 32768u;
}

/* Equation 11: the means, halves away from 0; 0 before the first step. They take the place of x, t and u. */
static void find_means(void)
{
  uint16_t half = net.count >> 1;
  int32_t n = net.count ? net.count : 1;
  uint8_t j;
  for (j = 0; j < net.hidden; j++) {
    int32_t sum = net.sums[j];
    net.x[j] = (int16_t)((sum < 0 ? sum - half : sum + half) / n);
  }
}

/* Equations 2 and 3: out[j] = sat(rs(row j * in, shift), limit). */
static void project(const struct matrix *m, const uint8_t **stream, const int16_t *in, int16_t *out, uint8_t rows,
                    int16_t limit)
{
  for (; rows; rows--) *out++ = saturate(matrix_row(m, stream, in), limit);
}
/* The logit of the class whose part of the head the stream is at. */
static int32_t next_logit(const uint8_t **stream)
{
  net.head.start = (int32_t)read32(*stream);
  *stream += 4;
  return matrix_row(&net.head, stream, net.head_input);
}

void network_logits(void (*send)(const void *logit, uint16_t bytes))
{
  const uint8_t *stream = net.classifier;
  uint8_t l;
  if (net.flags & MEAN) find_means();
  for (l = 0; l < net.classes; l++) {
    int32_t logit = next_logit(&stream);
    send(&logit, sizeof logit);
  }
}

uint8_t network_predict(void)
{
  const uint8_t *stream = net.classifier;
  int32_t best;
  uint8_t l, first = 0;
  if (net.flags & MEAN) find_means();
  best = next_logit(&stream);
  for (l = 1; l < net.classes; l++) {
    int32_t logit = next_logit(&stream);
    if (logit > best) {
      best = logit;
      first = l;
    }
  }
  return first;
}

#endif
