// A sparse product beside the dense one: C[rows][columns] = A[rows][inner] B[inner][columns] with a share of B's entries left.
// Entries of no pattern fill no vector along columns, so the sparse kernel has rows in its lanes: A and C stand transposed, which
// would be the network's layout throughout.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "operations.h"
#include "panels.h"

enum { MOST_VECTORS = 8, ROUNDS = 31 };

struct column {
  int count;
  int *k;
  float *value;
};

// c[columns][ld] <- for each column the sum over its entries of value a[k][ld], `vectors` vectors of rows.
INLINE void sparse_columns(const int vectors, int columns, int ld, const float *a, const struct column *b, float *c) {
  for (int j = 0; j < columns; j++) {
    vec sum[MOST_VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) sum[v] = (vec){0};
    for (int i = 0; i < b[j].count; i++) {
      const float *row = a + b[j].k[i] * ld;
      vec s = splat(b[j].value[i]);
      UNROLL for (int v = 0; v < vectors; v++) sum[v] += s * load(row + v * VL);
    }
    UNROLL for (int v = 0; v < vectors; v++) store(c + j * ld + v * VL, sum[v]);
  }
}

static NOINLINE void sparse(int vectors, int columns, int ld, const float *a, const struct column *b, float *c) {
  switch (vectors) {
    case 1: sparse_columns(1, columns, ld, a, b, c); break;
    case 2: sparse_columns(2, columns, ld, a, b, c); break;
    case 4: sparse_columns(4, columns, ld, a, b, c); break;
    case 7: sparse_columns(7, columns, ld, a, b, c); break;
    default: fprintf(stderr, "no kernel for %d vectors\n", vectors), exit(1);
  }
}

static float *room(int floats) {
  float *p = aligned_alloc(64, (size_t)(floats + 63) / 16 * 64);
  if (!p) exit(1);
  for (int i = 0; i < floats; i++) p[i] = (float)(i * 7919 % 1000) / 1000 - 0.5f;
  return p;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *times) {
  qsort(times, ROUNDS, sizeof *times, ascending);
  return times[ROUNDS / 2];
}

// rows, columns, inner; prints microseconds of both at several densities.
static void compare(int rows, int columns, int inner) {
  int vectors = (rows + VL - 1) / VL, ld = vectors * VL, stride = (inner + 15) / 16 * 16, wide = (columns + 15) / 16 * 16;
  float *a = room(rows * stride), *transposed = room(inner * ld), *dense = room(inner * columns);
  float *packed = room(inner * wide), *c = room(rows * wide), *ct = room(columns * ld);
  struct column *b = malloc((size_t)columns * sizeof *b);
  pack(inner, columns, columns, 1, dense, packed);
  printf("%3d rows, %3dx%-3d", rows, inner, columns);
  for (int percent = 50; percent >= 10; percent -= 10) {
    for (int j = 0; j < columns; j++) {
      b[j] = (struct column){0, malloc((size_t)inner * sizeof(int)), malloc((size_t)inner * sizeof(float))};
      for (int k = 0; k < inner; k++)
        if ((k * 31 + j * 17) % 97 * 100 < percent * 97) b[j].k[b[j].count] = k, b[j].value[b[j].count++] = dense[k * columns + j];
    }
    double full[ROUNDS], thin[ROUNDS];
    for (int r = 0; r < ROUNDS; r++) {
      const int turns = 200;
      double start = now();
      for (int i = 0; i < turns; i++) gemm(rows, columns, inner, stride, wide, 0, a, packed, c);
      full[r] = (now() - start) / turns;
      start = now();
      for (int i = 0; i < turns; i++) sparse(vectors, columns, ld, transposed, b, ct);
      thin[r] = (now() - start) / turns;
    }
    printf("   %d %%: %.2f", percent, median(thin) / median(full));
  }
  printf("\n");
}

int main(void) {
  printf("time of the sparse product, the dense one being 1, by the share of entries left (%d floats a vector)\n", VL);
  const int rows[] = {VL, 100};
  for (int i = 0; i < 2; i++) {
    compare(rows[i] == 100 && VL < 16 ? 4 * VL : rows[i], 25, 100);
    compare(rows[i] == 100 && VL < 16 ? 4 * VL : rows[i], 100, 25);
  }
  return 0;
}
