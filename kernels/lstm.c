// The gate pass of the LSTM, one time step of a batch (Hochreiter and Schmidhuber, 1997; the forget gate by Gers et al., 2000):
//   i = gate(a_i + b_i),  f = gate(a_f + b_f),  c~ = update(a_c + b_c),  o = gate(a_o + b_o)
//   c = f c' + i c~,  h = o update(c)
// where a = W x + U h' of each of the four is already there, and h', c' are the step before.
// a: the matrices of i, f, c~ and o, `distance` floats apart. cells: c', and c a time step (rows ld floats) on. bias[4][n].
#include "activation.h"
#include "operations.h"

INLINE void lstm_group(const unsigned n, struct group g, int columns, int gate, int update, float *input, float *forget,
                       float *candidate, float *output, const float *before, float *cell, float *squashed, float *h,
                       const float *bias) {
  vec is[GROUP], fs[GROUP], cs[GROUP], os[GROUP];
  EACH {
    is[i] = load(input + g.at[i]) + load(bias + g.column[i]);
    fs[i] = load(forget + g.at[i]) + load(bias + columns + g.column[i]);
    cs[i] = load(candidate + g.at[i]) + load(bias + 2 * columns + g.column[i]);
    os[i] = load(output + g.at[i]) + load(bias + 3 * columns + g.column[i]);
  }
  nonlinear(gate, n, is);
  nonlinear(gate, n, fs);
  nonlinear(update, n, cs);
  nonlinear(gate, n, os);
  EACH {
    int at = g.at[i];
    vec next = flush_state(fs[i] * load(before + at) + is[i] * cs[i]);
    store(input + at, is[i]);
    store(forget + at, fs[i]);
    store(candidate + at, cs[i]);
    store(output + at, os[i]);
    store(cell + at, next);
    cs[i] = next;
  }
  nonlinear(update, n, cs);
  EACH {
    store(squashed + g.at[i], cs[i]);
    store(h + g.at[i], flush_state(os[i] * cs[i]));
  }
}

// a: i, f, c~ and o on return. squashed: update(c) on return. h: written.
void lstm_forward(int rows, int n, int ld, int gate, int update, int distance, float *a, float *cells, float *squashed,
                  float *h, const float *bias) {
#define FORWARD(count, group)                                                                                    \
  lstm_group(count, group, n, gate, update, a, a + distance, a + 2 * distance, a + 3 * distance, cells,          \
             cells + rows * ld, squashed, h, bias)
  FOR_GROUPS(rows, n, ld, FORWARD);
#undef FORWARD
}

// With g = dL/dh:  dL/da_o = g update(c) gate',  e = dL/dc + g o update'(c),  dL/da_i = e c~ gate',  dL/da_f = e c' gate',
// dL/da_c = e i update',  dL/dc' = e f;  h' is read by U alone.  Sums: one a column, rows in order.
INLINE void lstm_gradients(const enum shape gate_shape, const enum shape update_shape, struct derivative gate, struct derivative update,
                           int rows, int n, int ld, float *input, float *forget, float *candidate, float *output,
                           const float *before, const float *squashed, float *dh, float *dc, float *columns) {
  float *dbias_i = columns, *dbias_f = columns + ld, *dbias_c = columns + 2 * ld, *dbias_o = columns + 3 * ld;
  for (int r = 0; r < rows; r++) {
    for (int j = 0; j < n; j += VL) {
      vec g = load(dh + j), s = load(squashed + j);
      vec is = load(input + j), fs = load(forget + j), cs = load(candidate + j), os = load(output + j);
      vec e = load(dc + j) + g * os * slope(update_shape, update, s);
      vec d_o = g * s * slope(gate_shape, gate, os);
      vec d_i = e * cs * slope(gate_shape, gate, is);
      vec d_f = e * load(before + j) * slope(gate_shape, gate, fs);
      vec d_c = e * is * slope(update_shape, update, cs);
      store(dbias_i + j, load(dbias_i + j) + d_i);
      store(dbias_f + j, load(dbias_f + j) + d_f);
      store(dbias_c + j, load(dbias_c + j) + d_c);
      store(dbias_o + j, load(dbias_o + j) + d_o);
      store(input + j, flush(d_i));
      store(forget + j, flush(d_f));
      store(candidate + j, flush(d_c));
      store(output + j, flush(d_o));
      store(dc + j, flush(e * fs));
      store(dh + j, (vec){0});
    }
    input += ld, forget += ld, candidate += ld, output += ld, before += ld, squashed += ld, dh += ld, dc += ld;
  }
}

// a: i, f, c~ and o on entry, their da on return. cells: c'. dh: dL/dh on entry, 0 on return. dc: what later steps know of dL/dc
// on entry, dL/dc' on return. columns[4][ld]: sums of the biases' gradients by column, added to.
void lstm_backward(int rows, int n, int ld, int gate, int update, int distance, float *a, const float *cells,
                   const float *squashed, float *dh, float *dc, float *columns) {
  struct derivative g = derivative_of(gate), u = derivative_of(update);
#define PASS(gate_shape, update_shape)                                                                               \
  lstm_gradients(gate_shape, update_shape, g, u, rows, n, ld, a, a + distance, a + 2 * distance, a + 3 * distance,   \
                 cells, squashed, dh, dc, columns)
  BY_SHAPES(g, u, PASS);
#undef PASS
}
