/**
 * `a = (x - centre) * scale` makes network inputs of int16 counts x. One value for all channels, or one a channel of a
 * frame; where a network step stacks several frames, each of them takes the same values.
 */
export interface Normalisation {
  readonly centre: Int16Array;
  readonly scale: Float64Array;
}

/**
 * Sequences of int16 counts, as views into one buffer: step t of sequence i is the `features` values from
 * `starts[i] + t * stepStride` on. Views may overlap, as windows of a long recording and stacked frames do.
 */
export interface Int16Sequences {
  readonly count: number;
  /** Network steps of the longest sequence. */
  readonly steps: number;
  /** Values of one frame: what was recorded at one time. */
  readonly channels: number;
  /** Values that the network reads in one step: `channels` times the stacked frames. */
  readonly features: number;
  /** Values from the first of one network step to the first of the next: a multiple of `channels`. */
  readonly stepStride: number;
  /** In a SharedArrayBuffer where the host has one. */
  readonly values: Int16Array;
  /** [count] */
  readonly starts: Uint32Array;
  /** [count], network steps of each sequence, at least 1. */
  readonly lengths: Uint32Array;
}

/** Sequences of equal length that stand one after the other: values [count][steps][channels]. */
export function equalSequences(
  values: Int16Array,
  shape: { readonly count: number; readonly steps: number; readonly channels: number },
): Int16Sequences {
  const { count, steps, channels } = shape;
  return {
    ...shape,
    features: channels,
    stepStride: channels,
    values,
    starts: Uint32Array.from({ length: count }, (_, i) => i * steps * channels),
    lengths: new Uint32Array(count).fill(steps),
  };
}

/** The values of all frames of sequence i, from its first step's first frame to its last step's last. */
export function framesOf(sequences: Int16Sequences, i: number): Int16Array {
  const { values, starts, lengths, stepStride, features } = sequences;
  return values.subarray(starts[i], starts[i] + (lengths[i] - 1) * stepStride + features);
}
