import type { Tell } from '../../cache/cache.js';
import type { SoundClips } from '../../sound/clips.js';
import type { NoiseRecording } from './silence.js';
import type { SpeechClasses } from './words.js';

/** Samples of a clip: one second. */
export const clipSamples = 16_000;

/** Which clips are read: all, or only those that are stored without loss. */
export type SpeechSubset = 'all' | 'lossless';

/** The parts of the official division. */
export const speechParts = ['train', 'validation', 'test'] as const;
export type SpeechPart = (typeof speechParts)[number];

/** A way in which Speech Commands lies in a folder. */
export interface SpeechLayout {
  /** Whether the folder is laid out so. */
  isThere(folder: string): Promise<boolean>;
  /** What a run says of its training clips. */
  describe(subset: SpeechSubset): string;
  /** The divisions into classes that its clips suffice for. */
  readonly classes: readonly SpeechClasses[];
  /** The files that those parts and the noise are read of, relative to the folder. */
  files(parts: readonly SpeechPart[], subset: SpeechSubset): readonly string[];
  /** The clips of a part, always in the same order. */
  clips(folder: string, part: SpeechPart, subset: SpeechSubset, tell: Tell): Promise<SoundClips>;
  /** The recordings of background noise. */
  noise(folder: string, tell: Tell): Promise<readonly NoiseRecording[]>;
}
