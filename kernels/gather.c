// Recorded values become the inputs of a batch.
#include "axes.h"
#include "operations.h"
#include "vector.h"

typedef short loose_svec __attribute__((vector_size(2 * VL), aligned(2), may_alias));
typedef double dvec __attribute__((vector_size(8 * VL)));
typedef double loose_dvec __attribute__((vector_size(8 * VL), aligned(8), may_alias));

// Step t of row r begins at raw + r ldr + t distance and has n values.
static void gather_plain(int rows, int steps, int n, int ld, int ldr, int distance, const short *raw, const int *lengths,
                         const double *centre, const double *scale, float *x) {
  for (int t = 0; t < steps; t++)
    for (int r = 0; r < rows; r++, x += ld) {
      if (t >= lengths[r]) continue;
      const short *from = raw + (long)r * ldr + (long)t * distance;
      for (int j = 0; j < n; j += VL) {
        ivec count = __builtin_convertvector(*(const loose_svec *)(from + j), ivec); // on its own: GCC knows no way in one
        dvec value = __builtin_convertvector(count, dvec);
        value = (value - *(const loose_dvec *)(centre + j)) * *(const loose_dvec *)(scale + j);
        store(x + j, __builtin_convertvector(value, vec));
      }
    }
}

// A step's values are n / channels frames. A row's change: 9 numbers m, its size, its shift, and 5 that are not read.
// Frames come `shift` later, the first or last of the row in place of what isn't there. Each three channels v of a frame
// become (m (lsb v)) / lsb, the one or two channels that are left size v.
static void gather_changed(int rows, int steps, int n, int ld, int ldr, int distance, int channels, const short *raw,
                           const int *lengths, const double *centre, const double *scale, const double *lsb,
                           const double *changes, const double *noise, float *x) {
  int stacked = n / channels, stride = distance / channels;
  for (int t = 0; t < steps; t++)
    for (int r = 0; r < rows; r++, x += ld) {
      if (t >= lengths[r]) continue;
      const double *m = changes + 16 * r;
      double size = m[9];
      int shift = (int)m[10], last = (lengths[r] - 1) * stride + stacked - 1;
      for (int k = 0, d = 0; k < stacked; k++) {
        int source = t * stride + k - shift;
        source = source < 0 ? 0 : source > last ? last : source;
        const short *from = raw + (long)r * ldr + (long)source * channels;
        for (int c = 0; c < channels;) {
          double value[3] = {from[c] * size};
          int width = channels - c >= 3 ? 3 : 1;
          if (width == 3) {
            for (int i = 0; i < 3; i++) value[i] = from[c + i];
            turn_axes(m, lsb + c, value);
          }
          for (int i = 0; i < width; i++, c++, d++) {
            double input = (value[i] - centre[d]) * scale[d];
            x[d] = (float)(noise ? input + noise[((long)t * rows + r) * n + d] : input);
          }
        }
      }
    }
}

// x [steps][rows][n] <- (value - centre) scale, in float64 and rounded once, at the steps that a row has. Numbers in float64
// take two words: constants [3][wide]: centre, scale, lsb, with wide = n rounded up to 16; changes [rows][16], where there
// are any; noise [steps][rows][n], where there is any, is added. raw is int16.
void gather_recorded(int rows, int steps, int n, int ld, int ldr, int distance, int channels, const float *raw,
                     const int *lengths, const float *constants, const float *changes, const float *noise, float *x) {
  const double *centre = (const double *)constants, *scale = centre + (n + 15) / 16 * 16;
  if (changes)
    gather_changed(rows, steps, n, ld, ldr, distance, channels, (const short *)raw, lengths, centre, scale,
                   scale + (n + 15) / 16 * 16, (const double *)changes, (const double *)noise, x);
  else gather_plain(rows, steps, n, ld, ldr, distance, (const short *)raw, lengths, centre, scale, x);
}
