import type { Tell } from '../../cache/cache.js';
import type { SoundClips } from '../../sound/clips.js';
import type { NoiseRecording } from './silence.js';
import type { SpeechClasses } from './words.js';

/** Samples of a clip: one second. */
export const clipSamples = 16_000;

/** Which clips are read: all, or only those that are stored without loss. */
export type SpeechSubset = 'all' | 'lossless';

/** Clips of one part of the official division. */
export interface SpeechArchive {
  readonly part: 'train' | 'validation' | 'test';
  readonly clips: SoundClips;
}

/** A way in which Speech Commands lies in a folder. */
export interface SpeechLayout {
  /** Whether the folder is laid out so. */
  isThere(folder: string): Promise<boolean>;
  /** The divisions into classes that its clips suffice for. */
  readonly classes: readonly SpeechClasses[];
  /** The files that are read, relative to the folder. */
  files(subset: SpeechSubset): readonly string[];
  /** The clips, archive by archive, always in the same order. */
  archives(folder: string, subset: SpeechSubset, tell: Tell): AsyncGenerator<SpeechArchive>;
  /** The recordings of background noise. */
  noise(folder: string, tell: Tell): Promise<readonly NoiseRecording[]>;
}
