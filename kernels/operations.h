// The operations of a program, one function each. Shapes are [rows][columns], row-major; ld... is the distance between
// rows in floats. Every size may be 0. Buffers reach to a multiple of 16 floats (vector.h, rule 4).
#ifndef FASTGRNN_OPERATIONS_H
#define FASTGRNN_OPERATIONS_H

// Static in the native build, which takes all kernels of one instruction set into one unit (native/variant.c).
#ifndef LINKAGE
#define LINKAGE extern
#endif

// pack.c
LINKAGE void pack(int inner, int columns, int row_stride, int column_stride, const float *source, float *packed);
LINKAGE void unpack(int rows, int columns, int ld, int row_stride, int column_stride, const float *source, float *target);

// gemm.c
LINKAGE void gemm(int rows, int columns, int inner, int lda, int ldc, int accumulate, const float *a, const float *packed, float *c);
LINKAGE void gemm_transposed(int rows, int a_columns, int b_columns, int lda, int ldb, int ldc, const float *a, const float *b, float *c);

// activation.c
LINKAGE void activate(int kind, int n, const float *x, const float *bias, float *y);

// fastgrnn.c
LINKAGE void fastgrnn_forward(int rows, int n, int ld, int gate, int update, float *z, float *c, const float *previous, float *h,
                              const float *bias_gate, const float *bias_update, const float *zeta, const float *nu);
LINKAGE void fastgrnn_backward(int rows, int n, int ld, int gate, int update, const float *z, float *c, const float *previous,
                               float *dh, const float *zeta, const float *nu, float *columns);

// fastrnn.c
LINKAGE void fastrnn_forward(int rows, int n, int ld, int update, float *c, const float *previous, float *h, const float *bias,
                             const float *scalars);
LINKAGE void fastrnn_backward(int rows, int n, int ld, int update, float *c, const float *previous, float *dh,
                              const float *scalars, float *columns);

// modrelu.c
LINKAGE void modrelu_forward(int rows, int units, int ld, const float *a, const float *previous, float *h, const float *bias,
                             const float *scalars);
LINKAGE void modrelu_backward(int rows, int units, int ld, float *a, const float *previous, float *dh, const float *bias,
                              const float *scalars, float *columns);

// recurrence.c
LINKAGE void identity(int n, int ld, float *x);
LINKAGE void solve_triangle(int rows, int columns, int ldg, int ld, int transposed, const float *gram, float *x);
LINKAGE void mirror_triangle(int n, int ld, float *x);
LINKAGE void unpack_triangle(int rows, int columns, int ld, const float *source, float *target);
LINKAGE void scale_columns(int rows, int columns, int ldx, int ldy, const float *x, const float *scale, float *y);
LINKAGE void column_products(int rows, int columns, int lda, int ldb, const float *a, const float *b, float *sums);
LINKAGE void sigmoid_gradient(int n, float factor, const float *s, const float *dy, float *gradient);

// unitary.c
LINKAGE void unitary_forward(int units, int layers, int fft, int ld, const float *theta, const float *phi, const float *omega,
                             float *waves, float *u);
LINKAGE void unitary_backward(int units, int layers, int fft, int ld, const float *waves, float *u, float *du, float *dtheta,
                              float *dphi, float *domega);
LINKAGE void vector_residual(int n, const float *alpha, const float *scalars, float *beta);
LINKAGE void vector_residual_backward(int n, int ld, const float *alpha, const float *scalars, float *columns);
LINKAGE void fastrnn_vector_forward(int rows, int n, int ld, int update, float *c, const float *previous, float *h,
                                    const float *bias, const float *alpha, const float *beta);
LINKAGE void fastrnn_vector_backward(int rows, int n, int ld, int update, float *c, const float *previous, float *dh,
                                     const float *alpha, const float *beta, float *columns);

// rnn.c
LINKAGE void rnn_forward(int rows, int n, int ld, int update, const float *a, float *h, const float *bias);
LINKAGE void rnn_backward(int rows, int n, int ld, int update, float *a, const float *h, float *dh, float *columns);

// ugrnn.c
LINKAGE void ugrnn_forward(int rows, int n, int ld, int gate, int update, int distance, float *a, const float *previous,
                           float *h, const float *bias);
LINKAGE void ugrnn_backward(int rows, int n, int ld, int gate, int update, int distance, float *a, const float *previous,
                            float *dh, float *columns);

// gru.c
LINKAGE void gru_forward(int rows, int n, int ld, int gate, int update, int distance, float *a, const float *previous,
                         float *h, const float *bias);
LINKAGE void gru_backward(int rows, int n, int ld, int gate, int update, int distance, float *a, const float *previous,
                          float *dh, float *columns);
LINKAGE void reset_forward(int rows, int n, int ld, int gate, float *r, const float *previous, float *q, const float *bias);
LINKAGE void reset_backward(int rows, int n, int ld, int gate, float *r, const float *previous, const float *dq, float *dh,
                            float *columns);

// lstm.c
LINKAGE void lstm_forward(int rows, int n, int ld, int gate, int update, int distance, float *a, float *cells,
                          float *squashed, float *h, const float *bias);
LINKAGE void lstm_backward(int rows, int n, int ld, int gate, int update, int distance, float *a, const float *cells,
                           const float *squashed, float *dh, float *dc, float *columns);

// orthogonality.c
LINKAGE void cayley_step(int n, float *x, float *gradient, const float *rate, float *scratch);
LINKAGE void orthogonality_penalty(int n, float weight, const float *x, float *gradient, float *scratch);

// softmax.c
LINKAGE void softmax_cross_entropy(int rows, int classes, int ld, const float *logits, const int *labels,
                                   const float *row_weights, float *dlogits, float *losses, int *predictions,
                                   const float *settings);

LINKAGE void soft_targets(int rows, int classes, int ld, int ldt, const float *logits, const int *labels, const float *row_weights,
                          const float *targets, const float *shares, float *dlogits, float *losses, const float *settings);

// heads.c
LINKAGE void sigmoid_cross_entropy(int rows, int outputs, int ld, int ldt, const float *logits, const int *labels,
                                   const float *row_weights, const float *targets, float *dlogits, float *losses,
                                   int *predictions, const float *settings);
LINKAGE void squared_error(int rows, int outputs, int ld, int ldt, const float *logits, const int *labels,
                           const float *row_weights, const float *targets, float *dlogits, float *losses, int *predictions,
                           const float *settings);

// rows.c
LINKAGE void clear_ended(int rows, int n, int ld, int steps, const int *lengths, float *x);
LINKAGE void read_states(int rows, int n, int ld, int mean, int steps, const int *step, const int *lengths, float *h,
                         float *out);
LINKAGE void read_states_backward(int rows, int n, int ld, int mean, int steps, const int *step, const int *lengths,
                                  const float *dout, float *dh);
LINKAGE void gather_rows(int rows, int n, int ld, int count, const int *indices, const float *table, float *out);
LINKAGE void scatter_rows(int rows, int n, int ld, int count, const int *indices, const float *source, float *table);

// sequences.c
LINKAGE void move_steps(int rows, int n, int ldx, int ldy, int steps, int reversed, int accumulate, const float *x,
                        const int *lengths, float *y);
LINKAGE void dropout(int steps, int rows, int n, int ldx, int ldy, float p, int link, const int *keys, const float *x, float *y);

// gather.c
LINKAGE void gather_recorded(int rows, int steps, int n, int ld, int ldr, int distance, int channels, const float *raw,
                             const int *lengths, const float *constants, const float *changes, const float *noise, float *x);

// spectra.c
LINKAGE void gather_spectra(int rows, int steps, int n, int ld, int ldr, int distance, int channels, const float *raw,
                            const int *lengths, const float *constants, const float *changes, const float *partners,
                            float *scratch, const float *noise, float *x);

// reduce.c
LINKAGE void fill(int n, float value, float *target);
LINKAGE void affine(int n, float scale, float shift, const float *x, float *y);
LINKAGE void broadcast_rows(int rows, int columns, int ld, const float *row, float *target);
LINKAGE void column_sums(int rows, int columns, int ld, const float *source, float *sums);
LINKAGE void add_scaled(int n, const float *x, const float *scale, float *y);
LINKAGE void round_levels(int n, const float *levels, float *x);
LINKAGE void scalar_gradient(int n, int accumulate, float sign, const float *columns, const float *scalar, float *gradient);
LINKAGE void sum_of_squares(int n, const float *x, float *sum);
LINKAGE void all_finite(int n, const float *x, int *finite);

// optimiser.c
LINKAGE void adam(int n, float *parameters, const float *gradient, float *m, float *v, const float *decay, const float *support,
                  const float *settings);
LINKAGE void momentum(int n, int nesterov, float *parameters, const float *gradient, float *velocity, const float *decay,
                      const float *support, const float *settings);

// peak.c
LINKAGE void peak(int iterations, float *values);

#endif
