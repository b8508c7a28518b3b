#include "network.h"
#include "rows.h"

/* C99 leaves the shift of a negative number to the compiler. Here it must be arithmetic, as it is everywhere. */
typedef char fastgrnn_needs_arithmetic_shift[(-1 >> 1) == -1 ? 1 : -1];

enum { HEADER_BYTES = 36, BLOB_VERSION = 1 };

enum { FAST_RNN = 1, PER_CHANNEL = 2, SPARSE_W2 = 4, SPARSE_U2 = 8, SPARSE_W1 = 16, SPARSE_U1 = 32, SPARSE_HEAD = 64, MEAN = 128 };

/* Beside the gate's code in byte 17. */
enum { TOKENS = 8 };

/* Beside the version in byte 2: weights of 4 bits; how the places of nonzeros are stored. */
enum { VERSION_BITS = 15, FOUR_BITS = 0x40, INDICES_SHIFT = 4, INDICES_BYTE = 0, INDICES_BITMAP, INDICES_DELTA, INDICES };

enum { HARD_TANH, HARD_SIGMOID, HARD_SIGMOID4, RELU, TANH, SIGMOID, TANH8, SIGMOID8, NONLINEARITIES };

/* The opened network: what its header says, and where its parts are. */
static struct {
  uint8_t flags, storage, tokens, inputs, hidden, w_rank, u_rank, classes, gate, update;
  int16_t input_limit, w_limit, u_limit, state_limit, scale, offset;
  struct matrix affine, w2, u2, w1, u1, head;
  const uint8_t *table;      /* tanh(k / 8), 33 values */
  const uint8_t *table8;     /* tanh(k / 2), 9 values */
  const uint8_t *stream;     /* what a step reads, from the input affine on */
  const uint8_t *classifier; /* what the head reads */
  int16_t *x, *t, *u, *h;    /* x becomes a in place; t is x and u a copy of h where the rank is full */
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

static void describe(struct matrix *m, uint8_t shift, uint8_t sparse_flag, uint8_t columns)
{
  uint8_t four = net.storage & FOUR_BITS;
  uint8_t indices = (uint8_t)((net.storage & ~FOUR_BITS) >> INDICES_SHIFT);
  m->start = shift ? (int32_t)1 << (shift - 1) : 0;
  m->columns = 0;
  m->width = columns;
  m->form = ROWS_SPARSE;
  if (!(net.flags & sparse_flag)) {
    if (four) m->form = ROWS_DENSE4;
    else m->columns = columns;
  } else if (indices == INDICES_BITMAP) {
    m->form = four ? ROWS_BITMAP4 : ROWS_BITMAP;
  } else if (indices == INDICES_DELTA) {
    m->form = four ? ROWS_DELTA4 : ROWS_DELTA;
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

static uint8_t check(const uint8_t *blob, uint32_t room)
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

uint16_t network_arena_bytes(void)
{
  uint16_t scratch = (uint16_t)(net.inputs + net.w_rank + (net.u_rank ? net.u_rank : net.hidden));
  if (!(net.flags & MEAN)) return (uint16_t)(2 * (2u * net.hidden + scratch));
  if (scratch < net.hidden) scratch = net.hidden;
  return (uint16_t)(2 * (4u * net.hidden + scratch));
}

uint8_t network_open(const uint8_t *blob, uint32_t room, void *arena, uint16_t arena_bytes)
{
  uint8_t i;
  uint8_t status = check(blob, room);
  if (status) return status;
  net.storage = (uint8_t)(READ8(blob + 2) & ~VERSION_BITS);
  net.flags = READ8(blob + 3);
  net.inputs = READ8(blob + 12);
  net.hidden = READ8(blob + 13);
  net.w_rank = READ8(blob + 14);
  net.u_rank = READ8(blob + 15);
  net.classes = READ8(blob + 16);
  net.tokens = READ8(blob + 17) & TOKENS;
  net.gate = READ8(blob + 17) & 7;
  net.update = READ8(blob + 17) >> 4;
  if (!net.inputs || !net.hidden || !net.classes) return NETWORK_BAD_FIELD;
  if (net.gate >= NONLINEARITIES || net.update >= NONLINEARITIES) return NETWORK_BAD_FIELD;
  for (i = 18; i < 23; i++) {
    if (READ8(blob + i) > 30) return NETWORK_BAD_FIELD;
  }
  for (i = 24; i < 32; i = (uint8_t)(i + 2)) { /* saturation limits */
    if (read16(blob + i) <= 0) return NETWORK_BAD_FIELD;
  }
  if (network_arena_bytes() > arena_bytes) return NETWORK_NO_RAM;

  describe(&net.affine, READ8(blob + 18), 0, 0);
  describe(&net.w2, READ8(blob + 19), SPARSE_W2, net.inputs);
  describe(&net.w1, READ8(blob + 20), SPARSE_W1, net.w_rank ? net.w_rank : net.inputs);
  describe(&net.u2, READ8(blob + 21), SPARSE_U2, net.hidden);
  describe(&net.u1, READ8(blob + 22), SPARSE_U1, net.u_rank ? net.u_rank : net.hidden);
  describe(&net.head, 0, SPARSE_HEAD, net.hidden);
  net.input_limit = read16(blob + 24);
  net.w_limit = read16(blob + 26);
  net.u_limit = read16(blob + 28);
  net.state_limit = read16(blob + 30);
  net.scale = read16(blob + 32);
  net.offset = read16(blob + 34);

  net.table = blob + HEADER_BYTES;
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
  net.sums = (int32_t *)arena;
  net.h = (int16_t *)(net.flags & MEAN ? net.sums + net.hidden : net.sums);
  net.r = (uint16_t *)(net.h + net.hidden);
  net.x = net.h + 2 * net.hidden;
  net.u = net.x + net.inputs;
  net.t = net.w_rank ? net.u + (net.u_rank ? net.u_rank : net.hidden) : net.x;
  net.head_input = net.flags & MEAN ? net.x : net.h;
  network_reset();
  return NETWORK_OK;
}

uint8_t network_inputs(void) { return net.tokens ? 1 : net.inputs; }
uint8_t network_hidden(void) { return net.hidden; }
uint8_t network_classes(void) { return net.classes; }
int16_t *network_input(void) { return net.x; }
const int16_t *network_state(void) { return net.h; }

void network_reset(void)
{
  uint8_t j;
  for (j = 0; j < net.hidden; j++) {
    net.h[j] = 0;
    net.r[j] = 8192;
    if (net.flags & MEAN) net.sums[j] = 0;
  }
  net.count = 0;
}

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

void network_step(void)
{
  const uint8_t *stream = net.stream;
  int16_t *h = net.h;
  uint16_t *r = net.r;
  uint8_t j;
  if (net.tokens) look_up();
  else normalise(&stream);
  if (net.w_rank) project(&net.w2, &stream, net.x, net.t, net.w_rank, net.w_limit);
  if (net.u_rank) {
    project(&net.u2, &stream, net.h, net.u, net.u_rank, net.u_limit);
  } else {
    for (j = 0; j < net.hidden; j++) net.u[j] = net.h[j];
  }
  for (j = net.hidden; j; j--) {
    int16_t z = net.offset, g = net.scale, c;
    int32_t p, v;
    p = matrix_row(&net.w1, &stream, net.t);                    /* 4 */
    p += matrix_row(&net.u1, &stream, net.u);
    c = update(net.update, saturate16(p + next16(&stream)));    /* 6 */
    if (!(net.flags & FAST_RNN)) {
      z = activate(net.gate, saturate16(p + next16(&stream)));  /* 5 */
      /* 7: rs(zeta (16384 - z), 14) = zeta + ((8192 - zeta z) >> 14), whose product fits 16 by 16 bits */
      g = saturate16(((multiply_add(8192, (int16_t)-net.scale, z) >> 8) * 4 >> 8) + net.scale + net.offset);
    }
    v = multiply_add(multiply_add(*r, g, c), z, *h); /* 8 */
    *h++ = within(shift14(v), net.state_limit); /* 9 */
    *r++ = (uint16_t)v & 16383;
  }
  if (net.flags & MEAN) accumulate();
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
