import type { Int16Sequences } from '../integer/index.js';

/**
 * Labelled sequences as the network gets them: views into int16 counts that were recorded once. Frames are numbered through
 * the whole buffer: frame f is values[f * channels .. (f + 1) * channels).
 */
export interface Sequences extends Int16Sequences {
  /** [count], indices into the class names. -1: no class, where the targets are others. */
  readonly labels: Int32Array;
  /** A class for each frame, -1 for none: what a network with an output at every step learns. [frames] */
  readonly frameLabels?: Int32Array | undefined;
  /** Sigmoid and regression heads: what each output is to be, [count][outputs]. */
  readonly targets?: Float32Array | undefined;
  /** The same at every frame, [frames][outputs]; NaN for no target. */
  readonly frameTargets?: Float32Array | undefined;
  /** [count], which person or device each sequence comes from; undefined where that isn't known. */
  readonly groups: Int32Array | undefined;
  /** [count], 1 for those that the data's own makers keep apart for validation; undefined where they say nothing of it. */
  readonly heldOut?: Uint8Array | undefined;
  /** [count], the fold of each where the data are divided into folds once for all, -1 for what is in every training part. */
  readonly folds?: Int32Array | undefined;
  /** [count], which recording each sequence was cut from; undefined where each is a recording of its own. */
  readonly recordings?: Int32Array | undefined;
}

/** An int16 array of the given length that workers can share, where the host allows it. */
export function sharedInt16(length: number): Int16Array {
  return typeof SharedArrayBuffer === 'undefined'
    ? new Int16Array(length)
    : new Int16Array(new SharedArrayBuffer(2 * length));
}

/** The chosen sequences, in the order of `indices`: other views of the same values. */
export function selectSequences(from: Sequences, indices: Uint32Array): Sequences {
  const { starts, lengths, labels, groups, recordings, heldOut, folds, targets } = from;
  const outputs = targets ? targets.length / from.count : 0;
  const lengthsOf = Uint32Array.from(indices, (index) => lengths[index]);
  return {
    ...from,
    count: indices.length,
    steps: lengthsOf.reduce((most, length) => Math.max(most, length), 0),
    starts: Uint32Array.from(indices, (index) => starts[index]),
    lengths: lengthsOf,
    labels: Int32Array.from(indices, (index) => labels[index]),
    groups: groups && Int32Array.from(indices, (index) => groups[index]),
    recordings: recordings && Int32Array.from(indices, (index) => recordings[index]),
    heldOut: heldOut && Uint8Array.from(indices, (index) => heldOut[index]),
    folds: folds && Int32Array.from(indices, (index) => folds[index]),
    targets:
      targets &&
      Float32Array.from(
        { length: indices.length * outputs },
        (_, i) => targets[indices[Math.floor(i / outputs)] * outputs + (i % outputs)],
      ),
  };
}

/**
 * The same recordings read in network steps of `frames` frames, `stride` frames apart (the paper's stacking). Sequences that
 * are shorter than one step are left out.
 *
 * @returns the sequences and the indices of those that were left out
 */
export function stackFrames(
  from: Sequences,
  frames: number,
  stride: number,
): { sequences: Sequences; tooShort: number[] } {
  if (frames === 1 && stride === 1) return { sequences: from, tooShort: [] };
  const stepsOf = (length: number) => Math.floor((length - frames) / stride) + 1;
  const enough: number[] = [];
  const tooShort: number[] = [];
  from.lengths.forEach((length, i) => (length >= frames ? enough : tooShort).push(i));
  const chosen = tooShort.length === 0 ? from : selectSequences(from, Uint32Array.from(enough));
  const sequences = {
    ...chosen,
    features: from.channels * frames,
    stepStride: from.channels * stride,
    lengths: chosen.lengths.map(stepsOf),
    steps: stepsOf(chosen.steps),
  };
  return { sequences, tooShort };
}
