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
enum { FUNCTIONS = HARD_SIGMOID_4 + 2, EXP = HARD_SIGMOID_4 + 1, BLOCK = 4096 };

static const char *const names[FUNCTIONS] = {"tanh", "sigmoid", "relu", "hardTanh", "hardSigmoid", "hardSigmoid4", "exp"};

// Where an error is meant in units of the last place: exp and sigmoid stop where the result, or its reciprocal, would leave
// the normal floats, and tanh meets subnormal numbers on its way below 2^-118.
static int measured(int function, float x) {
  switch (function) {
    case TANH: return fabsf(x) >= 0x1p-118f;
    case SIGMOID: return x >= -87.0f;
    case EXP: return x >= -87.0f && x <= 87.0f;
    default: return 1;
  }
}

static double exact(int function, double x) {
  switch (function) {
    case TANH: return tanh(x);
    case SIGMOID: return 1.0 / (1.0 + exp(-x));
    case RELU: return fmax(x, 0.0);
    case HARD_TANH: return fmin(fmax(x, -1.0), 1.0);
    case HARD_SIGMOID: return fmin(fmax((x + 1.0) / 2.0, 0.0), 1.0);
    case HARD_SIGMOID_4: return fmin(fmax((x + 2.0) / 4.0, 0.0), 1.0);
    default: return exp(x);
  }
}

// The distance between floats at y.
static double last_place(double y) {
  union {
    double value;
    uint64_t bits;
  } u = {y};
  int exponent = (int)(u.bits >> 52 & 0x7ff) - 1023;
  u.bits = (uint64_t)((exponent < -126 ? -126 : exponent) - 23 + 1023) << 52;
  return u.value;
}

static void evaluate(int function, const float *x, float *y) {
#define CASE(f) \
  case f: for (int i = 0; i < BLOCK; i += VL) store(y + i, nonlinear(f, load(x + i))); break;
  switch (function) {
    CASE(TANH) CASE(SIGMOID) CASE(RELU) CASE(HARD_TANH) CASE(HARD_SIGMOID) CASE(HARD_SIGMOID_4)
    default:
      for (int i = 0; i < BLOCK; i += VL) store(y + i, exponential(load(x + i)));
  }
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

static void take_error(struct result *r, int function, int count, const float *x, const float *y) {
  for (int i = 0; i < count; i++) {
    if (isnan(x[i]) || isnan(y[i])) {
      r->wrong += !isnan(x[i]) || !isnan(y[i]);
      continue;
    }
    double e = exact(function, x[i]), error = e == y[i] ? 0.0 : fabs(y[i] - e);
    if (!measured(function, x[i])) {
      if (error > r->outside) r->outside = error;
      continue;
    }
    error = error == 0.0 ? 0.0 : error / last_place(e);
    if (error > r->worst) r->worst = error, r->at = x[i];
  }
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
    for (int f = 0; f < FUNCTIONS; f++) {
      evaluate(f, x, y);
      if (hashing) take_hash(results + f, y);
      else take_error(results + f, f, present, x, y);
    }
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
