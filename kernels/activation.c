#include "activation.h"
#include "operations.h"

#define PASS(kind)                                                                          \
  case kind:                                                                                \
    for (int j = 0; j < n; j += VL) store(y + j, nonlinear(kind, load(x + j) + load(bias + j))); \
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
