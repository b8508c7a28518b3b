// The nonlinearities. Numbers are part of the program encoding: src/kernels/nonlinearity.ts lists the same.
#ifndef FASTGRNN_ACTIVATION_H
#define FASTGRNN_ACTIVATION_H

#include "elementary.h"

enum nonlinearity { TANH, SIGMOID, RELU, HARD_TANH, HARD_SIGMOID, HARD_SIGMOID_4 };

INLINE vec nonlinear(int kind, vec x) {
  switch (kind) {
    case TANH: return hyperbolic_tangent(x);
    case SIGMOID: return sigmoid(x);
    case RELU: return at_least(x, splat(0.0f));
    case HARD_TANH: return clip(x, -1.0f, 1.0f);
    case HARD_SIGMOID: return clip((x + splat(1.0f)) * splat(0.5f), 0.0f, 1.0f);
    default: return clip((x + splat(2.0f)) * splat(0.25f), 0.0f, 1.0f);
  }
}

// A nonlinearity's derivative, told from its output y alone.
//   smooth:   y' = constant + y (linear - y)            tanh 1 - y^2, sigmoid y (1 - y)
//   bounded:  y' = constant where low < y < high, else 0    the piecewise linear ones
struct derivative {
  int bounded;
  float constant, linear, low, high;
};

INLINE struct derivative derivative_of(int kind) {
  const float infinity = __builtin_inff();
  switch (kind) {
    case TANH: return (struct derivative){0, 1.0f, 0.0f, 0.0f, 0.0f};
    case SIGMOID: return (struct derivative){0, 0.0f, 1.0f, 0.0f, 0.0f};
    case RELU: return (struct derivative){1, 1.0f, 0.0f, 0.0f, infinity};
    case HARD_TANH: return (struct derivative){1, 1.0f, 0.0f, -1.0f, 1.0f};
    case HARD_SIGMOID: return (struct derivative){1, 0.5f, 0.0f, 0.0f, 1.0f};
    default: return (struct derivative){1, 0.25f, 0.0f, 0.0f, 1.0f};
  }
}

// `bounded` stands apart from d so that a caller can pass a constant and keep the branch out of its loop.
INLINE vec slope(int bounded, struct derivative d, vec y) {
  if (bounded) return (vec)((y > splat(d.low)) & (y < splat(d.high)) & (ivec)splat(d.constant));
  return splat(d.constant) + y * (splat(d.linear) - y);
}

#endif
