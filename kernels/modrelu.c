// The pass of a cell of complex units, one time step of a batch: modReLU (Arjovsky et al. 2016, equation (8)) in the place of a
// nonlinearity, with FastRNN's residual,
//   c = max(|a| + b, 0) a / |a|,  h = alpha c + beta h'
// where a = W x + U h' is already there, and h' is the step before. alpha 1 and beta 0 are a plain RNN. c is 0 where a is.
// Units are complex: their real parts, [units], stand before their imaginary parts in a row. b is real.
#include "operations.h"
#include "vector.h"

// A vector of complex numbers, and what modReLU makes of them: factor a = c, direction = a / |a| (0 of 0), active: |a| + b > 0.
struct modulus {
  vec factor, directions[2], share;
  ivec active;
};

INLINE struct modulus modulus_of(vec re, vec im, vec b) {
  struct modulus m;
  vec r = square_root(re * re + im * im), zero = {0};
  ivec some = ~(r == zero); // NaN stays one
  vec one = splat(1.0f), divisor = choose(some, r, one);
  m.active = some & ~(r + b <= zero);
  m.factor = (vec)(m.active & (ivec)((r + b) / divisor));
  m.directions[0] = (vec)(some & (ivec)(re / divisor));
  m.directions[1] = (vec)(some & (ivec)(im / divisor));
  m.share = b / divisor;
  return m;
}

// `count` floats, the rest 0: a vector that the real or imaginary parts of a row don't fill.
INLINE vec load_some(const float *p, int count) {
  if (count >= VL) return load(p);
  vec v = {0};
  for (int i = 0; i < count; i++) v[i] = p[i];
  return v;
}

INLINE void store_some(float *p, vec v, int count) {
  if (count >= VL) store(p, v);
  else
    for (int i = 0; i < count; i++) p[i] = v[i];
}

// a: [rows][ld], read only. h: written. bias: [units]. scalars: alpha, beta.
void modrelu_forward(int rows, int units, int ld, const float *a, const float *previous, float *h, const float *bias,
                     const float *scalars) {
  const vec alpha = splat(scalars[0]), beta = splat(scalars[1]);
  for (int r = 0; r < rows; r++, a += ld, previous += ld, h += ld)
    for (int j = 0; j < units; j += VL) {
      int count = units - j;
      vec re = load_some(a + j, count), im = load_some(a + units + j, count);
      struct modulus m = modulus_of(re, im, load_some(bias + j, count));
      store_some(h + j, flush_state(alpha * (m.factor * re) + beta * load_some(previous + j, count)), count);
      store_some(h + units + j, flush_state(alpha * (m.factor * im) + beta * load_some(previous + units + j, count)), count);
    }
}

// With g = dL/dh and e = a / |a|, both as pairs of real numbers, and where |a| + b > 0:
//   da = alpha (factor g - b / |a| e (e . g)),  dL/db = alpha sum e . g
//   dL/dh' += beta g,  dL/dalpha = sum g . c,  dL/dbeta = sum g . h'
// a: a on entry, da on return. dh: dL/dh on entry, the direct part of dL/dh' on return.
// columns[3][ld]: sums of dL/db, dL/dalpha and dL/dbeta by unit, added to.
void modrelu_backward(int rows, int units, int ld, float *a, const float *previous, float *dh, const float *bias,
                      const float *scalars, float *columns) {
  const vec alpha = splat(scalars[0]), beta = splat(scalars[1]);
  float *dbias = columns, *dalpha = columns + ld, *dbeta = columns + 2 * ld;
  for (int r = 0; r < rows; r++, a += ld, previous += ld, dh += ld)
    for (int j = 0; j < units; j += VL) {
      int count = units - j;
      vec re = load_some(a + j, count), im = load_some(a + units + j, count);
      vec gr = load_some(dh + j, count), gi = load_some(dh + units + j, count);
      struct modulus m = modulus_of(re, im, load_some(bias + j, count));
      vec along = (vec)(m.active & (ivec)(m.directions[0] * gr + m.directions[1] * gi));
      vec radial = m.share * along;
      store_some(dbias + j, load_some(dbias + j, count) + alpha * along, count);
      store_some(dalpha + j, load_some(dalpha + j, count) + (gr * (m.factor * re) + gi * (m.factor * im)), count);
      store_some(dbeta + j,
                 load_some(dbeta + j, count) +
                     (gr * load_some(previous + j, count) + gi * load_some(previous + units + j, count)),
                 count);
      store_some(a + j, flush(alpha * (m.factor * gr - radial * m.directions[0])), count);
      store_some(a + units + j, flush(alpha * (m.factor * gi - radial * m.directions[1])), count);
      store_some(dh + j, flush(beta * gr), count);
      store_some(dh + units + j, flush(beta * gi), count);
    }
}
