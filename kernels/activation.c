#include "activation.h"
#include "operations.h"

// Vectors in a turn of the loop, since one alone would mostly wait for its own results: the 16 floats that every row is whole in.
#define TURN (16 / VL)

#define PASS(kind)                                                                                       \
  case kind:                                                                                             \
    for (int j = 0; j < n; j += TURN * VL) {                                                             \
      vec v[TURN];                                                                                       \
      UNROLL for (int q = 0; q < TURN; q++) v[q] = load(x + j + q * VL) + load(bias + j + q * VL);       \
      UNROLL for (int q = 0; q < TURN; q++) store(y + j + q * VL, nonlinear(kind, v[q]));                \
    }                                                                                                    \
    break;

// y[n] <- f(x + bias), or f(x) without a bias; y may be x.
void activate(int kind, int n, const float *x, const float *bias, float *y) {
  if (!bias) {
    for (int j = 0; j < n; j += VL) store(y + j, nonlinear(kind, load(x + j)));
    return;
  }
  switch (kind) {
    PASS(TANH)
    PASS(SIGMOID)
    PASS(RELU)
    PASS(HARD_TANH)
    PASS(HARD_SIGMOID)
    PASS(HARD_SIGMOID_4)
  }
}
#undef PASS
