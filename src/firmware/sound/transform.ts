/**
 * The transform of docs/frontend.md in C, PREFIX and UPPER standing for names: the first stage, the others, and the power of the real
 * values' spectrum. What a stage returns is the OR of v ^ (v >> 15) over what it wrote.
 */
export const transformFunctions = `/* Bits of the largest of some values, from the OR of v ^ (v >> 15) over them */
static int_fast8_t PREFIX_bits(uint_fast16_t magnitudes)
{
  int_fast8_t bits = 0;
  if (magnitudes & 0xff00u) {
    bits = 8;
    magnitudes >>= 8;
  }
  for (; magnitudes; magnitudes >>= 1) bits++;
  return bits;
}

/* v >> shift where that has 16 bits, and the square of v >> shift where that has 17 */
#ifdef __AVR__
/* which shifts 32 bits one by one: up to a whole word instead, as most shifts are of 13 to 17 bits */
static inline int16_t PREFIX_shifted(int32_t v, int8_t shift)
{
  uint32_t u = (uint32_t)v;
  if (shift < 8) return (int16_t)(v >> shift);
  for (; shift < 16; shift++) u <<= 1;
  v = (int32_t)u >> 16;
  return (int16_t)(shift > 16 ? (int16_t)v >> 1 : v);
}

static uint32_t PREFIX_square(int32_t v, int8_t shift)
{
  const uint8_t negative = v < 0;
  uint32_t u = (uint32_t)(negative ? ~v : v);
  uint16_t size;
  for (; shift < 16; shift++) u <<= 1;
  size = (uint16_t)((u >> 16) + negative);
  return (uint32_t)size * size;
}
#else
static inline int_fast16_t PREFIX_shifted(int32_t v, int_fast8_t shift) { return v >> shift; }

static inline uint32_t PREFIX_square(int32_t v, int_fast8_t shift)
{
  v >>= shift;
  return (uint32_t)(v * v);
}
#endif

/* Stores a result of the stage, and notes its size */
#define UPPER_PUT(at, sum) \\
  do { \\
    const int_fast16_t result = PREFIX_shifted((sum), shift); \\
    (at) = (int16_t)result; \\
    magnitudes |= result ^ (result >> 15); \\
  } while (0)

FIRST_STAGE
/* Each four transforms of \`quarter\` points become one */
static uint_fast16_t PREFIX_fours(int16_t *v, uint_fast16_t quarter, int_fast8_t shift)
{
  const int32_t half = (int32_t)1 << (shift - 1);
  const uint_fast16_t stride = UPPER_TRANSFORM / 4 / quarter;
  int_fast16_t magnitudes = 0;
  uint_fast16_t k;
  for (k = 0; k < quarter; k++) {
    const int16_t *at = PREFIX_sines + stride * k;
    const int16_t s1 = UPPER_READ16(at), c1 = UPPER_READ16(at + UPPER_TRANSFORM / 4);
    const int16_t s2 = UPPER_READ16(at += stride * k), c2 = UPPER_READ16(at + UPPER_TRANSFORM / 4);
    const int16_t s3 = UPPER_READ16(at += stride * k), c3 = UPPER_READ16(at + UPPER_TRANSFORM / 4);
    int16_t *a = v + 2 * k;
    for (; a < v + UPPER_TRANSFORM; a += 8 * quarter) {
      int16_t *const c = a + 2 * quarter, *const b = c + 2 * quarter, *const d = b + 2 * quarter;
      int32_t ar = (int32_t)a[0] * 16384 + half, ai = (int32_t)a[1] * 16384 + half;
      const int32_t cr = (int32_t)c[0] * c2 + (int32_t)c[1] * s2, ci = (int32_t)c[1] * c2 - (int32_t)c[0] * s2;
      const int32_t mr = ar - cr, mi = ai - ci;
      const int32_t br = (int32_t)b[0] * c1 + (int32_t)b[1] * s1, bi = (int32_t)b[1] * c1 - (int32_t)b[0] * s1;
      const int32_t dr = (int32_t)d[0] * c3 + (int32_t)d[1] * s3, di = (int32_t)d[1] * c3 - (int32_t)d[0] * s3;
      ar += cr;
      ai += ci;
      UPPER_PUT(a[0], ar + (br + dr));
      UPPER_PUT(a[1], ai + (bi + di));
      UPPER_PUT(b[0], ar - (br + dr));
      UPPER_PUT(b[1], ai - (bi + di));
      UPPER_PUT(c[0], mr + (bi - di));
      UPPER_PUT(c[1], mi - (br - dr));
      UPPER_PUT(d[0], mr - (bi - di));
      UPPER_PUT(d[1], mi + (br - dr));
    }
  }
  return (uint_fast16_t)magnitudes;
}

/* |re + j im|^2, both parts of it shifted down first, as its lower and upper 16 bits */
static void PREFIX_put_power(int16_t *at, int32_t re, int32_t im, int_fast8_t shift)
{
  const uint32_t power = PREFIX_square(re, shift) + PREFIX_square(im, shift);
  at[0] = (int16_t)power;
  at[1] = (int16_t)(power >> 16);
}

/* The power of the real values' spectrum, from the transform of the pairs, in its place */
static void PREFIX_split(int16_t *v, int_fast8_t shift)
{
  const int32_t half = (int32_t)1 << (shift - 1);
  const int16_t *sine = PREFIX_sines + 1;
  int16_t *i = v + 2, *j = v + UPPER_TRANSFORM - 2;
  PREFIX_put_power(v, ((int32_t)v[0] + v[1]) * 32768 + half, 0, shift);
  for (; i <= j; i += 2, j -= 2, sine++) {
    const int16_t s = UPPER_READ16(sine), c = UPPER_READ16(sine + UPPER_TRANSFORM / 4);
    const int32_t ar = ((int32_t)i[0] + j[0]) * 16384 + half, ai = ((int32_t)i[1] - j[1]) * 16384 + half;
    const int32_t br = (int32_t)i[0] - j[0], bi = (int32_t)i[1] + j[1];
    const int32_t tr = bi * c - br * s, ti = br * c + bi * s;
    PREFIX_put_power(j, ar - tr, ai + ti, shift);
    PREFIX_put_power(i, ar + tr, ai - ti, shift);
  }
}

/* The power spectrum of v, whose pairs stand in bit-reversed order; returns the exponent of what was squared */
static int_fast8_t PREFIX_power(int16_t *v, uint_fast16_t magnitudes)
{
  int_fast8_t bits = PREFIX_bits(magnitudes);
  int_fast8_t exponent = bits > UPPER_FIRST_BITS ? (int_fast8_t)(bits - UPPER_FIRST_BITS) : 0;
  uint_fast16_t quarter = UPPER_FIRST_POINTS;
  bits = PREFIX_bits(PREFIX_first(v, exponent));
  for (; quarter < UPPER_TRANSFORM / 2; quarter *= 4) {
    exponent = (int_fast8_t)(exponent + bits - 12);
    bits = PREFIX_bits(PREFIX_fours(v, quarter, (int_fast8_t)(bits + 2)));
  }
  PREFIX_split(v, (int_fast8_t)(bits + 1));
  return (int_fast8_t)(exponent + bits - 13);
}
`;

/** The first stage where the number of pairs is twice a power of four. */
export const firstPairs = `/* The first stage: sums and differences of neighbours */
static uint_fast16_t PREFIX_first(int16_t *v, int_fast8_t shift)
{
  const int32_t half = ((int32_t)1 << shift) >> 1;
  const int16_t *const end = v + UPPER_TRANSFORM;
  int_fast16_t magnitudes = 0;
  for (; v < end; v += 4) {
    const int32_t ar = v[0] + half, ai = v[1] + half, br = v[2], bi = v[3];
    UPPER_PUT(v[0], ar + br);
    UPPER_PUT(v[1], ai + bi);
    UPPER_PUT(v[2], ar - br);
    UPPER_PUT(v[3], ai - bi);
  }
  return (uint_fast16_t)magnitudes;
}
`;

/** The first stage where the number of pairs is a power of four. */
export const firstFours = `/* The first stage: transforms of four neighbours, of which the second and third stand in the other order */
static uint_fast16_t PREFIX_first(int16_t *v, int_fast8_t shift)
{
  const int32_t half = ((int32_t)1 << shift) >> 1;
  const int16_t *const end = v + UPPER_TRANSFORM;
  int_fast16_t magnitudes = 0;
  for (; v < end; v += 8) {
    const int32_t pr = v[0] + half + v[2], pi = v[1] + half + v[3], mr = v[0] + half - v[2], mi = v[1] + half - v[3];
    const int32_t sr = (int32_t)v[4] + v[6], si = (int32_t)v[5] + v[7], tr = (int32_t)v[4] - v[6], ti = (int32_t)v[5] - v[7];
    UPPER_PUT(v[0], pr + sr);
    UPPER_PUT(v[1], pi + si);
    UPPER_PUT(v[2], mr + ti);
    UPPER_PUT(v[3], mi - tr);
    UPPER_PUT(v[4], pr - sr);
    UPPER_PUT(v[5], pi - si);
    UPPER_PUT(v[6], mr - ti);
    UPPER_PUT(v[7], mi + tr);
  }
  return (uint_fast16_t)magnitudes;
}
`;
