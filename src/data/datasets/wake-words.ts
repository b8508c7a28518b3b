import { joinPath, kindOf, readFile, sha1, sha256 } from '#platform';
import { DataError } from '../errors.js';
import type { Recorded } from '../recorded.js';
import { readClipArchive } from '../sound/archives.js';
import { clipFrames } from '../sound/clip-frames.js';
import { joinClips, selectClips, type SoundClips } from '../sound/clips.js';
import type { Benchmark, DataSettings, LoadContext, Source } from '../source.js';
import { findSpeech, type FoundSpeech } from './speech/find.js';
import { placedClips } from './speech/placed.js';

/** The phrase that is to wake, and those that are not. */
const wake = 'jarvis';
const others = ['computer', 'smart_mirror', 'snowboy', 'view_glass'];
const phrases = [wake, ...others];
/** All of them as they are said. */
export const wakePhrases: readonly string[] = phrases.map((phrase) => phrase.replace('_', ' '));

/** Samples of a clip: 1.63 s, 162 frames of 25 ms each 10 ms, as the paper's Wakeword-2. */
export const wakeSamples = 26_080;
const foldCount = 5;
const defaultNegatives = 1500;
/** The random stream that draws and places words of Speech Commands. */
const negativeStream = 1111;

const get =
  'put jarvis.tar, computer.tar, smart_mirror.tar, snowboy.tar and view_glass.tar, each of FLAC files, into DIR/wake-words and pass --data DIR (or set FASTGRNN_DATA)';

/** Wake words: "jarvis" against four other phrases, with words of Speech Commands as more negatives to train on. */
export const wakeWords: Benchmark = {
  description: {
    name: 'wake-words',
    title: 'Wake words: "jarvis" against four other phrases of the same recording chain',
    origin: 'Picovoice, wake-word-benchmark, folder audio',
    licence: 'Apache 2.0',
    citation: 'Picovoice. Wake word benchmark. https://github.com/Picovoice/wake-word-benchmark',
    split: 'none official: five folds by the SHA-1 of the file name, one of them the test (data.fold)',
    train: 368,
    test: 92,
    steps: 162,
    features: 32,
    classes: 2,
    get,
  },
  checksums: {},
  directory,
  load,
  key,
};

async function directory(dataDirectory: string | undefined): Promise<string | undefined> {
  if (dataDirectory === undefined) return undefined;
  const folder = joinPath(dataDirectory, 'wake-words');
  return (await kindOf(folder)) === 'directory' ? folder : undefined;
}

async function find(dataDirectory: string | undefined): Promise<string> {
  const folder = await directory(dataDirectory);
  if (folder !== undefined) return folder;
  throw new DataError(
    dataDirectory === undefined
      ? `wake-words: no data folder was named; ${get}`
      : `wake-words: there is no ${joinPath(dataDirectory, 'wake-words')}; ${get}`,
  );
}

async function key(dataDirectory: string | undefined, { settings, sound }: LoadContext): Promise<object> {
  const folder = await find(dataDirectory);
  const { fold = 0, negatives = defaultNegatives, subset = 'all', phrases: classes = 'together' } = settings;
  const files: Record<string, string> = {};
  for (const phrase of phrases) files[phrase] = await sha256(await readFile(joinPath(folder, `${phrase}.tar`)));
  const fingerprint = ({ folder: own, layout, choice }: FoundSpeech) => layout.fingerprint(own, ['train'], choice);
  const speech = negatives > 0 ? await fingerprint(await findSpeech(dataDirectory, settings)) : {};
  return { files, speech, subset, fold, negatives, classes, features: sound ?? 'samples' };
}

/** The clips of the phrases, those of Speech Commands that are trained on beside them, and the folds. */
export interface WakeClips {
  /** The phrases' clips; `words` holds which. */
  readonly phrases: SoundClips;
  /** [phrases' clips], 0 to 4. */
  readonly folds: Int32Array;
  /** Words of Speech Commands' training part, each placed in silence. */
  readonly negatives: SoundClips;
}

/** Reads and decodes the wake words: what frames are made of, and what augmentation of sound works on. */
export async function loadWakeClips(
  dataDirectory: string | undefined,
  { settings, tell }: Omit<LoadContext, 'sound'>,
): Promise<WakeClips> {
  const folder = await find(dataDirectory);
  const nameOf = (name: string) => ({ word: name.split('/')[0], speaker: name });
  const archives: SoundClips[] = [];
  for (const phrase of phrases) {
    archives.push(await readClipArchive(joinPath(folder, `${phrase}.tar`), wakeSamples, nameOf, tell));
  }
  const clips = joinClips(archives, wakeSamples);
  const { negatives = defaultNegatives } = settings;
  return {
    phrases: clips,
    folds: await foldsOf(clips.names),
    negatives:
      negatives > 0 ? await wakeNegatives(dataDirectory, settings, tell, negatives) : joinClips([], wakeSamples),
  };
}

async function wakeNegatives(
  dataDirectory: string | undefined,
  settings: DataSettings,
  tell: LoadContext['tell'],
  negatives: number,
): Promise<SoundClips> {
  const { folder, layout, choice } = await findSpeech(dataDirectory, settings).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(`wake-words: ${why}; or set data.negatives to 0`, { cause });
  });
  return placedClips(await layout.clips(folder, 'train', choice, tell), negatives, wakeSamples, negativeStream);
}

/** The fold of each file: the first 32 bits of the SHA-1 of its name, modulo 5. */
async function foldsOf(names: readonly string[]): Promise<Int32Array> {
  const digests = names.map((name) => sha1(new TextEncoder().encode(name.replace(/^.*\//, ''))));
  return Int32Array.from(await Promise.all(digests), (digest) => Number.parseInt(digest.slice(0, 8), 16) % foldCount);
}

async function load(dataDirectory: string | undefined, context: LoadContext): Promise<Source> {
  const { phrases: clips, folds, negatives } = await loadWakeClips(dataDirectory, context);
  const all = joinClips([clips, negatives], wakeSamples);
  const { fold = 0, phrases: division = 'together' } = context.settings;
  const classNames = division === 'apart' ? ['other', ...phrases] : ['other', wake];
  const foldOf = Int32Array.from({ length: all.count }, (_, i) => folds[i] ?? -1);
  const part = async (isIn: (own: number) => boolean) => {
    const rows = Array.from(foldOf, (_, i) => i).filter((i) => isIn(foldOf[i]));
    const chosen = selectClips(all, rows);
    const { frames, ...names } = await clipFrames(chosen, context.sound, context.tell);
    const { values, ...shape } = frames;
    const recorded: Recorded = {
      ...shape,
      pieces: [values],
      labels: Int32Array.from(chosen.words, (word) => Math.max(0, classNames.indexOf(word))),
      groups: undefined,
      folds: Int32Array.from(rows, (i) => foldOf[i]),
    };
    return { recorded, ...names };
  };
  const train = await part((own) => own !== fold);
  const test = await part((own) => own === fold);
  return {
    classNames,
    channelNames: train.channelNames,
    units: train.units,
    train: train.recorded,
    test: test.recorded,
    testDrawn: true,
    sound: context.sound,
    notes: [
      `test set: fold ${fold} of ${foldCount}, by the SHA-1 of the file name`,
      `negatives from Speech Commands, for training alone: ${negatives.count}`,
    ],
  };
}
