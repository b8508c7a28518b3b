#include "activation.h"
#include "operations.h"

// y[n] <- f(x + bias), or f(x) without a bias; y may be x.
void activate(int kind, int n, const float *x, const float *bias, float *y) {
  for (int j = 0; j < n; j += 16) {
    vec v[16 / VL];
    UNROLL for (int q = 0; q < 16 / VL; q++) {
      v[q] = load(x + j + q * VL);
      if (bias) v[q] += load(bias + j + q * VL);
    }
    nonlinear(kind, 16 / VL, v);
    UNROLL for (int q = 0; q < 16 / VL; q++) store(y + j + q * VL, v[q]);
  }
}
