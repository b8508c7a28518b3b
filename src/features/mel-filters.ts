import { exp, ln } from '../math/light.js';
import type { SoundSettings } from '../recipe/light.js';

/** Triangular filters over the bins of a spectrum, one after the other in one array. */
export interface MelFilters {
  /** [filters], the first bin of each. */
  readonly first: Uint32Array;
  /** [filters + 1], where the weights of each begin; its last is the number of all. */
  readonly starts: Uint32Array;
  readonly weights: Float64Array;
}

/**
 * Triangles whose corners lie evenly on the mel scale, 2595 log10(1 + f / 700), from `lowest` to `highest`. With corners on
 * bins each is rounded down to the bin floor((transform + 1) f / rate) and the triangle is one over bins, as
 * python_speech_features has it; else it is one over frequencies and each bin takes its value at that bin's frequency.
 *
 * @throws RangeError where a filter covers no bin
 */
export function melFilters(
  settings: Pick<SoundSettings, 'rate' | 'transform' | 'filters' | 'lowest' | 'highest' | 'corners'>,
): MelFilters {
  const { rate, transform, filters } = settings;
  const corners = melCorners(settings);
  const first = new Uint32Array(filters);
  const starts = new Uint32Array(filters + 1);
  const weights: number[] = [];
  for (let f = 0; f < filters; f++) {
    const [low, middle, high] = [corners[f]!, corners[f + 1]!, corners[f + 2]!];
    first[f] = Math.ceil(low);
    const own: number[] = [];
    // On bins the middle bin belongs to the falling side, and has weight 1 even where the rising side has no bin.
    for (let bin = first[f]!; bin < high && bin <= transform / 2; bin++) {
      own.push(bin < middle ? (bin - low) / (middle - low) : (high - bin) / (high - middle));
    }
    if (!own.some((weight) => weight > 0)) {
      throw new RangeError(
        `filters: filter ${f + 1} of ${filters} covers no bin of a spectrum of ${transform} samples at ${rate} Hz; take fewer filters or a longer transform`,
      );
    }
    weights.push(...own);
    starts[f + 1] = weights.length;
  }
  return { first, starts, weights: Float64Array.from(weights) };
}

/** [filters + 2], in bins: whole numbers, or not. */
export function melCorners({
  rate,
  transform,
  filters,
  lowest,
  highest,
  corners,
}: Parameters<typeof melFilters>[0]): Float64Array {
  const scale = 2595 / ln(10);
  const mel = (hertz: number) => scale * ln(1 + hertz / 700);
  const [from, to] = [mel(lowest), mel(highest)];
  return Float64Array.from({ length: filters + 2 }, (_, i) => {
    const hertz = 700 * (exp((from + ((to - from) / (filters + 1)) * i) / scale) - 1);
    return corners === 'bins' ? Math.floor(((transform + 1) * hertz) / rate) : (transform * hertz) / rate;
  });
}
