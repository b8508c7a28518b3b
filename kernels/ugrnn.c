// The gate pass of UGRNN, one time step of a batch (Collins, Sohl-Dickstein and Sussillo, 2016), which is also the last pass of a
// GRU whose reset gate comes before the recurrent product:
//   z = gate(a_z + b_z),  c = update(a_c + b_c),  h = z h' + (1 - z) c
// where a = W x + U h' of each of the two is already there, and h' is the step before.
// a: the matrices of both, `distance` floats apart, z first. bias[2][n]: theirs.
#include "activation.h"
#include "operations.h"

INLINE void ugrnn_group(const unsigned n, struct group g, int columns, int gate, int update, float *z, float *c,
                        const float *previous, float *h, const float *bias) {
  const vec one = splat(1.0f);
  vec zs[GROUP], cs[GROUP];
  EACH {
    zs[i] = load(z + g.at[i]) + load(bias + g.column[i]);
    cs[i] = load(c + g.at[i]) + load(bias + columns + g.column[i]);
  }
  nonlinear(update, n, cs);
  nonlinear(gate, n, zs);
  EACH {
    int at = g.at[i];
    vec before = load(previous + at);
    store(z + at, zs[i]);
    store(c + at, cs[i]);
    store(h + at, flush_state((one - zs[i]) * cs[i] + zs[i] * before));
  }
}

// a: z and c on return. h: written.
void ugrnn_forward(int rows, int n, int ld, int gate, int update, int distance, float *a, const float *previous, float *h,
                   const float *bias) {
#define FORWARD(count, group) \
  ugrnn_group(count, group, n, gate, update, a, a + distance, previous, h, bias)
  FOR_GROUPS(rows, n, ld, FORWARD);
#undef FORWARD
}

// With g = dL/dh:  dL/da_z = g (h' - c) gate',  dL/da_c = g (1 - z) update',  dL/dh' += g z.
// Sums: one a column, rows in order.
INLINE void ugrnn_gradients(const enum shape gate_shape, const enum shape update_shape, struct derivative gate, struct derivative update,
                            int rows, int n, int ld, float *z, float *c, const float *previous, float *dh, float *columns) {
  const vec one = splat(1.0f);
  float *dbias_z = columns, *dbias_c = columns + ld;
  for (int r = 0; r < rows; r++) {
    for (int j = 0; j < n; j += VL) {
      vec g = load(dh + j), zj = load(z + j), cj = load(c + j);
      vec dz = g * (load(previous + j) - cj) * slope(gate_shape, gate, zj);
      vec dc = g * (one - zj) * slope(update_shape, update, cj);
      store(dbias_z + j, load(dbias_z + j) + dz);
      store(dbias_c + j, load(dbias_c + j) + dc);
      store(z + j, flush(dz));
      store(c + j, flush(dc));
      store(dh + j, flush(g * zj));
    }
    z += ld, c += ld, previous += ld, dh += ld;
  }
}

// a: z and c on entry, their da on return. dh: dL/dh on entry, the direct part of dL/dh' on return.
// columns[2][ld]: sums of dL/db_z and dL/db_c by column, added to.
void ugrnn_backward(int rows, int n, int ld, int gate, int update, int distance, float *a, const float *previous, float *dh,
                    float *columns) {
  struct derivative g = derivative_of(gate), u = derivative_of(update);
#define PASS(gate_shape, update_shape) \
  ugrnn_gradients(gate_shape, update_shape, g, u, rows, n, ld, a, a + distance, previous, dh, columns)
  BY_SHAPES(g, u, PASS);
#undef PASS
}
