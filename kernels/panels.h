// How a matrix is cut into panels of columns and tiles of rows: shared by pack.c, which writes panels, and gemm.c.
#ifndef FASTGRNN_PANELS_H
#define FASTGRNN_PANELS_H

#include "vector.h"

// A tile of a few rows and one panel's width keeps its sums in registers. WASM engines on x86-64 have 15 vector registers
// to give: a tile of 4 rows and 2 vectors takes 8 for sums, 2 for a row of the panel, 4 for the other factor and 1 for a product.
#if VL == 16
#define WIDEST 4
#else
#define WIDEST 2
#endif

// The width, in vectors, of the next panel when `left` vectors remain: never a single one after a wide one.
INLINE int panel_width(int left) {
  if (left == WIDEST + 1 && WIDEST > 2) return 2;
  return left < WIDEST ? left : WIDEST;
}

#endif
