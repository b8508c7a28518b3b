import { exp, ln } from '../math/index.js';
import { Fourier } from './fft.js';

/** What `logMel` computes; lengths in samples. The one setting for sound so far: 32 filters, windows of 25 ms each 10 ms at 16 kHz. */
export const logMelSettings = { rate: 16_000, filters: 32, window: 400, hop: 160, transform: 512 } as const;

/** Windows that a sound of so many samples has: the last is filled up with zeros, and there is one at least. */
export function logMelFrames(samples: number): number {
  const { window, hop } = logMelSettings;
  return samples <= window ? 1 : 1 + Math.ceil((samples - window) / hop);
}

/**
 * The natural logarithms of the energies in 32 mel bands: what python_speech_features calls
 * `logfbank(x, 16000, 0.025, 0.01, nfilt=32, nfft=512, preemph=0)`. Rectangular windows, power |X|^2 / 512, triangular filters between
 * bins floor(513 f / 16000), an energy of 0 taken as 2^-52.
 *
 * @param sound samples at 16 kHz, in counts of 16 bits
 * @returns [logMelFrames(samples)][32]
 */
export function logMel(sound: ArrayLike<number>): Float64Array {
  const { filters, window, hop, transform } = logMelSettings;
  const frames = logMelFrames(sound.length);
  const result = new Float64Array(frames * filters);
  const bank = melFilters();
  const fourier = new Fourier(transform);
  const frame = new Float64Array(window);
  const power = new Float64Array(transform / 2 + 1);
  for (let t = 0; t < frames; t++) {
    for (let i = 0; i < window; i++) frame[i] = sound[t * hop + i] ?? 0;
    fourier.power(frame, power);
    bank.forEach(({ first, weights }, f) => {
      let energy = 0;
      for (let i = 0; i < weights.length; i++) energy += weights[i]! * (power[first + i]! / transform);
      result[t * filters + f] = ln(energy === 0 ? Number.EPSILON : energy);
    });
  }
  return result;
}

interface MelFilter {
  /** The first bin of the spectrum. */
  readonly first: number;
  readonly weights: Float64Array;
}

/** Triangles whose corners lie evenly on the mel scale, 2595 log10(1 + f / 700), from 0 to half the rate. */
function melFilters(): MelFilter[] {
  const { rate, filters, transform } = logMelSettings;
  const scale = 2595 / ln(10);
  const highest = scale * ln(1 + rate / 2 / 700);
  const bins = Array.from({ length: filters + 2 }, (_, i) => {
    const hertz = 700 * (exp(((highest / (filters + 1)) * i) / scale) - 1);
    return Math.floor(((transform + 1) * hertz) / rate);
  });
  return bins.slice(0, filters).map((first, f) => {
    const [middle, end] = bins.slice(f + 1, f + 3) as [number, number];
    const weights = Float64Array.from({ length: end - first }, (_, i) => {
      const bin = first + i;
      return bin < middle ? (bin - first) / (middle - first) : (end - bin) / (end - middle);
    });
    return { first, weights };
  });
}
