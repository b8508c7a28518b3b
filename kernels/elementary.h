// Elementary functions of our own: a C library's differ from machine to machine in the last bit.
#ifndef FASTGRNN_ELEMENTARY_H
#define FASTGRNN_ELEMENTARY_H

#include "vector.h"

// Coefficients stand in memory (elementary.c), not in the code: a WASM engine builds a vector constant anew at each use, in
// some three instructions, where a load takes one.
struct exponential_constants {
  float low, high, log2_e, magic, ln2_high, ln2_low, p5, p4, p3, p2, p1, p0, one;
};
struct tangent_constants {
  float low, high, p13, p11, p9, p7, p5, p3, p1, q6, q4, q2, q0;
};
extern const struct exponential_constants exponential_constants;
extern const struct tangent_constants tangent_constants;

// e^x for x in [-87, 87], clipped to that range, so that neither the result nor its reciprocal is subnormal; at most 2 ulp.
// x = n ln 2 + r with |r| <= ln 2 / 2 (ln 2 in two parts, after Cody and Waite); e^r by the polynomial of Cephes' expf.
INLINE vec exponential(vec x) {
  const struct exponential_constants *k = &exponential_constants;
  x = clip(x, k->low, k->high);
  vec shifted = x * splat(k->log2_e) + splat(k->magic);
  vec n = shifted - splat(k->magic);
  vec r = x - n * splat(k->ln2_high) - n * splat(k->ln2_low);
  vec p = splat(k->p5);
  p = p * r + splat(k->p4);
  p = p * r + splat(k->p3);
  p = p * r + splat(k->p2);
  p = p * r + splat(k->p1);
  p = p * r + splat(k->p0);
  vec y = p * (r * r) + r + splat(k->one);
  // 2^n from its exponent bits. A product, so that a NaN in y stays a NaN.
  return y * (vec)(((ivec)shifted << 23) + (ivec)splat(k->one));
}

// 1 / (1 + e^-x), at most 3 ulp in either tail (down to 1.6e-38).
INLINE vec sigmoid(vec x) {
  vec one = splat(exponential_constants.one);
  return one / (one + exponential(-x));
}

// tanh by a rational function, degree 13 over degree 6 (coefficients: Eigen's generic_fast_tanh_float), at most 6 ulp.
INLINE vec hyperbolic_tangent(vec x) {
  const struct tangent_constants *k = &tangent_constants;
  x = clip(x, k->low, k->high);
  vec s = x * x;
  vec p = splat(k->p13);
  p = p * s + splat(k->p11);
  p = p * s + splat(k->p9);
  p = p * s + splat(k->p7);
  p = p * s + splat(k->p5);
  p = p * s + splat(k->p3);
  p = p * s + splat(k->p1);
  vec q = splat(k->q6);
  q = q * s + splat(k->q4);
  q = q * s + splat(k->q2);
  q = q * s + splat(k->q0);
  return p * x / q;
}

// ln x in double precision for a normal x > 0; NaN and infinity return themselves. One scalar a row: the loss.
INLINE double logarithm(double x) {
  union {
    double value;
    unsigned long long bits;
  } u = {x};
  if (!(x < __builtin_inf())) return x;
  int exponent = (int)(u.bits >> 52) - 1023;
  u.bits = (u.bits & 0xfffffffffffffull) | 0x3ff0000000000000ull;
  if (u.value > 1.4142135623730951) u.value *= 0.5, exponent++;
  // ln m = 2 artanh s with s = (m - 1) / (m + 1), |s| < 0.172: eleven terms leave 1e-17.
  double s = (u.value - 1) / (u.value + 1), power = s * s, sum = 0;
  for (int k = 21; k >= 1; k -= 2) sum = sum * power + 1.0 / k;
  return exponent * 0.6931471805599453 + 2 * s * sum;
}

#endif
