// Matrix products by register tiles. Each element of C is one sum, in order of the inner index (vector.h, rule 2).
#include "operations.h"
#include "panels.h"

// The rows of the tallest tile below.
#define TALLEST 6

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

// A stripe is one panel of C, n vectors wide: tiles of m rows, then tiles of 2 rows and of 1.
#define DEFINE_STRIPE(m, n)                                                                                          \
  static void stripe_##n(int rows, int inner, const float *a, int lda, const float *panel, float *c, int ldc,        \
                         int accumulate) {                                                                           \
    int i = 0;                                                                                                       \
    for (; i + m <= rows; i += m) tile_##m##_##n(inner, a + i * lda, lda, panel, c + i * ldc, ldc, accumulate);      \
    for (; i + 2 <= rows; i += 2) tile_2_##n(inner, a + i * lda, lda, panel, c + i * ldc, ldc, accumulate);          \
    if (i < rows) tile_1_##n(inner, a + i * lda, lda, panel, c + i * ldc, ldc, accumulate);                          \
  }                                                                                                                  \
  static void stripe_transposed_##n(int rows, int a_columns, const float *a, int lda, const float *b, int ldb,       \
                                    float *c, int ldc) {                                                             \
    int i = 0;                                                                                                       \
    for (; i + m <= a_columns; i += m) tile_transposed_##m##_##n(rows, a + i, lda, b, ldb, c + i * ldc, ldc);        \
    for (; i + 2 <= a_columns; i += 2) tile_transposed_2_##n(rows, a + i, lda, b, ldb, c + i * ldc, ldc);            \
    if (i < a_columns) tile_transposed_1_##n(rows, a + i, lda, b, ldb, c + i * ldc, ldc);                            \
  }

// The height of a tile of each width, see panels.h. (Measured in V8: an engine loads all factors of a term first, so sums,
// vectors and factors must fit into its 15 registers together: 4 x 2 does; 5 x 2 and 3 x 3 don't.)
#define DEFINE_TILES(m, n) DEFINE_TILE(m, n) DEFINE_TILE(2, n) DEFINE_TILE(1, n) DEFINE_STRIPE(m, n)
#if VL == 16
DEFINE_TILES(6, 1)
DEFINE_TILES(6, 2)
DEFINE_TILES(6, 3)
DEFINE_TILES(6, 4)
#elif VL == 8
DEFINE_TILES(6, 1)
DEFINE_TILES(5, 2)
#else
DEFINE_TILES(6, 1)
DEFINE_TILES(4, 2)
#endif

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

// Rows of A and B, about, that stay in the first cache while all tiles pass over them. It moves no sum: C carries on where
// it was.
#define ROW_BLOCK 64

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
