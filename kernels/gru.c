// The gate passes of the GRU, one time step of a batch (Cho et al., 2014), where a = W x + U h' is already there and h' is the
// step before. Its two forms differ in what the reset gate r multiplies:
//   after the recurrent product:   r = gate(a_r + b_r),  z = gate(a_z + b_z),  c = update(W_c x + b_c + r (U_c h' + d))
//   before it:                     r = gate(a_r + b_r),  q = r h',  then z and c = update(W_c x + U_c q + b_c) as in ugrnn.c
//   both:                          h = (1 - z) c + z h'
#include "activation.h"
#include "operations.h"

INLINE void gru_group(const unsigned n, struct group g, int columns, int gate, int update, float *r, float *z, float *c,
                      float *m, const float *previous, float *h, const float *bias) {
  const vec one = splat(1.0f);
  vec rs[GROUP], zs[GROUP], cs[GROUP];
  EACH {
    rs[i] = load(r + g.at[i]) + load(bias + g.column[i]);
    zs[i] = load(z + g.at[i]) + load(bias + columns + g.column[i]);
  }
  nonlinear(gate, n, rs);
  nonlinear(gate, n, zs);
  EACH {
    int at = g.at[i];
    vec ms = load(m + at) + load(bias + 3 * columns + g.column[i]);
    cs[i] = load(c + at) + load(bias + 2 * columns + g.column[i]) + rs[i] * ms;
    store(m + at, ms);
    store(r + at, rs[i]);
  }
  nonlinear(update, n, cs);
  EACH {
    int at = g.at[i];
    vec before = load(previous + at);
    store(z + at, zs[i]);
    store(c + at, cs[i]);
    store(h + at, flush_state((one - zs[i]) * cs[i] + zs[i] * before));
  }
}

// a: the matrices of r, z, c and m = U_c h', `distance` floats apart: r, z, c and m + d on return. h: written.
// bias[4][n]: b_r, b_z, b_c and d.
void gru_forward(int rows, int n, int ld, int gate, int update, int distance, float *a, const float *previous, float *h,
                 const float *bias) {
#define FORWARD(count, group)                                                                                         \
  gru_group(count, group, n, gate, update, a, a + distance, a + 2 * distance, a + 3 * distance, previous, h, bias)
  FOR_GROUPS(rows, n, ld, FORWARD);
#undef FORWARD
}

// With g = dL/dh:  dL/da_z = g (h' - c) gate',  dL/da_c = g (1 - z) update',  dL/da_r = dL/da_c m gate',
// dL/dm = dL/da_c r,  dL/dh' += g z.  Sums: one a column, rows in order.
INLINE void gru_gradients(const enum shape gate_shape, const enum shape update_shape, struct derivative gate, struct derivative update,
                          int rows, int n, int ld, float *r, float *z, float *c, float *m, const float *previous, float *dh,
                          float *columns) {
  const vec one = splat(1.0f);
  float *dbias_r = columns, *dbias_z = columns + ld, *dbias_c = columns + 2 * ld, *dbias_m = columns + 3 * ld;
  for (int row = 0; row < rows; row++) {
    for (int j = 0; j < n; j += VL) {
      vec g = load(dh + j), rj = load(r + j), zj = load(z + j), cj = load(c + j);
      vec dz = g * (load(previous + j) - cj) * slope(gate_shape, gate, zj);
      vec dc = g * (one - zj) * slope(update_shape, update, cj);
      vec dr = dc * load(m + j) * slope(gate_shape, gate, rj);
      vec dm = dc * rj;
      store(dbias_r + j, load(dbias_r + j) + dr);
      store(dbias_z + j, load(dbias_z + j) + dz);
      store(dbias_c + j, load(dbias_c + j) + dc);
      store(dbias_m + j, load(dbias_m + j) + dm);
      store(r + j, flush(dr));
      store(z + j, flush(dz));
      store(c + j, flush(dc));
      store(m + j, flush(dm));
      store(dh + j, flush(g * zj));
    }
    r += ld, z += ld, c += ld, m += ld, previous += ld, dh += ld;
  }
}

// a: what gru_forward left on entry, the gradients of its four on return. dh: dL/dh on entry, the direct part of dL/dh' on
// return. columns[4][ld]: sums of dL/db_r, dL/db_z, dL/db_c and dL/dd by column, added to.
void gru_backward(int rows, int n, int ld, int gate, int update, int distance, float *a, const float *previous, float *dh,
                  float *columns) {
  struct derivative g = derivative_of(gate), u = derivative_of(update);
#define PASS(gate_shape, update_shape)                                                                             \
  gru_gradients(gate_shape, update_shape, g, u, rows, n, ld, a, a + distance, a + 2 * distance, a + 3 * distance,  \
                previous, dh, columns)
  BY_SHAPES(g, u, PASS);
#undef PASS
}

INLINE void reset_group(const unsigned n, struct group g, int gate, float *r, const float *previous, float *q,
                        const float *bias) {
  vec rs[GROUP];
  EACH rs[i] = load(r + g.at[i]) + load(bias + g.column[i]);
  nonlinear(gate, n, rs);
  EACH {
    store(r + g.at[i], rs[i]);
    store(q + g.at[i], rs[i] * load(previous + g.at[i]));
  }
}

// r: a_r on entry, r on return. q: r h' on return.
void reset_forward(int rows, int n, int ld, int gate, float *r, const float *previous, float *q, const float *bias) {
#define FORWARD(count, group) reset_group(count, group, gate, r, previous, q, bias)
  FOR_GROUPS(rows, n, ld, FORWARD);
#undef FORWARD
}

// r: r on entry, dL/da_r = dL/dq h' gate' on return. dq: dL/dq. dh: added to, dL/dq r. columns[ld]: sums of dL/db_r, added to.
void reset_backward(int rows, int n, int ld, int gate, float *r, const float *previous, const float *dq, float *dh,
                    float *columns) {
  struct derivative d = derivative_of(gate);
  for (int row = 0; row < rows; row++) {
    for (int j = 0; j < n; j += VL) {
      vec g = load(dq + j), rj = load(r + j);
      vec dr = g * load(previous + j) * slope(d.shape, d, rj);
      store(columns + j, load(columns + j) + dr);
      store(dh + j, load(dh + j) + flush(g * rj));
      store(r + j, flush(dr));
    }
    r += ld, previous += ld, dq += ld, dh += ld;
  }
}
