import { cos, sin } from '../math/light.js';

/**
 * The power spectrum of real values, by one complex Fourier transform of half the length, in float64. Its cosines are ours, so
 * that all engines give the same bits. Tables and working memory are made once; a transform allocates nothing.
 */
export class Fourier {
  readonly length: number;
  /** z[n] = x[2n] + i x[2n + 1] in bit-reversed order, then its transform Z: real and imaginary parts side by side. */
  private readonly z: Float64Array;
  /** Where z[n] begins: twice the bit-reversed n. */
  private readonly places: Uint32Array;
  /** e^(-2 pi i k / length) for k <= length / 4. */
  private readonly turns: Float64Array;
  /** w, w^2 and w^3 of w = e^(-2 pi i k / (4 quarter)) for k < quarter, of one pass after the other. */
  private readonly twiddles: Float64Array;

  constructor(length: number) {
    if (!Number.isInteger(length) || length < 4 || (length & (length - 1)) !== 0) {
      throw new RangeError(`a transform's length is a power of two from 4 on, not ${length}`);
    }
    this.length = length;
    const half = length / 2;
    this.z = new Float64Array(length);
    this.places = new Uint32Array(half);
    for (let n = 1; n < half; n++) this.places[n] = ((this.places[n >> 1]! >> 1) & ~1) | (n & 1 ? half : 0);
    this.turns = rotations(length, length / 4 + 1, 1);
    const passes: number[] = [];
    for (let quarter = firstQuarter(half); quarter < half; quarter *= 4) {
      passes.push(...rotations(4 * quarter, quarter, 3));
    }
    this.twiddles = Float64Array.from(passes);
  }

  /** |X(k)|^2 of real values x, filled up with zeros to the transform's length. power [length / 2 + 1] */
  power(x: ArrayLike<number>, power: Float64Array): void {
    const { length, z, places } = this;
    const given = Math.min(x.length, length);
    for (let n = 0; 2 * n < length; n++) {
      const place = places[n]!;
      z[place] = 2 * n < given ? x[2 * n]! : 0;
      z[place + 1] = 2 * n + 1 < given ? x[2 * n + 1]! : 0;
    }
    this.transform();
    this.untangle(power);
  }

  /** Cooley and Tukey's transform of values in bit-reversed order, two passes of radix 2 in one of radix 4. */
  private transform(): void {
    const { z, twiddles } = this;
    const end = z.length;
    let quarter = firstQuarter(end / 2);
    if (quarter === 2) sumsAndDifferences(z);
    let pass = 0;
    for (; 2 * quarter < end; quarter *= 4) {
      const step = 2 * quarter;
      for (let start = 0; start < end; start += 4 * step) {
        let w = pass;
        for (let a = start; a < start + step; a += 2, w += 6) {
          const b = a + step;
          const c = b + step;
          const d = c + step;
          // b turned by w^2, c by w, d by w^3
          const br = z[b]! * twiddles[w + 2]! - z[b + 1]! * twiddles[w + 3]!;
          const bi = z[b]! * twiddles[w + 3]! + z[b + 1]! * twiddles[w + 2]!;
          const cr = z[c]! * twiddles[w]! - z[c + 1]! * twiddles[w + 1]!;
          const ci = z[c]! * twiddles[w + 1]! + z[c + 1]! * twiddles[w]!;
          const dr = z[d]! * twiddles[w + 4]! - z[d + 1]! * twiddles[w + 5]!;
          const di = z[d]! * twiddles[w + 5]! + z[d + 1]! * twiddles[w + 4]!;
          const sumR = z[a]! + br;
          const sumI = z[a + 1]! + bi;
          const differenceR = z[a]! - br;
          const differenceI = z[a + 1]! - bi;
          z[a] = sumR + (cr + dr);
          z[a + 1] = sumI + (ci + di);
          z[b] = differenceR + (ci - di);
          z[b + 1] = differenceI - (cr - dr);
          z[c] = sumR - (cr + dr);
          z[c + 1] = sumI - (ci + di);
          z[d] = differenceR - (ci - di);
          z[d + 1] = differenceI + (cr - dr);
        }
      }
      pass += 6 * quarter;
    }
  }

  /** X(k) = E + w^k O of the transforms E and O of even and odd values, which Z(k) and the conjugate of Z(half - k) hold mixed. */
  private untangle(power: Float64Array): void {
    const { z, turns } = this;
    const half = z.length / 2;
    power[0] = (z[0]! + z[1]!) * (z[0]! + z[1]!);
    power[half] = (z[0]! - z[1]!) * (z[0]! - z[1]!);
    for (let k = 1; 2 * k <= half; k++) {
      const a = 2 * k;
      const b = 2 * (half - k);
      const evenR = 0.5 * (z[a]! + z[b]!);
      const evenI = 0.5 * (z[a + 1]! - z[b + 1]!);
      const oddR = 0.5 * (z[a + 1]! + z[b + 1]!);
      const oddI = 0.5 * (z[b]! - z[a]!);
      const turnedR = oddR * turns[a]! - oddI * turns[a + 1]!;
      const turnedI = oddR * turns[a + 1]! + oddI * turns[a]!;
      const upperR = evenR - turnedR;
      const upperI = evenI - turnedI;
      power[half - k] = upperR * upperR + upperI * upperI;
      const lowerR = evenR + turnedR;
      const lowerI = evenI + turnedI;
      power[k] = lowerR * lowerR + lowerI * lowerI;
    }
  }
}

/** The quarter of the first pass of radix 4: 2 where one pass of radix 2 must go before it, for odd powers of two. */
function firstQuarter(length: number): 1 | 2 {
  return (31 - Math.clz32(length)) & 1 ? 2 : 1;
}

/** The first pass of radix 2, whose factors are all 1. */
function sumsAndDifferences(z: Float64Array): void {
  for (let a = 0; a < z.length; a += 4) {
    const re = z[a + 2]!;
    const im = z[a + 3]!;
    z[a + 2] = z[a]! - re;
    z[a + 3] = z[a + 1]! - im;
    z[a]! += re;
    z[a + 1]! += im;
  }
}

/** Of each k < count the powers w^1 ... w^powers of w = e^(-2 pi i k / circle), real and imaginary parts side by side. */
function rotations(circle: number, count: number, powers: number): Float64Array {
  const result = new Float64Array(2 * count * powers);
  for (let k = 0, at = 0; k < count; k++) {
    for (let p = 1; p <= powers; p++) {
      const angle = (-2 * Math.PI * k * p) / circle;
      result[at++] = cos(angle);
      result[at++] = sin(angle);
    }
  }
  return result;
}
