import {
  BackgroundStream,
  loadSpeechSounds,
  SpeechStream,
  streamFrames,
  type LoadOptions,
  type EndlessSound,
} from '../../data/index.js';
import type { SoundSettings } from '../../features/index.js';
import type { StreamEar, StreamFrames } from './network.js';
import type { HeardStream } from './evaluate.js';

/** Other sounds to be heard: what they are, and an hour or less of them at a time. */
export interface SoundSource {
  readonly name: string;
  readonly hours: number;
  readonly stream: EndlessSound;
}

/** Seconds that are made at once: features and scores of one such part are in memory. */
const partSeconds = 1800;

export interface SoundOptions extends LoadOptions {
  /** Hours of background and of speech. */
  readonly hours: number;
  readonly speechHours: number;
  readonly seed: number;
}

/**
 * The sounds of Speech Commands that no training hears: the last third of each noise recording, cut and mixed anew, and the test words of
 * the ten commands and the unknown ones, one close behind the other.
 */
export async function testSounds({ hours, speechHours, seed, ...load }: SoundOptions): Promise<SoundSource[]> {
  const { noise, words } = await loadSpeechSounds('test', load);
  return [
    { name: 'background noise', hours, stream: new BackgroundStream(noise, seed) },
    { name: 'continuous speech', hours: speechHours, stream: new SpeechStream(words, seed) },
  ];
}

/**
 * Hears sounds through to their end, part by part. Each part begins from a reset.
 *
 * @param lsb [channels], of the model's counts
 * @param keep told each part's frames
 */
export async function hearSounds(
  ears: readonly StreamEar[],
  { name, hours, stream }: SoundSource,
  lsb: readonly number[],
  settings: SoundSettings,
  onPart: (seconds: number, frames: StreamFrames) => void | Promise<void> = () => undefined,
): Promise<HeardStream[]> {
  const all = Math.round(hours * 3600);
  const tracks = ears.map((): ReturnType<StreamEar['hear']>[] => []);
  for (let done = 0; done < all; done += partSeconds) {
    const seconds = Math.min(partSeconds, all - done);
    const sound = new Int16Array(seconds * 16_000);
    stream.read(sound);
    const frames = await streamFrames(sound, lsb, settings);
    ears.forEach((ear, k) => tracks[k].push(ear.hear(frames)));
    await onPart(done + seconds, frames);
  }
  return tracks.map((own) => ({ name, hours: all / 3600, tracks: own }));
}
