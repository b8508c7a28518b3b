import { DataError } from '../errors.js';

/** A decoded sound: what every decoder of this folder gives. */
export interface Pcm {
  /** Samples a second. */
  readonly rate: number;
  /** [channels][samples] in counts of 16 bits: full scale is 32768 whatever the file's depth. */
  readonly channels: readonly PcmValues[];
}

/** int16 where the sound holds no finer numbers, float64 where they are finer than float32. */
export type PcmValues = Int16Array | Float32Array | Float64Array;

/** Sounds that would need more memory than this are refused: so many samples, all channels together. */
export const mostSamples = 2 ** 28;

/** The remedy that messages about sounds end in. */
export const convertSound = 'convert it, e.g. ffmpeg -i FILE -c:a pcm_s16le OUT.wav';

/** Refuses more samples than fit into memory before anything is allocated for them. */
export function checkSamples(count: number, file: string): void {
  if (count <= mostSamples) return;
  throw new DataError(`${file} has ${count} samples, at most ${mostSamples} are read; cut it into several files`);
}
