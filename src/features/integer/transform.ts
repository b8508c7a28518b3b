import { sin } from '../../math/index.js';

/** Fractional bits of the transform's sines: 2^14 is 1. */
const sineBits = 14;

/** round(2^14 sin(2 pi j / N)) for j = 0 .. N - 1; a cosine stands N / 4 behind its sine. */
export function sineTable(length: number): Int16Array {
  const half = length / 2;
  return Int16Array.from({ length }, (_, j) => {
    const within = j % half;
    const folded = Math.min(within, half - within); // in the first quarter, so that the table is symmetric whatever sin rounds to
    const sine = Math.round(2 ** sineBits * sin((2 * Math.PI * folded) / length));
    return j < half ? sine : -sine;
  });
}

/** Bits that the largest of some values takes: `magnitudes` is the OR of v ^ (v >> 31) over them. */
export function bitsOf(magnitudes: number): number {
  return 32 - Math.clz32(magnitudes);
}

/**
 * The power spectrum of real values of 16 bits, by a complex transform of half the length in block floating point: all values of a stage
 * share one exponent, chosen by the largest value before the stage so that nothing can overflow. Products and sums within a stage are exact
 * in 32 bits, and each result is rounded once. `docs/frontend.md` has the equations.
 */
export class IntegerSpectrum {
  /** N, a power of two from 8 on. */
  readonly length: number;
  /** [N]: the pairs z[n] = v[2n] + j v[2n + 1] in bit-reversed order of n; `power` leaves P[k] there. */
  readonly values: Int16Array;
  private readonly sines: Int16Array;

  constructor(length: number) {
    this.length = length;
    this.values = new Int16Array(length);
    this.sines = sineTable(length);
  }

  /**
   * P[k] = |2 X[k] 2^-e|^2 < 2^32 for 0 <= k < N / 2, X[k] the spectrum of v: its lower 16 bits at 2k of `values`, its upper ones at 2k + 1.
   *
   * @param magnitudes the OR of v ^ (v >> 31) over the values
   * @returns e
   */
  power(magnitudes: number): number {
    const points = this.length / 2;
    const ofFour = Math.clz32(points) % 2 === 1; // a power of four
    let exponent = Math.max(0, bitsOf(magnitudes) - (ofFour ? 12 : 13));
    let bits = bitsOf(ofFour ? this.firstFours(exponent) : this.firstPairs(exponent));
    for (let quarter = ofFour ? 4 : 2; quarter < points; quarter *= 4) {
      exponent += bits - 12;
      bits = bitsOf(this.fours(quarter, bits - 12 + sineBits));
    }
    this.split(bits - 13 + sineBits);
    return exponent + bits - 13;
  }

  /** Sums and differences of neighbours. */
  private firstPairs(shift: number): number {
    const { values, length } = this;
    const half = (1 << shift) >> 1;
    let magnitudes = 0;
    for (let i = 0; i < length; i++) {
      if (i & 2) continue;
      const [a, b] = [values[i] + half, values[i + 2]];
      const [sum, difference] = [(a + b) >> shift, (a - b) >> shift];
      values[i] = sum;
      values[i + 2] = difference;
      magnitudes |= (sum ^ (sum >> 31)) | (difference ^ (difference >> 31));
    }
    return magnitudes;
  }

  /** Transforms of four neighbours, of which the second and third stand in the other order. */
  private firstFours(shift: number): number {
    const { values, length } = this;
    const half = (1 << shift) >> 1;
    let magnitudes = 0;
    for (let a = 0; a < length; a += 8) {
      const pr = values[a] + values[a + 2] + half;
      const pi = values[a + 1] + values[a + 3] + half;
      const mr = values[a] - values[a + 2] + half;
      const mi = values[a + 1] - values[a + 3] + half;
      const sr = values[a + 4] + values[a + 6];
      const si = values[a + 5] + values[a + 7];
      const tr = values[a + 4] - values[a + 6];
      const ti = values[a + 5] - values[a + 7];
      values[a] = (pr + sr) >> shift;
      values[a + 1] = (pi + si) >> shift;
      values[a + 2] = (mr + ti) >> shift;
      values[a + 3] = (mi - tr) >> shift;
      values[a + 4] = (pr - sr) >> shift;
      values[a + 5] = (pi - si) >> shift;
      values[a + 6] = (mr - ti) >> shift;
      values[a + 7] = (mi + tr) >> shift;
      for (let i = a; i < a + 8; i++) magnitudes |= values[i] ^ (values[i] >> 31);
    }
    return magnitudes;
  }

  /** Each four transforms of `quarter` points become one of 4 * `quarter`: the even ones of even, the odd ones of even, and both of odd. */
  private fours(quarter: number, shift: number): number {
    const { values, length, sines } = this;
    const turn = length / 4;
    const stride = turn / quarter;
    const half = 1 << (shift - 1);
    let magnitudes = 0;
    for (let k = 0; k < quarter; k++) {
      const angle = k * stride;
      const s1 = sines[angle];
      const s2 = sines[2 * angle];
      const s3 = sines[3 * angle];
      const c1 = sines[turn + angle];
      const c2 = sines[turn + 2 * angle];
      const c3 = sines[turn + 3 * angle];
      for (let a = 2 * k; a < length; a += 8 * quarter) {
        const c = a + 2 * quarter;
        const b = a + 4 * quarter;
        const d = a + 6 * quarter;
        const ar = (values[a] << sineBits) + half;
        const ai = (values[a + 1] << sineBits) + half;
        const br = values[b] * c1 + values[b + 1] * s1;
        const bi = values[b + 1] * c1 - values[b] * s1;
        const cr = values[c] * c2 + values[c + 1] * s2;
        const ci = values[c + 1] * c2 - values[c] * s2;
        const dr = values[d] * c3 + values[d + 1] * s3;
        const di = values[d + 1] * c3 - values[d] * s3;
        const pr = ar + cr;
        const pi = ai + ci;
        const mr = ar - cr;
        const mi = ai - ci;
        const sr = br + dr;
        const si = bi + di;
        const tr = br - dr;
        const ti = bi - di;
        const r0 = (pr + sr) >> shift;
        const i0 = (pi + si) >> shift;
        const r1 = (mr + ti) >> shift;
        const i1 = (mi - tr) >> shift;
        const r2 = (pr - sr) >> shift;
        const i2 = (pi - si) >> shift;
        const r3 = (mr - ti) >> shift;
        const i3 = (mi + tr) >> shift;
        values[a] = r0;
        values[a + 1] = i0;
        values[c] = r1;
        values[c + 1] = i1;
        values[b] = r2;
        values[b + 1] = i2;
        values[d] = r3;
        values[d + 1] = i3;
        magnitudes |= (r0 ^ (r0 >> 31)) | (i0 ^ (i0 >> 31)) | (r1 ^ (r1 >> 31)) | (i1 ^ (i1 >> 31));
        magnitudes |= (r2 ^ (r2 >> 31)) | (i2 ^ (i2 >> 31)) | (r3 ^ (r3 >> 31)) | (i3 ^ (i3 >> 31));
      }
    }
    return magnitudes;
  }

  /** The power of the real values' spectrum, from the transform of the pairs. */
  private split(shift: number): void {
    const { values, length, sines } = this;
    const half = 1 << (shift - 1);
    const turn = length / 4;
    this.putPower(0, (((values[0] + values[1]) << (sineBits + 1)) + half) >> shift, 0);
    for (let k = 1; k <= turn; k++) {
      const i = 2 * k;
      const j = length - i;
      const c = sines[turn + k];
      const s = sines[k];
      const ar = ((values[i] + values[j]) << sineBits) + half;
      const ai = ((values[i + 1] - values[j + 1]) << sineBits) + half;
      const br = values[i] - values[j];
      const bi = values[i + 1] + values[j + 1];
      const tr = bi * c - br * s;
      const ti = br * c + bi * s;
      this.putPower(j, (ar - tr) >> shift, (ai + ti) >> shift);
      this.putPower(i, (ar + tr) >> shift, (ai - ti) >> shift);
    }
  }

  private putPower(at: number, re: number, im: number): void {
    const power = re * re + im * im; // below 2^32
    this.values[at] = power & 0xffff;
    this.values[at + 1] = power >> 16;
  }
}
