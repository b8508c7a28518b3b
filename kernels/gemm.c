// Matrix products by register tiles. Each element of C is one sum, in order of the inner index (vector.h, rule 2).
#include "operations.h"
#include "panels.h"

// The tallest tile of each width in vectors: its sums, a row of the panel, a product and the other factor fit into the registers.
// Measured. gcc runs out of other registers, for addresses, sooner than clang. V8 loads all factors of a term first, so those have
// to fit as well: 4 x 2 does; 5 x 2 and 3 x 3 don't.
#if VL == 16 && defined(__clang__)
#define HEIGHTS(H) H(12, 1) H(12, 2) H(8, 3) H(6, 4)
#elif VL == 16
#define HEIGHTS(H) H(8, 1) H(8, 2) H(8, 3) H(6, 4)
#elif VL == 8
#define HEIGHTS(H) H(12, 1) H(6, 2)
#else
#define HEIGHTS(H) H(6, 1) H(4, 2)
#endif
#define TALLEST 12

// sum[m][n] += a column of m factors, times a row of n vectors. The factors are the k-th numbers of rows, `ld` apart.
INLINE void add_products(const unsigned m, const unsigned n, vec sum[TALLEST][WIDEST], const float *a, int ld,
                         const unsigned k, const float *row) {
  vec v[WIDEST];
  UNROLL for (unsigned j = 0; j < n; j++) v[j] = load(row + j * VL);
  UNROLL for (unsigned i = 0; i < m; i++) {
    vec s = splat((a + i * ld)[k]);
    UNROLL for (unsigned j = 0; j < n; j++) sum[i][j] += s * v[j];
  }
}

// The loops of both tiles take two terms a turn and end between them, an even number's first term being taken before. The
// end stands there for V8's sake: it hoists loads as far as the last branch, and the sums would have to leave their registers.

// C[m][n VL] (+)= A[m][inner] * panel[inner][n VL], the sums in registers.
INLINE void tile(const unsigned m, const unsigned n, int inner, const float *a, int lda, const float *panel, float *c, int ldc,
                 int accumulate) {
  vec sum[TALLEST][WIDEST];
  UNROLL for (unsigned i = 0; i < m; i++) UNROLL for (unsigned j = 0; j < n; j++) sum[i][j] = (vec){0};
  if (accumulate) {
    UNROLL for (unsigned i = 0; i < m; i++) UNROLL for (unsigned j = 0; j < n; j++) sum[i][j] = load(c + i * ldc + j * VL);
  }
  const float *last = panel + (inner - 1) * (n * VL);
  if (inner > 0 && inner % 2 == 0) {
    add_products(m, n, sum, a, lda, 0, panel);
    a += 1, panel += n * VL;
  }
  while (inner > 0) {
    add_products(m, n, sum, a, lda, 0, panel);
    if (panel == last) break;
    add_products(m, n, sum, a, lda, 1, panel + n * VL);
    a += 2, panel += 2 * n * VL;
  }
  UNROLL for (unsigned i = 0; i < m; i++) UNROLL for (unsigned j = 0; j < n; j++) store(c + i * ldc + j * VL, sum[i][j]);
}

// C[m][n VL] += A[rows][m]^T * B[rows][n VL].
INLINE void tile_transposed(const unsigned m, const unsigned n, int rows, const float *a, int lda, const float *b, int ldb,
                            float *c, int ldc) {
  vec sum[TALLEST][WIDEST];
  UNROLL for (unsigned i = 0; i < m; i++) UNROLL for (unsigned j = 0; j < n; j++) sum[i][j] = load(c + i * ldc + j * VL);
  const float *last = b + (rows - 1) * ldb;
  if (rows > 0 && rows % 2 == 0) {
    add_products(m, n, sum, a, 1, 0, b);
    a += lda, b += ldb;
  }
  while (rows > 0) {
    add_products(m, n, sum, a, 1, 0, b);
    if (b == last) break;
    add_products(m, n, sum, a + lda, 1, 0, b + ldb);
    a += 2 * lda, b += 2 * ldb;
  }
  UNROLL for (unsigned i = 0; i < m; i++) UNROLL for (unsigned j = 0; j < n; j++) store(c + i * ldc + j * VL, sum[i][j]);
}

// Each tile is a function of its own: WASM engines keep the sums of a small function in registers, not those of a large one.
#define DEFINE_TILE(m, n)                                                                                             \
  static NOINLINE void tile_##m##_##n(int inner, const float *a, int lda, const float *panel, float *c, int ldc,     \
                                      int accumulate) {                                                              \
    tile(m, n, inner, a, lda, panel, c, ldc, accumulate);                                                            \
  }                                                                                                                  \
  static NOINLINE void tile_transposed_##m##_##n(int rows, const float *a, int lda, const float *b, int ldb,         \
                                                 float *c, int ldc) {                                                \
    tile_transposed(m, n, rows, a, lda, b, ldb, c, ldc);                                                             \
  }

#define UP_TO_4(X, n) X(1, n) X(2, n) X(3, n) X(4, n)
#define UP_TO_6(X, n) UP_TO_4(X, n) X(5, n) X(6, n)
#define UP_TO_8(X, n) UP_TO_6(X, n) X(7, n) X(8, n)
#define UP_TO_12(X, n) UP_TO_8(X, n) X(9, n) X(10, n) X(11, n) X(12, n)

// A stripe is one panel of C, n vectors wide, in tiles of heights as equal as can be: a low tile leaves most registers unused.
#define CASE(m, n) \
  case m: tile_##m##_##n(inner, a + i * lda, lda, panel, c + i * ldc, ldc, accumulate); break;
#define CASE_TRANSPOSED(m, n) \
  case m: tile_transposed_##m##_##n(rows, a + i, lda, b, ldb, c + i * ldc, ldc); break;
#define DEFINE_STRIPE(tallest, n)                                                                                   \
  UP_TO_##tallest(DEFINE_TILE, n)                                                                                   \
  static void stripe_##n(int rows, int inner, const float *a, int lda, const float *panel, float *c, int ldc,       \
                         int accumulate) {                                                                          \
    for (int i = 0, m, tiles = (rows + tallest - 1) / tallest; tiles > 0; i += m, tiles--) {                        \
      m = (rows - i + tiles - 1) / tiles;                                                                           \
      switch (m) { UP_TO_##tallest(CASE, n) }                                                                       \
    }                                                                                                               \
  }                                                                                                                 \
  static void stripe_transposed_##n(int rows, int a_columns, const float *a, int lda, const float *b, int ldb,      \
                                    float *c, int ldc) {                                                            \
    for (int i = 0, m, tiles = (a_columns + tallest - 1) / tallest; tiles > 0; i += m, tiles--) {                   \
      m = (a_columns - i + tiles - 1) / tiles;                                                                      \
      switch (m) { UP_TO_##tallest(CASE_TRANSPOSED, n) }                                                            \
    }                                                                                                               \
  }
HEIGHTS(DEFINE_STRIPE)

// C[rows][columns] (+)= A[rows][inner] * B[inner][columns], B packed by pack().
void gemm(int rows, int columns, int inner, int lda, int ldc, int accumulate, const float *a, const float *packed,
          float *c) {
  int vectors = whole_vectors(columns);
  for (int j = 0; j < vectors;) {
    int width = panel_width(vectors - j);
    switch (width) {
      case 1: stripe_1(rows, inner, a, lda, packed, c + j * VL, ldc, accumulate); break;
      case 2: stripe_2(rows, inner, a, lda, packed, c + j * VL, ldc, accumulate); break;
#if WIDEST > 2
      case 3: stripe_3(rows, inner, a, lda, packed, c + j * VL, ldc, accumulate); break;
#endif
#if WIDEST > 3
      case 4: stripe_4(rows, inner, a, lda, packed, c + j * VL, ldc, accumulate); break;
#endif
    }
    packed += inner * width * VL;
    j += width;
  }
}

// The most rows of A and B that all tiles pass over before the next ones: a panel of each stays in the first cache, and a chunk of
// time steps (src/network/recurrence/preactivation.ts) is one block, so that C is read and written once. It moves no sum: C carries on
// where it was.
#define ROW_BLOCK 128

// C[a_columns][b_columns] += A[rows][a_columns]^T * B[rows][b_columns]: a weight gradient over rows of a batch.
void gemm_transposed(int rows, int a_columns, int b_columns, int lda, int ldb, int ldc, const float *a, const float *b,
                     float *c) {
  int vectors = whole_vectors(b_columns), blocks = (rows + ROW_BLOCK - 1) / ROW_BLOCK;
  for (int block = 0, first = 0; block < blocks; block++) {
    int count = (rows - first) / (blocks - block); // blocks as equal as can be
    first += count;
    for (int j = 0; j < vectors;) {
      int width = panel_width(vectors - j);
      switch (width) {
        case 1: stripe_transposed_1(count, a_columns, a, lda, b + j * VL, ldb, c + j * VL, ldc); break;
        case 2: stripe_transposed_2(count, a_columns, a, lda, b + j * VL, ldb, c + j * VL, ldc); break;
#if WIDEST > 2
        case 3: stripe_transposed_3(count, a_columns, a, lda, b + j * VL, ldb, c + j * VL, ldc); break;
#endif
#if WIDEST > 3
        case 4: stripe_transposed_4(count, a_columns, a, lda, b + j * VL, ldb, c + j * VL, ldc); break;
#endif
      }
      j += width;
    }
    a += count * lda;
    b += count * ldb;
  }
}
