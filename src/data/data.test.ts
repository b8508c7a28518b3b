import { createHash } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveRecipe, type Recipe } from '../recipe/index.js';
import { idx, temporaryFolder, writeMnist, writeTree, writeUciHar, type HarWindow } from '../testing/index.js';
import {
  DataError,
  datasetNames,
  describeDataset,
  loadDataset,
  selectSequences,
  splitValidation,
  verifyDataset,
  type Dataset,
} from './index.js';

type Partial = { [K in keyof Recipe['data']]?: Recipe['data'][K] };

function load(dataDirectory: string | undefined, data: Partial): Promise<Dataset> {
  return loadDataset(resolveRecipe({ data }, 'test').data, { dataDirectory });
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

describe('mnist-rows', () => {
  let root: string;
  beforeAll(async () => {
    root = path.join(folder.path, 'digits');
    await writeMnist(root, 25, 12);
    await writeMnist(`${root}-gz`, 25, 12, true);
  });

  test('rows are steps, pixels are counts of one grey level', async () => {
    const { train, test: tested, ...dataset } = await load(root, { name: 'mnist-rows' });
    expect([train.count, train.steps, train.features, tested.count]).toEqual([25, 28, 28, 12]);
    expect(dataset.classNames).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect([dataset.lsb[0], dataset.units[27], dataset.lsb.length]).toEqual([1, 'grey level', 28]);
    expect(train.labels[13]).toBe(3);
    const row = (i: number, t: number) => Array.from(train.values.subarray((i * 28 + t) * 28, (i * 28 + t + 1) * 28));
    expect(row(13, 5)).toEqual(Array.from({ length: 28 }, (_, column) => (column === 5 ? 65 : 0)));
    expect(train.values.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  test('gzipped files give the same data set', async () => {
    expect(await load(`${root}-gz`, { name: 'mnist-rows' })).toEqual(await load(root, { name: 'mnist-rows' }));
  });

  test('a lsb of 2 halves the counts, halves going up', async () => {
    const { train } = await load(root, { name: 'mnist-rows', input: { lsb: 2 } });
    expect([train.values[0], train.values[29], train.values[784 + 29]]).toEqual([0, 1, 11]); // 0, 1 and 21 halved
  });

  test('limit takes a fixed choice of the training recordings, and leaves the test set', async () => {
    const whole = await load(root, { name: 'mnist-rows' });
    const few = await load(root, { name: 'mnist-rows', limit: 5 });
    expect([few.train.count, few.test.count, few.train.labels.length, few.train.starts.length]).toEqual([5, 12, 5, 5]);
    expect(few.hash).not.toBe(whole.hash);
    expect(few).toEqual(await load(root, { name: 'mnist-rows', limit: 5 }));
    expect((await load(root, { name: 'mnist-rows', limit: 25 })).hash).toBe(whole.hash);
  });

  test.each<[string, Record<string, Uint8Array>, RegExp]>([
    ['short', { 'train-labels-idx1-ubyte': idx([25], new Uint8Array(24)) }, /24 bytes of values, 25 were announced/],
    ['other type', { 'train-labels-idx1-ubyte': idx([25, 1], new Uint8Array(25)) }, /starts with 0x00000802/],
    ['other count', { 'train-labels-idx1-ubyte': idx([24], new Uint8Array(24)) }, /24 labels for 25 images/],
    [
      'label 10',
      { 'train-labels-idx1-ubyte': idx([25], new Uint8Array(25).fill(10)) },
      /label 0 is 10; labels are 0 to 9/,
    ],
    ['other size', { 'train-images-idx3-ubyte': idx([25, 7, 7], new Uint8Array(25 * 49)) }, /images of 7 x 7 pixels/],
    ['empty', { 't10k-images-idx3-ubyte': Uint8Array.of() }, /0 bytes are too few for an IDX file/],
  ])('%s', async (name, files, message) => {
    const broken = path.join(folder.path, `mnist ${name}`);
    await writeMnist(broken, 25, 12);
    await writeTree(path.join(broken, 'mnist'), files);
    const error = await load(broken, { name: 'mnist-rows' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(message);
    expect((error as DataError).message).toContain(path.join(broken, 'mnist', Object.keys(files)[0]));
  });
});

describe('uci-har', () => {
  /** Windows of three persons; the value tells window, step and channel apart. */
  const windows = (count: number): HarWindow[] =>
    Array.from({ length: count }, (_, i) => ({
      activity: i % 6,
      person: 1 + (i % 3),
      value: (step, channel) => (i + 1) * 0.01 + step * 0.125 - channel * 0.25,
    }));
  let root: string;
  beforeAll(async () => {
    root = path.join(folder.path, 'har');
    await writeUciHar(root, { train: windows(18), test: windows(7) }, { steps: 8 });
    await writeUciHar(`${root}-plain`, { train: windows(18), test: windows(7) }, { steps: 8, gzip: false });
  });

  test('channels, units, persons and rounded values', async () => {
    const { train, test: tested, ...dataset } = await load(root, { name: 'uci-har' });
    expect([train.count, train.steps, train.features, tested.count]).toEqual([18, 8, 9, 7]);
    expect(dataset.classNames[3]).toBe('SITTING');
    expect(dataset.channelNames[4]).toBe('body_gyro_y');
    expect(dataset.units).toEqual(['g', 'g', 'g', 'rad/s', 'rad/s', 'rad/s', 'g', 'g', 'g']);
    expect(Array.from(train.groups ?? []).slice(0, 4)).toEqual([1, 2, 3, 1]);
    expect(Array.from(train.labels).slice(4, 8)).toEqual([4, 5, 0, 1]);
    const source = windows(18);
    for (let i = 0; i < train.values.length; i++) {
      const [window, step, channel] = [Math.floor(i / 72), Math.floor(i / 9) % 8, i % 9];
      // 1e-7: the text has eight digits
      const error = Math.abs(train.values[i] * dataset.lsb[channel] - source[window].value(step, channel));
      expect(error).toBeLessThanOrEqual(dataset.lsb[channel] / 2 + 1e-7);
    }
  });

  test('auto lsb: the smallest power of two that leaves a factor of two above the largest training value', async () => {
    const { train, lsb } = await load(root, { name: 'uci-har' });
    for (let c = 0; c < 9; c++) {
      expect(Number.isInteger(Math.log2(lsb[c]))).toBe(true);
      const largest = train.values.reduce(
        (most, value, i) => (i % 9 === c ? Math.max(most, Math.abs(value)) : most),
        0,
      );
      expect(2 * largest).toBeLessThanOrEqual(32767);
      expect(4 * largest).toBeGreaterThan(32766);
    }
  });

  test('plain files give the same data set, scrambled test labels the same training set', async () => {
    const dataset = await load(root, { name: 'uci-har' });
    expect(await load(`${root}-plain`, { name: 'uci-har' })).toEqual(dataset);
    const train = windows(18);
    const scrambled = windows(7).map((window) => ({ ...window, activity: 5 - window.activity }));
    await writeUciHar(`${root}-scrambled`, { train, test: scrambled }, { steps: 8 });
    const other = await load(`${root}-scrambled`, { name: 'uci-har' });
    expect(other.train).toEqual(dataset.train);
    expect(other.hash).not.toBe(dataset.hash);
  });

  test('classes are merged in the order of the recipe', async () => {
    const merge = {
      still: ['LAYING', 'SITTING', 'STANDING'],
      up: ['WALKING_UPSTAIRS'],
      on: ['WALKING', 'WALKING_DOWNSTAIRS'],
    };
    const { classNames, train } = await load(root, { name: 'uci-har', merge });
    expect(classNames).toEqual(['still', 'up', 'on']);
    expect(Array.from(train.labels).slice(0, 6)).toEqual([2, 1, 2, 0, 0, 0]);
  });

  test.each<[Record<string, string[]>, string]>([
    [{ a: ['SITING'], b: ['LAYING'] }, 'data.merge.a: there is no class SITING; did you mean SITTING?'],
    [{ a: ['SITTING'], b: ['LAYING', 'SITTING'] }, 'data.merge.b: the class SITTING is already in a'],
    [{ a: ['SITTING'], b: ['LAYING'] }, 'data.merge: WALKING, WALKING_UPSTAIRS, WALKING_DOWNSTAIRS, STANDING in none'],
  ])('merge %j', async (merge, message) => {
    await expect(load(root, { name: 'uci-har', merge })).rejects.toThrow(message);
  });

  test('errors name file, line and remedy', async () => {
    await expect(load(path.join(folder.path, 'nowhere'), { name: 'uci-har' })).rejects.toThrow(
      /there is no .*nowhere.uci-har; fastgrnn data get uci-har fetches it/,
    );
    const broken = path.join(folder.path, 'har broken');
    await writeUciHar(broken, { train: windows(18), test: windows(7) }, { steps: 8, gzip: false });
    const spoil = async (file: string, text: string | Uint8Array, message: RegExp) => {
      const copy = `${broken} ${file.replaceAll('/', '-')}`;
      await writeUciHar(copy, { train: windows(18), test: windows(7) }, { steps: 8, gzip: false });
      await writeTree(path.join(copy, 'uci-har'), { [file]: text });
      await expect(load(copy, { name: 'uci-har' })).rejects.toThrow(message);
      await expect(load(copy, { name: 'uci-har' })).rejects.toBeInstanceOf(DataError);
    };
    await spoil('train/y_train.txt', '1\n2\nseven\n', /y_train.txt, line 3, column 1: "seven" is not a number/);
    await spoil('test/y_test.txt', '1\n2\n7\n', /y_test.txt, number 3 of 3: 7 must be an integer from 1 to 6/);
    await spoil('train/subject_train.txt', '1\n', /18 labels but 1 persons/);
    await spoil(
      'train/Inertial Signals/body_acc_y_train.txt',
      '1 2\n3\n',
      /body_acc_y_train.txt, line 2: 1 numbers, but 2 in the lines before/,
    );
    await spoil('train/Inertial Signals/body_acc_y_train.txt', '1 NaN\n', /line 1, column 2: "NaN" is not a number/);
    await spoil('activity_labels.txt', '1 A\n3 B\n', /activity_labels.txt, line 2: "3 B" must be "2 NAME"/);
    const cut = path.join(folder.path, 'har cut');
    await writeUciHar(cut, { train: windows(18), test: windows(7) }, { steps: 8 });
    await writeTree(path.join(cut, 'uci-har'), {
      'test/Inertial Signals/body_gyro_z_test.txt.gz': Uint8Array.of(31, 139, 8),
    });
    await expect(load(cut, { name: 'uci-har' })).rejects.toThrow(/body_gyro_z_test.txt.gz is cut off or damaged/);
  });

  test('files are compared with the checksums', async () => {
    const check = await verifyDataset('uci-har', { dataDirectory: root });
    expect(check.directory).toBe(path.join(root, 'uci-har'));
    const status = (file: string) => check.files.find((entry) => entry.file === file)?.status;
    expect(status('activity_labels.txt')).toBe('right'); // the same text as in the archive
    expect(status('train/y_train.txt')).toBe('differs');
    const plain = await verifyDataset('uci-har', { dataDirectory: `${root}-plain` });
    expect(plain.files.filter(({ status: found }) => found === 'missing')).toHaveLength(18);
    expect(await verifyDataset('uci-har', { dataDirectory: folder.path })).toEqual({ directory: undefined, files: [] });
  });
});

test('benchmarks are described', async () => {
  for (const name of datasetNames) expect(describeDataset(name).name).toBe(name);
  expect(() => describeDataset('uci-haar')).toThrow('there is no data set uci-haar; did you mean uci-har?');
});

test('the hash is of the content, byte by byte', async () => {
  const root = path.join(folder.path, 'hash');
  await writeMnist(root, 10, 10);
  const dataset = await load(root, { name: 'mnist-rows' });
  const digest = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex');
  const array = (values: Int16Array | Int32Array | Uint32Array) => `["${digest(new Uint8Array(values.buffer))}"]`;
  const part = ({ values, labels, count, starts, lengths }: Dataset['train']) =>
    `{"labels":${array(labels)},"shape":[${count},28,28,28],"values":${array(values)},"views":[${array(starts)},${array(lengths)}]}`;
  const names = dataset.classNames.map((name) => `"${name}"`).join(',');
  const text = `{"classNames":[${names}],"lsb":[${new Array(28).fill(1).join(',')}],"test":${part(dataset.test)},"train":${part(dataset.train)}}`;
  expect(dataset.hash).toBe(digest(text));
});

describe('validation', () => {
  const labels = Int32Array.from({ length: 100 }, (_, i) => (i < 90 ? i % 2 : 2));
  const groups = Int32Array.from({ length: 100 }, (_, i) => i % 10);

  test('random: of each class its part, the same for the same seed', () => {
    const { train, validation } = splitValidation({ labels, groups }, { fraction: 0.2, by: 'random', seed: 1 });
    expect(Array.from([...train, ...validation]).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    );
    const counts = [0, 1, 2].map((label) => validation.filter((i) => labels[i] === label).length);
    expect(counts).toEqual([9, 9, 2]);
    expect(train).toEqual(train.toSorted());
    const split = (seed: number) =>
      splitValidation({ labels, groups }, { fraction: 0.2, by: 'random', seed }).validation;
    expect(split(1)).toEqual(validation);
    expect(split(2)).not.toEqual(validation);
  });

  test('group: whole groups', () => {
    const { train, validation } = splitValidation({ labels, groups }, { fraction: 0.2, by: 'group', seed: 1 });
    const persons = new Set(Array.from(validation, (i) => groups[i]));
    expect(persons.size).toBe(2);
    expect(validation).toHaveLength(20);
    expect(train.some((i) => persons.has(groups[i]))).toBe(false);
  });

  test('edges', () => {
    const all = splitValidation({ labels, groups }, { fraction: 0, by: 'group', seed: 1 });
    expect([all.train.length, all.validation.length]).toEqual([100, 0]);
    const pair = splitValidation(
      { labels: Int32Array.of(0, 0, 1), groups: undefined },
      { fraction: 0.9, by: 'random', seed: 1 },
    );
    expect([pair.train.length, pair.validation.length]).toEqual([2, 1]); // the only one of class 1 is trained on
    const by = { fraction: 0.5, by: 'group', seed: 1 } as const;
    expect(() => splitValidation({ labels, groups: undefined }, by)).toThrow(DataError);
    expect(() => splitValidation({ labels: Int32Array.of(0, 1), groups: Int32Array.of(0, 1) }, by)).toThrow(
      /a class without training/,
    );
  });

  test('chosen sequences keep values, labels and groups together', async () => {
    const root = path.join(folder.path, 'choose');
    await writeMnist(root, 10, 10);
    const { train } = await load(root, { name: 'mnist-rows' });
    const chosen = selectSequences({ ...train, groups: Int32Array.from(train.labels) }, Uint32Array.of(7, 2));
    expect([chosen.count, ...chosen.labels, ...(chosen.groups ?? [])]).toEqual([2, 7, 2, 7, 2]);
    expect([chosen.values[chosen.starts[0]], chosen.values[chosen.starts[1]]]).toEqual([140, 40]);
    expect(chosen.values).toBe(train.values);
  });
});
