/** How a window goes into the transform in C, PREFIX and UPPER standing for names. */

/** The next place in bit-reversed order: a carry that runs down from the highest bit. */
const nextPlace = `/* The place behind \`place\` in bit-reversed order of the pairs */
static uint_fast16_t PREFIX_next(uint_fast16_t place)
{
  uint_fast16_t bit = UPPER_TRANSFORM / 4;
  for (; place & bit; bit >>= 1) place ^= bit;
  return place | bit;
}
`;

const loadComment = `/* The window's values of up to 15 bits as pairs in bit-reversed order; returns the OR of v ^ (v >> 15) over them */`;

/** The loop over pairs, then zeros: VALUE(i) is the value of the window's sample i. */
const loadLoop = (
  value: (i: string) => string,
) => `  for (i = 0; i < UPPER_WINDOW / 2; i++, place = PREFIX_next(place)) {
    const int_fast16_t a = ${value('2 * i')}, b = ${value('2 * i + 1')};
    f->work[2 * place] = (int16_t)a;
    f->work[2 * place + 1] = (int16_t)b;
    all |= (a ^ (a >> 15)) | (b ^ (b >> 15));
  }
#if UPPER_WINDOW % 2
  f->work[2 * place] = (int16_t)${value('2 * i')};
  f->work[2 * place + 1] = 0;
  all |= f->work[2 * place] ^ (f->work[2 * place] >> 15);
  i++;
  place = PREFIX_next(place);
#endif
  for (; i < UPPER_TRANSFORM / 2; i++, place = PREFIX_next(place)) f->work[2 * place] = f->work[2 * place + 1] = 0;
  return (uint_fast16_t)all;
}
`;

/** A rectangular window without pre-emphasis: its samples, doubled so often that the largest has 15 bits. */
export const plainWindow = `${nextPlace}
${loadComment}
static uint_fast16_t PREFIX_load(PREFIX *f, int_fast8_t *exponent)
{
  const int16_t *const x = f->heard + 1;
  int_fast16_t all = 0;
  uint_fast16_t i, place = 0, times;
  int_fast8_t bits;
  for (i = 0; i < UPPER_WINDOW; i++) all |= x[i] ^ (x[i] >> 15);
  bits = PREFIX_bits((uint_fast16_t)all);
  *exponent = (int_fast8_t)(bits - 15);
  times = (uint_fast16_t)1 << (15 - bits);
  all = 0;
${loadLoop((i) => `(int16_t)((uint_fast16_t)x[${i}] * times)`)}`;

/** A window with pre-emphasis or a shape. */
export function shapedWindow(preEmphasis: number, shaped: boolean): string {
  const before = preEmphasis > 0 ? ` - (int32_t)at[-1] * ${preEmphasis}` : '';
  const shape = shaped
    ? `
/* The same times the window's shape */
static int_fast16_t PREFIX_shaped(const int16_t *x, uint_fast16_t i, int32_t half, int_fast8_t shift)
{
  const int32_t v = PREFIX_rounded(PREFIX_emphasised(x + i), half, shift);
  return (int_fast16_t)((v * UPPER_READU16(PREFIX_shape + i) + 16384) >> 15);
}
`
    : '';
  const value = (i: string) =>
    shaped
      ? `PREFIX_shaped(x, ${i}, half, shift)`
      : `(int_fast16_t)PREFIX_rounded(PREFIX_emphasised(x + ${i}), half, shift)`;
  return `/* A sample${preEmphasis > 0 ? ' with its pre-emphasis' : ''} in units of 2^-15 */
static int32_t PREFIX_emphasised(const int16_t *at)
{
  return (int32_t)at[0] * 32768${before};
}

static int32_t PREFIX_rounded(int32_t v, int32_t half, int_fast8_t shift)
{
  v = (v + half) >> shift;
  return v > 32767 ? 32767 : v;
}
${shape}
${nextPlace}
${loadComment}
static uint_fast16_t PREFIX_load(PREFIX *f, int_fast8_t *exponent)
{
  const int16_t *const x = f->heard + 1;
  int32_t half, large = 0;
  int_fast16_t all = 0;
  uint_fast16_t i, place = 0;
  int_fast8_t shift;
  for (i = 0; i < UPPER_WINDOW; i++) {
    const int32_t v = PREFIX_emphasised(x + i);
    large |= v ^ (v >> 31);
  }
  shift = PREFIX_bits((uint_fast16_t)(large >> 15));
  if (shift < 1) shift = 1;
  half = (int32_t)1 << (shift - 1);
  *exponent = (int_fast8_t)(shift - 15);
${loadLoop(value)}`;
}

/** Energies in mel bands and their logarithms. */
export const melFunctions = `/* log2(m) of a whole number m > 0 in units of 2^-10, from a table of 32 straight pieces an octave */
static int32_t PREFIX_log2(uint32_t m)
{
  uint_fast8_t top = 31;
  uint_fast16_t from, rise;
  const uint16_t *at;
  for (; m < 0x1000000u; m <<= 8) top = (uint_fast8_t)(top - 8);
  for (; m < 0x80000000u; m <<= 1) top--;
  m <<= 1; /* without the leading 1 */
  at = PREFIX_logs + (m >> 27);
  from = UPPER_READU16(at);
  rise = (uint_fast16_t)(((uint32_t)(UPPER_READU16(at + 1) - from) * ((m >> 11) & 0xffffu)) >> 16);
  return (int32_t)top * 1024 + (int32_t)((from + (uint32_t)rise + 16) >> 5);
}

/* The same of an energy 2^16 high + low, at least 2^8: less is rounding */
static int32_t PREFIX_level(uint32_t high, uint32_t low)
{
  high += low >> 16;
  if (high >= 65536u) return PREFIX_log2(high) + 16 * 1024;
  low = high << 16 | (low & 0xffffu);
  return PREFIX_log2(low < 256 ? 256 : low);
}

static int16_t PREFIX_saturated(int32_t v)
{
  return (int16_t)(v < -32768 ? -32768 : v > 32767 ? 32767 : v);
}

/* The natural logarithms of the energies in the mel bands; \`scale\` is what is added to their log2 */
static void PREFIX_bands(const int16_t *power, int32_t scale, int16_t *out)
{
  const uint8_t *bins = PREFIX_bins, *rising = PREFIX_rising;
  uint32_t risen_low = 0, risen_high = 0;
  uint_fast8_t piece;
  power += 2 * UPPER_FIRST_BIN;
  for (piece = 0; piece <= UPPER_FILTERS; piece++) {
    uint32_t low = 0, high = 0, rising_low = 0, rising_high = 0;
    uint_fast8_t n = UPPER_READ8(bins++);
    for (; n; n--, power += 2) {
      const uint16_t l = (uint16_t)power[0], h = (uint16_t)power[1];
      const uint8_t weight = UPPER_READ8(rising++);
      low += l;
      high += h;
      rising_low += (uint32_t)l * weight;
      rising_high += (uint32_t)h * weight;
    }
    if (piece > 0) {
      int32_t level = PREFIX_level(risen_high + 256 * high - rising_high, risen_low + 256 * low - rising_low) + scale;
      if (level < UPPER_FLOOR) level = UPPER_FLOOR;
      *out++ = LOGARITHM;
    }
    risen_low = rising_low;
    risen_high = rising_high;
  }
}
`;

/** Cepstral coefficients of the logarithms. */
export const cepstrumFunction = `/* The cosine transform of the logarithms */
static void PREFIX_cepstrum(const int16_t *logs, int16_t *out)
{
  const int16_t *entry = PREFIX_matrix;
  uint_fast8_t c, i;
  for (c = 0; c < UPPER_FEATURES; c++) {
    int32_t sum = 0;
    for (i = 0; i < UPPER_FILTERS; i++) sum += (int32_t)UPPER_READ16(entry++) * logs[i];
    out[c] = COEFFICIENT;
  }
}
`;
