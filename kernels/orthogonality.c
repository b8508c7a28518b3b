// What keeps a square matrix of parameters orthogonal (Vorontsov et al. 2017, sections 2.1 and 3.1): a step along the manifold of orthogonal
// matrices, or a penalty. In double precision, so that thousands of steps leave the manifold by no more than roundings to floats.
#include "operations.h"
#include "vector.h"

// y[n] += factor x[n]
INLINE void add_row(int n, double factor, const double *x, double *y) {
  for (int j = 0; j < n; j++) y[j] += factor * x[j];
}

// c[n][n] <- a b^T of floats, in order of the inner index. `transposed`: [n][n].
static void product_with_transposed(int n, const float *a, const float *b, double *transposed, double *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) transposed[j * n + i] = b[i * n + j];
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) c[i * n + j] = 0;
    for (int k = 0; k < n; k++) add_row(n, a[i * n + k], transposed + k * n, c + i * n);
  }
}

// A step of gradient descent along geodesics, by Cayley's transform: with A = G X^T - X G^T, which is skew,
//   X <- (I + rate / 2 A)^-1 (I - rate / 2 A) X = 2 (I + rate / 2 A)^-1 X - X
// The inverse by elimination without exchange of rows: the symmetric part of I + rate / 2 A is I, so no pivot is below 1.
// x, gradient: [n][n] without padding; the gradient becomes 0, so that an optimiser's own step leaves x alone. scratch: 2 n^2 doubles.
void cayley_step(int n, float *x, float *gradient, const float *rate, float *scratch) {
  double *left = (double *)(void *)scratch, *right = left + n * n, half = 0.5 * rate[0];
  product_with_transposed(n, gradient, x, right, left);
  for (int i = 0; i < n; i++) {
    for (int j = i + 1; j < n; j++) {
      double skew = half * (left[i * n + j] - left[j * n + i]);
      left[i * n + j] = skew, left[j * n + i] = -skew;
    }
    left[i * n + i] = 1;
    for (int j = 0; j < n; j++) right[i * n + j] = x[i * n + j];
  }
  for (int k = 0; k < n; k++)
    for (int i = k + 1; i < n; i++) {
      double factor = -left[i * n + k] / left[k * n + k];
      add_row(n - k - 1, factor, left + k * n + k + 1, left + i * n + k + 1);
      add_row(n, factor, right + k * n, right + i * n);
    }
  for (int i = n - 1; i >= 0; i--) {
    for (int k = i + 1; k < n; k++) add_row(n, -left[i * n + k], right + k * n, right + i * n);
    double pivot = left[i * n + i];
    for (int j = 0; j < n; j++) {
      right[i * n + j] /= pivot;
      x[i * n + j] = (float)(2 * right[i * n + j] - x[i * n + j]);
      gradient[i * n + j] = 0.0f;
    }
  }
}

// gradient += that of the penalty weight |X X^T - I|^2, which is 4 weight (X X^T - I) X. [n][n] without padding. scratch: 2 n^2 doubles.
void orthogonality_penalty(int n, float weight, const float *x, float *gradient, float *scratch) {
  double *gram = (double *)(void *)scratch, *rows = gram + n * n, factor = 4.0 * weight;
  product_with_transposed(n, x, x, rows, gram);
  for (int i = 0; i < n; i++) gram[i * n + i] -= 1;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) rows[i * n + j] = x[i * n + j];
  for (int i = 0; i < n; i++) {
    double sum[16];
    for (int first = 0; first < n; first += 16) {
      int count = n - first < 16 ? n - first : 16;
      for (int j = 0; j < 16; j++) sum[j] = 0;
      for (int k = 0; k < n; k++) add_row(count, gram[i * n + k], rows + k * n + first, sum);
      for (int j = 0; j < count; j++) gradient[i * n + first + j] += (float)(factor * sum[j]);
    }
  }
}
