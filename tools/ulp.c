// Measures the kernels' functions over all floats. tools/measure-ulp.mjs builds it for each width of vectors, and runs it.
//   ulp hash STRIDE      a hash of each function's results for every STRIDE-th float, NaN apart from its bits
//   ulp error STRIDE     of each: the largest error in units of the exact result's last place, the argument where it occurs; the
//                        largest absolute error where that measure isn't meant; results that are wrongly NaN, or wrongly not
#include "../kernels/activation.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// exp is no nonlinearity of its own.
enum { FUNCTIONS = SIGMOID_8 + 2, EXP = SIGMOID_8 + 1, BLOCK = 4096 };

static const char *const names[FUNCTIONS] = {"tanh", "sigmoid", "relu", "hardTanh", "hardSigmoid", "hardSigmoid4",
                                               "tanh8", "sigmoid8", "exp"};

// Where an error is meant in units of the last place: exp and sigmoid stop where the result, or its reciprocal, would leave
// the normal floats, and tanh meets subnormal numbers on its way below 2^-118.
INLINE int measured(int function, float x) {
  switch (function) {
    case TANH: return fabsf(x) >= 0x1p-118f;
    case SIGMOID: return x >= -87.0f;
    case SIGMOID_8: return x >= 0.0f;
    case EXP: return x >= -87.0f && x <= 87.0f;
    default: return 1;
  }
}

// Most floats are tiny or huge, where the library need not be asked: to the precision of float64 the results are these.
INLINE double exact_exp(double x) { return fabs(x) < 0x1p-27 ? 1.0 + x : exp(x); }
INLINE double exact_tanh(double x) {
  if (fabs(x) < 0x1p-14) return x - x * x * x / 3.0;
  return fabs(x) > 20.0 ? copysign(1.0, x) : tanh(x);
}

// Lines between round(2^14 tanh(k / 2)) 2^-14, k = 0..8.
INLINE double exact_lines(double x) {
  static const double knots[9] = {0, 7571, 12478, 14830, 15795, 16165, 16303, 16354, 16373};
  double m = fabs(x) < 4.0 ? 2.0 * fabs(x) : 8.0;
  int k = m < 8.0 ? (int)m : 7;
  return copysign((knots[k] + (knots[k + 1] - knots[k]) * (m - k)) * 0x1p-14, x);
}

INLINE double bounded(double x, double low) { return x < low ? low : x > 1.0 ? 1.0 : x; }

INLINE double exact(const int function, double x) {
  switch (function) {
    case TANH: return exact_tanh(x);
    case SIGMOID: return 1.0 / (1.0 + exact_exp(-x));
    case RELU: return x > 0.0 ? x : 0.0;
    case HARD_TANH: return bounded(x, -1.0);
    case HARD_SIGMOID: return bounded((x + 1.0) / 2.0, 0.0);
    case HARD_SIGMOID_4: return bounded((x + 2.0) / 4.0, 0.0);
    case TANH_8: return exact_lines(x);
    case SIGMOID_8: return 0.5 + 0.5 * exact_lines(x / 2.0);
    default: return exact_exp(x);
  }
}

// The distance between floats at y.
INLINE double last_place(double y) {
  union {
    double value;
    uint64_t bits;
  } u = {y};
  int exponent = (int)(u.bits >> 52 & 0x7ff) - 1023;
  u.bits = (uint64_t)((exponent < -126 ? -126 : exponent) - 23 + 1023) << 52;
  return u.value;
}

struct result {
  uint32_t hash[16]; // of each 16th result
  double worst, outside;
  float at;
  uint64_t wrong; // a NaN that got lost, or one that came of nothing
};

static void take_hash(struct result *r, const float *y) {
  uint32_t bits[BLOCK];
  memcpy(bits, y, sizeof bits);
  for (int i = 0; i < BLOCK; i += 16)
    for (int q = 0; q < 16; q++) {
      uint32_t word = (bits[i + q] & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : bits[i + q];
      r->hash[q] = (r->hash[q] ^ word) * 16777619u;
    }
}

INLINE void take_error(struct result *r, const int function, int count, const float *x, const float *y) {
  for (int i = 0; i < count; i++) {
    if (isnan(x[i]) || isnan(y[i])) {
      r->wrong += !isnan(x[i]) || !isnan(y[i]);
      continue;
    }
    double e = exact(function, x[i]);
    if (e == y[i]) continue;
    double error = fabs(y[i] - e);
    if (!measured(function, x[i])) {
      if (error > r->outside) r->outside = error;
    } else if (error > r->worst * last_place(e)) {
      r->worst = error / last_place(e), r->at = x[i];
    }
  }
}

// A block of results of one function, and what is to be learnt of them.
INLINE void take(struct result *r, const int function, int hashing, int present, const float *x, float *y) {
  for (int i = 0; i < BLOCK; i += VL) {
    vec v = load(x + i);
    if (function == EXP) exponentials(1, &v);
    else nonlinear(function, 1, &v);
    store(y + i, v);
  }
  if (hashing) take_hash(r, y);
  else take_error(r, function, present, x, y);
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  int hashing = strcmp(arguments[1], "hash") == 0;
  uint64_t stride = strtoull(arguments[2], 0, 10), floats = ((1ull << 32) + stride - 1) / stride;
  static struct result results[FUNCTIONS];
  static float x[BLOCK], y[BLOCK];
  for (int f = 0; f < FUNCTIONS; f++)
    for (int q = 0; q < 16; q++) results[f].hash[q] = 2166136261u;
  for (uint64_t first = 0; first < floats; first += BLOCK) {
    // What is left over of the last block is filled with zeros.
    int present = floats - first < BLOCK ? (int)(floats - first) : BLOCK;
    for (int i = 0; i < BLOCK; i++) {
      uint32_t bits = i < present ? (uint32_t)((first + (uint64_t)i) * stride) : 0;
      memcpy(x + i, &bits, 4);
    }
#define TAKE(f) take(results + f, f, hashing, present, x, y)
    TAKE(TANH), TAKE(SIGMOID), TAKE(RELU), TAKE(HARD_TANH), TAKE(HARD_SIGMOID), TAKE(HARD_SIGMOID_4), TAKE(TANH_8),
        TAKE(SIGMOID_8), TAKE(EXP);
  }
  for (int f = 0; f < FUNCTIONS; f++) {
    const struct result *r = results + f;
    uint32_t hash = 0;
    for (int q = 0; q < 16; q++) hash = (hash ^ r->hash[q]) * 16777619u;
    if (hashing) printf("%s %08x\n", names[f], hash);
    else printf("%s %.4f %.9g %.3g %llu\n", names[f], r->worst, (double)r->at, r->outside, (unsigned long long)r->wrong);
  }
  return 0;
}
