import { sharedInt16 } from '../sequences.js';
import type { PcmValues } from './pcm.js';

/** Sounds of one length, decoded, at 16 kHz in counts of 16 bits. */
export interface SoundClips {
  readonly count: number;
  /** Samples of each. */
  readonly length: number;
  /** [count][length] */
  readonly samples: Int16Array;
  /** [count], what was said. */
  readonly words: readonly string[];
  /** [count], who said it, or which recording it was cut from. */
  readonly speakers: readonly string[];
  /** [count], the names of the files. */
  readonly names: readonly string[];
}

/** One sound that is to become a clip. */
export interface NamedSound {
  readonly name: string;
  readonly word: string;
  readonly speaker: string;
  readonly sound: PcmValues;
}

/** Clips of `length` samples: longer sounds lose their end, shorter ones get zeros there. Fractions are rounded, what is beyond int16 saturates. */
export function clipsOf(sounds: readonly NamedSound[], length: number): SoundClips {
  const samples = sharedInt16(sounds.length * length);
  sounds.forEach(({ sound }, i) => putSound(samples.subarray(i * length, (i + 1) * length), sound));
  return {
    count: sounds.length,
    length,
    samples,
    words: sounds.map(({ word }) => word),
    speakers: sounds.map(({ speaker }) => speaker),
    names: sounds.map(({ name }) => name),
  };
}

/** Writes as much of a sound as there is room for. */
export function putSound(clip: Int16Array, sound: PcmValues): void {
  const count = Math.min(sound.length, clip.length);
  if (sound instanceof Int16Array) clip.set(sound.subarray(0, count));
  else for (let i = 0; i < count; i++) clip[i] = Math.min(32_767, Math.max(-32_768, Math.round(sound[i])));
}

/** All clips of several sets of the same length, in order. */
export function joinClips(parts: readonly SoundClips[], length: number): SoundClips {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const samples = sharedInt16(count * length);
  let at = 0;
  for (const part of parts) {
    samples.set(part.samples, at);
    at += part.samples.length;
  }
  const all = <T>(of: (part: SoundClips) => readonly T[]) => parts.flatMap((part) => [...of(part)]);
  return {
    count,
    length,
    samples,
    words: all(({ words }) => words),
    speakers: all(({ speakers }) => speakers),
    names: all(({ names }) => names),
  };
}

/** The chosen clips, in the order of `indices`. */
export function selectClips(from: SoundClips, indices: readonly number[]): SoundClips {
  const { length } = from;
  const samples = sharedInt16(indices.length * length);
  indices.forEach((clip, i) => samples.set(from.samples.subarray(clip * length, (clip + 1) * length), i * length));
  return {
    count: indices.length,
    length,
    samples,
    words: indices.map((clip) => from.words[clip]),
    speakers: indices.map((clip) => from.speakers[clip]),
    names: indices.map((clip) => from.names[clip]),
  };
}
