/* FastGRNN and FastRNN: one W and U serve the gate and the candidate. */
enum { BLOB_VERSION = 1 };

#include "blob.h"

uint16_t network_arena_bytes(void)
{
  uint16_t scratch = (uint16_t)(net.inputs + net.w_rank + (net.u_rank ? net.u_rank : net.hidden));
  if (!(net.flags & MEAN)) return (uint16_t)(2 * (2u * net.hidden + scratch));
  if (scratch < net.hidden) scratch = net.hidden;
  return (uint16_t)(2 * (4u * net.hidden + scratch));
}

ONCE uint8_t network_open(const uint8_t *blob, uint32_t room, void *arena, uint16_t arena_bytes)
{
  const uint8_t *shifts = blob + 18, *limits = blob + 24;
  uint8_t i;
  uint8_t status = open_header(blob, room);
  if (status) return status;
  for (i = 0; i < 5; i++) {
    if (READ8(shifts + i) > 30) return NETWORK_BAD_FIELD;
  }
  net.input_limit = next16(&limits);
  net.w_limit = next16(&limits);
  net.u_limit = next16(&limits);
  net.state_limit = next16(&limits);
  net.scale = next16(&limits);
  net.offset = next16(&limits);
  if (net.input_limit <= 0 || net.w_limit <= 0 || net.u_limit <= 0 || net.state_limit <= 0) return NETWORK_BAD_FIELD;
  if (network_arena_bytes() > arena_bytes) return NETWORK_NO_RAM;
  describe(&net.affine, READ8(shifts), 0, 0);
  describe_gate(shifts + 1);
  describe(&net.head, 0, SPARSE_HEAD, net.hidden);
  status = open_parts(blob, blob + HEADER_BYTES);
  if (status) return status;
  open_vectors(arena);
  net.u = net.x + net.inputs; /* of full rank a copy of h, and t is x */
  net.t = net.w_rank ? net.u + (net.u_rank ? net.u_rank : net.hidden) : net.x;
  network_reset();
  return NETWORK_OK;
}

void network_reset(void) { forget(); }

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
