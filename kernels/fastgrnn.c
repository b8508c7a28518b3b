// The gate pass of FastGRNN, one time step of a batch (the paper's equation (6)):
//   z = gate(a + b_z),  c = update(a + b_h),  h = (zeta (1 - z) + nu) c + z h'
// where a = W x + U h' is already there, and h' is the step before. zeta and nu come as a number a unit, which costs no more
// than one for all: the passes wait for nonlinearities and stores.
#include "activation.h"
#include "operations.h"

INLINE void fastgrnn_group(const unsigned n, struct group g, int gate, int update, float *z, float *c, const float *previous, float *h,
                           const float *bias_gate, const float *bias_update, const float *zeta, const float *nu) {
  const vec one = splat(1.0f);
  vec zs[GROUP], cs[GROUP];
  EACH {
    vec a = load(z + g.at[i]);
    zs[i] = a + load(bias_gate + g.column[i]);
    cs[i] = a + load(bias_update + g.column[i]);
  }
  nonlinear(update, n, cs);
  nonlinear(gate, n, zs);
  EACH {
    int at = g.at[i], column = g.column[i];
    vec before = load(previous + at);
    store(z + at, zs[i]);
    store(c + at, cs[i]);
    store(h + at, flush_state((load(zeta + column) * (one - zs[i]) + load(nu + column)) * cs[i] + zs[i] * before));
  }
}

// z: a on entry, z on return. c, h: written. zeta[n], nu[n]: as the equation has them.
void fastgrnn_forward(int rows, int n, int ld, int gate, int update, float *z, float *c, const float *previous, float *h,
                      const float *bias_gate, const float *bias_update, const float *zeta, const float *nu) {
#define FORWARD(count, group) \
  fastgrnn_group(count, group, gate, update, z, c, previous, h, bias_gate, bias_update, zeta, nu)
  FOR_GROUPS(rows, n, ld, FORWARD);
#undef FORWARD
}

// With g = dL/dh:
//   dL/dz = g (h' - zeta c) gate',  dL/dc = g (zeta (1 - z) + nu) update',  da = their sum,  dL/dh' += g z,
//   dL/dzeta = sum g c (1 - z),  dL/dnu = sum g c.
// Sums: one a column, rows in order.
INLINE void fastgrnn_gradients(const enum shape gate_shape, const enum shape update_shape, struct derivative gate, struct derivative update,
                     int rows, int n, int ld, const float *z, float *c, const float *previous, float *dh,
                     const float *zeta, const float *nu, float *columns) {
  const vec one = splat(1.0f);
  float *dbias_gate = columns, *dbias_update = columns + ld, *dzeta = columns + 2 * ld, *dnu = columns + 3 * ld;
  for (int r = 0; r < rows; r++) {
    for (int j = 0; j < n; j += VL) {
      vec g = load(dh + j), zj = load(z + j), cj = load(c + j);
      vec rest = one - zj, gc = g * cj, weight = load(zeta + j);
      vec dz = g * (load(previous + j) - weight * cj) * slope(gate_shape, gate, zj);
      vec dc = g * (weight * rest + load(nu + j)) * slope(update_shape, update, cj);
      store(dbias_gate + j, load(dbias_gate + j) + dz);
      store(dbias_update + j, load(dbias_update + j) + dc);
      store(dzeta + j, load(dzeta + j) + gc * rest);
      store(dnu + j, load(dnu + j) + gc);
      store(c + j, flush(dz + dc));
      store(dh + j, flush(g * zj));
    }
    z += ld, c += ld, previous += ld, dh += ld;
  }
}

// c: c on entry, da on return. dh: dL/dh on entry, the direct part of dL/dh' on return.
// columns[4][ld]: sums of dL/db_z, dL/db_h, dL/dzeta and dL/dnu by column, added to.
void fastgrnn_backward(int rows, int n, int ld, int gate, int update, const float *z, float *c, const float *previous,
                       float *dh, const float *zeta, const float *nu, float *columns) {
  struct derivative g = derivative_of(gate), u = derivative_of(update);
#define PASS(gate_shape, update_shape) \
  fastgrnn_gradients(gate_shape, update_shape, g, u, rows, n, ld, z, c, previous, dh, zeta, nu, columns)
  BY_SHAPES(g, u, PASS);
#undef PASS
}
