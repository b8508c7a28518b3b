// Rows by index: sequences that end at steps of their own, and embeddings.
#include "operations.h"
#include "vector.h"

// x [steps][rows][n], step after step: what follows a row's own end becomes 0, whatever stood there. A product of 0 and it is
// then 0, never the NaN of 0 times infinity, so that no gradient can tell what stood there.
void clear_ended(int rows, int n, int ld, int steps, const int *lengths, float *x) {
  for (int t = 0; t < steps; t++)
    for (int r = 0; r < rows; r++, x += ld)
      if (t >= lengths[r])
        for (int j = 0; j < n; j += VL) store(x + j, (vec){0});
}

// Step step[0] of a forward pass of `steps` steps over rows of different lengths (longer ones end with the pass). State h
// [rows][n] of a row that has ended becomes 0. out [rows][n] takes what the head reads:
//   mean = 0: the state at the row's last step;  mean = 1: the sum of its states / length, steps in order.
void read_states(int rows, int n, int ld, int mean, int steps, const int *step, const int *lengths, float *h,
                 float *out) {
  int t = step[0];
  for (int r = 0; r < rows; r++, h += ld, out += ld) {
    int length = lengths[r] < steps ? lengths[r] : steps;
    if (t >= length) {
      for (int j = 0; j < n; j += VL) store(h + j, (vec){0});
    } else if (mean) {
      vec share = splat(1.0f / (float)length);
      for (int j = 0; j < n; j += VL) store(out + j, load(out + j) + share * load(h + j));
    } else if (t == length - 1) {
      for (int j = 0; j < n; j += VL) store(out + j, load(h + j));
    }
  }
}

// The same step backwards: dh [rows][n] takes its share of dout, the gradient of what the head read.
void read_states_backward(int rows, int n, int ld, int mean, int steps, const int *step, const int *lengths,
                          const float *dout, float *dh) {
  int t = step[0];
  for (int r = 0; r < rows; r++, dout += ld, dh += ld) {
    int length = lengths[r] < steps ? lengths[r] : steps;
    if (mean ? t < length : t == length - 1) {
      vec share = splat(mean ? 1.0f / (float)length : 1.0f);
      for (int j = 0; j < n; j += VL) store(dh + j, load(dh + j) + share * load(dout + j));
    }
  }
}

static int within(int index, int count) { return index < 0 ? 0 : index < count ? index : count - 1; }

// out [rows][n] <- the rows of table [count][n] (without padding) that indices name; an index outside takes the nearest one.
void gather_rows(int rows, int n, int ld, int count, const int *indices, const float *table, float *out) {
  for (int r = 0; r < rows; r++, out += ld) {
    const float *row = table + within(indices[r], count) * n;
    for (int j = 0; j < n; j += VL) store(out + j, load(row + j));
  }
}

// table [count][n] <- 0, then each row of source added to the row that its index names, in order.
void scatter_rows(int rows, int n, int ld, int count, const int *indices, const float *source, float *table) {
  for (int i = 0; i < count * n; i++) table[i] = 0.0f;
  for (int r = 0; r < rows; r++, source += ld) {
    float *row = table + within(indices[r], count) * n;
    for (int j = 0; j < n; j++) row[j] += source[j];
  }
}
