import { ln } from '../math/light.js';
import { soundLengths, type SoundSettings } from '../recipe/light.js';
import { cepstrumMatrix } from './cepstrum.js';
import { Deltas } from './deltas.js';
import { Fourier } from './fft.js';
import { melFilters, type MelFilters } from './mel-filters.js';
import { Pcen } from './pcen.js';
import { windowOf } from './window-shape.js';

/**
 * Makes features of sound as it comes, in pieces of any size: the same frames, bit for bit, as of the whole sound at once.
 * Tables and working memory are made with it; a frame allocates nothing.
 *
 *     const stream = new SoundStream(settings, (frame) => network.push(frame));
 *     microphone.on('samples', (samples) => stream.push(samples));
 */
export class SoundStream {
  readonly settings: SoundSettings;
  /** Values of a frame. */
  readonly channels: number;
  /** Frames by which what is given lags behind what was heard: two for each order of slopes. */
  readonly delay: number;
  private readonly hop: number;
  private readonly shape: Float64Array | undefined;
  /** [window], the samples of the window that is being filled. */
  private readonly heard: Float64Array;
  private readonly windowed: Float64Array;
  private readonly fourier: Fourier;
  /** [transform / 2 + 1] */
  private readonly power: Float64Array;
  private readonly mel: MelFilters;
  /** [filters] */
  private readonly energies: Float64Array;
  private readonly matrix: Float64Array | undefined;
  /** [coefficients] */
  private readonly coefficients: Float64Array;
  private readonly pcen: Pcen | undefined;
  private readonly deltas: readonly Deltas[];
  private readonly give: (frame: Float64Array) => void;
  /** [channels], what is given: float32, as recordings are kept for training. */
  private readonly out: Float32Array;
  private filled = 0;
  /** Samples of the window that an earlier window held too. */
  private old = 0;
  private started = false;
  /** The sample before, for the pre-emphasis. */
  private before = 0;

  /**
   * @param take is given each frame, [channels]: the array is overwritten by the next, so copy what is to last
   * @throws RangeError where a filter covers no bin of the spectrum, or the settings' arithmetic is integer
   */
  constructor(settings: SoundSettings, take: (frame: Float32Array) => void) {
    const { kind, shape, transform, filters, deltas, mfcc, pcen } = settings;
    if (settings.arithmetic === 'integer') {
      throw new RangeError('arithmetic: integer; an IntegerSoundStream makes these features, of 16-bit samples');
    }
    const { window, hop } = soundLengths(settings);
    this.settings = settings;
    this.hop = hop;
    this.shape = shape === 'rectangular' ? undefined : windowOf(shape, window);
    this.heard = new Float64Array(window);
    this.windowed = this.shape ? new Float64Array(window) : this.heard;
    this.fourier = new Fourier(transform);
    this.power = new Float64Array(transform / 2 + 1);
    const { first, starts, weights } = melFilters(settings);
    this.mel = { first, starts, weights: weights.map((weight) => weight / transform) };
    this.energies = new Float64Array(filters);
    this.matrix = mfcc && cepstrumMatrix(mfcc, filters);
    this.coefficients = mfcc ? new Float64Array(mfcc.coefficients) : this.energies;
    this.pcen = kind === 'pcen' && pcen ? new Pcen(pcen, filters, settings.hop) : undefined;
    const base = this.coefficients.length;
    const stages: Deltas[] = [];
    this.out = new Float32Array(base * (1 + deltas));
    let next = (frame: Float64Array) => {
      this.out.set(frame);
      take(this.out);
    };
    for (let order = deltas; order > 0; order--) {
      const stage = new Deltas(order * base, base, next);
      stages.unshift(stage);
      next = (frame) => stage.push(frame);
    }
    this.deltas = stages;
    this.give = next;
    this.channels = base * (1 + deltas);
    this.delay = Deltas.delay * deltas;
  }

  /** Samples in counts of 16 bits, any number of them, or those from `start` to below `end`. */
  push(samples: ArrayLike<number>, start = 0, end = samples.length): void {
    const { heard } = this;
    const { preEmphasis } = this.settings;
    for (let i = start; i < end; i++) {
      if (this.filled === heard.length) this.slide();
      const sample = samples[i]!;
      heard[this.filled++] = preEmphasis === 0 ? sample : sample - preEmphasis * this.before;
      this.before = sample;
      if (this.filled === heard.length) this.frame();
    }
  }

  /**
   * The sound is over: its last window is filled up with zeros, frames that waited for later ones are given, and what is
   * pushed next is another sound. A stream without an end needs no call of it.
   */
  end(): void {
    if (this.filled === this.heard.length) this.slide();
    if (!this.started || this.filled > this.old) {
      this.heard.fill(0, this.filled);
      this.frame();
    }
    for (const stage of this.deltas) stage.end();
    this.reset();
  }

  /** Forgets what was heard. */
  reset(): void {
    this.filled = 0;
    this.old = 0;
    this.started = false;
    this.before = 0;
    this.pcen?.reset();
    for (const stage of this.deltas) stage.reset();
  }

  /** Makes room in a window that was full: what the next one shares with it moves to its beginning. */
  private slide(): void {
    this.heard.copyWithin(0, this.hop);
    this.filled = this.heard.length - this.hop;
    this.old = this.filled;
  }

  /** Features of the window that is full. */
  private frame(): void {
    const { heard, windowed, shape, power, matrix, energies, coefficients } = this;
    this.started = true;
    if (shape) for (let i = 0; i < heard.length; i++) windowed[i] = heard[i]! * shape[i]!;
    this.fourier.power(windowed, power);
    this.filter();
    if (this.pcen) this.pcen.apply(energies);
    else this.logarithms();
    if (matrix) {
      for (let n = 0, at = 0; n < coefficients.length; n++) {
        let sum = 0;
        for (let f = 0; f < energies.length; f++) sum += matrix[at++]! * energies[f]!;
        coefficients[n] = sum;
      }
    }
    this.give(coefficients);
  }

  /** The energies in the mel bands: sums over the bins of the power spectrum. */
  private filter(): void {
    const { power, energies } = this;
    const { first, starts, weights } = this.mel;
    for (let f = 0; f < energies.length; f++) {
      const end = starts[f + 1]!;
      let energy = 0;
      for (let w = starts[f]!, bin = first[f]!; w < end; w++, bin++) energy += weights[w]! * power[bin]!;
      energies[f] = energy;
    }
  }

  private logarithms(): void {
    const { energies } = this;
    const { floor } = this.settings;
    for (let f = 0; f < energies.length; f++) energies[f] = ln(Math.max(energies[f]!, floor));
  }
}
