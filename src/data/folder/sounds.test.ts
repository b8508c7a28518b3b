import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveRecipe } from '../../recipe/index.js';
import { goldenSound, temporaryFolder, wave as wav, writeTree } from '../../testing/index.js';
import { DataError } from '../errors.js';
import { loadDataset } from '../load.js';
import { proposeRecipe } from '../scan/propose.js';
import { scanFolder } from '../scan/folder.js';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  root = await temporaryFolder();
});
afterAll(() => root.remove());

let number = 0;
/** A data set of these files. */
async function load(files: Readonly<Record<string, string | Uint8Array>>, data: object, kind = 'samples') {
  const path = `${root.path}/${number++}`;
  await writeTree(path, files);
  const { data: settings, features } = resolveRecipe(
    { data: { name: 'folder', path, validation: 0, ...data }, features: { sound: { kind } } },
    'test',
  );
  return loadDataset(settings, { sound: features.sound });
}

/** The counts of the recordings of both parts, the shortest first. */
function recordingsOf({ train, test: apart }: Awaited<ReturnType<typeof load>>): number[][] {
  const of = ({ values, starts, lengths, features }: typeof train) =>
    Array.from(starts, (start, i) => Array.from(values.subarray(start, start + lengths[i]! * features)));
  return [...of(train), ...of(apart)].sort((a, b) => a.length - b.length || a[0]! - b[0]!);
}

const samples = { test: 0.5 };
const ramp = (count: number, first = 1) => Array.from({ length: count }, (_, i) => first + i);

test('every format of sound in one folder, at its own rate, becomes frames of the same kind', async () => {
  const files = ['predicted.flac', 'mono.mp3', 'stereo.mp3', 'mono.ogg', 'stereo.ogg', 'mono.opus', 'stereo.opus'];
  const tree = Object.fromEntries(
    files.flatMap((file, i) => [[`${i % 2 ? 'even' : 'odd'}/${file}`, goldenSound(file)]]),
  );
  const dataset = await load(tree, { test: 0.3 }, 'logMel');
  expect(dataset.channelNames.length).toBe(32);
  expect(dataset.train.count + dataset.test.count).toBe(files.length);
  const lengths = [...dataset.train.lengths, ...dataset.test.lengths].sort((a, b) => a - b);
  expect(lengths).toEqual([9, 29, 29, 29, 29, 29, 29]); // 0.1 s and 0.3 s in windows of 25 ms each 10 ms
});

describe('sounds of one length', () => {
  const files = {
    'a/long.wav': wav([...ramp(8), 900, 900, ...ramp(6)], 8),
    'a/short.wav': wav(ramp(4, 21), 8),
    'b/fits.wav': wav(ramp(8, 41), 8),
    'b/other.wav': wav(ramp(8, 61), 8),
  };
  test.each([
    ['start', ramp(8), [21, 22, 23, 24, 0, 0, 0, 0]],
    ['middle', [5, 6, 7, 8, 900, 900, 1, 2], [0, 0, 21, 22, 23, 24, 0, 0]],
    ['loudest', [3, 4, 5, 6, 7, 8, 900, 900], [0, 0, 21, 22, 23, 24, 0, 0]],
  ])('%s', async (clipAt, long, short) => {
    const dataset = await load(files, { ...samples, clipSeconds: 1, clipAt });
    const recordings = recordingsOf(dataset);
    expect(recordings).toContainEqual(long);
    expect(recordings).toContainEqual(short);
    expect(recordings).toContainEqual(ramp(8, 41));
  });
});

describe('a list of what is said when', () => {
  const sounds = { 'day/one.wav': wav(ramp(40), 10), 'day/two.wav': wav(ramp(40, 101), 10) };
  const csv =
    'file,start,end,label\nday/one.wav,0,1,yes\nday/one.wav,1.5,2,no\nday/two.wav,3,4,yes\nday/two.wav,0.2,0.7,no\n';
  const rows = csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .map(([file, start, end, label]) => ({ file, start: Number(start), end: Number(end), label }));
  const expected = [ramp(5, 16), ramp(5, 103), ramp(10), ramp(10, 131)];
  test.each([
    ['labels.csv', csv],
    ['labels.json', JSON.stringify(rows)],
    ['labels.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join('')],
  ])('%s', async (file, text) => {
    const dataset = await load({ ...sounds, [file]: text }, { ...samples, labels: { from: 'file', file } });
    expect(dataset.classNames).toEqual(['no', 'yes']);
    expect(recordingsOf(dataset)).toEqual(expected);
  });

  test('without times a row is a file', async () => {
    const list = {
      'list.csv':
        'file,label,said\nday/one.wav,yes,"oh, yes"\nday/two.wav,"no",\nday/three.wav,yes,\nday/four.wav,no,\n',
    };
    const more = { 'day/three.wav': wav([7, 8], 10), 'day/four.wav': wav([9, 9, 9], 10) };
    const dataset = await load(
      { ...sounds, ...more, ...list },
      { ...samples, labels: { from: 'file', file: 'list.csv' } },
    );
    expect(recordingsOf(dataset)).toEqual([[7, 8], [9, 9, 9], ramp(40), ramp(40, 101)]);
  });

  test.each([
    ['labels.json', '[{"file": "day/one.wav", "label": 3}]', /row 1, .* must have label and file as texts/],
    ['labels.json', '{"file": 1}', /must hold a list/],
    ['labels.json', '[', /labels.json is no JSON/],
    ['labels.csv', csv.replace('two.wav,3', 'six.wav,3'), /has labels for day\/six.wav, but there is no such/],
    ['labels.csv', csv.replace('3,4', '13,14'), /two.wav lasts 4.000 s, but "yes" is said to stand at 13 s/],
  ])('%s that is wrong: %s', async (file, text, message) => {
    const loaded = load({ ...sounds, [file]: text }, { ...samples, labels: { from: 'file', file } });
    await expect(loaded).rejects.toThrow(message);
    await expect(loaded).rejects.toBeInstanceOf(DataError);
  });
});

test('broken files stop the run, or are left out and named', async () => {
  const files = {
    'a/1.wav': wav(ramp(4)),
    'a/2.wav': wav(ramp(4)),
    'b/3.wav': wav(ramp(4)),
    'b/4.wav': wav(ramp(4)),
    'b/cut.flac': goldenSound('stereo.flac').subarray(0, 1000),
    'a/none.mp3': new Uint8Array(),
  };
  await expect(load(files, samples)).rejects.toThrow(/none.mp3 is empty/);
  const { notes, train, test: apart } = await load(files, { ...samples, broken: 'skip' });
  expect(train.count + apart.count).toBe(4);
  expect(notes.join('\n')).toMatch(/left out \(data.broken\): 2\n.*none.mp3 is empty.*\n.*cut.flac is damaged at byte/);
});

test('init proposes a length, and to leave broken files out', async () => {
  const path = `${root.path}/init`;
  const files = Object.fromEntries(
    Array.from({ length: 24 }, (_, i) => [`${i % 2 ? 'yes' : 'no'}/${i}.wav`, wav(ramp(12_000 + 400 * i))]),
  );
  await writeTree(path, {
    ...files,
    'yes/a.flac': goldenSound('deep.flac'),
    'yes/cut.flac': goldenSound('deep.flac').subarray(0, 900),
  });
  const facts = await scanFolder(path);
  expect(facts.blocking).toEqual([]);
  const lines = new Map(proposeRecipe(facts, path).map(({ field, value }) => [field, value]));
  expect(lines.get('features.sound.kind')).toBe('logMel');
  expect(lines.get('data.clipSeconds')).toBeCloseTo(1.1, 9);
  expect(lines.get('data.broken')).toBe('skip');
  expect(lines.has('data.rate')).toBe(false);
});
