import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRecipe, resolveRecipe } from '../../recipe/index.js';
import { temporaryFolder, writeTree } from '../../testing/index.js';
import { DataError } from '../errors.js';
import { loadDataset } from '../load.js';
import { scanFolder } from './folder.js';
import { proposeRecipe } from './propose.js';
import { recipeText } from './recipe-text.js';

type Files = Record<string, string | Uint8Array>;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let folders = 0;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

/** Looks at a folder, and reads it by the recipe that is proposed for it. */
async function init(files: Files) {
  const root = path.join(folder.path, `kind-${folders++}`);
  await writeTree(root, files);
  const facts = await scanFolder(root);
  const text = recipeText(proposeRecipe(facts, '.'), ['made by a test']);
  const { data, training } = resolveRecipe(parseRecipe(text, 'proposed'), 'proposed');
  return { root, facts, text, data, training, load: () => loadDataset({ ...data, path: root }) };
}

/** What is wrong with a folder: what `init` says of files, and what reading it by the proposed recipe says. */
async function wrong(files: Files) {
  const { facts, load, root } = await init(files);
  const error = await load().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error !== undefined) expect(error).toBeInstanceOf(DataError);
  return {
    said: [...facts.suspicious.map(({ file, what }) => `${file}: ${what}`), ...facts.blocking].join('\n'),
    refused: error instanceof DataError ? error.message.replaceAll(`${root}/`, '') : undefined,
  };
}

/** A value that two classes have in different amounts. */
const wave = (kind: number, step: number, channel: number) =>
  ((((step * (3 + 2 * kind) + channel * 5) % 17) - 8) / 10 + kind).toFixed(2);

function csv(kind: number, { steps = 20, header = true, delimiter = ',', decimal = '.', start = 0 } = {}): string {
  const rows = Array.from({ length: steps }, (_, t) =>
    [0, 1, 2].map((c) => wave(kind, t + start, c).replace('.', decimal)).join(delimiter),
  );
  return [...(header ? [['ax', 'ay', 'az'].join(delimiter)] : []), ...rows, ''].join('\n');
}

/** `count` recordings each of `left` and `right`, all different; `name` says where each lies. */
function classes(
  count = 6,
  name = (kind: string, i: number) => `${kind}/${String(i).padStart(2, '0')}.csv`,
  options: Parameters<typeof csv>[1] = {},
): Files {
  const files: Files = {};
  ['left', 'right'].forEach((kind, k) => {
    for (let i = 0; i < count; i++) files[name(kind, i)] = csv(k, { ...options, start: i });
  });
  return files;
}

/** Four long recordings, each step with its time and class: a hundred steps of one, then of the other. */
function long(step = (i: number) => 20 * i, label = (kind: number) => ['sit', 'walk'][kind]): Files {
  return Object.fromEntries(
    Array.from({ length: 4 }, (_, r) => {
      const rows = Array.from({ length: 800 }, (__, i) => {
        const kind = Math.floor(i / 100) % 2;
        return [step(i), wave(kind, i + r, 0), wave(kind, i, 1), label(kind)].join(',');
      });
      return [`day ${r}.csv`, `time_ms,gx,gy,activity\n${rows.join('\n')}\n`];
    }),
  );
}

function spans(): Files {
  const files = long();
  const lines = ['file,start,end,label'];
  for (const name of Object.keys(files)) {
    files[name] = String(files[name]).replaceAll(/,(sit|walk|activity)$/gm, '');
    for (let i = 0; i < 8; i++) lines.push(`${name},${2 * i},${2 * i + 2},${['sit', 'walk'][i % 2]}`);
  }
  return { ...files, 'labels.csv': `${lines.join('\n')}\n` };
}

function ts(part: string): Files {
  const lines = Array.from({ length: 12 }, (_, i) => {
    const values = (c: number) => Array.from({ length: 20 + (i % 3) }, (__, t) => wave(i % 2, t + i, c)).join(',');
    return `${values(0)}:${values(1)}:${'ab'[i % 2]}`;
  });
  return { [`Toy_${part}.ts`]: `@timeStamps false\n@dimensions 2\n@classLabel true a b\n@data\n${lines.join('\n')}\n` };
}

function arff(part: string): Files {
  const attributes = Array.from({ length: 20 }, (_, i) => `@attribute att${i + 1} numeric\n`).join('');
  const lines = Array.from({ length: 12 }, (_, i) =>
    [...Array.from({ length: 20 }, (__, t) => wave(i % 2, t + i, 0)), 'ab'[i % 2]].join(','),
  );
  const text = `@relation toy\n${attributes}@attribute target {a,b}\n@data\n${lines.join('\n')}\n`;
  return { [`Toy_${part}.arff`]: text };
}

const packed = (files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([name, content]) => [`${name}.gz`, gzipSync(content)]));

describe('a folder a class', () => {
  test.each([
    ['plain', classes()],
    ['packed', packed(classes())],
    ['semicolons and decimal commas', classes(6, undefined, { delimiter: ';', decimal: ',' })],
    ['tabs, no header', classes(6, (kind, i) => `${kind}/${i}.tsv`, { delimiter: '\t', header: false })],
    ['white space', classes(6, (kind, i) => `${kind}/${i}.txt`, { delimiter: ' ', header: false })],
    ['notes beside them', { ...classes(), 'README.txt': 'Recorded by hand\n', 'setup.md': '# x' }],
  ])('%s', async (_, files) => {
    const { facts, load, data, training, text } = await init(files);
    expect(facts).toMatchObject({
      layout: 'folder',
      recordings: 12,
      lengths: { min: 20, max: 20 },
      suspicious: [],
      blocking: [],
    });
    expect(facts.classes).toEqual([
      { name: 'left', count: 6 },
      { name: 'right', count: 6 },
    ]);
    expect(data.labels.from).toBe('folder');
    expect(training.augment.rotate).toBe(5);
    expect(text).toContain('from: folder # a subfolder a class: 2 classes');
    const { train, test: apart, classNames } = await load();
    expect([train.count + apart.count, train.channels, train.steps, ...classNames]).toEqual([
      12,
      3,
      20,
      'left',
      'right',
    ]);
  });

  test.each([
    ['a subfolder each', (kind: string, i: number) => `${kind}/ann-${i % 4}/${i}.csv`, 'folder', undefined],
    ['in the names', (kind: string, i: number) => `${kind}/subject${i % 4}_${i}.csv`, 'name', '(subject[0-9]+)'],
  ])('persons, %s', async (_, name, from, pattern) => {
    const { data, facts, load } = await init(classes(8, name));
    expect(facts.groupBy).toEqual({ from, pattern, groups: 4 });
    expect([data.groupBy.from, data.groupBy.pattern, data.validationBy]).toEqual([from, pattern, 'group']);
    const { train, test: apart } = await load();
    const people = (groups: Int32Array | undefined) => new Set(groups);
    expect(people(train.groups).size + people(apart.groups).size).toBe(4);
  });

  test('parts, unequal classes and missing values are seen', async () => {
    const files: Files = Object.fromEntries(
      Object.entries({ ...classes(6) }).map(([name, content], i) => [
        `${i % 3 === 0 ? 'test' : 'train'}/${name}`,
        content,
      ]),
    );
    for (let i = 0; i < 9; i++) files[`train/left/more ${i}.csv`] = csv(0, { start: 40 + i });
    files['train/left/more 0.csv'] = csv(0, { start: 40 }).replace(/^(.*\n.*\n)[^,]*/, '$1');
    const { facts, data, training, load } = await init(files);
    expect(facts).toMatchObject({ hasTest: true, missing: { values: 1, files: 1 } });
    expect([data.missing, training.balance]).toEqual(['hold', 'weights']);
    const { train, test: apart } = await load();
    expect([train.count, apart.count]).toEqual([17, 4]);
  });

  test('different lengths and rates are brought together', async () => {
    const timed = (step: number, kind: number, start: number) =>
      `t,x,y\n${Array.from({ length: 30 }, (_, i) => [(i * step).toFixed(3), wave(kind, i + start, 0), wave(kind, i, 1)].join(',')).join('\n')}\n`;
    const files: Files = {};
    for (let i = 0; i < 6; i++) {
      files[`a/${i}.csv`] = timed(0.02, 0, i);
      files[`b/${i}.csv`] = timed(i === 5 ? 0.04 : 0.02, 1, i);
    }
    const { facts, data, load } = await init(files);
    expect(facts.suspicious).toEqual([
      { file: 'b/5.csv', what: '25.0 steps a second, where others have 50.0; data.rate brings all to one' },
    ]);
    expect([data.rate, data.time.column]).toEqual([50, 't']);
    const { train, test: apart, notes } = await load();
    expect(Math.max(train.steps, apart.steps)).toBe(59);
    expect(notes.join()).toContain('1 recordings were brought to 50 steps a second by linear interpolation');
    await expect(loadDataset({ ...data, path: facts.root, rate: undefined })).rejects.toThrow(
      /b\/5\.csv has 25\.0 steps a second, .*a\/0\.csv has 50\.0; set data\.rate/,
    );
  });
});

describe('long recordings', () => {
  test('a column of classes; the time is regular', async () => {
    const { facts, data, load } = await init(long());
    expect(facts).toMatchObject({
      layout: 'column',
      roles: { time: 'time_ms', timeUnit: 'ms', label: 'activity', channels: ['gx', 'gy'] },
      rate: { median: 50 },
      resample: undefined,
      classUnit: 'steps',
      classes: [
        { name: 'sit', count: 1600 },
        { name: 'walk', count: 1600 },
      ],
      blocking: [],
    });
    expect(data.window).toMatchObject({ length: 128, hop: 64, label: 'majority' });
    const { train, test: apart } = await load();
    expect(train.count).toBeGreaterThan(apart.count);
    expect(train.channels).toBe(2);
  });

  test('irregular times are resampled', async () => {
    const { facts, load } = await init(long((i) => 20 * i + (i % 7)));
    expect(facts.jitter).toBeGreaterThan(0.1);
    expect(facts.resample).toBe(48);
    expect((await load()).notes.join()).toContain('4 recordings were brought to 48 steps a second');
  });

  test('a null class is seen; a pandas index is no channel; persons stand in a column', async () => {
    const rows = Array.from({ length: 2400 }, (_, i) => {
      const kind = Math.floor(i / 100) % 2;
      return [i, Math.floor(i / 400), wave(kind, i, 0), ['null', 'tap'][kind]].join(',');
    });
    const { facts, data, load } = await init({ 'all.csv': `,subject,x,label\n${rows.join('\n')}\n` });
    expect(facts.roles).toMatchObject({ group: 'subject', label: 'label', channels: ['x'], ignored: ['column 1'] });
    expect(facts).toMatchObject({ nullClass: 'null', recordings: 6 });
    expect(data.window).toMatchObject({ nullClass: 'null', keepNull: true });
    expect((await load()).classNames).toEqual(['null', 'tap']);
  });

  test('a file of labels in seconds', async () => {
    const { facts, data, load } = await init(spans());
    expect(facts).toMatchObject({
      layout: 'file',
      labelFile: 'labels.csv',
      recordings: 4,
      classUnit: 'spans',
      blocking: [],
    });
    expect(data.labels).toEqual({ from: 'file', file: 'labels.csv' });
    expect((await load()).classNames).toEqual(['sit', 'walk']);
  });
});

test.each([
  ['.ts', { ...ts('TRAIN'), ...ts('TEST') }, 2],
  ['.ts, packed', packed({ ...ts('TRAIN'), ...ts('TEST') }), 2],
  ['ARFF', { ...arff('TRAIN'), ...arff('TEST') }, 1],
])('%s', async (_, files, channels) => {
  const { facts, load } = await init(files);
  expect(facts).toMatchObject({ layout: 'format', recordings: 24, hasTest: true });
  const { train, test: apart, classNames } = await load();
  expect([train.count, apart.count, train.channels, ...classNames]).toEqual([12, 12, channels, 'a', 'b']);
});

/** Files with one of them changed. */
const but = (files: Files, name: string, change: (text: string) => string | Uint8Array): Files => ({
  ...files,
  [name]: change(String(files[name])),
});
const line = (n: number, change: (text: string) => string) => (text: string) =>
  text
    .split('\n')
    .map((row, i) => (i === n - 1 ? change(row) : row))
    .join('\n');

describe('broken twins', () => {
  test.each<[string, Files, RegExp, RegExp | undefined]>([
    [
      'another delimiter',
      but(classes(), 'left/03.csv', (text) => text.replaceAll(',', '&')),
      /left\/03\.csv: one column of words, .*columns may be apart by comma/,
      /^left\/03\.csv, line 2, .*"[^"]*&/,
    ],
    [
      'a ragged row',
      but(
        classes(),
        'left/03.csv',
        line(5, (row) => `${row},1`),
      ),
      /left\/03\.csv: line 5, 4 columns, but 3 in line 2/,
      /^left\/03\.csv, line 5: 4 columns/,
    ],
    [
      'a word',
      but(
        classes(),
        'left/03.csv',
        line(5, () => '1,high,2'),
      ),
      /left\/03\.csv: line 5, column 2 \(ay\): "high"/,
      /^left\/03\.csv, line 5, column 2 \(ay\): "high"/,
    ],
    [
      'a repeated header',
      but(classes(), 'left/03.csv', (text) => text + text),
      /left\/03\.csv: line 22, .*two files were joined/,
      /^left\/03\.csv, line 22, .*two files were joined/,
    ],
    [
      'mixed decimals',
      but(
        classes(6, undefined, { delimiter: ';' }),
        'left/03.csv',
        line(4, () => '1.5;2,5;3'),
      ),
      /left\/03\.csv: line 4, column 2 \(ay\): "2,5" has a decimal comma/,
      /^left\/03\.csv, line 4, column 2/,
    ],
    [
      'a duplicate',
      { ...classes(), 'left/copy.csv': csv(0, { start: 3 }) },
      /left\/copy\.csv: the same bytes as left\/03\.csv/,
      undefined,
    ],
    [
      'an empty file',
      but(classes(), 'right/01.csv', () => ''),
      /right\/01\.csv: it is empty/,
      /^right\/01\.csv is empty/,
    ],
    [
      'a header alone',
      but(classes(), 'right/01.csv', () => 'ax,ay,az\n'),
      /right\/01\.csv: has a header and no rows/,
      /^right\/01\.csv has a header and no rows/,
    ],
    [
      'binary junk',
      but(classes(), 'right/01.csv', () => Uint8Array.of(80, 75, 3, 4, 0, 0, 255)),
      /right\/01\.csv: is not text: byte 2 is 0x03|right\/01\.csv: is not text: byte 4 is 0x00/,
      /^right\/01\.csv is not text/,
    ],
    [
      'other columns',
      but(classes(), 'left/03.csv', (text) => text.replace('ay', 'gyro')),
      /left\/03\.csv: column 2 is gyro, where left\/00\.csv has ay/,
      /left\/03\.csv, column 2 is "gyro"/,
    ],
    [
      'a short one',
      but(classes(), 'left/03.csv', (text) => text.split('\n').slice(0, 4).join('\n')),
      /left\/03\.csv: 3 steps, where others have about 20/,
      undefined,
    ],
    [
      'one class',
      { 'left/1.csv': csv(0), 'left/2.csv': csv(0, { start: 1 }) },
      /there is one class alone, left/,
      /one class alone, left/,
    ],
    [
      'no class',
      { '1.csv': csv(0), '2.csv': csv(1) },
      /no classes were found: make a subfolder for each class/,
      /1\.csv lies in no class folder/,
    ],
    [
      'a file beside the classes',
      { ...classes(), 'stray.csv': csv(0, { start: 9 }) },
      /stray\.csv lies beside the class folders/,
      /^stray\.csv lies in no class folder/,
    ],
    [
      'damaged gzip',
      { ...classes(), 'left/06.csv.gz': gzipSync(csv(0, { start: 9 })).subarray(0, 40) },
      /left\/06\.csv\.gz: is cut off or damaged/,
      /^left\/06\.csv\.gz is cut off or damaged/,
    ],
    [
      'time that goes back',
      but(
        long(),
        'day 2.csv',
        line(400, (row) => row.replace(/^\d+/, '0')),
      ),
      /day 2\.csv: its time_ms goes back somewhere; sort the rows/,
      /^day 2\.csv, line 400, column 1 \(time_ms\): the time goes back/,
    ],
    [
      'a time that is missing',
      but(
        long(),
        'day 2.csv',
        line(400, (row) => row.replace(/^\d+/, '')),
      ),
      /^$/,
      /^day 2\.csv, line 400, column 1 \(time_ms\): the time is missing/,
    ],
    [
      'a label for no recording',
      but(spans(), 'labels.csv', (text) => text.replaceAll('day 2', 'day 7')),
      /^$/,
      /labels\.csv has labels for day 7\.csv, but there is no such recording/,
    ],
    [
      'a span that ends before it starts',
      but(
        spans(),
        'labels.csv',
        line(3, (row) => row.replace(',2,4,', ',4,2,')),
      ),
      /^$/,
      /labels\.csv: a label from 4 to 2/,
    ],
    [
      'a .ts line without class',
      but(
        { ...ts('TRAIN'), ...ts('TEST') },
        'Toy_TRAIN.ts',
        line(7, (row) => row.replace(/:[ab]$/, ':')),
      ),
      /Toy_TRAIN\.ts: line 7: no class stands after the last colon/,
      /^Toy_TRAIN\.ts, line 7: no class/,
    ],
    [
      'an ARFF line too short',
      but(
        { ...arff('TRAIN'), ...arff('TEST') },
        'Toy_TEST.arff',
        line(25, (row) => row.replace(/^[^,]*,/, '')),
      ),
      /Toy_TEST\.arff: line 25: 20 values, but 21 attributes/,
      /^Toy_TEST\.arff, line 25: 20 values/,
    ],
    ['train without test', ts('TRAIN'), /^$/, /has train but no test recordings/],
  ])('%s', async (_, files, said, refused) => {
    const result = await wrong(files);
    expect(result.said).toMatch(said);
    if (refused === undefined) expect(result.refused).toBeUndefined();
    else expect(result.refused).toMatch(refused);
  });

  test('nothing to read', async () => {
    await expect(init({ 'a.mov': 'x' })).rejects.toThrow(/has no recordings: none of its files ends in \.csv/);
    await expect(scanFolder(path.join(folder.path, 'nowhere'))).rejects.toThrow('there is no folder');
  });
});
