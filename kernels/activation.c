#include "activation.h"
#include "operations.h"

// y[n] <- f(x + bias), or f(x) without a bias; y may be x.
void activate(int kind, int n, const float *x, const float *bias, float *y) {
  for (int j = 0; j < n; j += VL) {
    vec v = load(x + j);
    if (bias) v += load(bias + j);
    nonlinear(kind, 1, &v);
    store(y + j, v);
  }
}
