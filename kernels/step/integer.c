// The integer network of docs/integer-network.md, one time step: step numbers are that page's.
#define EXPORT __attribute__((visibility("default")))
#define INLINE static inline __attribute__((always_inline))

typedef signed char bytes __attribute__((vector_size(8), aligned(1), may_alias));
typedef short shorts __attribute__((vector_size(16), aligned(2), may_alias));
typedef int ints __attribute__((vector_size(16)));

enum { ONE = 16384 }; // in Q14

// Rows of matrices are padded with zeros to multiples of 8, and so are the vectors that they meet.
struct integer_network {
  int gated, gate, update;
  int inputs, hidden, w_rank, u_rank, classes, channels;
  int input_shift, w2_shift, w1_shift, u2_shift, u1_shift;
  int input_limit, w_limit, u_limit, state_limit;
  int scale, offset;
  const short *x, *centre, *multiplier;
  const signed char *w2, *w1, *u2, *u1;
  const short *bias_gate, *bias_update;
  const signed char *classifier;
  const int *classifier_bias;
  short *a, *t, *u, *h, *r;
  int *p, *logits;
};

// T[k] = round(16384 tanh(k / 8))
static const short table[33] = {
    0,     2037,  4013,  5871,  7571,  9087,  10406, 11533, 12478, 13260, 13898, 14415, 14830, 15161, 15423, 15631, 15795,
    15923, 16024, 16103, 16165, 16213, 16251, 16280, 16303, 16321, 16335, 16346, 16354, 16361, 16366, 16370, 16373,
};

// T8[k] = round(16384 tanh(k / 2))
static const short table8[9] = {0, 7571, 12478, 14830, 15795, 16165, 16303, 16354, 16373};

INLINE int clamp(int v, int low, int high) { return v < low ? low : v > high ? high : v; }
INLINE int saturate(int v, int limit) { return clamp(v, -limit, limit); }
INLINE int rounding_shift(int v, int s) { return (v + ((1 << s) >> 1)) >> s; }

// Y(m, b) in a table of so many segments
INLINE int interpolate(const short *knots, int segments, int m, int b) {
  int k = m >> b;
  if (k >= segments) return knots[segments];
  return knots[k] + rounding_shift((knots[k + 1] - knots[k]) * (m & ((1 << b) - 1)), b);
}

INLINE int odd(const short *knots, int segments, int p, int b) {
  return p < 0 ? -interpolate(knots, segments, -p, b) : interpolate(knots, segments, p, b);
}

// S(p); kinds are numbered as in ../activation.h.
INLINE int activate_q14(int kind, int p) {
  switch (kind) {
    case 0: return odd(table, 32, p, 9);
    case 1: return (ONE + 1 + odd(table, 32, p, 10)) >> 1;
    case 2: return clamp(4 * p, 0, 32767);
    case 3: return 4 * saturate(p, 4096);
    case 4: return clamp(2 * p + 8192, 0, ONE);
    case 5: return clamp(p + 8192, 0, ONE);
    case 6: return odd(table8, 8, p, 11);
    default: return (ONE + 1 + odd(table8, 8, p, 12)) >> 1;
  }
}

INLINE int update_q12(int kind, int p) { return kind == 2 ? (p > 0 ? p : 0) : rounding_shift(activate_q14(kind, p), 2); }

INLINE int padded(int columns) { return (columns + 7) & ~7; }

INLINE int dot(const signed char *row, const short *v, int columns) {
  ints sum = {0};
  for (int k = 0; k < columns; k += 8) {
    shorts weights = __builtin_convertvector(*(const bytes *)(row + k), shorts);
    sum += __builtin_wasm_dot_s_i32x4_i16x8(weights, *(const shorts *)(v + k));
  }
  return sum[0] + sum[1] + sum[2] + sum[3];
}

static void project(int rows, int columns, const signed char *m, const short *v, int shift, int limit, short *out) {
  for (int j = 0, width = padded(columns); j < rows; j++, m += width)
    out[j] = saturate(rounding_shift(dot(m, v, columns), shift), limit);
}

EXPORT void integer_step(const struct integer_network *n) {
  if (n->channels)
    for (int i = 0, c = 0; i < n->inputs; i++, c = c + 1 == n->channels ? 0 : c + 1)
      n->a[i] = saturate(rounding_shift(saturate(n->x[i] - n->centre[c], 32767) * n->multiplier[c], n->input_shift),
                         n->input_limit); // 1
  const short *t = n->a, *u = n->h;
  if (n->w_rank) project(n->w_rank, n->inputs, n->w2, n->a, n->w2_shift, n->w_limit, n->t), t = n->t;  // 2
  if (n->u_rank) project(n->u_rank, n->hidden, n->u2, n->h, n->u2_shift, n->u_limit, n->u), u = n->u; // 3
  int w_columns = n->w_rank ? n->w_rank : n->inputs, u_columns = n->u_rank ? n->u_rank : n->hidden;
  const signed char *w1 = n->w1, *u1 = n->u1;
  for (int j = 0; j < n->hidden; j++, w1 += padded(w_columns), u1 += padded(u_columns))
    n->p[j] = rounding_shift(dot(w1, t, w_columns), n->w1_shift) + rounding_shift(dot(u1, u, u_columns), n->u1_shift); // 4
  int z = n->offset, g = n->scale;
  for (int j = 0; j < n->hidden; j++) {
    if (n->gated) {
      z = activate_q14(n->gate, saturate(n->p[j] + n->bias_gate[j], 32767));            // 5
      g = saturate(rounding_shift(n->scale * (ONE - z), 14) + n->offset, 32767);          // 7
    }
    int c = update_q12(n->update, saturate(n->p[j] + n->bias_update[j], 32767));        // 6
    int v = g * c + z * n->h[j] + n->r[j];                                                // 8
    n->h[j] = saturate(v >> 14, n->state_limit), n->r[j] = v & (ONE - 1);                 // 9
  }
}

// logits <- the head's scores of the state (or the mean of states) `h`.
EXPORT void integer_logits(const struct integer_network *n, const short *h) {
  for (int l = 0, width = padded(n->hidden); l < n->classes; l++)
    n->logits[l] = dot(n->classifier + l * width, h, n->hidden) + n->classifier_bias[l];
}
