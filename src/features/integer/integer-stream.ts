import { logarithm } from './logarithm.js';
import { cepstrumShift, logarithmBits, type IntegerSound } from './settings.js';
import { bitsOf, IntegerSpectrum } from './transform.js';

/** round(2^15 ln 2) */
const naturalLog = 22713;

/**
 * Makes features of sound in whole numbers of 16 and 32 bits alone: the definition of what a device computes, to the last bit
 * (`docs/frontend.md`). Samples come in pieces of any size, as with `SoundStream`; frames are the same as of the whole sound at once.
 */
export class IntegerSoundStream {
  readonly sound: IntegerSound;
  /** Values of a frame. */
  readonly channels: number;
  /** Behind the sample before the window, the samples of the window that is being filled: [1 + window]. */
  private readonly heard: Int16Array;
  private readonly spectrum: IntegerSpectrum;
  /** [filters], the logarithms in the units of `logarithmBits`. */
  private readonly logarithms: Int16Array;
  private readonly logarithmShifts: Uint8Array;
  /** [window], scaled samples before the window's shape. */
  private readonly emphasised: Int32Array;
  /** [N], where in the transform's order each value stands. */
  private readonly places: Uint16Array;
  private readonly values: Int16Array;
  private readonly take: (frame: Int16Array) => void;
  private filled = 0;
  /** Samples of the window that an earlier window held too. */
  private old = 0;
  private started = false;

  /** @param take is given each frame, [channels] int16 counts: the array is overwritten by the next, so copy what is to last */
  constructor(sound: IntegerSound, take: (frame: Int16Array) => void) {
    const { transform, transformBits, window, settings } = sound;
    this.sound = sound;
    this.take = take;
    this.channels = sound.bits.length;
    this.heard = new Int16Array(1 + window);
    this.emphasised = new Int32Array(window);
    this.spectrum = new IntegerSpectrum(transform);
    this.logarithms = new Int16Array(settings.filters);
    this.logarithmShifts = logarithmBits(sound).map((bits) => 25 - bits);
    this.values = sound.matrix ? new Int16Array(this.channels) : this.logarithms;
    this.places = new Uint16Array(transform);
    for (let n = 0, pairBits = transformBits - 1; n < transform / 2; n++) {
      let place = 0;
      for (let bit = 0; bit < pairBits; bit++) place |= ((n >> bit) & 1) << (pairBits - 1 - bit);
      this.places[2 * n] = 2 * place;
      this.places[2 * n + 1] = 2 * place + 1;
    }
  }

  /** Samples in counts of 16 bits, any number of them, or those from `start` to below `end`. */
  push(samples: Int16Array, start = 0, end = samples.length): void {
    const { heard } = this;
    for (let i = start; i < end;) {
      if (this.filled + 1 === heard.length) this.slide();
      const count = Math.min(end - i, heard.length - 1 - this.filled);
      heard.set(samples.subarray(i, i + count), 1 + this.filled);
      this.filled += count;
      i += count;
      if (this.filled + 1 === heard.length) this.frame();
    }
  }

  /** The sound is over: its last window is filled up with zeros, and what is pushed next is another sound. */
  end(): void {
    if (this.filled + 1 === this.heard.length) this.slide();
    if (!this.started || this.filled > this.old) {
      this.heard.fill(0, 1 + this.filled);
      this.frame();
    }
    this.reset();
  }

  /** Forgets what was heard. */
  reset(): void {
    this.filled = 0;
    this.old = 0;
    this.started = false;
    this.heard[0] = 0;
  }

  private slide(): void {
    const { hop, window } = this.sound;
    this.heard.copyWithin(0, hop);
    this.filled = window - hop;
    this.old = this.filled;
  }

  private frame(): void {
    this.started = true;
    const exponent = this.transform();
    this.energies(exponent);
    if (this.sound.matrix) this.cepstrum(this.sound.matrix);
    this.take(this.values);
  }

  /** The power spectrum of the window. Returns the exponent of the spectrum's values; undefined where all values are 0. */
  private transform(): number | undefined {
    const { heard, emphasised, spectrum, places } = this;
    const { preEmphasis, shape, window } = this.sound;
    let magnitudes = 0;
    for (let i = 0; i < window; i++) {
      const value = (heard[i + 1]! << 15) - preEmphasis * heard[i]!;
      emphasised[i] = value;
      magnitudes |= value ^ (value >> 31);
    }
    const shift = Math.max(1, bitsOf(magnitudes) - 15);
    const half = 1 << (shift - 1);
    const { values } = spectrum;
    values.fill(0);
    magnitudes = 0;
    for (let i = 0; i < window; i++) {
      let value = Math.min(32767, (emphasised[i]! + half) >> shift);
      if (shape) value = (value * shape[i]! + 0x4000) >> 15;
      values[places[i]!] = value;
      magnitudes |= value ^ (value >> 31);
    }
    return magnitudes === 0 ? undefined : spectrum.power(magnitudes) + shift - 15;
  }

  /** Natural logarithms of the energies in the mel bands, by sums over the pieces of the spectrum between corners. */
  private energies(exponent: number | undefined): void {
    const { logarithms, logarithmShifts, spectrum, sound } = this;
    const { edges, rising, transformBits, floor } = sound;
    const { values } = spectrum;
    const scale = exponent === undefined ? 0 : 1024 * (2 * exponent - 10 - transformBits);
    let risingLow = 0;
    let risingHigh = 0;
    for (let piece = 0, bin = edges[0]!, weight = 0; piece <= logarithms.length; piece++) {
      let low = 0; // the sums of P's lower and upper 16 bits, and those weighted by what rises
      let high = 0;
      let weightedLow = 0;
      let weightedHigh = 0;
      for (const end = edges[piece + 1]!; bin < end; bin++) {
        const lower = values[2 * bin]! & 0xffff;
        const upper = values[2 * bin + 1]! & 0xffff;
        low += lower;
        high += upper;
        weightedLow += lower * rising[weight]!;
        weightedHigh += upper * rising[weight++]!;
      }
      if (piece > 0) {
        const energyLow = risingLow + 256 * low - weightedLow;
        const energyHigh = risingHigh + 256 * high - weightedHigh;
        const level = exponent === undefined ? floor : Math.max(floor, levelOf(energyHigh, energyLow) + scale);
        const shift = logarithmShifts[piece - 1]!;
        logarithms[piece - 1] = saturated((level * naturalLog + (1 << (shift - 1))) >> shift);
      }
      risingLow = weightedLow;
      risingHigh = weightedHigh;
    }
  }

  private cepstrum(matrix: Int16Array): void {
    const { logarithms, values, sound } = this;
    for (let c = 0, at = 0; c < values.length; c++) {
      let sum = 0;
      for (let f = 0; f < logarithms.length; f++) sum += matrix[at++]! * logarithms[f]!;
      const shift = cepstrumShift(sound, c);
      values[c] = saturated((sum + (1 << (shift - 1))) >> shift);
    }
  }
}

/** 1024 log2 of the energy 2^16 high + low, which counts as 2^8 at least: less is the transform's own rounding. */
function levelOf(high: number, low: number): number {
  const upper = high + Math.floor(low / 65536);
  if (upper >= 65536) return logarithm(upper) + (16 << 10);
  return logarithm(Math.max(256, upper * 65536 + (low & 0xffff)));
}

function saturated(value: number): number {
  return Math.max(-32768, Math.min(32767, value));
}
