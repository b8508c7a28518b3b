// The pass of FastRNN, one time step of a batch (the paper's equation (2)):
//   c = update(a + b),  h = alpha c + beta h'
// where a = W x + U h' is already there, and h' is the step before.
#include "activation.h"
#include "operations.h"

INLINE void fastrnn_group(const unsigned n, struct group g, int update, float *c, const float *previous, float *h,
                          const float *bias, vec alpha, vec beta) {
  vec cs[GROUP];
  EACH cs[i] = load(c + g.at[i]) + load(bias + g.column[i]);
  nonlinear(update, n, cs);
  EACH {
    int at = g.at[i];
    vec before = load(previous + at);
    store(c + at, cs[i]);
    store(h + at, flush_state(alpha * cs[i] + beta * before));
  }
}

// c: a on entry, c on return. h: written. scalars: alpha, beta (after their sigmoid).
void fastrnn_forward(int rows, int n, int ld, int update, float *c, const float *previous, float *h, const float *bias,
                     const float *scalars) {
  const vec alpha = splat(scalars[0]), beta = splat(scalars[1]);
#define FORWARD(count, group) fastrnn_group(count, group, update, c, previous, h, bias, alpha, beta)
  FOR_GROUPS(rows, n, ld, FORWARD);
#undef FORWARD
}

// With g = dL/dh:  da = alpha g update',  dL/dh' += beta g,  dL/dalpha = sum g c,  dL/dbeta = sum g h'.
INLINE void fastrnn_gradients(const enum shape shape, struct derivative update, int rows, int n, int ld, float *c,
                     const float *previous, float *dh, const float *scalars, float *columns) {
  const vec alpha = splat(scalars[0]), beta = splat(scalars[1]);
  float *dbias = columns, *dalpha = columns + ld, *dbeta = columns + 2 * ld;
  for (int r = 0; r < rows; r++) {
    for (int j = 0; j < n; j += VL) {
      vec g = load(dh + j), cj = load(c + j);
      vec da = alpha * g * slope(shape, update, cj);
      store(dbias + j, load(dbias + j) + da);
      store(dalpha + j, load(dalpha + j) + g * cj);
      store(dbeta + j, load(dbeta + j) + g * load(previous + j));
      store(c + j, flush(da));
      store(dh + j, flush(beta * g));
    }
    c += ld, previous += ld, dh += ld;
  }
}

// c: c on entry, da on return. dh: dL/dh on entry, the direct part of dL/dh' on return.
// columns[3][ld]: sums of dL/db, dL/dalpha and dL/dbeta by column, added to.
void fastrnn_backward(int rows, int n, int ld, int update, float *c, const float *previous, float *dh,
                      const float *scalars, float *columns) {
  struct derivative u = derivative_of(update);
#define PASS(shape) fastrnn_gradients(shape, u, rows, n, ld, c, previous, dh, scalars, columns)
  BY_SHAPE(u, PASS);
#undef PASS
}

// FastRNN-vector (appendix G of the paper): the same with alpha and beta a number a unit, beta = zeta (1 - alpha) + nu.

// beta[n] <- zeta (1 - alpha) + nu. scalars: zeta, nu (after their sigmoid, like alpha).
void vector_residual(int n, const float *alpha, const float *scalars, float *beta) {
  const vec one = splat(1.0f), zeta = splat(scalars[0]), nu = splat(scalars[1]);
  for (int j = 0; j < n; j += VL) store(beta + j, zeta * (one - load(alpha + j)) + nu);
}

// columns[4][ld], after all steps: of the second row, dL/dalpha as if beta stood alone, the third, dL/dbeta, takes its share;
// the fourth becomes what dL/dzeta sums up. dL/dnu sums up the third.
void vector_residual_backward(int n, int ld, const float *alpha, const float *scalars, float *columns) {
  const vec one = splat(1.0f), zeta = splat(scalars[0]);
  float *dalpha = columns + ld, *dbeta = columns + 2 * ld, *dzeta = columns + 3 * ld;
  for (int j = 0; j < n; j += VL) {
    vec d = load(dbeta + j);
    store(dalpha + j, load(dalpha + j) - zeta * d);
    store(dzeta + j, d * (one - load(alpha + j)));
  }
}

INLINE void vector_group(const unsigned n, struct group g, int update, float *c, const float *previous, float *h,
                         const float *bias, const float *alpha, const float *beta) {
  vec cs[GROUP];
  EACH cs[i] = load(c + g.at[i]) + load(bias + g.column[i]);
  nonlinear(update, n, cs);
  EACH {
    int at = g.at[i], column = g.column[i];
    vec before = load(previous + at);
    store(c + at, cs[i]);
    store(h + at, flush_state(load(alpha + column) * cs[i] + load(beta + column) * before));
  }
}

// c: a on entry, c on return. h: written. alpha[n], beta[n]: as the equation has them.
void fastrnn_vector_forward(int rows, int n, int ld, int update, float *c, const float *previous, float *h,
                            const float *bias, const float *alpha, const float *beta) {
#define FORWARD(count, group) vector_group(count, group, update, c, previous, h, bias, alpha, beta)
  FOR_GROUPS(rows, n, ld, FORWARD);
#undef FORWARD
}

INLINE void vector_gradients(const enum shape shape, struct derivative update, int rows, int n, int ld, float *c,
                             const float *previous, float *dh, const float *alpha, const float *beta, float *columns) {
  float *dbias = columns, *dalpha = columns + ld, *dbeta = columns + 2 * ld;
  for (int r = 0; r < rows; r++) {
    for (int j = 0; j < n; j += VL) {
      vec g = load(dh + j), cj = load(c + j);
      vec da = load(alpha + j) * g * slope(shape, update, cj);
      store(dbias + j, load(dbias + j) + da);
      store(dalpha + j, load(dalpha + j) + g * cj);
      store(dbeta + j, load(dbeta + j) + g * load(previous + j));
      store(c + j, flush(da));
      store(dh + j, flush(load(beta + j) * g));
    }
    c += ld, previous += ld, dh += ld;
  }
}

// c: c on entry, da on return. dh: dL/dh on entry, the direct part of dL/dh' on return.
// columns[3][ld]: sums of dL/db, dL/dalpha and dL/dbeta by column, added to.
void fastrnn_vector_backward(int rows, int n, int ld, int update, float *c, const float *previous, float *dh,
                             const float *alpha, const float *beta, float *columns) {
  struct derivative u = derivative_of(update);
#define PASS(shape) vector_gradients(shape, u, rows, n, ld, c, previous, dh, alpha, beta, columns)
  BY_SHAPE(u, PASS);
#undef PASS
}
