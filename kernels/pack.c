#include "operations.h"
#include "panels.h"

// packed <- the logical matrix S[inner][columns], S[k][j] = source[k row_stride + j column_stride], as panels of columns:
// panel after panel, row k of a panel contiguous, columns beyond the last filled with 0.
// Swapped strides pack the transposed matrix.
void pack(int inner, int columns, int row_stride, int column_stride, const float *source, float *packed) {
  int vectors = whole_vectors(columns);
  for (int j = 0; j < vectors;) {
    int width = panel_width(vectors - j), first = j * VL, count = width * VL;
    int present = columns - first < count ? columns - first : count;
    for (int k = 0; k < inner; k++) {
      const float *s = source + k * row_stride + first * column_stride;
      for (int q = 0; q < present; q++) packed[q] = s[q * column_stride];
      for (int q = present; q < count; q++) packed[q] = 0.0f;
      packed += count;
    }
    j += width;
  }
}

// target[i row_stride + j column_stride] <- source[i][j]: a padded result to its place in a flat vector.
void unpack(int rows, int columns, int ld, int row_stride, int column_stride, const float *source, float *target) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) target[i * row_stride + j * column_stride] = source[i * ld + j];
}
