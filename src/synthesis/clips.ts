import { joinPath, writeFile } from '#platform';
import { writeWav } from '../data/index.js';
import { Random } from '../math/index.js';
import { soundRate } from './acoustics.js';
import { otherPhrase } from './phrases.js';
import { renderClip, renderNoise, type Surroundings } from './render.js';
import { speak, type Saying } from './speak.js';
import { drawSpeaker, type Installed } from './voices.js';

/** What is to be made. */
export interface ClipOptions {
  readonly phrase: string;
  readonly installed: readonly Installed[];
  /** Clips of the phrase, of other speech, and without speech. */
  readonly wake: number;
  readonly other: number;
  readonly quiet: number;
  readonly seed: number;
  /** Recordings of noise at 16 kHz; may be none. */
  readonly noises: readonly Float64Array[];
  /** Told how many of all clips are done. */
  readonly progress?: (done: number, of: number) => void;
}

/** Clips that were made. */
export interface MadeClips {
  /** Samples of each at 16 kHz. */
  readonly samples: number;
  readonly wake: number;
  readonly other: number;
  /** By synthesiser: clips, and the sayings that it failed to speak. */
  readonly spoken: Readonly<Record<string, { clips: number; failed: number }>>;
}

/** What the two classes of a wake word are called: folders of clips have these names. */
export const wakeClasses = { wake: 'wake', other: 'other' } as const;

/** Sayings that are spoken at a time. */
const together = 240;

/** Clips are at least so long: 1.63 s, the paper's Wakeword-2; longer where the phrase takes longer. */
const shortestClip = 26_080;

/** Room around the longest way of saying the phrase, in seconds, and how much slower a speaker of another size may be. */
const [around, slowest] = [0.35, 1 / 0.84];

const streams = { wake: 31, other: 32, wakeRender: 33, otherRender: 34 } as const;

/**
 * Speaks the phrase and other things in many voices and writes clips, one WAV file each, into `directory`/wake and `directory`/other.
 * The same versions of the synthesisers and the same seed give the same clips. A file's name begins with its voice, so that voices
 * can be kept apart for validation.
 */
export async function makeClips(directory: string, options: ClipOptions): Promise<MadeClips> {
  const { phrase, installed, seed, noises } = options;
  const total = options.wake + options.other + options.quiet;
  const spoken: Record<string, { clips: number; failed: number }> = {};
  let done = 0;
  const step = (count: number) => options.progress?.((done += count), total);

  const wakes = await speakAll(sayings(options.wake, streams.wake, () => phrase), spoken, () => undefined);
  const durations = wakes.map(({ sound }) => sound.length).sort((a, b) => a - b);
  const longest = durations[Math.floor(0.97 * (durations.length - 1))];
  const samples = Math.max(shortestClip, 160 * Math.ceil((longest * slowest + around * soundRate) / 160));

  const others: Float64Array[] = [];
  const surroundings: Surroundings = { others, noises };
  const render = new Random(seed, streams.otherRender);
  let written = 0;
  for (let start = 0; start < options.other; start += together) {
    const drawn = sayings(Math.min(together, options.other - start), streams.other + 16 * start, (random) => otherPhrase(phrase, random));
    for (const { saying, sound } of await speakAll(drawn, spoken, () => undefined)) {
      if (others.length < 500) others.push(sound);
      await write(wakeClasses.other, nameOf(saying), written++, renderClip(sound, samples, render, surroundings));
    }
    step(drawn.length);
  }
  for (let i = 0; i < options.quiet; i++) {
    await write(wakeClasses.other, `quiet-${i % 20}`, written++, renderNoise(samples, render, surroundings));
  }
  step(options.quiet);
  const renderWake = new Random(seed, streams.wakeRender);
  for (const [i, { saying, sound }] of wakes.entries()) {
    await write(wakeClasses.wake, nameOf(saying), i, renderClip(sound, samples, renderWake, surroundings));
    step(1);
  }
  return { samples, wake: wakes.length, other: written, spoken };

  function sayings(count: number, stream: number, text: (random: Random) => string): Saying[] {
    const random = new Random(seed, stream);
    return Array.from({ length: count }, () => ({ text: text(random), ...drawSpeaker(installed, random) }));
  }

  function write(name: string, voice: string, number: number, clip: Float64Array): Promise<void> {
    const file = `${voice}_${String(number).padStart(5, '0')}.wav`;
    return writeFile(joinPath(directory, name, file), writeWav(clip, soundRate));
  }
}

async function speakAll(
  drawn: readonly Saying[],
  spoken: Record<string, { clips: number; failed: number }>,
  progress: (count: number) => void,
): Promise<{ saying: Saying; sound: Float64Array }[]> {
  const all: { saying: Saying; sound: Float64Array }[] = [];
  for (let start = 0; start < drawn.length; start += together) {
    const some = drawn.slice(start, start + together);
    const sounds = await speak(some);
    for (const [i, sound] of sounds.entries()) {
      const count = (spoken[some[i].synthesiser.name] ??= { clips: 0, failed: 0 });
      if (sound === undefined) count.failed++;
      else {
        count.clips++;
        all.push({ saying: some[i], sound });
      }
    }
    progress(some.length);
  }
  return all;
}

/** A voice as the beginning of a file's name; accents of one variant of espeak-ng are one voice. */
function nameOf({ synthesiser, voice }: Saying): string {
  const own = voice.includes('+') ? voice.slice(voice.indexOf('+') + 1) : voice;
  return `${synthesiser.name}-${own}`.replaceAll(/[^A-Za-z0-9-]/g, '-');
}
