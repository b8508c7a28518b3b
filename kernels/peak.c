#include "operations.h"
#include "vector.h"

// A core's peak of multiply-then-add, the measure of every other kernel: 12 independent chains of v <- v x + y,
// 24 VL floating-point operations an iteration. values[0], values[1]: x and y; values[2]: written, so that nothing is optimised away.
void peak(int iterations, float *values) {
  const vec x = splat(values[0]), y = splat(values[1]);
  vec a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
  ROLLED for (int n = 0; n < iterations; n++) {
    a = a * x + y, b = b * x + y, c = c * x + y, d = d * x + y, e = e * x + y, f = f * x + y;
    g = g * x + y, h = h * x + y, i = i * x + y, j = j * x + y, k = k * x + y, l = l * x + y;
  }
  vec sum = a + b + c + d + e + f + g + h + i + j + k + l;
  values[2] = sum[0] + sum[VL - 1];
}
