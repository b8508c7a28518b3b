// Whole sequences on their way from one layer of a network to the next: [steps][rows][n], a step follows the other without a gap.
#include "operations.h"
#include "vector.h"

// y <- x, added to y when `accumulate`; exact in n, so that y may be some columns of a wider matrix. With `reversed` a row's
// own steps come in reverse order: its first from its last. lengths: where each row ends (absent: with the pass). Past its end
// y becomes 0 (when accumulating: stays).
void move_steps(int rows, int n, int ldx, int ldy, int steps, int reversed, int accumulate, const float *x,
                const int *lengths, float *y) {
  for (int t = 0; t < steps; t++) {
    for (int r = 0; r < rows; r++, y += ldy) {
      int length = lengths && lengths[r] < steps ? lengths[r] : steps;
      int j = 0;
      if (t >= length) {
        if (accumulate) continue;
        for (; j + VL <= n; j += VL) store(y + j, (vec){0});
        for (; j < n; j++) y[j] = 0.0f;
        continue;
      }
      const float *from = x + ((long)(reversed ? length - 1 - t : t) * rows + r) * ldx;
      if (accumulate) {
        for (; j + VL <= n; j += VL) store(y + j, load(y + j) + load(from + j));
        for (; j < n; j++) y[j] += from[j];
      } else {
        for (; j + VL <= n; j += VL) store(y + j, load(from + j));
        for (; j < n; j++) y[j] = from[j];
      }
    }
  }
}

typedef unsigned words __attribute__((vector_size(4 * VL)));

INLINE words rotated(words x, int by) { return x << by | x >> (32 - by); }

// VL blocks of Threefry-2x32 with 20 rounds, as src/math/random.ts has it: x0, x1 hold their counters, then their numbers.
static void threefry(unsigned key0, unsigned key1, words *x0, words *x1) {
  static const unsigned char rotations[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  unsigned key[3] = {key0, key1, key0 ^ key1 ^ 0x1bd11bdau};
  words a = *x0 + key[0], b = *x1 + key[1];
  for (int block = 1; block <= 5; block++) {
    const unsigned char *rotation = rotations + (block % 2 ? 0 : 4);
    for (int i = 0; i < 4; i++) {
      a += b;
      b = rotated(b, rotation[i]) ^ a;
    }
    a += key[block % 3];
    b += key[(block + 1) % 3] + (unsigned)block;
  }
  *x0 = a;
  *x1 = b;
}

// Dropout: y <- x / (1 - p) where an element is kept, else 0; x may be y. Keys: two integers a row, seed and stream of its
// numbers. Element j of step t is kept unless the row's number at link * 2^33 + 2 (t ceil(n / 2)) + j is below p * 2^32. So
// the mask depends on nothing but keys, link, step and element, and the same call takes a gradient back through it.
void dropout(int steps, int rows, int n, int ldx, int ldy, float p, int link, const int *keys, const float *x, float *y) {
  unsigned least = (unsigned)(p * 4294967296.0f);
  float scale = 1.0f / (1.0f - p);
  unsigned half = (unsigned)(n + 1) / 2;
  for (int t = 0; t < steps; t++) {
    for (int r = 0; r < rows; r++, x += ldx, y += ldy) {
      for (int from = 0; from < n; from += 2 * VL) {
        union {
          words vector;
          unsigned word[VL];
        } even, odd;
        for (int i = 0; i < VL; i++) {
          even.word[i] = (unsigned)t * half + (unsigned)(from / 2 + i);
          odd.word[i] = (unsigned)link;
        }
        threefry((unsigned)keys[2 * r], (unsigned)keys[2 * r + 1], &even.vector, &odd.vector);
        int end = n - from < 2 * VL ? n - from : 2 * VL;
        for (int i = 0; i < end; i++) {
          unsigned number = i % 2 ? odd.word[i / 2] : even.word[i / 2];
          y[from + i] = number >= least ? scale * x[from + i] : 0.0f;
        }
      }
    }
  }
}
