// What recurrent matrices that are made of other parameters need beside products (src/network/recurrence/): orthogonal matrices
// from reflectors, and products A diag(s) B^T. Each sum is taken in order of its index (vector.h, rule 2).
#include "operations.h"
#include "vector.h"

// x[n][n] <- the identity matrix
void identity(int n, int ld, float *x) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j += VL) store(x + i * ld + j, (vec){0});
    x[i * ld + i] = 1.0f;
  }
}

// x[rows][columns] <- -S^-1 x, or -S^-T x if `transposed`, where S [rows][rows] is upper triangular: what stands above the diagonal of
// `gram`, and half its diagonal. Row by row, from the last up (transposed: from the first down).
void solve_triangle(int rows, int columns, int ldg, int ld, int transposed, const float *gram, float *x) {
  for (int turn = 0; turn < rows; turn++) {
    int i = transposed ? turn : rows - 1 - turn;
    int first = transposed ? 0 : i + 1, last = transposed ? i : rows;
    float *own = x + i * ld;
    vec diagonal = splat(gram[i * ldg + i] * 0.5f);
    for (int j = 0; j < columns; j += 16) { // some vectors at once: a single sum would mostly wait for itself
      vec sum[16 / VL];
      for (int q = 0; q < 16 / VL; q++) sum[q] = load(own + j + q * VL);
      for (int k = first; k < last; k++) {
        vec factor = splat(transposed ? gram[k * ldg + i] : gram[i * ldg + k]);
        for (int q = 0; q < 16 / VL; q++) sum[q] += factor * load(x + k * ld + j + q * VL); // with its sign turned already
      }
      for (int q = 0; q < 16 / VL; q++) store(own + j + q * VL, -sum[q] / diagonal);
    }
  }
}

// x[n][n]: what stands above the diagonal, below it as well
void mirror_triangle(int n, int ld, float *x) {
  for (int i = 0; i < n; i++)
    for (int j = i + 1; j < n; j++) x[j * ld + i] = x[i * ld + j];
}

// target[rows][columns] without padding <- source, but 0 below the diagonal, and in a last row of one number
void unpack_triangle(int rows, int columns, int ld, const float *source, float *target) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) target[i * columns + j] = j < i || i == columns - 1 ? 0.0f : source[i * ld + j];
}

// y[i][j] <- x[i][j] scale[j]
void scale_columns(int rows, int columns, int ldx, int ldy, const float *x, const float *scale, float *y) {
  for (int i = 0; i < rows; i++, x += ldx, y += ldy)
    for (int j = 0; j < columns; j += VL) store(y + j, load(x + j) * load(scale + j));
}

// sums[j] <- the sum of a[i][j] b[i][j], rows in order
void column_products(int rows, int columns, int lda, int ldb, const float *a, const float *b, float *sums) {
  for (int j = 0; j < columns; j += VL) {
    vec sum = {0};
    for (int i = 0; i < rows; i++) sum += load(a + i * lda + j) * load(b + i * ldb + j);
    store(sums + j, sum);
  }
}

// gradient[i] <- factor dy[i] s[i] (1 - s[i]): of numbers that reach the network through a sigmoid, s being its values
void sigmoid_gradient(int n, float factor, const float *s, const float *dy, float *gradient) {
  for (int i = 0; i < n; i++) gradient[i] = factor * dy[i] * (s[i] * (1.0f - s[i]));
}
