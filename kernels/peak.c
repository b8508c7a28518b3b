#include "operations.h"
#include "vector.h"

#define CHAINS 13

// A core's peak of multiplications and additions, the measure of every other kernel: independent chains of v <- v x + y,
// 26 VL floating-point operations an iteration. values[0], values[1]: x and y; values[2] to [14]: where the chains start, which no
// compiler knows, lest it take equal chains for one; values[15]: written, so that nothing is optimised away.
void peak(int iterations, float *values) {
  const vec x = splat(values[0]), y = splat(values[1]);
  vec v[CHAINS], sum = {0};
  UNROLL for (int i = 0; i < CHAINS; i++) v[i] = splat(values[2 + i]);
  ROLLED for (int n = 0; n < iterations; n++) {
    // As many chains as there are registers for everywhere: fewer than 13 would wait for results where three units work at once.
    UNROLL for (int i = 0; i < CHAINS; i++) v[i] = v[i] * x;
    UNROLL for (int i = 0; i < CHAINS; i++) v[i] = v[i] + y;
  }
  UNROLL for (int i = 0; i < CHAINS; i++) sum += v[i];
  values[15] = sum[0] + sum[VL - 1];
}
