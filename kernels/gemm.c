// Matrix products by register tiles. Each element of C is one sum, in order of the inner index (vector.h, rule 2).
#include "operations.h"
#include "panels.h"

// The rows of the tallest tile, TALL() below.
#define TALLEST 8

// C[m][n VL] (+)= A[m][inner] * panel[inner][n VL], the sums in registers.
INLINE void tile(const int m, const int n, int inner, const float *a, int lda, const float *panel, float *c, int ldc,
                 int accumulate) {
  vec sum[TALLEST][PANEL];
  UNROLL for (int i = 0; i < m; i++) UNROLL for (int j = 0; j < n; j++) sum[i][j] = (vec){0};
  if (accumulate) {
    UNROLL for (int i = 0; i < m; i++) UNROLL for (int j = 0; j < n; j++) sum[i][j] = load(c + i * ldc + j * VL);
  }
  ROLLED for (int k = 0; k < inner; k++) {
    vec b[PANEL];
    UNROLL for (int j = 0; j < n; j++) b[j] = load(panel + j * VL);
    UNROLL for (int i = 0; i < m; i++) {
      vec s = splat(a[i * lda + k]);
      UNROLL for (int j = 0; j < n; j++) sum[i][j] += s * b[j];
    }
    panel += n * VL;
  }
  UNROLL for (int i = 0; i < m; i++) UNROLL for (int j = 0; j < n; j++) store(c + i * ldc + j * VL, sum[i][j]);
}

// C[m][n VL] += A[rows][m]^T * B[rows][n VL].
INLINE void tile_transposed(const int m, const int n, int rows, const float *a, int lda, const float *b, int ldb,
                            float *c, int ldc) {
  vec sum[TALLEST][PANEL];
  UNROLL for (int i = 0; i < m; i++) UNROLL for (int j = 0; j < n; j++) sum[i][j] = load(c + i * ldc + j * VL);
  ROLLED for (int r = 0; r < rows; r++) {
    vec v[PANEL];
    UNROLL for (int j = 0; j < n; j++) v[j] = load(b + j * VL);
    UNROLL for (int i = 0; i < m; i++) {
      vec s = splat(a[i]);
      UNROLL for (int j = 0; j < n; j++) sum[i][j] += s * v[j];
    }
    a += lda;
    b += ldb;
  }
  UNROLL for (int i = 0; i < m; i++) UNROLL for (int j = 0; j < n; j++) store(c + i * ldc + j * VL, sum[i][j]);
}

// A stripe is one panel of C: tiles of TALL(n) rows, then the rest row by row of tiles of 2 and 1.
#if VL == 16
#define TALL(n) 6
#elif VL == 8
#define TALL(n) ((n) == 1 ? 8 : 5)
#else
#define TALL(n) ((n) == 1 ? 8 : (n) == 2 ? 5 : 3)
#endif

#define DEFINE_STRIPES(n)                                                                                            \
  static void stripe_##n(int rows, int inner, const float *a, int lda, const float *panel, float *c, int ldc,        \
                         int accumulate) {                                                                           \
    int i = 0;                                                                                                       \
    for (; i + TALL(n) <= rows; i += TALL(n))                                                                        \
      tile(TALL(n), n, inner, a + i * lda, lda, panel, c + i * ldc, ldc, accumulate);                                \
    for (; i + 2 <= rows; i += 2) tile(2, n, inner, a + i * lda, lda, panel, c + i * ldc, ldc, accumulate);          \
    if (i < rows) tile(1, n, inner, a + i * lda, lda, panel, c + i * ldc, ldc, accumulate);                          \
  }                                                                                                                  \
  static void stripe_transposed_##n(int rows, int a_columns, const float *a, int lda, const float *b, int ldb,       \
                                    float *c, int ldc) {                                                             \
    int i = 0;                                                                                                       \
    for (; i + TALL(n) <= a_columns; i += TALL(n))                                                                   \
      tile_transposed(TALL(n), n, rows, a + i, lda, b, ldb, c + i * ldc, ldc);                                       \
    for (; i + 2 <= a_columns; i += 2) tile_transposed(2, n, rows, a + i, lda, b, ldb, c + i * ldc, ldc);            \
    if (i < a_columns) tile_transposed(1, n, rows, a + i, lda, b, ldb, c + i * ldc, ldc);                            \
  }

DEFINE_STRIPES(1)
DEFINE_STRIPES(2)
#if PANEL > 2
DEFINE_STRIPES(3)
#endif
#if PANEL > 3
DEFINE_STRIPES(4)
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
#if PANEL > 2
      case 3: stripe_3(rows, inner, a, lda, packed, c + j * VL, ldc, accumulate); break;
#endif
#if PANEL > 3
      case 4: stripe_4(rows, inner, a, lda, packed, c + j * VL, ldc, accumulate); break;
#endif
    }
    packed += inner * width * VL;
    j += width;
  }
}

// Rows of A and B that stay in the cache while all tiles pass over them. It moves no sum: C carries on where it was.
#define ROW_BLOCK 128

// C[a_columns][b_columns] += A[rows][a_columns]^T * B[rows][b_columns]: a weight gradient over all rows of a batch.
void gemm_transposed(int rows, int a_columns, int b_columns, int lda, int ldb, int ldc, const float *a, const float *b,
                     float *c) {
  int vectors = whole_vectors(b_columns);
  for (int first = 0; first < rows; first += ROW_BLOCK) {
    int count = rows - first < ROW_BLOCK ? rows - first : ROW_BLOCK;
    for (int j = 0; j < vectors;) {
      int width = panel_width(vectors - j);
      switch (width) {
        case 1: stripe_transposed_1(count, a_columns, a, lda, b + j * VL, ldb, c + j * VL, ldc); break;
        case 2: stripe_transposed_2(count, a_columns, a, lda, b + j * VL, ldb, c + j * VL, ldc); break;
#if PANEL > 2
        case 3: stripe_transposed_3(count, a_columns, a, lda, b + j * VL, ldb, c + j * VL, ldc); break;
#endif
#if PANEL > 3
        case 4: stripe_transposed_4(count, a_columns, a, lda, b + j * VL, ldb, c + j * VL, ldc); break;
#endif
      }
      j += width;
    }
    a += count * lda;
    b += count * ldb;
  }
}
