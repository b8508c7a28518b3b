// The nonlinearities. Numbers are part of the program encoding: src/kernels/nonlinearity.ts lists the same.
#ifndef FASTGRNN_ACTIVATION_H
#define FASTGRNN_ACTIVATION_H

#include "elementary.h"

enum nonlinearity { TANH, SIGMOID, RELU, HARD_TANH, HARD_SIGMOID, HARD_SIGMOID_4, TANH_8, SIGMOID_8 };

// Of n vectors, so many go through an elementary function together, by the registers that there are.
#if VL == 16
#define TOGETHER 4
#elif VL == 8
#define TOGETHER 2
#else
#define TOGETHER 1
#endif

// Rolled where each goes alone: the code is a quarter as large, and a processor overlaps the turns by itself.
#define IN_GROUPS(function)                                                               \
  do {                                                                                    \
    if (n < TOGETHER || TOGETHER == 1) {                                                  \
      ROLLED for (unsigned i = 0; i < n; i++) function(1, x + i);                         \
    } else {                                                                              \
      UNROLL for (unsigned i = 0; i < n; i += TOGETHER) function(TOGETHER, x + i);        \
    }                                                                                     \
  } while (0)

// x <- f(x), n vectors. One copy for all its callers in WASM, where size counts; elsewhere inlined, to keep x in registers.
#ifdef __wasm__
static NOINLINE
#else
INLINE
#endif
    void nonlinear(int kind, const unsigned n, vec *x) {
  switch (kind) {
    case TANH: IN_GROUPS(hyperbolic_tangents); break;
    case SIGMOID: IN_GROUPS(sigmoids); break;
    case RELU: EACH x[i] = at_least(x[i], splat(0.0f)); break;
    case HARD_TANH: EACH x[i] = clip(x[i], -1.0f, 1.0f); break;
    case HARD_SIGMOID: EACH x[i] = clip((x[i] + splat(1.0f)) * splat(0.5f), 0.0f, 1.0f); break;
    case HARD_SIGMOID_4: EACH x[i] = clip((x[i] + splat(2.0f)) * splat(0.25f), 0.0f, 1.0f); break;
    case TANH_8: IN_GROUPS(polyline_tangents); break;
    default: IN_GROUPS(polyline_sigmoids);
  }
}

// A forward pass over [rows][columns] takes several vectors at once, as they follow each other: row after row, each of which is
// whole in 16 floats.
#define GROUP (VL == 16 ? 4 : 16 / VL)

// Where the pass is.
struct walk {
  int columns, ld, row, column;
};

// Where the i-th vector of a group lies in the matrix, and in what has one row only, such as a bias.
struct group {
  int at[MOST], column[MOST];
};

INLINE struct group next_group(const unsigned n, struct walk *w) {
  struct group g;
  EACH {
    g.at[i] = w->row + w->column, g.column[i] = w->column;
    w->column += VL;
    if ((i + 1) * VL % 16 == 0 && w->column >= w->columns) w->column = 0, w->row += w->ld;
  }
  return g;
}

// Runs pass(n, group) over all vectors.
#define FOR_GROUPS(rows, columns, ld, pass)                                         \
  do {                                                                              \
    struct walk w = {columns, ld, 0, 0};                                            \
    int left = rows * (whole_groups(columns) / VL);                                 \
    for (; left >= GROUP; left -= GROUP) pass(GROUP, next_group(GROUP, &w));        \
    if (VL == 16) /* a group is no whole row */                                     \
      for (; left > 0; left--) pass(1, next_group(1, &w));                          \
  } while (0)

// A nonlinearity's derivative, told from its output y alone.
//   smooth:   y' = constant + y (linear - y)            tanh 1 - y^2, sigmoid y (1 - y)
//   bounded:  y' = constant where low < y < high, else 0    the hard ones and relu
//   polyline: y' = constant s(|linear y + low|), s the slope of the polyline of tanh
enum shape { SMOOTH, BOUNDED, POLYLINE };
struct derivative {
  enum shape shape;
  float constant, linear, low, high;
};

INLINE struct derivative derivative_of(int kind) {
  const float infinity = __builtin_inff();
  switch (kind) {
    case TANH: return (struct derivative){SMOOTH, 1.0f, 0.0f, 0.0f, 0.0f};
    case SIGMOID: return (struct derivative){SMOOTH, 0.0f, 1.0f, 0.0f, 0.0f};
    case RELU: return (struct derivative){BOUNDED, 1.0f, 0.0f, 0.0f, infinity};
    case HARD_TANH: return (struct derivative){BOUNDED, 1.0f, 0.0f, -1.0f, 1.0f};
    case HARD_SIGMOID: return (struct derivative){BOUNDED, 0.5f, 0.0f, 0.0f, 1.0f};
    case HARD_SIGMOID_4: return (struct derivative){BOUNDED, 0.25f, 0.0f, 0.0f, 1.0f};
    case TANH_8: return (struct derivative){POLYLINE, 1.0f, 1.0f, 0.0f, 0.0f};
    default: return (struct derivative){POLYLINE, 0.25f, 2.0f, -1.0f, 0.0f};
  }
}

// `shape` stands apart from d so that a caller can pass a constant and keep the branch out of its loop.
INLINE vec slope(enum shape shape, struct derivative d, vec y) {
  if (shape == POLYLINE) return splat(d.constant) * polyline_slope(absolute(splat(d.linear) * y + splat(d.low)));
  if (shape == BOUNDED) return (vec)((y > splat(d.low)) & (y < splat(d.high)) & (ivec)splat(d.constant));
  return splat(d.constant) + y * (splat(d.linear) - y);
}

// Runs pass(shape) with the shape as a constant, or pass(gate's shape, update's shape) of the usual pairs.
#define BY_SHAPE(u, pass)                            \
  do {                                               \
    if ((u).shape == POLYLINE) pass(POLYLINE);       \
    else if ((u).shape == BOUNDED) pass(BOUNDED);    \
    else pass(SMOOTH);                               \
  } while (0)
#define BY_SHAPES(g, u, pass)                                                                     \
  do {                                                                                            \
    if ((g).shape == POLYLINE || (u).shape == POLYLINE) pass((g).shape, (u).shape);               \
    else if ((g).shape == BOUNDED && (u).shape == BOUNDED) pass(BOUNDED, BOUNDED);                \
    else if ((g).shape == BOUNDED) pass(BOUNDED, SMOOTH);                                         \
    else if ((u).shape == BOUNDED) pass(SMOOTH, BOUNDED);                                         \
    else pass(SMOOTH, SMOOTH);                                                                    \
  } while (0)

#endif
