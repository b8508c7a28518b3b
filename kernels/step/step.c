// One time step of one stream: what `src/runtime` runs, in Node and browsers. Built to a module of its own, apart from the
// training kernels, so that a page which only runs a model loads little.
// TypeScript lays out the memory and fills these structures (src/runtime/float-cell.ts and integer-cell.ts name their
// words in this order); every number and every address is one word.
// The kernels that it shares with training stand in this unit, so that what they call is there once.
#include "../activation.c"
#include "../elementary.c"
#include "../fastgrnn.c"
#include "../fastrnn.c"
#include "../gru.c"
#include "../lstm.c"
#include "../rnn.c"
#include "../ugrnn.c"

#define EXPORT __attribute__((visibility("default")))

// y[columns] (+)= sum over k of x[k] m[k][columns]: each element one sum in order of k, as gemm() has it. `columns` is a
// multiple of 16.
static NOINLINE void product(int inner, int columns, const float *x, const float *m, float *y, int accumulate) {
  for (int j = 0; j < columns; j += 16) {
    const float *row = m + j;
    vec sum[4];
    UNROLL for (int q = 0; q < 4; q++) sum[q] = accumulate ? load(y + j + q * VL) : (vec){0};
    for (int k = 0; k < inner; k++, row += columns) {
      vec s = splat(x[k]);
      UNROLL for (int q = 0; q < 4; q++) sum[q] += s * load(row + q * VL);
    }
    UNROLL for (int q = 0; q < 4; q++) store(y + j + q * VL, sum[q]);
  }
}

// Cells by the pass that they end in; a FastRNN is a FastRNN-vector whose units have one alpha and beta.
enum cell { FASTGRNN, FASTRNN_VECTOR, RNN, UGRNN, GRU_AFTER, GRU_BEFORE, LSTM };

// W and U of one gate, full (w1, u1) or in two factors.
struct gate_matrices {
  const float *w2, *w1, *u2, *u1;
};

// Widths are padded to multiples of 16, inner sizes are exact. A matrix is [inner][padded outputs].
struct float_network {
  int cell, gate, update, gates;
  int inputs, hidden, w_rank, u_rank, classes;
  int padded_hidden, padded_w_rank, padded_u_rank, padded_classes;
  // biases: [.][hidden], as in training. first, second: zeta and nu, or alpha and beta, a number a unit.
  const float *x, *biases, *first, *second, *classifier, *classifier_bias;
  // a: [4][padded_hidden]. carried: the LSTM's c.
  float *t, *u, *a, *c, *carried, *h, *logits;
  struct gate_matrices matrices[4];
};

// a (+)= W x of one gate, or U h: inner inputs, through a middle of `rank` values where the matrix has two factors.
static NOINLINE void multiply(const struct float_network *n, int inner, int rank, int padded_rank, const float *second, const float *first,
                     const float *x, float *middle, float *a, int accumulate) {
  if (rank) {
    product(inner, padded_rank, x, second, middle, 0);
    inner = rank, x = middle;
  }
  product(inner, n->padded_hidden, x, first, a, accumulate);
}

static void recur(const struct float_network *n, int gate, const float *h, float *a, int accumulate) {
  const struct gate_matrices *m = n->matrices + gate;
  multiply(n, n->hidden, n->u_rank, n->padded_u_rank, m->u2, m->u1, h, n->u, a, accumulate);
}

// h <- the cell's next state after the normalised input x.
EXPORT void float_step(const struct float_network *n) {
  int hidden = n->hidden, distance = n->padded_hidden, gate = n->gate, update = n->update;
  float *a = n->a, *h = n->h;
  const float *biases = n->biases;
  for (int i = 0; i < n->gates; i++) {
    const struct gate_matrices *m = n->matrices + i;
    multiply(n, n->inputs, n->w_rank, n->padded_w_rank, m->w2, m->w1, n->x, n->t, a + i * distance, 0);
  }
  int gru = n->cell == GRU_AFTER || n->cell == GRU_BEFORE;
  for (int i = 0; i < n->gates - gru; i++) recur(n, i, h, a + i * distance, 1); // a GRU's candidate waits
  switch ((enum cell)n->cell) {
    case FASTGRNN: fastgrnn_forward(1, hidden, 0, gate, update, a, n->c, h, h, biases, biases + hidden, n->first, n->second); break;
    case FASTRNN_VECTOR: fastrnn_vector_forward(1, hidden, 0, update, a, h, h, biases, n->first, n->second); break;
    case RNN: rnn_forward(1, hidden, 0, update, a, h, biases); break;
    case UGRNN: ugrnn_forward(1, hidden, 0, gate, update, distance, a, h, h, biases); break;
    case GRU_AFTER:
      recur(n, 2, h, a + 3 * distance, 0);
      gru_forward(1, hidden, 0, gate, update, distance, a, h, h, biases);
      break;
    case GRU_BEFORE:
      reset_forward(1, hidden, 0, gate, a, h, a + 3 * distance, biases);
      recur(n, 2, a + 3 * distance, a + 2 * distance, 1);
      ugrnn_forward(1, hidden, 0, gate, update, distance, a + distance, h, h, biases + hidden);
      break;
    case LSTM: lstm_forward(1, hidden, 0, gate, update, distance, a, n->carried, n->c, h, biases); break;
  }
}

// logits <- the head's outputs for the state (or the mean of states) `h`.
EXPORT void float_logits(const struct float_network *n, const float *h) {
  for (int l = 0; l < n->padded_classes; l += VL) store(n->logits + l, load(n->classifier_bias + l));
  product(n->hidden, n->padded_classes, h, n->classifier, n->logits, 1);
}

// x[n] <- sigmoid(x), the same bits as in training.
EXPORT void float_sigmoid(int n, float *x) { activate(1, n, x, 0, x); }

// beta[n] <- zeta (1 - alpha) + nu, the same bits as in training.
EXPORT void float_residual(int n, const float *alpha, const float *scalars, float *beta) { vector_residual(n, alpha, scalars, beta); }
