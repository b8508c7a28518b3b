import type { Tell } from '../../cache/cache.js';
import type { SoundClips } from '../../sound/clips.js';
import type { NoiseRecording } from './silence.js';
import type { SpeechClasses } from './words.js';

/** Samples of a clip: one second. */
export const clipSamples = 16_000;

/** The parts of the official division. */
export const speechParts = ['train', 'validation', 'test'] as const;
export type SpeechPart = (typeof speechParts)[number];

/** Which clips are read. */
export interface SpeechChoice {
  readonly classes: SpeechClasses;
  /** All, or only those that are stored without loss. */
  readonly subset: 'all' | 'lossless';
}

/** A way in which Speech Commands lies in a folder. */
export interface SpeechLayout {
  /** Whether the folder is laid out so. */
  isThere(folder: string): Promise<boolean>;
  /** What a run says of its training clips. */
  describe(folder: string, choice: SpeechChoice): string;
  /** The divisions into classes that its clips suffice for. */
  readonly classes: readonly SpeechClasses[];
  /** What the clips of those parts, and the noise, depend on. */
  fingerprint(folder: string, parts: readonly SpeechPart[], choice: SpeechChoice): Promise<object>;
  /** The clips of a part, always in the same order. */
  clips(folder: string, part: SpeechPart, choice: SpeechChoice, tell: Tell): Promise<SoundClips>;
  /** The recordings of background noise. */
  noise(folder: string, tell: Tell): Promise<readonly NoiseRecording[]>;
}
