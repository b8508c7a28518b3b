// Elementary functions of our own: a C library's differ from machine to machine in the last bit. Their errors are measured over
// all floats by npm run measure:ulp; docs/kernels.md has the table.
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
// tanh by eight straight lines: over m >= 0 it is concave, and so the least of its chords, each intercept + slope m.
// Knots are tanh(k / 2) as docs/integer-network.md has them, so that a network is trained with what its device computes.
enum { SEGMENTS = 8 };
struct polyline_constants {
  float intercept[SEGMENTS], slope[SEGMENTS];
  float knot[SEGMENTS], fall[SEGMENTS]; // where a segment ends, and by how much the slope falls there
};
extern const struct exponential_constants exponential_constants;
extern const struct polyline_constants polyline_constants;
extern const struct tangent_constants tangent_constants;

// The functions work on n independent vectors at once, step by step, since one alone would mostly wait for its own results.
// Engines of WASM have too few registers for that: see TOGETHER in activation.h.
#define EACH UNROLL for (unsigned i = 0; i < n; i++)

// The most vectors at once.
#define MOST 4

// x <- e^x for x in [-87, 87], clipped to that range, so that neither the result nor its reciprocal is subnormal; at most 1 ulp.
// x = n ln 2 + r with |r| <= ln 2 / 2 (ln 2 in two parts, after Cody and Waite); e^r by the polynomial of Cephes' expf.
INLINE void exponentials(const unsigned n, vec *x) {
  const struct exponential_constants *k = &exponential_constants;
  vec shifted[MOST], whole[MOST], r[MOST], p[MOST];
  EACH x[i] = clip(x[i], k->low, k->high);
  EACH shifted[i] = x[i] * splat(k->log2_e) + splat(k->magic);
  EACH whole[i] = shifted[i] - splat(k->magic);
  EACH r[i] = x[i] - whole[i] * splat(k->ln2_high);
  EACH r[i] = r[i] - whole[i] * splat(k->ln2_low);
  EACH p[i] = splat(k->p5) * r[i] + splat(k->p4);
  EACH p[i] = p[i] * r[i] + splat(k->p3);
  EACH p[i] = p[i] * r[i] + splat(k->p2);
  EACH p[i] = p[i] * r[i] + splat(k->p1);
  EACH p[i] = p[i] * r[i] + splat(k->p0);
  EACH p[i] = p[i] * (r[i] * r[i]) + r[i] + splat(k->one);
  // 2^whole from its exponent bits. A product, so that a NaN in p stays a NaN.
  EACH x[i] = p[i] * (vec)(((ivec)shifted[i] << 23) + (ivec)splat(k->one));
}

INLINE vec exponential(vec x) {
  exponentials(1, &x);
  return x;
}

// x <- 1 / (1 + e^-x), at most 2.5 ulp in either tail (down to x = -87, 1.6e-38, where it stays).
INLINE void sigmoids(const unsigned n, vec *x) {
  const vec one = splat(exponential_constants.one);
  EACH x[i] = -x[i];
  exponentials(n, x);
  EACH x[i] = one / (one + x[i]);
}

// x <- tanh x by a rational function, degree 13 over degree 6 (coefficients: Eigen's generic_fast_tanh_float), at most 7 ulp
// (below 2^-118 the product p x is subnormal: at most 4e-43).
INLINE void hyperbolic_tangents(const unsigned n, vec *x) {
  const struct tangent_constants *k = &tangent_constants;
  vec s[MOST], p[MOST], q[MOST];
  EACH x[i] = clip(x[i], k->low, k->high);
  EACH s[i] = x[i] * x[i];
  EACH p[i] = splat(k->p13) * s[i] + splat(k->p11);
  EACH p[i] = p[i] * s[i] + splat(k->p9);
  EACH p[i] = p[i] * s[i] + splat(k->p7);
  EACH p[i] = p[i] * s[i] + splat(k->p5);
  EACH p[i] = p[i] * s[i] + splat(k->p3);
  EACH p[i] = p[i] * s[i] + splat(k->p1);
  EACH q[i] = splat(k->q6) * s[i] + splat(k->q4);
  EACH q[i] = q[i] * s[i] + splat(k->q2);
  EACH q[i] = q[i] * s[i] + splat(k->q0);
  EACH x[i] = p[i] * x[i] / q[i];
}

// x <- the polyline of tanh x.
INLINE void polyline_tangents(const unsigned n, vec *x) {
  const struct polyline_constants *k = &polyline_constants;
  vec m[MOST], y[MOST];
  EACH m[i] = absolute(x[i]);
  EACH y[i] = splat(k->slope[0]) * m[i];
  ROLLED for (int s = 1; s < SEGMENTS; s++) EACH y[i] = at_most(y[i], splat(k->intercept[s]) + splat(k->slope[s]) * m[i]);
  EACH y[i] = at_most(y[i], splat(k->knot[SEGMENTS - 1]));
  EACH x[i] = (vec)((ivec)y[i] | ((ivec)x[i] ^ (ivec)m[i]));
}

// x <- that of 1 / (1 + e^-x) = (1 + tanh(x / 2)) / 2.
INLINE void polyline_sigmoids(const unsigned n, vec *x) {
  const vec half = splat(0.5f);
  EACH x[i] = x[i] * half;
  polyline_tangents(n, x);
  EACH x[i] = half + half * x[i];
}

// The slope of the polyline of tanh where it has the magnitude y; at a knot that of the outer segment.
INLINE vec polyline_slope(vec y) {
  const struct polyline_constants *k = &polyline_constants;
  vec slope = splat(k->slope[0]);
  ROLLED for (int s = 0; s < SEGMENTS; s++) slope -= (vec)((y >= splat(k->knot[s])) & (ivec)splat(k->fall[s]));
  return slope;
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

// sin x and cos x in double precision, for |x| up to some millions. x = k pi / 2 + r with |r| <= pi / 4 (pi / 2 in two parts); their
// Taylor series up to r^15 and r^16 leave 1e-16. Adding 1.5 * 2^52 leaves the rounded integer in the low bits.
INLINE void sine_and_cosine(double x, double *sine, double *cosine) {
  union {
    double value;
    unsigned long long bits;
  } shifted = {x * 0.63661977236758134 + 6755399441055744.0};
  double k = shifted.value - 6755399441055744.0;
  double r = x - k * 1.5707963267341256 - k * 6.0771005065061922e-11, square = r * r, s = 1, c = 1;
  for (int i = 15; i > 1; i -= 2) {
    s = 1 - square / (double)(i * (i - 1)) * s;
    c = 1 - square / (double)(i * (i + 1)) * c;
  }
  c = 1 - square / 2 * c;
  s *= r;
  int quarter = (int)(shifted.bits & 3);
  *sine = quarter & 1 ? c : s;
  *cosine = quarter & 1 ? s : c;
  if (quarter & 2) *sine = -*sine;
  if (quarter == 1 || quarter == 2) *cosine = -*cosine;
}

#endif
