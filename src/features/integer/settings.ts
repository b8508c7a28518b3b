import { cepstrumMatrix } from '../cepstrum.js';
import { melCorners } from '../mel-filters.js';
import { windowOf } from '../window-shape.js';
import { ln } from '../../math/light.js';
import { integerSoundProblems, soundLengths, type SoundSettings } from '../../recipe/light.js';
import { sineTable } from './transform.js';

/** Fractional bits of a channel's unit. */
const mostBits = 12;
/** Fractional bits of logarithms that a cosine transform reads. */
const cepstrumInputBits = 8;
/** Bins of a piece of the spectrum: sums over more could overflow. */
const mostBins = 255;

/** Every number that integer features of sound are computed with: what a program for a device has as tables and constants. */
export interface IntegerSound {
  readonly settings: SoundSettings;
  /** Samples of a window, and from one window to the next. */
  readonly window: number;
  readonly hop: number;
  /** N, and its logarithm to base 2. */
  readonly transform: number;
  readonly transformBits: number;
  /** round(2^15 a) of the pre-emphasis; 0 for none. */
  readonly preEmphasis: number;
  /** round(2^15 w), [window]; absent for a rectangular window. */
  readonly shape: Uint16Array | undefined;
  /** round(2^14 sin(2 pi j / N)), [N]. */
  readonly sines: Int16Array;
  /** [filters + 2], the first bin of each piece of the spectrum between two corners of the filters, and the end of the last. */
  readonly edges: Uint16Array;
  /** round(2^8 weight), at most 255, of each bin from the first edge on in the filter that rises there; the one that falls has the rest of 2^8. */
  readonly rising: Uint8Array;
  /** round(1024 log2(floor)): logarithms are at least this. */
  readonly floor: number;
  /** What the logarithms become: cepstral coefficients, round(2^matrixBits D), [coefficients][filters]. */
  readonly matrix: Int16Array | undefined;
  readonly matrixBits: number;
  /** A value is a natural logarithm, or a coefficient, in units of 2^-bits: [channels]. */
  readonly bits: Uint8Array;
}

/** The unit of the features that integer arithmetic gives a data set: logarithms reach from -36 to 27, cepstra some times as far. */
export function integerLsb({ kind }: SoundSettings): number {
  return kind === 'mfcc' ? 2 ** -6 : 2 ** -8;
}

/**
 * The numbers of integer features.
 *
 * @param lsb the unit of each channel's counts, or one of all: a power of two from 2^-12 to 1
 * @throws RangeError with a line for each setting that only the float features have
 */
export function integerSound(settings: SoundSettings, lsb: number | ArrayLike<number>): IntegerSound {
  const { transform, filters, mfcc } = settings;
  const channels = mfcc?.coefficients ?? filters;
  const bits = Uint8Array.from({ length: channels }, (_, c) => bitsOfLsb(typeof lsb === 'number' ? lsb : lsb[c]!));
  const problems = integerSoundProblems(settings);
  if (problems.length > 0) throw new RangeError(problems.join('\n'));
  const { window, hop } = soundLengths(settings);
  const { edges, rising } = piecesOf(settings);
  const cepstrum = mfcc && cepstrumMatrix(mfcc, filters);
  const matrixBits = cepstrum ? matrixBitsOf(cepstrum, filters) : 0;
  return {
    ...{ settings, window, hop, transform, edges, rising, bits, matrixBits },
    transformBits: 31 - Math.clz32(transform),
    preEmphasis: Math.min(32735, Math.round(32768 * settings.preEmphasis)),
    shape:
      settings.shape === 'rectangular'
        ? undefined
        : Uint16Array.from(windowOf(settings.shape, window), (weight) => Math.round(32768 * weight)),
    sines: sineTable(transform),
    floor: Math.round((1024 * ln(settings.floor)) / ln(2)),
    matrix: cepstrum && Int16Array.from(cepstrum, (entry) => Math.round(entry * 2 ** matrixBits)),
  };
}

/** Fractional bits of the logarithms before anything becomes of them: those of each channel, or of the cosine transform's input. */
export function logarithmBits({ matrix, bits, settings }: IntegerSound): Uint8Array {
  return matrix ? new Uint8Array(settings.filters).fill(cepstrumInputBits) : bits;
}

/** The shift from a cosine transform's sum to coefficient c. */
export function cepstrumShift({ matrixBits, bits }: IntegerSound, c: number): number {
  return matrixBits + cepstrumInputBits - bits[c]!;
}

function bitsOfLsb(lsb: number): number {
  for (let bits = 0; bits <= mostBits; bits++) if (lsb === 2 ** -bits) return bits;
  throw new RangeError(
    `data.input.lsb: integer features have a unit that is a power of two from 2^-${mostBits} to 1, not ${lsb}`,
  );
}

/** The pieces of the spectrum between two corners of the filters. */
function piecesOf(settings: SoundSettings): { edges: Uint16Array; rising: Uint8Array } {
  const corners = melCorners(settings);
  const edges = Uint16Array.from(corners, (corner) => Math.min(Math.ceil(corner), settings.transform / 2));
  const rising = new Uint8Array(edges[edges.length - 1]! - edges[0]!);
  for (let piece = 0; piece + 1 < edges.length; piece++) {
    const [low, high] = [corners[piece]!, corners[piece + 1]!];
    const bins = edges[piece + 1]! - edges[piece]!;
    if (bins > mostBins) {
      throw new RangeError(
        `filters: filter ${Math.min(piece + 1, settings.filters)} covers ${bins} bins on one side, integer arithmetic has up to ${mostBins}; take more filters or a shorter transform`,
      );
    }
    for (let bin = edges[piece]!; bin < edges[piece + 1]!; bin++) {
      rising[bin - edges[0]!] = Math.min(255, Math.round((256 * (bin - low)) / (high - low)));
    }
  }
  return { edges, rising };
}

/** The most fractional bits with which the matrix fits 16 bits and no sum can overflow 32. */
function matrixBitsOf(matrix: Float64Array, filters: number): number {
  let most = 0;
  for (let row = 0; row < matrix.length; row += filters) {
    let sum = 0;
    for (let f = row; f < row + filters; f++) sum += Math.abs(matrix[f]!);
    most = Math.max(most, sum);
  }
  let bits = 14;
  while (bits > 0 && most * 2 ** (bits + 15) > 2 ** 30) bits--;
  return bits;
}
