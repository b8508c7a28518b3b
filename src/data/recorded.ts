import type { Sequences } from './sequences.js';

/** Numbers as a file holds them. */
export type PhysicalValues = Float64Array | Float32Array | Int16Array | Uint8Array;

/** Sequences as they were recorded: the views of `Sequences`, over values in physical units that are not yet int16 counts. */
export interface Recorded extends Omit<Sequences, 'values'> {
  /** The buffer's values in order, in pieces of whole frames: a recording each, or all in one. */
  readonly pieces: readonly PhysicalValues[];
}

/** Sequences of equal length, values [count][steps][channels]. */
export function equallyLong(
  shape: { readonly count: number; readonly steps: number; readonly channels: number },
  values: PhysicalValues,
  of: Pick<Sequences, 'labels' | 'groups'>,
): Recorded {
  const { count, steps, channels } = shape;
  return {
    ...shape,
    features: channels,
    stepStride: channels,
    pieces: [values],
    starts: Uint32Array.from({ length: count }, (_, i) => i * steps * channels),
    lengths: new Uint32Array(count).fill(steps),
    ...of,
  };
}
