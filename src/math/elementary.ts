/**
 * Elementary functions in float64 from +, -, *, / and the bits of a number alone. IEEE 754 fixes those to the last bit,
 * while engines differ in `Math.exp` and its like, so whatever can reach a model is computed here.
 * Errors against correctly rounded values are at most 3 units in the last place (see elementary.test.ts), but for the
 * sine and the cosine, which say their own.
 */

const bits = new DataView(new ArrayBuffer(8));

/** 2^n for an integer n in [-1022, 1023], exact. */
export function powerOfTwo(n: number): number {
  bits.setUint32(0, (n + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/** The integer e with 2^e <= |x| < 2^(e+1). x is finite, normal and not zero. */
export function exponentOf(x: number): number {
  bits.setFloat64(0, x);
  return ((bits.getUint32(0) >>> 20) & 0x7ff) - 1023;
}

// ln 2 in two parts: the first has 21 trailing zero bits, so n * ln2High is exact for |n| < 2^21.
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;

/** e^x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019412) return 0;
  const n = Math.floor(x / (ln2High + ln2Low) + 0.5);
  const high = x - n * ln2High;
  const low = n * ln2Low;
  const r = high - low; // |r| <= ln(2) / 2
  // Taylor's series, by Horner: 1 + r (1 + r/2 (1 + r/3 (...))); 14 terms leave less than 2^-58.
  let tail = 1;
  for (let k = 14; k >= 2; k--) tail = 1 + (r * tail) / k;
  const y = 1 + (r * tail + (high - r - low));
  return n < -1021
    ? y * powerOfTwo(n + 60) * powerOfTwo(-60)
    : n > 1022
      ? y * powerOfTwo(n - 1) * 2
      : y * powerOfTwo(n);
}

/** The natural logarithm. Zero gives -Infinity, a negative number NaN. */
export function ln(x: number): number {
  if (x === 0) return -Infinity;
  if (x < 0 || Number.isNaN(x)) return NaN;
  if (x === Infinity) return x;
  const scaled = x < 2.2250738585072014e-308 ? x * powerOfTwo(54) : x;
  let n = exponentOf(scaled);
  let m = scaled * powerOfTwo(-Math.max(-1022, Math.min(1022, n)));
  if (n === 1023) m *= 0.5;
  if (m > Math.SQRT2) {
    m *= 0.5;
    n++;
  }
  if (scaled !== x) n -= 54;
  // ln m = 2 artanh(s), s = (m - 1) / (m + 1), |s| < 0.1716: 2 (s + s^3/3 + s^5/5 + ...)
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  let series = 0;
  for (let k = 21; k >= 3; k -= 2) series = z * (series + 1 / k);
  // f - s f = 2 s, written so that the leading term f is exact.
  return n * ln2High + (f - (s * (f - 2 * series) - n * ln2Low));
}

/** The logistic function 1 / (1 + e^-x). */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

/** The hyperbolic tangent. */
export function tanh(x: number): number {
  const a = Math.abs(x);
  if (a > 20) return x > 0 ? 1 : -1;
  if (a < 0.25) {
    // Taylor's series of sinh and cosh keep relative accuracy near zero.
    const z = x * x;
    let sinh = 1;
    let cosh = 1;
    for (let k = 16; k >= 2; k -= 2) {
      sinh = 1 + (z * sinh) / (k * (k + 1));
      cosh = 1 + (z * cosh) / (k * (k - 1));
    }
    return (x * sinh) / cosh;
  }
  const e = exp(-2 * a);
  const y = (1 - e) / (1 + e);
  return x > 0 ? y : -y;
}

const halfPi = Math.PI / 2;

/** The cosine of an angle in radians, for |x| below 1000; absolute error below 1e-13. */
export function cos(x: number): number {
  return sin(halfPi - Math.abs(x));
}

/** The sine of an angle in radians, for |x| below 1000; absolute error below 1e-13. */
export function sin(x: number): number {
  const n = Math.floor(x / (2 * halfPi) + 0.5);
  const r = x - n * Math.PI - n * 1.2246467991473532e-16;
  const z = r * r;
  let series = 1;
  for (let k = 22; k >= 2; k -= 2) series = 1 - (z * series) / (k * (k + 1));
  return n % 2 === 0 ? r * series : -r * series;
}
