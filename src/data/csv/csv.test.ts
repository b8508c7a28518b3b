import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveRecipe } from '../../recipe/index.js';
import { temporaryFolder, writeTree } from '../../testing/index.js';
import { DataError, loadDataset } from '../index.js';
import { parseRecording } from './parse-recording.js';

const parse = (text: string) => parseRecording(new TextEncoder().encode(text), 'f.csv');

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let folders = 0;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

async function load(files: Record<string, string>, data: Record<string, unknown> = {}) {
  const root = path.join(folder.path, `recordings ${folders++}`);
  await writeTree(root, files);
  const settings = resolveRecipe({ data: { name: 'csv', path: root, ...data } }, 'test').data;
  return { root, dataset: await loadDataset(settings) };
}

describe('a recording', () => {
  test.each([
    ['comma', '1,2.5\n-3,4e-1\n'],
    ['semicolon, spaces, Windows line ends', '1 ; 2.5\r\n -3;4e-1\r\n'],
    ['tab, header, byte order mark', '\uFEFFax\tay\n1\t2.5\n-3\t.4\n'],
    ['quoted header with a comma, empty lines', '"a,x",ay\n\n1,2.5\n\n-3,0.4'],
  ])('%s', (_, text) => {
    const { steps, features, values } = parse(text);
    expect([steps, features, ...values]).toEqual([2, 2, 1, 2.5, -3, 0.4]);
  });

  test('the header gives the names', () => {
    expect(parse('"a,x",ay\n1,2\n').header).toEqual(['a,x', 'ay']);
    expect(parse('1,2\n').header).toBeUndefined();
  });

  test.each([
    ['1,2\n3,x\n', 'f.csv, line 2, column 2: "x" is not a finite number'],
    ['ax,ay\n1,2\n\n3,nan\n', 'f.csv, line 4, column 2 (ay): "nan" is not a finite number'],
    ['NaN,NaN\n1,2\n', 'f.csv, line 1, column 1: "NaN" is not a finite number'],
    ['ax,7\n1,2\n', 'f.csv, line 1, column 1: "ax" is not a finite number'],
    ['1,2\n3,\n', 'f.csv, line 2, column 2: empty; a number must stand in each cell'],
    ['1;2\n3;4,5\n', 'f.csv, line 2, column 2: "4,5" has a decimal comma; use a point'],
    ['1,2\n3,1e999\n', 'f.csv, line 2, column 2: "1e999" is not a finite number'],
    ['1,2\n3,0x10\n', 'f.csv, line 2, column 2: "0x10" is not'],
    ['1,2\n3\n', 'f.csv, line 2: 1 columns, but 2 in line 1'],
    ['a,b\n1,2,3\n', 'f.csv, line 2: 3 columns, but 2 in line 1'],
    ['', 'f.csv is empty'],
    ['\n \n', 'f.csv is empty'],
    ['a,b\n', 'f.csv has a header and no rows'],
    ['1,"2\n3,4\n', 'f.csv is not CSV'],
  ])('%j', (text, message) => {
    expect(() => parse(text)).toThrow(DataError);
    expect(() => parse(text)).toThrow(message);
  });
});

/** `count` recordings of two steps and two channels a class, in folders of `prefix`; `group` names a subfolder. */
function recordings(
  classes: string[],
  count: number,
  prefix = '',
  group: (i: number) => string = () => '',
): Record<string, string> {
  const files: Record<string, string> = {};
  classes.forEach((name, c) => {
    for (let i = 0; i < count; i++) {
      files[`${prefix}${name}/${group(i)}${String(i).padStart(2, '0')}.csv`] = `ax,ay\n${c}.5,${i}\n${-i},0.25\n`;
    }
  });
  return files;
}

describe('a folder', () => {
  test('subfolders are classes; the test set is drawn of each class, whatever the seed', async () => {
    const { dataset } = await load({
      ...recordings(['walk', 'rest'], 10),
      'recipe.yaml': 'seed: 1',
      'walk/notes.md': 'x',
      '.git/x': '',
    });
    expect(dataset.classNames).toEqual(['rest', 'walk']);
    expect(dataset.channelNames).toEqual(['ax', 'ay']);
    expect([dataset.train.count, dataset.train.steps, dataset.train.features, dataset.test.count]).toEqual([
      16, 2, 2, 4,
    ]);
    expect(Array.from(dataset.test.labels)).toEqual([0, 0, 1, 1]);
    expect(dataset.train.groups).toBeUndefined();
    expect(dataset.notes).toEqual([
      'test set: 0.2 of the recordings, by random',
      'files with other endings, passed over: 1',
    ]);
    expect((await load(recordings(['walk', 'rest'], 10))).dataset.hash).toBe(dataset.hash);
  });

  test('whole numbers keep a lsb of one, others get a power of two a channel, or what the recipe says', async () => {
    const whole = await load({ 'a/1.csv': '1,30000\n', 'a/2.csv': '2,-5\n', 'b/1.csv': '3,7\n', 'b/2.csv': '4,8\n' });
    expect(Array.from(whole.dataset.lsb)).toEqual([1, 1]);
    const files = { 'train/a/1.csv': '0.5,100.5\n', 'train/b/1.csv': '-0.75,3\n', 'test/a/1.csv': '7.5,-1000\n' };
    const { dataset } = await load(files);
    // 2 * 0.75 = 1.5 = 24576 * 2^-14; 2 * 100.5 = 201 = 25728 * 2^-7
    expect(Array.from(dataset.lsb)).toEqual([2 ** -14, 2 ** -7]);
    expect(Array.from(dataset.train.values)).toEqual([8192, 12864, -12288, 384]);
    expect(Array.from(dataset.test.values)).toEqual([32767, -32768]); // out of the range of the training part
    const given = await load(files, { input: { lsb: [0.25, 2] } });
    expect(Array.from(given.dataset.train.values)).toEqual([2, 50, -3, 2]);
    await expect(load(files, { input: { lsb: [1, 2, 3] } })).rejects.toThrow(
      'data.input.lsb: a list of 3 for 2 channels',
    );
  });

  test('train and test folders fix the test set', async () => {
    const { dataset } = await load({ ...recordings(['a', 'b'], 3, 'train/'), ...recordings(['b'], 2, 'test/') });
    expect([dataset.train.count, ...dataset.test.labels]).toEqual([6, 1, 1]);
  });

  test('subfolders of classes are groups', async () => {
    const person = (i: number) => `${['ann', 'bob', 'cy', 'di', 'eve'][i % 5]}/`;
    const { dataset } = await load(recordings(['a', 'b'], 10, '', person), { validationBy: 'group' });
    expect(dataset.test.count).toBe(4);
    expect(new Set(dataset.test.groups).size).toBe(1);
    expect(Array.from(dataset.train.groups ?? [])).not.toContain(dataset.test.groups?.[0]);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['one class', { 'a/1.csv': '1\n' }, /one class alone, a; there must be two at least/],
    ['no class', { 'x.csv': '1\n' }, /has no subfolders; make one for each class/],
    ['empty class', { 'a/1.csv': '1\n', 'b/x.wav': '' }, /b has no files that end in .csv/],
    ['channels', { 'a/1.csv': '1\n', 'b/1.csv': '1,2\n' }, /b.1.csv has 2 columns, .*a.1.csv has 1/],
    ['lengths', { 'a/1.csv': '1\n', 'b/1.csv': '1\n2\n' }, /b.1.csv has 2 rows, .*a.1.csv has 1; .*cut or pad/],
    ['names', { 'a/1.csv': 'x,y\n1,2\n', 'b/1.csv': 'y,x\n1,2\n' }, /b.1.csv, column 1 is "y", in .*a.1.csv "x"/],
    ['only train', { 'train/a/1.csv': '1\n', 'train/b/1.csv': '1\n' }, /has train but no test folder/],
    [
      'more',
      { ...recordings(['a', 'b'], 1, 'train/'), ...recordings(['a'], 1, 'test/'), 'c/1.csv': '1\n' },
      /train, test and also c/,
    ],
    [
      'new in test',
      { ...recordings(['a', 'b'], 1, 'train/'), ...recordings(['c'], 1, 'test/') },
      /class c has no training recordings/,
    ],
    ['half grouped', { 'a/p/1.csv': '1\n', 'b/1.csv': '1\n' }, /b.1.csv is in no group, others are/],
    ['single', { 'a/1.csv': '1\n', 'b/1.csv': '1\n' }, /no class has two recordings/],
  ])('%s', async (_, files, message) => {
    await expect(load(files)).rejects.toThrow(message);
    await expect(load(files)).rejects.toBeInstanceOf(DataError);
  });

  test('no folder, no groups', async () => {
    const settings = resolveRecipe({ data: { name: 'csv', path: '/nowhere/at/all' } }, 'test').data;
    await expect(loadDataset(settings)).rejects.toThrow('data.path: there is no folder /nowhere/at/all');
    await expect(load(recordings(['a', 'b'], 4), { validationBy: 'group' })).rejects.toThrow(
      'data.validationBy: group needs recordings',
    );
  });

  test('merged classes', async () => {
    const { dataset } = await load(recordings(['a', 'b', 'c'], 4), { merge: { x: ['c'], y: ['a', 'b'] } });
    expect([...new Set(dataset.train.labels)]).toEqual([1, 0]);
    expect(dataset.classNames).toEqual(['x', 'y']);
  });
});
