import { createHash } from 'node:crypto';
import { readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { resolveRecipe } from '../../recipe/index.js';
import { goldenSound, tar, temporaryFolder, wave, writeTree } from '../../testing/index.js';
import { cacheContent, clearCache } from '../cache/cache.js';
import { splitValidation } from '../splits.js';
import { loadDataset } from '../load.js';
import { loadSpeechClips } from './speech-commands.js';
import { commands } from './speech/words.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeTree(folder.path, { ...packed(), ...unpacked(), ...wakeWords() });
});
afterAll(() => folder.remove());
beforeEach(() => {
  vi.stubEnv('FASTGRNN_CACHE', path.join(folder.path, 'cache'));
  return () => vi.unstubAllEnvs();
});

const speakers = (part: string, i: number) => createHash('sha1').update(`${part} ${i}`).digest('hex').slice(0, 8);

/** Archives of FLAC files, as few as there can be: the sound is the same, its file is `flac`'s own. */
function packed(): Record<string, Uint8Array> {
  const sound = goldenSound('predicted.flac'); // 1600 samples at 16 kHz
  const files: Record<string, Uint8Array> = {};
  for (const [part, count] of [
    ['train', 4],
    ['validation', 2],
    ['test', 3],
  ] as const) {
    for (const name of [...commands, '_unknown_']) {
      const clips = Array.from({ length: count }, (_, i): [string, Uint8Array] => [
        `${name}/${name === '_unknown_' ? 'cat_' : ''}${speakers(part, i)}_nohash_0.flac`,
        sound,
      ]);
      files[`packed/speech-commands/${part}/${name}.tar`] = tar(Object.fromEntries(clips));
    }
  }
  files['packed/speech-commands/test/_silence_.tar'] = tar({ '_silence_/1.flac': sound });
  // Noise of three seconds: the sound over and over would need an encoder, so the WAV layout tests the cuts.
  files['packed/speech-commands/background_noise.tar'] = tar({ '_background_noise_/hum.flac': sound });
  return files;
}

/** The official archive's layout: 30 words, four speakers in training, one in each list. */
function unpacked(): Record<string, string | Uint8Array> {
  const files: Record<string, string | Uint8Array> = {};
  const lists: Record<string, string[]> = { validation: [], testing: [] };
  const words = [...commands, 'bed', 'cat', 'seven'];
  words.forEach((word, w) => {
    for (let i = 0; i < 6; i++) {
      const name = `${word}/${speakers('any', i)}_nohash_0.wav`;
      files[`official/speech_commands_v0.02/${name}`] = wave(
        Int16Array.from({ length: 500 + i }, () => 10 * w + i + 1),
      );
      if (i === 4) lists['validation']!.push(name);
      if (i === 5) lists['testing']!.push(name);
    }
  });
  for (const [list, names] of Object.entries(lists)) {
    files[`official/speech_commands_v0.02/${list}_list.txt`] = `${names.join('\n')}\n`;
  }
  // Each sample of the noise tells its place: thirds can be told apart.
  files['official/speech_commands_v0.02/_background_noise_/ramp.wav'] = wave(
    Int16Array.from({ length: 144_000 }, (_, t) => Math.floor(t / 5)),
  );
  return files;
}

function wakeWords(): Record<string, Uint8Array> {
  const sound = goldenSound('predicted.flac');
  const phrase = (name: string) =>
    tar(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`${name}/${name}-${i}.flac`, sound])));
  return Object.fromEntries(
    ['jarvis', 'computer', 'smart_mirror', 'snowboy', 'view_glass'].map((name) => [
      `packed/wake-words/${name}.tar`,
      phrase(name),
    ]),
  );
}

const settingsOf = (data: object) => resolveRecipe({ data: { name: 'speech-commands', ...data } }, 'test').data;
const official = () => path.join(folder.path, 'official');
const clips = (data: object) => loadSpeechClips(official(), { settings: settingsOf(data), tell: () => undefined });
const counts = (labels: Int32Array, classes: number) =>
  Array.from({ length: classes }, (_, k) => labels.filter((label) => label === k).length);

describe('the official archive', () => {
  test('12 classes: commands, as many other words, as much silence, the official parts', async () => {
    const { classNames, train, heldOut, test: apart } = await clips({});
    expect(classNames).toEqual([...commands, '_unknown_', '_silence_']);
    const kept = train.labels.filter((_, i) => heldOut[i] === 0);
    const validation = train.labels.filter((_, i) => heldOut[i] === 1);
    expect(counts(kept, 12)).toEqual(new Array(12).fill(4));
    expect(counts(validation, 12)).toEqual(new Array(12).fill(1));
    expect(counts(apart.labels, 12)).toEqual(new Array(12).fill(1));
    const said = (speaker: string) =>
      train.clips.speakers
        .filter((_, i) => heldOut[i] === 1 && !train.clips.speakers[i]!.startsWith('noise'))
        .includes(speaker);
    expect([said(speakers('any', 4)), said(speakers('any', 3)), said(speakers('any', 5))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('clips are padded to one second', async () => {
    const { train } = await clips({});
    expect(train.clips.length).toBe(16_000);
    const first = train.clips.samples.subarray(0, 16_000); // 500 samples or a few more were recorded
    expect(first.subarray(0, 500).every((value) => value !== 0)).toBe(true);
    expect(first.subarray(506).every((value) => value === 0)).toBe(true);
  });

  test('training hears the first half of each noise, validation up to two thirds, no one the rest', async () => {
    const { train, heldOut, test: apart } = await clips({ silence: 50 });
    const places = (of: typeof train, part: (i: number) => boolean) =>
      of.clips.words.flatMap((word, i) => {
        if (word !== '_silence_' || !part(i)) return [];
        const cut = of.clips.samples.subarray(i * 16_000, (i + 1) * 16_000);
        const slope = (cut[15_999]! - cut[0]!) / 15_999; // gain / 5, for the noise is t / 5
        return slope > 0.01 ? [cut[0]! / slope, cut[15_999]! / slope] : [];
      });
    const [training, validation] = [places(train, (i) => heldOut[i] === 0), places(train, (i) => heldOut[i] === 1)];
    expect(training.length).toBeGreaterThan(60);
    // A ramp is rounded twice, so places are known to some hundred samples.
    expect(Math.max(...training)).toBeLessThan(72_000 + 500);
    for (const place of validation) expect(place).toBeLessThan(96_000 + 500);
    for (const place of places(apart, () => true)) expect(place).toBeGreaterThan(96_000 - 500);
  });

  test('each word a class needs all words', async () => {
    await expect(clips({ classes: 'google30' })).rejects.toThrow(/has no train clips of bird/);
  });
});

describe('archives of FLAC files', () => {
  const load = (data: object, directory = 'packed') =>
    loadDataset(resolveRecipe({ data: { ...data } }, 'test').data, {
      dataDirectory: path.join(folder.path, directory),
    });
  const wake = { name: 'wake-words', negatives: 5, subset: 'lossless' };

  test('wake words: a fold is the test; words of others are in no test', async () => {
    for (const fold of [0, 3]) {
      const { train, test: apart, classNames } = await load({ ...wake, fold });
      expect(classNames).toEqual(['other', 'jarvis']);
      expect(train.count + apart.count).toBe(55);
      expect(apart.steps).toBe(162);
      expect(apart.folds!.every((own) => own === fold)).toBe(true);
      expect(train.folds!.filter((own) => own === -1).length).toBe(5);
    }
    const names = Array.from({ length: 10 }, (_, i) => `jarvis-${i}.flac`);
    const first = names.filter(
      (name) => parseInt(createHash('sha1').update(name).digest('hex').slice(0, 8), 16) % 5 === 0,
    );
    const { test: apart } = await load({ ...wake, fold: 0 });
    expect(apart.labels.filter((label) => label === 1).length).toBe(first.length);
  });

  test('wake words: phrases apart are a class each, of the same clips', async () => {
    const [together, apart] = [await load(wake), await load({ ...wake, phrases: 'apart' })];
    expect(apart.classNames).toEqual(['other', 'jarvis', 'computer', 'smart_mirror', 'snowboy', 'view_glass']);
    expect(apart.train.values).toEqual(together.train.values);
    expect(apart.train.labels.map((label) => Number(label === 1))).toEqual(together.train.labels);
    const words = Array.from(apart.train.labels).filter((label) => label === 0);
    expect(words.length).toBe(5); // those of Speech Commands alone
    expect(new Set(apart.train.labels).size).toBe(6);
  });

  test('the cache gives the same data, and what is damaged in it is made anew', async () => {
    await clearCache();
    const made = await load(wake);
    const { files } = await cacheContent();
    expect(files.some(({ file }) => path.basename(file).startsWith('dataset-'))).toBe(true);
    expect((await load(wake)).hash).toBe(made.hash);
    const kept = await load(wake);
    expect(kept.train.values).toEqual(made.train.values);
    for (const { file } of files) {
      const bytes = await readFile(file);
      bytes[bytes.length - 9]! ^= 1;
      await writeFile(file, bytes);
    }
    const again = await load(wake);
    expect(again.train.values).toEqual(made.train.values);
    expect((await readdir(path.join(folder.path, 'cache'))).every((name) => name.endsWith('.cached'))).toBe(true);
  });

  test('a limit removes what was not used for longest, never what was just made', async () => {
    await clearCache();
    await load(wake);
    for (const { file } of (await cacheContent()).files) await utimes(file, 1, 1);
    vi.stubEnv('FASTGRNN_CACHE_LIMIT', '0');
    await load({ ...wake, fold: 1 });
    const { files } = await cacheContent();
    expect(files.length).toBe(1);
    expect(path.basename(files[0]!.file)).toMatch(/^dataset-/);
  });

  test('without a cache, or where none can be written, the data are the same', async () => {
    const made = await load(wake);
    vi.stubEnv('FASTGRNN_CACHE', 'off');
    expect((await load(wake)).hash).toBe(made.hash);
    vi.stubEnv('FASTGRNN_CACHE', path.join(folder.path, 'packed/wake-words/jarvis.tar/no-folder'));
    expect((await load(wake)).hash).toBe(made.hash);
  });
});

test('official validation: the rows that the makers keep apart, and none where the fraction is 0', () => {
  const rows = { labels: Int32Array.of(0, 1, 0, 1), groups: undefined, heldOut: Uint8Array.of(0, 1, 0, 1) };
  const of = (fraction: number) => splitValidation(rows, { fraction, by: 'official', seed: 1 });
  expect(of(0.2)).toEqual({ train: Uint32Array.of(0, 2), validation: Uint32Array.of(1, 3) });
  expect(of(0)).toEqual({ train: Uint32Array.of(0, 2), validation: new Uint32Array() });
  const { heldOut, ...without } = rows;
  expect(heldOut.length).toBe(4);
  expect(() => splitValidation(without, { fraction: 0.2, by: 'official', seed: 1 })).toThrow(/no validation part/);
});
