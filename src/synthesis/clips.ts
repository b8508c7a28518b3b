import { joinPath, writeFile } from '#platform';
import { writeWav } from '../data/index.js';
import { Random } from '../math/index.js';
import { soundRate, trimmed } from './acoustics.js';
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
  /** The user's own recordings of the phrase, one each, and of anything else; sounds at 16 kHz, may be none. */
  readonly own: { readonly wake: readonly Float64Array[]; readonly other: readonly Float64Array[] };
  /** Recordings of noise at 16 kHz; may be none. */
  readonly noises: readonly Float64Array[];
  /** Told how many of all clips are done. */
  readonly progress?: (done: number, of: number) => void;
}

/** Clips that were made. */
export interface MadeClips {
  /** Samples of each clip at 16 kHz. */
  readonly samples: number;
  readonly wake: number;
  readonly other: number;
  /** By synthesiser: clips, and the sayings that it failed to speak. */
  readonly spoken: Readonly<Record<string, { clips: number; failed: number }>>;
}

/** Sayings that are spoken at a time. */
const together = 240;

/** Clips are at least so long: 1.63 s, the paper's Wakeword-2; longer where the phrase takes longer. */
const shortestClip = 26_080;

/** Room around the longest way of saying the phrase, in seconds, and how much slower a speaker of another size may be. */
const [around, slowest] = [0.35, 1 / 0.84];

/** A clip's length is so many whole samples: one frame more or less. */
const hop = 160;

/** Sounds of other speech that are kept to be heard before the phrase; clips that are made of one recording of one's own. */
const [mostBefore, mostTimes] = [500, 40];

const streams = { wake: 31, other: 32, render: 33 } as const;

/**
 * Speaks the phrase and other things in many voices and writes clips, one WAV file each, into `directory`/wake and `directory`/other.
 * The same versions of the synthesisers and the same seed give the same clips. A file's name begins with its voice, so that voices
 * can be kept apart for validation.
 */
export async function makeClips(directory: string, options: ClipOptions): Promise<MadeClips> {
  const { phrase, installed, seed, noises, own } = options;
  const total = options.wake + options.other + options.quiet;
  const spoken: Spoken = {};
  let done = 0;
  const tell = (count: number) => options.progress?.((done += count), total);
  const sayings = (count: number, stream: number, text: (random: Random) => string): Saying[] => {
    const random = new Random(seed, stream);
    return Array.from({ length: count }, () => ({ text: text(random), ...drawSpeaker(installed, random) }));
  };
  const numbers = { wake: 0, other: 0 };
  const write = (name: 'wake' | 'other', voice: string, clip: Float64Array) => {
    const file = `${voice}_${String(numbers[name]++).padStart(5, '0')}.wav`;
    return writeFile(joinPath(directory, name, file), writeWav(clip, soundRate));
  };

  const wakes = await speakAll(
    sayings(options.wake, streams.wake, () => phrase),
    spoken,
    (count) => tell(count / 2),
  );
  const ownWakes = own.wake.map((sound) => trimmed(sound));
  const samples = clipLength([...wakes.map(({ sound }) => sound.length), ...ownWakes.map(({ length }) => length)]);

  const others: Float64Array[] = [];
  const surroundings: Surroundings = { others, noises };
  const random = new Random(seed, streams.render);
  const render = (sound: Float64Array) => renderClip(sound, samples, random, surroundings);
  const drawn = sayings(options.other, streams.other, (words) => otherPhrase(phrase, words));
  for (let start = 0; start < drawn.length; start += together) {
    const some = drawn.slice(start, start + together);
    for (const { saying, sound } of await speakAll(some, spoken, tell)) {
      if (others.length < mostBefore) others.push(sound);
      await write('other', nameOf(saying), render(sound));
    }
  }
  for (let i = 0; i < options.quiet; i++) {
    await write('other', `quiet-${i % 20}`, renderNoise(samples, random, surroundings));
    tell(1);
  }
  for (const { saying, sound } of wakes) {
    await write('wake', nameOf(saying), render(sound));
    tell(1 / 2);
  }
  const times = Math.min(mostTimes, Math.ceil(options.wake / 2 / Math.max(1, ownWakes.length)));
  for (const [i, sound] of ownWakes.entries()) {
    for (let n = 0; n < times; n++) await write('wake', `own-${i}`, render(sound));
  }
  for (const [i, sound] of own.other.entries()) {
    for (let start = 0; start === 0 || start + samples <= sound.length; start += samples) {
      await write('other', `own-${i}`, render(sound.slice(start, start + samples)));
    }
  }
  return { samples, ...numbers, spoken };
}

/** Samples of a clip that holds nearly all ways of saying the phrase, by slow speakers too, with room around them. */
function clipLength(lengths: readonly number[]): number {
  const sorted = [...lengths].sort((a, b) => a - b);
  const longest = sorted[Math.floor(0.97 * (sorted.length - 1))] ?? 0;
  return Math.max(shortestClip, hop * Math.ceil((longest * slowest + around * soundRate) / hop));
}

type Spoken = Record<string, { clips: number; failed: number }>;

async function speakAll(
  drawn: readonly Saying[],
  spoken: Spoken,
  tell: (count: number) => void,
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
    tell(some.length);
  }
  return all;
}

/** A voice as the beginning of a file's name; accents of one variant of espeak-ng are one voice. */
function nameOf({ synthesiser, voice }: Saying): string {
  const own = voice.includes('+') ? voice.slice(voice.indexOf('+') + 1) : voice;
  return `${synthesiser.name}-${own}`.replaceAll(/[^A-Za-z0-9-]/g, '-');
}
