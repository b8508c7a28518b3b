// Vectors of VL floats, and the arithmetic rules that every build of these kernels shares.
//
// One source is built for WASM simd128 (VL = 4), SSE2 and NEON (4), AVX2 (8) and AVX-512 (16). All builds give the same
// bits, because:
//  1. Products are rounded before they are added (-ffp-contract=off: no fused multiply-add).
//  2. A sum over k (the inner index of a product, or the rows of a column) is taken in order of k, one addition a term.
//     Tiles and blocks divide the work between the elements of a result, never one element's sum.
//  3. A sum that ends in one scalar runs in 16 virtual lanes: lane = index mod 16, in order within a lane, then the
//     lanes are added as a fixed tree (i + 8, i + 4, i + 2, i + 1). See sum16() in reduce.c.
//  4. Elements between a row's width and the next multiple of VL may be computed, and hold anything. No result reads
//     them: inner sizes and reductions are exact.
//  5. NaN: at_most, at_least and clip return x when x is NaN, so a NaN travels on to the loss instead of being hidden.
//  6. Signed zero: at_most(-0, +0) and at_least(-0, +0) return x, that is -0, since neither zero is below the other.
//  7. Values of the backward pass below 2^-100 are replaced by +0 (flush), and so are states below 2^-64 (flush_state), so that
//     no build meets subnormal numbers there, which some processors treat slowly: a silent unit loses a factor of its state
//     a step, and its products with gradients are smaller still.
#ifndef FASTGRNN_VECTOR_H
#define FASTGRNN_VECTOR_H

#ifdef __x86_64__
#include <immintrin.h>
#endif

#ifndef VL
#define VL 4
#endif

typedef float vec __attribute__((vector_size(4 * VL)));
typedef int ivec __attribute__((vector_size(4 * VL)));
typedef float loose_vec __attribute__((vector_size(4 * VL), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline))

#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#define ROLLED _Pragma("GCC unroll 1")
#endif

INLINE vec load(const float *p) { return *(const loose_vec *)p; }
INLINE void store(float *p, vec v) { *(loose_vec *)p = v; }

// The scalar in every lane. Subtracting +0 changes no float, not even -0.
INLINE vec splat(float s) { return s - (vec){0}; }

INLINE vec choose(ivec mask, vec yes, vec no) { return (vec)((mask & (ivec)yes) | (~mask & (ivec)no)); }

// min(x, limit) and max(x, limit); x itself when x is NaN. The instructions of WASM and x86 do just this, others' don't.
#if defined(__wasm__) && VL == 4
INLINE vec at_most(vec x, vec limit) { return (vec)__builtin_wasm_pmin_f32x4(x, limit); }
INLINE vec at_least(vec x, vec limit) { return (vec)__builtin_wasm_pmax_f32x4(x, limit); }
#elif defined(__x86_64__) && VL == 16
INLINE vec at_most(vec x, vec limit) { return (vec)_mm512_min_ps((__m512)limit, (__m512)x); }
INLINE vec at_least(vec x, vec limit) { return (vec)_mm512_max_ps((__m512)limit, (__m512)x); }
#elif defined(__x86_64__) && VL == 8
INLINE vec at_most(vec x, vec limit) { return (vec)_mm256_min_ps((__m256)limit, (__m256)x); }
INLINE vec at_least(vec x, vec limit) { return (vec)_mm256_max_ps((__m256)limit, (__m256)x); }
#elif defined(__x86_64__) && VL == 4
INLINE vec at_most(vec x, vec limit) { return (vec)_mm_min_ps((__m128)limit, (__m128)x); }
INLINE vec at_least(vec x, vec limit) { return (vec)_mm_max_ps((__m128)limit, (__m128)x); }
#else
INLINE vec at_most(vec x, vec limit) { return choose(limit < x, limit, x); }
INLINE vec at_least(vec x, vec limit) { return choose(x < limit, limit, x); }
#endif

INLINE vec clip(vec x, float low, float high) { return at_most(at_least(x, splat(low)), splat(high)); }

INLINE vec absolute(vec x) { return (vec)((ivec)x & 0x7fffffff); }

// x, or +0 where |x| is below a limit; NaN stays NaN.
INLINE vec flush_below(vec x, float limit) { return (vec)(~(absolute(x) < splat(limit)) & (ivec)x); }

INLINE vec flush(vec x) { return flush_below(x, 0x1p-100f); }

INLINE vec flush_state(vec x) { return flush_below(x, 0x1p-64f); }

#ifndef __has_builtin
#define __has_builtin(x) 0
#endif

INLINE vec square_root(vec x) {
#if __has_builtin(__builtin_elementwise_sqrt)
  return __builtin_elementwise_sqrt(x);
#else
  for (int i = 0; i < VL; i++) x[i] = __builtin_sqrtf(x[i]);
  return x;
#endif
}

// The room of a row of n columns, but for what keeps rows apart.
INLINE int whole_groups(int n) { return (n + 15) / 16 * 16; }

// The width that is computed for n columns.
INLINE int whole_vectors(int n) { return (n + VL - 1) / VL; }

#endif
