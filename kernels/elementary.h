// Elementary functions of our own: a C library's differ from machine to machine in the last bit.
#ifndef FASTGRNN_ELEMENTARY_H
#define FASTGRNN_ELEMENTARY_H

#include "vector.h"

// e^x for x in [-87, 87], clipped to that range, so that neither the result nor its reciprocal is subnormal; at most 2 ulp.
// x = n ln 2 + r with |r| <= ln 2 / 2 (ln 2 in two parts, after Cody and Waite); e^r by the polynomial of Cephes' expf.
INLINE vec exponential(vec x) {
  x = clip(x, -87.0f, 87.0f);
  const vec magic = splat(12582912.0f); // 1.5 * 2^23: adding it leaves the rounded integer in the low bits
  vec shifted = x * splat(1.44269504f) + magic;
  vec n = shifted - magic;
  vec r = x - n * splat(0.693359375f) - n * splat(-2.12194440e-4f);
  vec p = splat(1.9875691500e-4f);
  p = p * r + splat(1.3981999507e-3f);
  p = p * r + splat(8.3334519073e-3f);
  p = p * r + splat(4.1665795894e-2f);
  p = p * r + splat(1.6666665459e-1f);
  p = p * r + splat(5.0000001201e-1f);
  vec y = p * (r * r) + r + splat(1.0f);
  // 2^n from its exponent bits. A product, so that a NaN in y stays a NaN.
  return y * (vec)(((ivec)shifted << 23) + 0x3f800000);
}

// 1 / (1 + e^-x), at most 3 ulp in either tail (down to 1.6e-38).
INLINE vec sigmoid(vec x) { return splat(1.0f) / (splat(1.0f) + exponential(-x)); }

// tanh by a rational function, degree 13 over degree 6 (coefficients: Eigen's generic_fast_tanh_float), at most 6 ulp.
INLINE vec hyperbolic_tangent(vec x) {
  x = clip(x, -7.90531110763549805f, 7.90531110763549805f);
  vec s = x * x;
  vec p = splat(-2.76076847742355e-16f);
  p = p * s + splat(2.00018790482477e-13f);
  p = p * s + splat(-8.60467152213735e-11f);
  p = p * s + splat(5.12229709037114e-08f);
  p = p * s + splat(1.48572235717979e-05f);
  p = p * s + splat(6.37261928875436e-04f);
  p = p * s + splat(4.89352455891786e-03f);
  vec q = splat(1.19825839466702e-06f);
  q = q * s + splat(1.18534705686654e-04f);
  q = q * s + splat(2.26843463243900e-03f);
  q = q * s + splat(4.89352518554385e-03f);
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
