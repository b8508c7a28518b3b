// The gate pass of FastGRNN, one time step of a batch (the paper's equation (6)):
//   z = gate(a + b_z),  c = update(a + b_h),  h = (zeta (1 - z) + nu) c + z h'
// where a = W x + U h' is already there, and h' is the step before.
#include "activation.h"
#include "operations.h"

// z: a on entry, z on return. c, h: written. scalars: zeta, nu (after their sigmoid).
void fastgrnn_forward(int rows, int n, int ld, int gate, int update, float *z, float *c, const float *previous, float *h,
                      const float *bias_gate, const float *bias_update, const float *scalars) {
  const vec one = splat(1.0f), zeta = splat(scalars[0]), nu = splat(scalars[1]);
  for (int r = 0; r < rows; r++) {
    activate(update, n, z, bias_update, c);
    activate(gate, n, z, bias_gate, z);
    for (int j = 0; j < n; j += VL) {
      vec zj = load(z + j);
      store(h + j, (zeta * (one - zj) + nu) * load(c + j) + zj * load(previous + j));
    }
    z += ld, c += ld, previous += ld, h += ld;
  }
}

// Rows whose values stay in the first cache while the columns' sums stay in registers. It moves no sum.
#define ROW_BLOCK 8

// With g = dL/dh:
//   dL/dz = g (h' - zeta c) gate',  dL/dc = g (zeta (1 - z) + nu) update',  da = their sum,  dL/dh' += g z,
//   dL/dzeta = sum g c (1 - z),  dL/dnu = sum g c.
// Sums: one a column, rows in order.
INLINE void backward(const int gate_bounded, const int update_bounded, struct derivative gate, struct derivative update,
                     int rows, int n, int ld, const float *z, float *c, const float *previous, float *dh,
                     const float *scalars, float *columns) {
  const vec one = splat(1.0f), zeta = splat(scalars[0]), nu = splat(scalars[1]);
  for (int first = 0; first < rows; first += ROW_BLOCK) {
    int count = rows - first < ROW_BLOCK ? rows - first : ROW_BLOCK;
    for (int j = 0; j < n; j += VL) {
      float *column = columns + j;
      vec dbias_gate = load(column), dbias_update = load(column + ld), dzeta = load(column + 2 * ld),
          dnu = load(column + 3 * ld);
      const float *zp = z + j, *pp = previous + j;
      float *cp = c + j, *dp = dh + j;
      ROLLED for (int r = 0; r < count; r++) {
        vec g = load(dp), zj = load(zp), cj = load(cp);
        vec rest = one - zj, gc = g * cj;
        dnu += gc;
        dzeta += gc * rest;
        vec dz = g * (load(pp) - zeta * cj) * slope(gate_bounded, gate, zj);
        vec dc = g * (zeta * rest + nu) * slope(update_bounded, update, cj);
        dbias_gate += dz;
        dbias_update += dc;
        store(cp, flush(dz + dc));
        store(dp, flush(g * zj));
        zp += ld, pp += ld, cp += ld, dp += ld;
      }
      store(column, dbias_gate);
      store(column + ld, dbias_update);
      store(column + 2 * ld, dzeta);
      store(column + 3 * ld, dnu);
    }
    z += count * ld, c += count * ld, previous += count * ld, dh += count * ld;
  }
}

// c: c on entry, da on return. dh: dL/dh on entry, the direct part of dL/dh' on return.
// columns[4][ld]: sums of dL/db_z, dL/db_h, dL/dzeta and dL/dnu by column, added to.
void fastgrnn_backward(int rows, int n, int ld, int gate, int update, const float *z, float *c, const float *previous,
                       float *dh, const float *scalars, float *columns) {
  struct derivative g = derivative_of(gate), u = derivative_of(update);
#define PASS(gate_bounded, update_bounded) \
  backward(gate_bounded, update_bounded, g, u, rows, n, ld, z, c, previous, dh, scalars, columns)
  if (g.bounded && u.bounded) PASS(1, 1);
  else if (g.bounded) PASS(1, 0);
  else if (u.bounded) PASS(0, 1);
  else PASS(0, 0);
}
