// Vectors and sums. Flat vectors reach to a multiple of 16 floats, and their last elements, beyond n, are 0.
#include "operations.h"
#include "vector.h"

void fill(int n, float value, float *target) {
  for (int i = 0; i < n; i += VL) store(target + i, splat(value));
}

// y <- scale x + shift
void affine(int n, float scale, float shift, const float *x, float *y) {
  for (int i = 0; i < n; i += VL) store(y + i, splat(scale) * load(x + i) + splat(shift));
}

// Every row of target <- row
void broadcast_rows(int rows, int columns, int ld, const float *row, float *target) {
  for (int r = 0; r < rows; r++, target += ld)
    for (int j = 0; j < columns; j += VL) store(target + j, load(row + j));
}

// sums[j] <- the sum of column j, rows in order
void column_sums(int rows, int columns, int ld, const float *source, float *sums) {
  for (int j = 0; j < columns; j += VL) {
    vec sum = {0};
    for (int r = 0; r < rows; r++) sum += load(source + r * ld + j);
    store(sums + j, sum);
  }
}

// y <- y + scale[0] x
void add_scaled(int n, const float *x, const float *scale, float *y) {
  vec s = splat(scale[0]);
  for (int i = 0; i < n; i += VL) store(y + i, load(y + i) + s * load(x + i));
}

// x <- the nearest multiple of levels[1], of those up to levels[2] of them from 0, levels[0] being 1 / levels[1], a power of two. All
// 0: x stays. Floats around 1.5 * 2^23 are whole numbers, so that adding this rounds, halves to even.
void round_levels(int n, const float *levels, float *x) {
  if (levels[0] == 0) return;
  vec factor = splat(levels[0]), unit = splat(levels[1]), whole = splat(12582912);
  for (int i = 0; i < n; i += VL) {
    vec level = clip(load(x + i) * factor, -levels[2], levels[2]);
    store(x + i, (level + whole - whole) * unit);
  }
}

// The lanes' sums as a tree: lane i takes i + 8, then i + 4, i + 2, i + 1 (vector.h, rule 3).
static float sum16(float *lanes) {
  for (int half = 8; half; half /= 2)
    for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
  return lanes[0];
}

// gradient[0] <- (gradient[0], if accumulate, else 0) + sign s (1 - s) sum(columns[n]): the gradient of a scalar
// parameter that reaches the network through a sigmoid, s = scalar[0] being the sigmoid's value.
void scalar_gradient(int n, int accumulate, float sign, const float *columns, const float *scalar, float *gradient) {
  float lanes[16] = {0}, s = scalar[0];
  for (int j = 0; j < n; j++) lanes[j & 15] += columns[j];
  float own = sign * (s * (1.0f - s)) * sum16(lanes);
  gradient[0] = accumulate ? gradient[0] + own : own;
}

// sum[0] <- the sum of x[i]^2
void sum_of_squares(int n, const float *x, float *sum) {
  float lanes[16];
  vec total[16 / VL];
  for (int q = 0; q < 16 / VL; q++) total[q] = (vec){0};
  for (int i = 0; i < n; i += 16)
    for (int q = 0; q < 16 / VL; q++) {
      vec v = load(x + i + q * VL);
      total[q] += v * v;
    }
  for (int q = 0; q < 16 / VL; q++) store(lanes + q * VL, total[q]);
  sum[0] = sum16(lanes);
}

// finite[0] <- 1 when no x[i] is NaN or infinite, else 0. x - x is 0 for a finite x, NaN for others.
void all_finite(int n, const float *x, int *finite) {
  ivec good = ~(ivec){0};
  for (int i = 0; i < n; i += VL) {
    vec v = load(x + i);
    good &= (v - v) == (vec){0};
  }
  int all = 1;
  for (int q = 0; q < VL; q++) all &= good[q];
  finite[0] = all & 1;
}
