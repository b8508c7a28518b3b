/*
 * Cells whose gates have a W and a U each, UGRNN, GRU and LSTM, and those with vectors of a number a unit, FastRNN-vector and FastGRNN: blobs of
 * src/firmware/gate-blob.ts.
 */
enum { BLOB_VERSION = 2 };

#include "blob.h"

/* Byte 19: the cell. */
enum { FAST_RNN_VECTOR, UGRNN, GRU_BEFORE, GRU_AFTER, LSTM, FAST_GRNN, CELLS };

/* Before the tables, for each gate: its four shifts, its own flags, the limits of t and u. */
enum { GATE_BYTES = 9, OWN_FLAGS = SPARSE_W2 | SPARSE_U2 | SPARSE_W1 | SPARSE_U1 };

static struct {
  uint8_t code, gates, candidate; /* the candidate is a gate, too; of a GRU that resets after the product the last two are its parts */
  uint8_t sums;                   /* the gates from this one on give their sums: those two, and FastGRNN's only one */
  int16_t factor;                 /* 2^(12 - b) or 2^(12 - k): what the update reads becomes Q12 */
  int16_t memory_limit;
  struct matrix product, output;  /* shifts alone: of g c before a state is added, and of the LSTM's h */
  const uint8_t *records;         /* of the gates */
  int16_t *made;                  /* what the gates give, H values each */
  int16_t *memory;                /* the LSTM's c */
} cell;

uint16_t network_arena_bytes(void)
{
  uint16_t states = (uint16_t)(2u + cell.gates + (net.flags & MEAN ? 2u : 0) + (cell.code == LSTM));
  return (uint16_t)(2 * (states * net.hidden + net.inputs + net.w_rank + net.u_rank));
}

/* Fraction bits, 1..12, as a shift to Q12; or 12 for others. */
static uint8_t to_q12(uint8_t bits) { return bits > 12 ? 12 : (uint8_t)(12 - bits); }

ONCE uint8_t network_open(const uint8_t *blob, uint32_t room, void *arena, uint16_t arena_bytes)
{
  const uint8_t *record = blob + HEADER_BYTES;
  uint8_t i, k, state, memory = 0;
  uint8_t status = open_header(blob, room);
  if (status) return status;
  cell.code = READ8(blob + 19);
  if (cell.code >= CELLS || READ8(blob + 18) > 30) return NETWORK_BAD_FIELD;
  cell.candidate = cell.code < GRU_BEFORE ? cell.code : 2;
  cell.gates = cell.code < GRU_AFTER ? (uint8_t)(cell.code + 1) : cell.code == FAST_GRNN ? 1 : 4;
  cell.sums = cell.code == GRU_AFTER ? 2 : cell.code == FAST_GRNN ? 0 : 4;
  if (cell.code == FAST_RNN_VECTOR) net.flags |= FAST_RNN;
  state = to_q12(READ8(blob + 23));
  if (cell.code == GRU_AFTER || cell.code == LSTM) memory = to_q12(READ8(blob + (cell.code == LSTM ? 21 : 20)));
  net.input_limit = read16(blob + 24);
  net.state_limit = read16(blob + 30);
  cell.memory_limit = cell.code == LSTM ? read16(blob + 26) : 1;
  if (state > 11 || memory > 11) return NETWORK_BAD_FIELD;
  if (net.input_limit <= 0 || net.state_limit <= 0 || cell.memory_limit <= 0) return NETWORK_BAD_FIELD;
  cell.factor = (int16_t)(1 << memory);
  cell.records = record;
  for (k = cell.gates; k; k--, record += GATE_BYTES) {
    for (i = 0; i < 4; i++) {
      if (READ8(record + i) > 30) return NETWORK_BAD_FIELD;
    }
    if (read16(record + 5) <= 0 || read16(record + 7) <= 0) return NETWORK_BAD_FIELD;
  }
  if (network_arena_bytes() > arena_bytes) return NETWORK_NO_RAM;
  describe(&net.affine, READ8(blob + 18), 0, 0);
  describe(&net.head, 0, SPARSE_HEAD, net.hidden);
  describe(&cell.product, cell.code == LSTM ? memory : cell.code == FAST_GRNN ? 0 : state, 0, 0);
  describe(&cell.output, (uint8_t)(14 + state), 0, 0);
  status = open_parts(blob, record);
  if (status) return status;
  open_vectors(arena);
  net.u = net.x + net.inputs;
  net.t = net.u + net.u_rank;
  cell.made = net.t + net.w_rank;
  cell.memory = cell.made + cell.gates * net.hidden;
  network_reset();
  return NETWORK_OK;
}

void network_reset(void)
{
  uint8_t j;
  forget();
  for (j = 0; cell.code == LSTM && j < net.hidden; j++) cell.memory[j] = 0;
}

/* Equations 2 to 4 of gate k, and what it gives, in `made`. U multiplies `h`. */
static void run_gate(uint8_t k, const uint8_t **stream, const int16_t *h)
{
  const uint8_t *record = cell.records + k * GATE_BYTES;
  int16_t *out = cell.made + k * net.hidden;
  const int16_t *t = net.x, *u = h;
  uint8_t has_w = cell.code != GRU_AFTER || k != 3, has_u = cell.code != GRU_AFTER || k != 2;
  uint8_t j;
  net.flags = (uint8_t)((net.flags & ~OWN_FLAGS) | READ8(record + 4));
  describe_gate(record);
  if (has_w && net.w_rank) {
    project(&net.w2, stream, net.x, net.t, net.w_rank, read16(record + 5));
    t = net.t;
  }
  if (has_u && net.u_rank) {
    project(&net.u2, stream, h, net.u, net.u_rank, read16(record + 7));
    u = net.u;
  }
  for (j = net.hidden; j; j--) {
    int32_t p = 0;
    int16_t sum;
    if (has_w) p = matrix_row(&net.w1, stream, t);
    if (has_u) p += matrix_row(&net.u1, stream, u);
    sum = saturate16(p + next16(stream));
    if (k < cell.sums) sum = k == cell.candidate ? update(net.update, sum) : activate(net.gate, sum);
    *out++ = sum;
  }
}

/* 8' and 9' of unit j. */
static void blend(uint8_t j, int16_t g, int16_t c, int16_t z)
{
  int32_t v = matrix_shift(&cell.product, multiply_add(cell.product.start, g, c));
  v = multiply_add(v + net.r[j], z, net.h[j]);
  net.h[j] = within(shift14(v), net.state_limit);
  net.r[j] = (uint16_t)v & 16383;
}

static void blend_by_vectors(const uint8_t *stream)
{
  uint8_t j;
  for (j = 0; j < net.hidden; j++) {
    int16_t alpha = next16(&stream);
    blend(j, alpha, cell.made[j], next16(&stream));
  }
}

/* rs(a b, 14): 16384 = 2^8 2^8 / 4, shifts of whole bytes. */
static int32_t scaled(int16_t a, int16_t b) { return (multiply_add(8192, a, b) >> 8) * 4 >> 8; }

/* 5 to 9 of FastGRNN with half the difference of gate's and candidate's biases, a zeta and a nu of each unit. */
static void blend_by_sum(const uint8_t *stream)
{
  uint8_t j;
  for (j = 0; j < net.hidden; j++) {
    int16_t half = next16(&stream), zeta = next16(&stream);
    int16_t z = activate(net.gate, saturate16((int32_t)cell.made[j] + half));
    int16_t c = update(net.update, saturate16((int32_t)cell.made[j] - half));
    /* 7: rs(zeta (16384 - z), 14) = zeta + ((8192 - zeta z) >> 14), whose product fits 16 by 16 bits */
    blend(j, saturate16(scaled((int16_t)-zeta, z) + zeta + next16(&stream)), c, z);
  }
}

static void blend_by_gate(void)
{
  const int16_t *c = cell.made + cell.candidate * net.hidden, *z = c - net.hidden;
  uint8_t j;
  for (j = 0; j < net.hidden; j++) {
    int16_t y = *c++;
    if (cell.code == GRU_AFTER) {
      int32_t sum = y + scaled(cell.made[j], c[net.hidden - 1]);
      y = update(net.update, saturate16(sum * cell.factor));
    }
    blend(j, (int16_t)(*z == -16384 ? 32767 : 16384 - *z), y, *z);
    z++;
  }
}

static void step_memory(void)
{
  const int16_t *i = cell.made, *f = i + net.hidden, *c = f + net.hidden, *o = c + net.hidden;
  uint8_t j;
  for (j = 0; j < net.hidden; j++) {
    int16_t *memory = &cell.memory[j], y;
    int32_t v = matrix_shift(&cell.product, multiply_add(cell.product.start, *i++, *c++));
    v = multiply_add(v + net.r[j], *f++, *memory);
    *memory = within(shift14(v), cell.memory_limit);
    net.r[j] = (uint16_t)v & 16383;
    y = update(net.update, saturate16(multiply_add(0, *memory, cell.factor)));
    net.h[j] = saturate(matrix_shift(&cell.output, multiply_add(cell.output.start, *o++, y)), net.state_limit);
  }
}

/* q, in the place of the reset gate. */
static void reset_state(void)
{
  uint8_t j;
  for (j = 0; j < net.hidden; j++) {
    cell.made[j] = within(shift14(multiply_add(8192, cell.made[j], net.h[j])), net.state_limit);
  }
}

void network_step(void)
{
  const uint8_t *stream = net.stream;
  uint8_t k;
  if (net.tokens) look_up();
  else normalise(&stream);
  for (k = 0; k < cell.gates; k++) {
    const int16_t *h = net.h;
    if (cell.code == GRU_BEFORE && k == cell.candidate) {
      reset_state();
      h = cell.made;
    }
    run_gate(k, &stream, h);
  }
  if (cell.code == FAST_RNN_VECTOR) blend_by_vectors(stream);
  else if (cell.code == FAST_GRNN) blend_by_sum(stream);
  else if (cell.code == LSTM) step_memory();
  else blend_by_gate();
  if (net.flags & MEAN) accumulate();
}
