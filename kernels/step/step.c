// One time step of one stream: what `src/runtime` runs, in Node and browsers. Built to a module of its own, apart from the
// training kernels, so that a page which only runs a model loads some 2 KB.
// TypeScript lays out the memory and fills these structures (src/runtime/float-stream.ts and integer-stream.ts name their
// words in this order); every number and every address is one word.
#include "operations.h"
#include "vector.h"

#define EXPORT __attribute__((visibility("default")))

// y[columns] (+)= sum over k of x[k] m[k][columns]: each element one sum in order of k, as gemm() has it. `columns` is a
// multiple of 16.
static void product(int inner, int columns, const float *x, const float *m, float *y, int accumulate) {
  for (int j = 0; j < columns; j += 16) {
    const float *row = m + j;
    vec sum[4];
    UNROLL for (int q = 0; q < 4; q++) sum[q] = accumulate ? load(y + j + q * VL) : (vec){0};
    for (int k = 0; k < inner; k++, row += columns) {
      vec s = splat(x[k]);
      UNROLL for (int q = 0; q < 4; q++) sum[q] += s * load(row + q * VL);
    }
    UNROLL for (int q = 0; q < 4; q++) store(y + j + q * VL, sum[q]);
  }
}

// Widths are padded to multiples of 16, inner sizes are exact. A matrix is [inner][padded outputs].
struct float_network {
  int gated, gate, update;
  int inputs, hidden, w_rank, u_rank, classes;
  int padded_hidden, padded_w_rank, padded_u_rank, padded_classes;
  const float *x, *w2, *w1, *u2, *u1, *bias_gate, *bias_update, *scalars, *classifier, *classifier_bias;
  float *t, *u, *a, *c, *h, *logits;
};

// h <- the cell's next state after the normalised input x.
EXPORT void float_step(const struct float_network *n) {
  const float *t = n->x, *u = n->h;
  if (n->w_rank) {
    product(n->inputs, n->padded_w_rank, t, n->w2, n->t, 0);
    t = n->t;
  }
  product(n->w_rank ? n->w_rank : n->inputs, n->padded_hidden, t, n->w1, n->a, 0);
  if (n->u_rank) {
    product(n->hidden, n->padded_u_rank, u, n->u2, n->u, 0);
    u = n->u;
  }
  product(n->u_rank ? n->u_rank : n->hidden, n->padded_hidden, u, n->u1, n->a, 1);
  if (n->gated)
    fastgrnn_forward(1, n->hidden, 0, n->gate, n->update, n->a, n->c, n->h, n->h, n->bias_gate, n->bias_update,
                     n->scalars);
  else
    fastrnn_forward(1, n->hidden, 0, n->update, n->a, n->h, n->h, n->bias_update, n->scalars);
}

// logits <- the head's outputs for the state (or the mean of states) `h`.
EXPORT void float_logits(const struct float_network *n, const float *h) {
  for (int l = 0; l < n->padded_classes; l += VL) store(n->logits + l, load(n->classifier_bias + l));
  product(n->hidden, n->padded_classes, h, n->classifier, n->logits, 1);
}

// x[16] <- sigmoid(x), the same bits as in training.
EXPORT void float_sigmoid(float *x) { activate(1, 16, x, 0, x); }
