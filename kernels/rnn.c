// The pass of the plain RNN, one time step of a batch (the paper's equation (1)):
//   h = update(a + b)
// where a = W x + U h' is already there, and h' is the step before.
#include "activation.h"
#include "operations.h"

INLINE void rnn_group(const unsigned n, struct group g, int update, const float *a, float *h, const float *bias) {
  vec hs[GROUP];
  EACH hs[i] = load(a + g.at[i]) + load(bias + g.column[i]);
  nonlinear(update, n, hs);
  EACH store(h + g.at[i], hs[i]);
}

// a: read. h: written.
void rnn_forward(int rows, int n, int ld, int update, const float *a, float *h, const float *bias) {
#define FORWARD(count, group) rnn_group(count, group, update, a, h, bias)
  FOR_GROUPS(rows, n, ld, FORWARD);
#undef FORWARD
}

// With g = dL/dh:  da = g update', told from h;  h' is read by U alone, so its direct part is 0.
INLINE void rnn_gradients(const enum shape shape, struct derivative update, int rows, int n, int ld, float *a, const float *h,
                          float *dh, float *columns) {
  for (int r = 0; r < rows; r++) {
    for (int j = 0; j < n; j += VL) {
      vec da = load(dh + j) * slope(shape, update, load(h + j));
      store(columns + j, load(columns + j) + da);
      store(a + j, flush(da));
      store(dh + j, (vec){0});
    }
    a += ld, h += ld, dh += ld;
  }
}

// a: da on return. h: this step's state. dh: dL/dh on entry, 0 on return. columns[ld]: sums of dL/db by column, added to.
void rnn_backward(int rows, int n, int ld, int update, float *a, const float *h, float *dh, float *columns) {
  struct derivative u = derivative_of(update);
#define PASS(shape) rnn_gradients(shape, u, rows, n, ld, a, h, dh, columns)
  BY_SHAPE(u, PASS);
#undef PASS
}
