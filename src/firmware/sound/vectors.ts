import { IntegerSoundStream, type IntegerSound } from '../../features/index.js';
import { cos, Random } from '../../math/index.js';

/** Part of `vectors.json`: a reimplementation of the front end that gives the same frames conforms. */
export interface SoundVectors {
  readonly sounds: readonly {
    readonly samples: number[];
    /** [T][channels] */
    readonly frames: number[][];
  }[];
}

/** How many samples of each sound, by default those of 8 windows, and from which seed. */
export interface SoundVectorOptions {
  readonly samples?: number;
  readonly seed?: number;
}

/**
 * Sounds that visit what firmware must get right: noise of the whole range, noise of a few counts, a tone as loud as can be, a square wave
 * between the extremes, a loud tone that fades to nothing, clicks of one count a window apart, noise that falls silent, and a constant of -1.
 */
export function testSounds(sound: IntegerSound, { samples, seed = 1 }: SoundVectorOptions = {}): Int16Array[] {
  const length = samples ?? sound.window + 7 * sound.hop;
  const random = new Random(seed);
  const wave = (i: number, period: number) => cos((2 * Math.PI * (i % period)) / period);
  const kinds: readonly ((i: number) => number)[] = [
    () => random.below(65536) - 32768,
    () => random.below(7) - 3,
    (i) => Math.round(32767 * wave(i, 37)),
    (i) => (i % 90 < 45 ? -32768 : 32767),
    (i) => Math.round(30000 * wave(i, 13) * 2 ** -Math.floor((20 * i) / length)),
    (i) => (i % (sound.window + 3) === 0 ? 1 : 0),
    (i) => (i < (3 * length) / 4 ? Math.round(1000 * random.normal()) : 0),
    () => -1,
  ];
  return kinds.map((value) => Int16Array.from({ length }, (_, i) => Math.max(-32768, Math.min(32767, value(i)))));
}

/** Sounds with the frames that the definition gives for them, those of windows that are heard to their end. */
export function soundVectors(sound: IntegerSound, options: SoundVectorOptions = {}): SoundVectors {
  let frames: number[][] = [];
  const stream = new IntegerSoundStream(sound, (frame) => frames.push(Array.from(frame)));
  const sounds = testSounds(sound, options).map((samples) => {
    frames = [];
    stream.reset();
    stream.push(samples);
    return { samples: Array.from(samples), frames };
  });
  return { sounds };
}
