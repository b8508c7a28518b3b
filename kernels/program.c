// The interpreter of programs. A program is a list of sections; a section is a list of operations that is run once for
// each of its time steps. src/kernels/program.ts writes programs.
//
//   program   = sections, then each section
//   section   = operations, first step, steps, increment, then each operation
//   operation = 24 words: opcode, 7 sizes, 8 operands of 2 words
//   operand   = offset at step 0, distance from one step to the next; the offset ABSENT: none
//
// The operation REPEAT runs the operations after it, as many as it says, at several steps, told from the step at hand: a
// chunk of steps inside a section whose increment is the chunk's length. It isn't nested.
// All words are int32. Offsets and distances count floats from the arena's start. Sizes that hold a real number hold the
// bits of a float.
#include "operations.h"

enum opcode {
  PACK, UNPACK, GEMM, GEMM_TRANSPOSED, ACTIVATE, FASTGRNN_FORWARD, FASTGRNN_BACKWARD, FASTRNN_FORWARD, FASTRNN_BACKWARD,
  MODRELU_FORWARD, MODRELU_BACKWARD, IDENTITY, SOLVE_TRIANGLE, MIRROR_TRIANGLE, UNPACK_TRIANGLE, SCALE_COLUMNS, COLUMN_PRODUCTS,
  SIGMOID_GRADIENT, UNITARY_FORWARD, UNITARY_BACKWARD, CAYLEY_STEP, ORTHOGONALITY_PENALTY,
  VECTOR_RESIDUAL, VECTOR_RESIDUAL_BACKWARD, FASTRNN_VECTOR_FORWARD, FASTRNN_VECTOR_BACKWARD, RNN_FORWARD, RNN_BACKWARD,
  UGRNN_FORWARD, UGRNN_BACKWARD, GRU_FORWARD, GRU_BACKWARD, RESET_FORWARD, RESET_BACKWARD, LSTM_FORWARD, LSTM_BACKWARD,
  SOFTMAX_CROSS_ENTROPY, SOFT_TARGETS, SIGMOID_CROSS_ENTROPY, SQUARED_ERROR, CLEAR_ENDED, READ_STATES, READ_STATES_BACKWARD,
  GATHER_ROWS, SCATTER_ROWS, MOVE_STEPS, DROPOUT, GATHER_RECORDED, GATHER_SPECTRA, FILL, AFFINE, BROADCAST_ROWS, COLUMN_SUMS, ADD_SCALED, ROUND_LEVELS, SCALAR_GRADIENT, SUM_OF_SQUARES,
  ALL_FINITE, ADAM, MOMENTUM, PEAK, REPEAT
};

enum { SIZES = 7, OPERANDS = 8, ABSENT = -0x7fffffff - 1 };

struct operation {
  int opcode;
  int size[SIZES];
  struct {
    int offset, step;
  } operand[OPERANDS];
};

static float real(int bits) {
  union {
    int bits;
    float value;
  } u = {bits};
  return u.value;
}

static void execute(const struct operation *op, float *arena, int t) {
  const int *n = op->size;
  float *p[OPERANDS];
  for (int i = 0; i < OPERANDS; i++) {
    int offset = op->operand[i].offset;
    p[i] = offset == ABSENT ? 0 : arena + offset + (long)t * op->operand[i].step;
  }
  switch ((enum opcode)op->opcode) {
    case PACK: pack(n[0], n[1], n[2], n[3], p[0], p[1]); break;
    case UNPACK: unpack(n[0], n[1], n[2], n[3], n[4], p[0], p[1]); break;
    case GEMM: gemm(n[0], n[1], n[2], n[3], n[4], n[5], p[0], p[1], p[2]); break;
    case GEMM_TRANSPOSED: gemm_transposed(n[0], n[1], n[2], n[3], n[4], n[5], p[0], p[1], p[2]); break;
    case ACTIVATE: activate(n[0], n[1], p[0], p[1], p[2]); break;
    case FASTGRNN_FORWARD:
      fastgrnn_forward(n[0], n[1], n[2], n[3], n[4], p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]);
      break;
    case FASTGRNN_BACKWARD:
      fastgrnn_backward(n[0], n[1], n[2], n[3], n[4], p[0], p[1], p[2], p[3], p[4], p[5], p[6]);
      break;
    case FASTRNN_FORWARD: fastrnn_forward(n[0], n[1], n[2], n[3], p[0], p[1], p[2], p[3], p[4]); break;
    case FASTRNN_BACKWARD: fastrnn_backward(n[0], n[1], n[2], n[3], p[0], p[1], p[2], p[3], p[4]); break;
    case MODRELU_FORWARD: modrelu_forward(n[0], n[1], n[2], p[0], p[1], p[2], p[3], p[4]); break;
    case MODRELU_BACKWARD: modrelu_backward(n[0], n[1], n[2], p[0], p[1], p[2], p[3], p[4], p[5]); break;
    case IDENTITY: identity(n[0], n[1], p[0]); break;
    case SOLVE_TRIANGLE: solve_triangle(n[0], n[1], n[2], n[3], n[4], p[0], p[1]); break;
    case MIRROR_TRIANGLE: mirror_triangle(n[0], n[1], p[0]); break;
    case UNPACK_TRIANGLE: unpack_triangle(n[0], n[1], n[2], p[0], p[1]); break;
    case SCALE_COLUMNS: scale_columns(n[0], n[1], n[2], n[3], p[0], p[1], p[2]); break;
    case COLUMN_PRODUCTS: column_products(n[0], n[1], n[2], n[3], p[0], p[1], p[2]); break;
    case SIGMOID_GRADIENT: sigmoid_gradient(n[0], real(n[1]), p[0], p[1], p[2]); break;
    case UNITARY_FORWARD: unitary_forward(n[0], n[1], n[2], n[3], p[0], p[1], p[2], p[3], p[4]); break;
    case UNITARY_BACKWARD: unitary_backward(n[0], n[1], n[2], n[3], p[0], p[1], p[2], p[3], p[4], p[5]); break;
    case CAYLEY_STEP: cayley_step(n[0], p[0], p[1], p[2], p[3]); break;
    case ORTHOGONALITY_PENALTY: orthogonality_penalty(n[0], real(n[1]), p[0], p[1], p[2]); break;
    case VECTOR_RESIDUAL: vector_residual(n[0], p[0], p[1], p[2]); break;
    case VECTOR_RESIDUAL_BACKWARD: vector_residual_backward(n[0], n[1], p[0], p[1], p[2]); break;
    case FASTRNN_VECTOR_FORWARD: fastrnn_vector_forward(n[0], n[1], n[2], n[3], p[0], p[1], p[2], p[3], p[4], p[5]); break;
    case FASTRNN_VECTOR_BACKWARD: fastrnn_vector_backward(n[0], n[1], n[2], n[3], p[0], p[1], p[2], p[3], p[4], p[5]); break;
    case RNN_FORWARD: rnn_forward(n[0], n[1], n[2], n[3], p[0], p[1], p[2]); break;
    case RNN_BACKWARD: rnn_backward(n[0], n[1], n[2], n[3], p[0], p[1], p[2], p[3]); break;
    case UGRNN_FORWARD: ugrnn_forward(n[0], n[1], n[2], n[3], n[4], n[5], p[0], p[1], p[2], p[3]); break;
    case UGRNN_BACKWARD: ugrnn_backward(n[0], n[1], n[2], n[3], n[4], n[5], p[0], p[1], p[2], p[3]); break;
    case GRU_FORWARD: gru_forward(n[0], n[1], n[2], n[3], n[4], n[5], p[0], p[1], p[2], p[3]); break;
    case GRU_BACKWARD: gru_backward(n[0], n[1], n[2], n[3], n[4], n[5], p[0], p[1], p[2], p[3]); break;
    case RESET_FORWARD: reset_forward(n[0], n[1], n[2], n[3], p[0], p[1], p[2], p[3]); break;
    case RESET_BACKWARD: reset_backward(n[0], n[1], n[2], n[3], p[0], p[1], p[2], p[3], p[4]); break;
    case LSTM_FORWARD: lstm_forward(n[0], n[1], n[2], n[3], n[4], n[5], p[0], p[1], p[2], p[3], p[4]); break;
    case LSTM_BACKWARD: lstm_backward(n[0], n[1], n[2], n[3], n[4], n[5], p[0], p[1], p[2], p[3], p[4], p[5]); break;
    case SOFTMAX_CROSS_ENTROPY:
      softmax_cross_entropy(n[0], n[1], n[2], p[0], (const int *)p[1], p[2], p[3], p[4], (int *)p[5], p[6]);
      break;
    case SOFT_TARGETS:
      soft_targets(n[0], n[1], n[2], n[3], p[0], (const int *)p[1], p[2], p[3], p[4], p[5], p[6], p[7]);
      break;
    case SIGMOID_CROSS_ENTROPY:
      sigmoid_cross_entropy(n[0], n[1], n[2], n[3], p[0], (const int *)p[1], p[2], p[3], p[4], p[5], (int *)p[6], p[7]);
      break;
    case SQUARED_ERROR:
      squared_error(n[0], n[1], n[2], n[3], p[0], (const int *)p[1], p[2], p[3], p[4], p[5], (int *)p[6], p[7]);
      break;
    case CLEAR_ENDED: clear_ended(n[0], n[1], n[2], n[3], (const int *)p[0], p[1]); break;
    case READ_STATES:
      read_states(n[0], n[1], n[2], n[3], n[4], (const int *)p[0], (const int *)p[1], p[2], p[3]);
      break;
    case READ_STATES_BACKWARD:
      read_states_backward(n[0], n[1], n[2], n[3], n[4], (const int *)p[0], (const int *)p[1], p[2], p[3]);
      break;
    case GATHER_ROWS: gather_rows(n[0], n[1], n[2], n[3], (const int *)p[0], p[1], p[2]); break;
    case SCATTER_ROWS: scatter_rows(n[0], n[1], n[2], n[3], (const int *)p[0], p[1], p[2]); break;
    case MOVE_STEPS: move_steps(n[0], n[1], n[2], n[3], n[4], n[5], n[6], p[0], (const int *)p[1], p[2]); break;
    case DROPOUT: dropout(n[0], n[1], n[2], n[3], n[4], real(n[5]), n[6], (const int *)p[0], p[1], p[2]); break;
    case GATHER_RECORDED:
      gather_recorded(n[0], n[1], n[2], n[3], n[4], n[5], n[6], p[0], (const int *)p[1], p[2], p[3], p[4], p[5]);
      break;
    case GATHER_SPECTRA:
      gather_spectra(n[0], n[1], n[2], n[3], n[4], n[5], n[6], p[0], (const int *)p[1], p[2], p[3], p[4], p[5], p[6], p[7]);
      break;
    case FILL: fill(n[0], real(n[1]), p[0]); break;
    case AFFINE: affine(n[0], real(n[1]), real(n[2]), p[0], p[1]); break;
    case BROADCAST_ROWS: broadcast_rows(n[0], n[1], n[2], p[0], p[1]); break;
    case COLUMN_SUMS: column_sums(n[0], n[1], n[2], p[0], p[1]); break;
    case ADD_SCALED: add_scaled(n[0], p[0], p[1], p[2]); break;
    case ROUND_LEVELS: round_levels(n[0], p[0], p[1]); break;
    case SCALAR_GRADIENT: scalar_gradient(n[0], n[1], real(n[2]), p[0], p[1], p[2]); break;
    case SUM_OF_SQUARES: sum_of_squares(n[0], p[0], p[1]); break;
    case ALL_FINITE: all_finite(n[0], p[0], (int *)p[1]); break;
    case ADAM: adam(n[0], p[0], p[1], p[2], p[3], p[4], p[5], p[6]); break;
    case MOMENTUM: momentum(n[0], n[1], p[0], p[1], p[2], p[3], p[4], p[5]); break;
    case PEAK: peak(n[0], p[0]); break;
    case REPEAT: break; // execute_all
  }
}

static void execute_all(const struct operation *list, int operations, float *arena, int t) {
  for (int i = 0; i < operations; i++) {
    const struct operation *op = list + i;
    if (op->opcode == REPEAT) {
      int repeated = op->size[0], first = op->size[1], steps = op->size[2], increment = op->size[3];
      for (int s = 0; s < steps; s++)
        for (int j = 1; j <= repeated; j++) execute(op + j, arena, t + first + s * increment);
      i += repeated;
    } else {
      execute(op, arena, t);
    }
  }
}

// Runs the program that stands at arena + program.
__attribute__((visibility("default"))) void run(float *arena, int program) {
  const int *word = (const int *)arena + program;
  for (int sections = *word++; sections > 0; sections--) {
    int operations = word[0], first = word[1], steps = word[2], increment = word[3];
    const struct operation *list = (const struct operation *)(word + 4);
    for (int s = 0; s < steps; s++) execute_all(list, operations, arena, first + s * increment);
    word = (const int *)(list + operations);
  }
}
