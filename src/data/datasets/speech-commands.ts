import { joinPath, kindOf, readFile, sha256 } from '#platform';
import { DataError } from '../errors.js';
import type { Recorded } from '../recorded.js';
import { clipFrames } from '../sound/clip-frames.js';
import { joinClips, type SoundClips } from '../sound/clips.js';
import { soundFeatureKey } from '../sound/features.js';
import type { Benchmark, DataSettings, LoadContext, Source } from '../source.js';
import { clipSamples, type SpeechLayout, type SpeechSubset } from './speech/layout.js';
import { packedLayout } from './speech/packed.js';
import { silenceClips, type NoiseRecording } from './speech/silence.js';
import { classNamesOf, classOfWord, commands, silence, type SpeechClasses } from './speech/words.js';

const get =
  'fetch speech_commands_v0.02.tar.gz, unpack it to DIR/speech-commands and pass --data DIR (or set FASTGRNN_DATA)';

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
    get,
  },
  checksums: {},
  directory,
  load,
  key,
};

const layouts: readonly SpeechLayout[] = [packedLayout];

async function directory(dataDirectory: string | undefined): Promise<string | undefined> {
  if (dataDirectory === undefined) return undefined;
  for (const name of ['speech-commands', 'speech_commands_v0.02', 'speech_commands_v0.01']) {
    const folder = joinPath(dataDirectory, name);
    if ((await kindOf(folder)) === 'directory') return folder;
  }
  return undefined;
}

/** The folder, how it is laid out, and what of it is read. */
interface Found {
  readonly folder: string;
  readonly layout: SpeechLayout;
  readonly classes: SpeechClasses;
  readonly subset: SpeechSubset;
}

async function find(dataDirectory: string | undefined, settings: DataSettings): Promise<Found> {
  const folder = await directory(dataDirectory);
  if (folder === undefined) {
    throw new DataError(
      dataDirectory === undefined
        ? `speech-commands: no data folder was named; ${get}`
        : `speech-commands: there is no ${joinPath(dataDirectory, 'speech-commands')}; ${get}`,
    );
  }
  const { classes = 'google12', subset = 'all' } = settings;
  for (const layout of layouts) {
    if (!(await layout.isThere(folder))) continue;
    if (layout.classes.includes(classes)) return { folder, layout, classes, subset };
    throw new DataError(
      `data.classes: ${classes}, but ${folder} has clips for ${layout.classes.join(', ')} alone; ${get}`,
    );
  }
  throw new DataError(`speech-commands: ${folder} holds neither archives nor the unpacked words; ${get}`);
}

/** What the frames depend on: the files' content, which clips are read, how frames are made. */
async function key(dataDirectory: string | undefined, settings: DataSettings): Promise<object> {
  const { folder, layout, classes, subset } = await find(dataDirectory, settings);
  const files: Record<string, string> = {};
  for (const file of layout.files(subset)) files[file] = await sha256(await readFile(joinPath(folder, file)));
  return { files, classes, subset, silence: settings.silence ?? 'as a command', features: soundFeatureKey };
}

async function load(dataDirectory: string | undefined, context: LoadContext): Promise<Source> {
  const clips = await loadSpeechClips(dataDirectory, context);
  const train = await clipFrames(clips.train.clips, context.tell);
  const test = await clipFrames(clips.test.clips, context.tell);
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
  { settings, tell }: LoadContext,
): Promise<SpeechClips> {
  const { folder, layout, classes, subset } = await find(dataDirectory, settings);
  const parts: Record<'train' | 'validation' | 'test', SoundClips[]> = { train: [], validation: [], test: [] };
  for await (const { part, clips } of layout.archives(folder, subset, tell)) parts[part].push(clips);
  const noise = await layout.noise(folder, tell);
  const notes = [
    `${layout === packedLayout ? 'v0.01 ' : ''}training set: ${count(parts.train)} clips${subset === 'all' && layout === packedLayout ? ', part of them coded with Opus' : ''}; validation ${count(parts.validation)}`,
  ];
  if (classes === 'google12') {
    for (const part of ['train', 'validation'] as const) {
      const own = settings.silence !== undefined && part === 'train' ? settings.silence : perCommand(parts[part]);
      parts[part].push(silenceClips(noise, own, clipSamples, part));
      notes.push(`${part}: ${own} clips of silence, cut from the background noise`);
    }
  }
  const classNames = classNamesOf(classes);
  const labelled = (clips: SoundClips): LabelledClips => ({
    clips,
    labels: Int32Array.from(clips.words, (word) =>
      classNames.indexOf(word === silence ? silence : (classOfWord(word, classes) ?? '')),
    ),
  });
  const kept = count(parts.validation);
  const train = labelled(joinClips([...parts.train, ...parts.validation], clipSamples));
  return {
    classNames,
    train,
    heldOut: Uint8Array.from(train.labels, (_, i) => (i < train.labels.length - kept ? 0 : 1)),
    test: labelled(joinClips(parts.test, clipSamples)),
    noise,
    notes,
  };
}

function count(parts: readonly SoundClips[]): number {
  return parts.reduce((sum, part) => sum + part.count, 0);
}

/** How many clips a command has on average: so many are taken of silence. */
function perCommand(parts: readonly SoundClips[]): number {
  const said = parts.flatMap(({ words }) => words.filter((word) => (commands as readonly string[]).includes(word)));
  return Math.round(said.length / commands.length);
}
