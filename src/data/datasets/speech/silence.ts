import { Random } from '../../../math/index.js';
import { sharedInt16 } from '../../sequences.js';
import type { SoundClips } from '../../sound/clips.js';
import { silence } from './words.js';

/** A recording of background noise at 16 kHz, in counts of 16 bits. */
export interface NoiseRecording {
  readonly name: string;
  readonly samples: Int16Array;
}

/**
 * Which part of each noise recording serves what: its first half is for training, the stretch up to two thirds for validation. The last
 * third is kept out of both, so that a detector can be tested on noise that no network has heard.
 */
export const noiseParts = {
  train: [0, 1 / 2],
  validation: [1 / 2, 2 / 3],
  kept: [2 / 3, 1],
} as const;

/** A part of `noiseParts`. */
export type NoisePart = keyof typeof noiseParts;

/** Random streams of the cuts. */
const streams: Readonly<Record<NoisePart, number>> = { train: 1101, validation: 1102, kept: 1103 };

/** That part of a noise recording: a view. */
export function noisePart({ samples }: NoiseRecording, part: NoisePart): Int16Array {
  const [from, to] = noiseParts[part];
  return samples.subarray(Math.round(from * samples.length), Math.round(to * samples.length));
}

/**
 * Silence: cuts of the noise recordings in turn, each from a random place and scaled by a random factor in [0, 1), as the official
 * test set was made. The same every time: the recipe's seed has no part in it.
 */
export function silenceClips(
  noise: readonly NoiseRecording[],
  count: number,
  length: number,
  part: NoisePart,
): SoundClips {
  const random = new Random(0, streams[part]);
  const samples = sharedInt16(count * length);
  const chosen = Array.from({ length: count }, (_, i) => noise[i % noise.length]);
  chosen.forEach((recording, i) => {
    const from = noisePart(recording, part);
    const start = random.below(from.length - length + 1);
    const gain = random.uniform();
    for (let t = 0; t < length; t++) samples[i * length + t] = Math.round(gain * from[start + t]);
  });
  return {
    count,
    length,
    samples,
    words: chosen.map(() => silence),
    speakers: chosen.map(({ name }) => `noise ${name}`),
    names: chosen.map(({ name }, i) => `${silence}/${part}-${i}-${name}`),
  };
}
