import type { Recorded } from '../recorded.js';
import { clipFrames } from '../sound/clip-frames.js';
import { joinClips, type SoundClips } from '../sound/clips.js';
import type { Benchmark, LoadContext, Source } from '../source.js';
import { findSpeech, getSpeech, speechDirectory } from './speech/find.js';
import { clipSamples, speechParts, type SpeechPart } from './speech/layout.js';
import { silenceClips, type NoiseRecording } from './speech/silence.js';
import { classNamesOf, classOfWord, commands, silence } from './speech/words.js';

/** Speech Commands: one second of sound at 16 kHz, as log mel energies. Groups are the speakers. */
export const speechCommands: Benchmark = {
  description: {
    name: 'speech-commands',
    title: 'Speech Commands: spoken words of one second, 12 classes (Google-12)',
    origin: 'Google, Speech Commands v0.01 and v0.02',
    licence: 'CC BY 4.0',
    citation:
      'P. Warden. Speech Commands: a dataset for limited-vocabulary speech recognition. arXiv:1804.03209, 2018.',
    split: "Google's own, by speaker; silence is cut from the background noise",
    train: 19_321,
    test: 4890,
    steps: 99,
    features: 32,
    classes: 12,
    get: getSpeech,
  },
  checksums: {},
  directory: (dataDirectory) => speechDirectory(dataDirectory),
  load,
  key,
};

/** What the frames depend on: the files' content, which clips are read, how frames are made. */
async function key(dataDirectory: string | undefined, { settings, sound }: LoadContext): Promise<object> {
  const { folder, layout, choice } = await findSpeech(dataDirectory, settings);
  const of = await layout.fingerprint(folder, speechParts, choice);
  return { ...of, ...choice, silence: settings.silence ?? 'as a command', features: sound ?? 'samples' };
}

async function load(dataDirectory: string | undefined, context: LoadContext): Promise<Source> {
  const clips = await loadSpeechClips(dataDirectory, context);
  const train = await clipFrames(clips.train.clips, context.sound, context.tell);
  const test = await clipFrames(clips.test.clips, context.sound, context.tell);
  const groups = new Map<string, number>();
  const recorded = ({ frames: { values, ...shape } }: typeof train, part: LabelledClips): Recorded => ({
    ...shape,
    pieces: [values],
    labels: part.labels,
    groups: Int32Array.from(part.clips.speakers, (speaker) => {
      const number = groups.get(speaker) ?? groups.size;
      groups.set(speaker, number);
      return number;
    }),
  });
  return {
    classNames: clips.classNames,
    channelNames: train.channelNames,
    units: train.units,
    train: { ...recorded(train, clips.train), heldOut: clips.heldOut },
    test: recorded(test, clips.test),
    sound: context.sound,
    notes: clips.notes,
  };
}

/** Clips with their classes. */
export interface LabelledClips {
  readonly clips: SoundClips;
  /** [clips] */
  readonly labels: Int32Array;
}

/** All clips of Speech Commands, decoded. */
export interface SpeechClips {
  readonly classNames: readonly string[];
  /** Training and validation. */
  readonly train: LabelledClips;
  /** [training clips], 1 for those of the official validation set. */
  readonly heldOut: Uint8Array;
  readonly test: LabelledClips;
  readonly noise: readonly NoiseRecording[];
  readonly notes: readonly string[];
}

/**
 * Reads and decodes Speech Commands: what frames are made of, and what augmentation of sound works on. Decoded clips are kept in the cache.
 *
 * @throws DataError where files are missing, damaged, or don't suffice for the classes
 */
export async function loadSpeechClips(
  dataDirectory: string | undefined,
  { settings, tell }: Omit<LoadContext, 'sound'>,
): Promise<SpeechClips> {
  const { folder, layout, choice } = await findSpeech(dataDirectory, settings);
  const { classes } = choice;
  const read = (part: SpeechPart) => layout.clips(folder, part, choice, tell);
  const parts = { train: await read('train'), validation: await read('validation'), test: await read('test') };
  const noise = await layout.noise(folder, tell);
  const notes = [`${layout.describe(folder, choice)}: ${parts.train.count} clips`];
  if (classes === 'google12') {
    for (const part of ['train', 'validation'] as const) {
      const own = settings.silence !== undefined && part === 'train' ? settings.silence : perCommand(parts[part]);
      parts[part] = joinClips([parts[part], silenceClips(noise, own, clipSamples, part)], clipSamples);
      notes.push(`${part}: ${own} clips of silence, cut from the background noise`);
    }
    if (!parts.test.words.includes(silence)) {
      const own = perCommand(parts.test);
      parts.test = joinClips([parts.test, silenceClips(noise, own, clipSamples, 'kept')], clipSamples);
      notes.push(
        `test: ${own} clips of silence, cut from the last thirds of the background noise: no official test files are there`,
      );
    }
  }
  const classNames = classNamesOf(classes);
  const labelled = (clips: SoundClips): LabelledClips => ({
    clips,
    labels: Int32Array.from(clips.words, (word) =>
      classNames.indexOf(word === silence ? silence : (classOfWord(word, classes) ?? '')),
    ),
  });
  const train = labelled(joinClips([parts.train, parts.validation], clipSamples));
  return {
    classNames,
    train,
    heldOut: Uint8Array.from(train.labels, (_, i) => (i < parts.train.count ? 0 : 1)),
    test: labelled(parts.test),
    noise,
    notes,
  };
}

/** How many clips a command has on average: so many are taken of silence. */
function perCommand({ words }: SoundClips): number {
  const said = words.filter((word) => (commands as readonly string[]).includes(word));
  return Math.round(said.length / commands.length);
}
