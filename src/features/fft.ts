import { cos, sin } from '../math/index.js';

/** A discrete Fourier transform of one length, a power of two, in float64. Its cosines are ours, so that all engines give the same bits. */
export class Fourier {
  readonly length: number;
  private readonly cosines: Float64Array;
  private readonly sines: Float64Array;
  private readonly reversed: Uint32Array;
  private readonly real: Float64Array;
  private readonly imaginary: Float64Array;

  constructor(length: number) {
    if (!Number.isInteger(length) || length < 2 || (length & (length - 1)) !== 0) {
      throw new RangeError(`a transform's length is a power of two, not ${length}`);
    }
    this.length = length;
    const angle = (k: number) => (-2 * Math.PI * k) / length;
    this.cosines = Float64Array.from({ length: length / 2 }, (_, k) => cos(angle(k)));
    this.sines = Float64Array.from({ length: length / 2 }, (_, k) => sin(angle(k)));
    this.reversed = new Uint32Array(length);
    for (let i = 1; i < length; i++) this.reversed[i] = (this.reversed[i >> 1]! >> 1) | (i & 1 ? length >> 1 : 0);
    this.real = new Float64Array(length);
    this.imaginary = new Float64Array(length);
  }

  /** |X(k)|^2 of real values x, filled up with zeros to the transform's length. power [length / 2 + 1] */
  power(x: ArrayLike<number>, power: Float64Array): void {
    const { length, real, imaginary, reversed } = this;
    for (let i = 0; i < length; i++) {
      real[reversed[i]!] = i < x.length ? x[i]! : 0;
      imaginary[i] = 0;
    }
    this.butterflies();
    for (let k = 0; k <= length / 2; k++) power[k] = real[k]! * real[k]! + imaginary[k]! * imaginary[k]!;
  }

  /** Cooley and Tukey's transform, radix 2, of values in bit-reversed order. */
  private butterflies(): void {
    const { length, real, imaginary, cosines, sines } = this;
    for (let half = 1; half < length; half *= 2) {
      const stride = length / (2 * half);
      for (let start = 0; start < length; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const upper = start + k;
          const lower = upper + half;
          const c = cosines[k * stride]!;
          const s = sines[k * stride]!;
          const re = real[lower]! * c - imaginary[lower]! * s;
          const im = real[lower]! * s + imaginary[lower]! * c;
          real[lower] = real[upper]! - re;
          imaginary[lower] = imaginary[upper]! - im;
          real[upper]! += re;
          imaginary[upper]! += im;
        }
      }
    }
  }
}
