import { breathe, fileFacts, joinPath, kindOf, listDirectory, readFile, sha1 } from '#platform';
import { DataError } from '../../errors.js';
import { wavReader } from '../../formats/wav.js';
import { monoAt16kHz } from '../../sound/archives.js';
import { clipsOf, putSound, type NamedSound } from '../../sound/clips.js';
import type { PcmValues } from '../../sound/pcm.js';
import { clipSamples, type SpeechChoice, type SpeechLayout, type SpeechPart } from './layout.js';
import type { NoiseRecording } from './silence.js';
import { classNamesOf, commands, silence, unknown } from './words.js';

/** Where `data get` puts the separate archive of test files, within the folder of the words. */
export const testSetFolder = '_test_set_';
const noiseFolder = '_background_noise_';
const lists = { validation: 'validation_list.txt', test: 'testing_list.txt' } as const;

/**
 * The layout of the official archives: a folder of WAV files for each word, the lists of validation and test files, `_background_noise_`; in
 * `_test_set_`, where it was fetched, the 12-class test files. Without these the test words of 12 classes are those of the list, with as many
 * of the other words, and as much silence from the noises' last thirds, as a command has clips on average.
 */
export const unpackedLayout: SpeechLayout = {
  isThere: async (folder) => (await kindOf(joinPath(folder, lists.test))) === 'file',
  describe: (folder) => `official training set in ${folder}`,
  classes: ['google12', 'google30', 'google35'],
  fingerprint: async (folder, parts, choice) => {
    // Of a hundred thousand files the names, sizes and times stand for the content: reading them all would take minutes.
    const files: string[] = [];
    for (const part of parts) {
      for (const { path, name } of await filesOf(folder, part, choice))
        files.push(await stamp(path, `${part}/${name}`));
    }
    for (const name of await wavsIn(folder, noiseFolder))
      files.push(await stamp(joinPath(folder, noiseFolder, name), name));
    return { files: await sha1(new TextEncoder().encode(files.join('\n'))), count: files.length };
  },
  clips: async (folder, part, choice, tell) => {
    const files = await filesOf(folder, part, choice);
    tell(`reading ${files.length} clips of ${folder} (${part})`);
    const sounds: NamedSound[] = [];
    for (const [i, { path, name, word }] of files.entries()) {
      const speaker = /([0-9a-f]{8})_nohash_/.exec(name)?.[1] ?? (word === silence ? 'noise' : name);
      // Copied into the length of a clip at once, so that no whole file stays in memory.
      const clip = new Int16Array(clipSamples);
      putSound(clip, await readWave(path));
      sounds.push({ name, word, speaker, sound: clip });
      if (i % 200 === 0) await breathe();
    }
    return clipsOf(sounds, clipSamples);
  },
  noise: async (folder) => {
    const recordings: NoiseRecording[] = [];
    for (const name of await wavsIn(folder, noiseFolder)) {
      const sound = await readWave(joinPath(folder, noiseFolder, name));
      recordings.push({ name: name.replace(/\.wav$/, ''), samples: Int16Array.from(sound) });
    }
    if (recordings.length === 0)
      throw new DataError(`${joinPath(folder, noiseFolder)} has no recordings; unpack the archive again`);
    return recordings;
  },
};

interface SpeechFile {
  readonly path: string;
  /** `<word>/<file>` */
  readonly name: string;
  readonly word: string;
}

/** The files of a part that have a class, those of the first word first. */
async function filesOf(folder: string, part: SpeechPart, { classes }: SpeechChoice): Promise<SpeechFile[]> {
  const testSet = joinPath(folder, testSetFolder);
  if (part === 'test' && classes === 'google12' && (await kindOf(testSet)) === 'directory') return testFiles(testSet);
  const apart = { validation: await listOf(folder, 'validation'), test: await listOf(folder, 'test') };
  const isIn = (name: string) =>
    part === 'train' ? !apart.validation.has(name) && !apart.test.has(name) : apart[part].has(name);
  const wanted: readonly string[] = classes === 'google12' ? commands : classNamesOf(classes);
  const named: SpeechFile[] = [];
  const others: SpeechFile[] = [];
  for (const word of await listDirectory(folder)) {
    if (word.startsWith('_') || (await kindOf(joinPath(folder, word))) !== 'directory') continue;
    const to = wanted.includes(word) ? named : others;
    for (const file of await wavsIn(folder, word)) {
      const name = `${word}/${file}`;
      if (isIn(name)) to.push({ path: joinPath(folder, word, file), name, word });
    }
  }
  const missing = wanted.find((word) => !named.some((file) => file.word === word));
  if (missing !== undefined) {
    throw new DataError(
      `data.classes: ${classes}, but ${folder} has no ${part} clips of ${missing}; take another of google12, google30, google35, or fetch the other version`,
    );
  }
  if (classes !== 'google12') return named;
  return [...named, ...(await drawn(others, Math.round(named.length / commands.length)))];
}

/** The first ones in the order of the SHA-1s of their names: the same on every machine. */
async function drawn(files: readonly SpeechFile[], count: number): Promise<SpeechFile[]> {
  const keyed = await Promise.all(
    files.map(async (file) => ({ file, key: await sha1(new TextEncoder().encode(file.name)) })),
  );
  return keyed
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .slice(0, count)
    .map(({ file }) => file);
}

/** The files of the separate archive of test files: a folder a class. */
async function testFiles(folder: string): Promise<SpeechFile[]> {
  const files: SpeechFile[] = [];
  for (const word of [...commands, unknown, silence]) {
    for (const file of await wavsIn(folder, word))
      files.push({ path: joinPath(folder, word, file), name: `${word}/${file}`, word });
  }
  return files;
}

async function listOf(folder: string, part: 'validation' | 'test'): Promise<Set<string>> {
  const text = new TextDecoder().decode(await readFile(joinPath(folder, lists[part])));
  return new Set(text.split(/\r?\n/).filter((line) => line !== ''));
}

async function wavsIn(folder: string, inner: string): Promise<string[]> {
  const path = joinPath(folder, inner);
  if ((await kindOf(path)) !== 'directory') throw new DataError(`there is no ${path}; unpack the archive again`);
  return (await listDirectory(path)).filter((name) => name.endsWith('.wav'));
}

async function stamp(path: string, name: string): Promise<string> {
  const facts = await fileFacts(path);
  return `${name} ${facts?.bytes} ${facts?.time}`;
}

async function readWave(path: string): Promise<PcmValues> {
  const [{ rate = 0, values }] = await wavReader.read(await readFile(path), path, {});
  return monoAt16kHz({ rate, channels: [values as PcmValues] }, path);
}
