import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { resolveRecipe } from '../../recipe/index.js';
import { temporaryFolder, writeTree } from '../../testing/index.js';
import type { Dataset } from '../dataset.js';
import { DataError } from '../errors.js';
import { loadDataset } from '../load.js';
import type { Sequences } from '../sequences.js';

const folder = await temporaryFolder();
afterAll(() => folder.remove());
let trees = 0;

/** Writes files and loads them as a folder. */
async function load(files: Record<string, string | Uint8Array>, data: Record<string, unknown> = {}): Promise<Dataset> {
  const root = path.join(folder.path, `tree${trees++}`);
  await writeTree(root, files);
  const recipe = resolveRecipe({ data: { name: 'folder', path: root, ...data } }, 'test');
  return loadDataset(recipe.data);
}

const lines = (rows: readonly (readonly (number | string)[])[], header?: string) =>
  [...(header === undefined ? [] : [header]), ...rows.map((row) => row.join(','))].join('\n') + '\n';

/** Rows of two channels that tell where they come from: 1000 file + row, and its negative. */
const ramp = (file: number, rows: number) =>
  Array.from({ length: rows }, (_, t) => [1000 * file + t, -1000 * file - t]);

/** A sequence's first channel. */
const first = ({ values, starts, lengths, channels }: Sequences, i: number) =>
  Array.from({ length: lengths[i] }, (_, t) => values[starts[i] + t * channels]);

const both = (dataset: Dataset) =>
  (['train', 'test'] as const).flatMap((part) =>
    Array.from({ length: dataset[part].count }, (_, i) => ({
      part,
      label: dataset[part].labels[i],
      values: first(dataset[part], i),
    })),
  );

describe('a folder a class', () => {
  const files = Object.fromEntries(
    Array.from({ length: 10 }, (_, k) => [`${k % 2 ? 'up' : 'down'}/r${k}.csv`, lines(ramp(k, 5 + k), 'x,y')]),
  );

  test('keeps each recording whole, whatever its length', async () => {
    const dataset = await load(files);
    expect([dataset.classNames, dataset.channelNames]).toEqual([
      ['down', 'up'],
      ['x', 'y'],
    ]);
    expect([dataset.train.count, dataset.test.count, dataset.testDrawn]).toEqual([8, 2, true]);
    const all = both(dataset).sort((a, b) => a.values[0] - b.values[0]);
    all.forEach(({ label, values }, k) => {
      expect(label).toBe(k % 2);
      expect(values).toEqual(ramp(k, 5 + k).map(([x]) => x));
    });
  });

  test('tells a channel that a value far out leaves without counts', async () => {
    const odd = Object.fromEntries(
      Array.from({ length: 6 }, (_, k) => {
        const rows = Array.from({ length: 8 }, (__, t) => [0.5 + t / 10, k < 4 && t === 0 ? 1e30 : 0.5 + t / 20]);
        return [`${k % 2 ? 'up' : 'down'}/r${k}.csv`, lines(rows, 'x,y')];
      }),
    );
    const told = (await load(odd)).notes.filter((text) => text.startsWith('channel'));
    expect(told).toEqual([
      expect.stringMatching(/^channel y: .* % of its training values are 0 counts of .*; look for/),
    ]);
  });

  test('cut into windows: none crosses a recording, no frame is in two parts', async () => {
    const dataset = await load(files, { window: { length: 4, hop: 2 }, channels: ['x'] });
    expect(dataset.channelNames).toEqual(['x']);
    const seen = new Map<number, string>();
    for (const { part, values } of both(dataset)) {
      expect(values).toEqual(Array.from({ length: 4 }, (_, t) => values[0] + t));
      for (const value of values) expect(seen.get(value) ?? part).toBe(part);
      for (const value of values) seen.set(value, part);
    }
    // Windows are views: the values stand there once.
    expect(dataset.train.values.length).toBeLessThan(4 * dataset.train.count);
  });

  test('with parts of its own', async () => {
    const parts = Object.fromEntries(
      Object.entries(files).map(([name, text], k) => [`${k < 6 ? 'train' : 'test'}/${name}`, text]),
    );
    const dataset = await load(parts);
    expect([dataset.train.count, dataset.test.count, dataset.testDrawn]).toEqual([6, 4, false]);
  });

  test('groups by subfolder or by name stay together', async () => {
    const named = Object.fromEntries(
      Array.from({ length: 12 }, (_, k) => [`c${k % 2}/p${k >> 2}_${k}.csv`, lines(ramp(k, 4))]),
    );
    const byName = await load(named, {
      groupBy: { from: 'name', pattern: '^(p[0-9]+)_' },
      validationBy: 'group',
      test: 0.3,
    });
    expect([...new Set(byName.test.groups)]).toHaveLength(1);
    expect([...(byName.train.groups ?? [])].some((group) => byName.test.groups?.includes(group))).toBe(false);
    await expect(load(named, { groupBy: { from: 'name', pattern: '^q([0-9]+)' } })).rejects.toThrow(
      /finds no group in its name/,
    );
  });
});

describe('labels in a column', () => {
  /** One recording of 60 steps: 20 of class a, 20 without a class, 20 of class b. */
  const label = (t: number) => (t < 20 ? 'a' : t < 40 ? '' : 'b');
  const text = (file: number) =>
    lines(
      Array.from({ length: 60 }, (_, t) => [1000 * file + t, label(t)]),
      'x,activity',
    );
  const labels = { from: 'column', column: 'activity' };

  test('a window is of the class of most of its steps, and of none where that is none', async () => {
    const files = { '1.csv': text(1), '2.csv': text(2), '3.csv': text(3) };
    const dataset = await load(files, { labels, window: { length: 10, hop: 5 } });
    expect(dataset.classNames).toEqual(['a', 'b']);
    for (const { label: found, values } of both(dataset)) {
      const own = values.map((value) => label(value % 1000));
      const counts = ['a', '', 'b'].map((name) => own.filter((other) => other === name).length);
      expect(counts[2 * found]).toBeGreaterThanOrEqual(Math.max(...counts));
    }
    expect(both(dataset)).toHaveLength(3 * 8);
  });

  test('steps without a class can be a class of their own', async () => {
    const files = { '1.csv': text(1), '2.csv': text(2), '3.csv': text(3) };
    const kept = await load(files, { labels, window: { length: 10, hop: 10, keepNull: true, nullClass: 'rest' } });
    expect(kept.classNames).toEqual(['a', 'b', 'rest']);
    expect(both(kept).filter((sequence) => sequence.label === 2)).toHaveLength(6);
    const frames = kept.train.frameLabels as Int32Array;
    expect(frames).toHaveLength(kept.train.values.length);
    kept.train.values.forEach((value, f) => {
      expect(kept.classNames[frames[f]]).toBe(label(value % 1000) || 'rest');
    });
  });

  test('one long recording is divided by time', async () => {
    const alternate = lines(
      Array.from({ length: 400 }, (_, t) => [t, Math.floor(t / 20) % 2 ? 'on' : 'off']),
      'x,state',
    );
    const data = { labels: { from: 'column', column: 'state' }, window: { length: 10, hop: 5 } };
    await expect(load({ 'one.csv': alternate }, data)).rejects.toThrow(/set data.testBy to time/);
    const dataset = await load({ 'one.csv': alternate }, { ...data, testBy: 'time', validationBy: 'time', test: 0.25 });
    const last = Math.max(...both(dataset).flatMap(({ part, values }) => (part === 'train' ? values : [])));
    const start = Math.min(...both(dataset).flatMap(({ part, values }) => (part === 'test' ? values : [])));
    expect([last < start, start]).toEqual([true, 300]);
  });
});

describe('labels in a file', () => {
  const plain = (file: number, rows: number) =>
    lines(
      Array.from({ length: rows }, (_, t) => [t / 10, 1000 * file + t]),
      'time,x',
    );
  const data = { labels: { from: 'file', file: 'labels.csv' }, time: { column: 'time', unit: 's' } };

  test('spans count seconds where there is a time', async () => {
    const files = {
      'a.csv': plain(1, 100),
      'b.csv': plain(2, 100),
      'c.csv': plain(3, 100),
      'labels.csv':
        'start,end,label,file\n0,4,walk,a.csv\n4,8,run,a.csv\n0,5,walk,b.csv\n5,10,run,b.csv\n2,6,run,c.csv\n6,10,walk,c.csv\n',
    };
    const dataset = await load(files, { ...data, window: { length: 10, hop: 10 } });
    expect(dataset.classNames).toEqual(['run', 'walk']);
    expect(dataset.channelNames).toEqual(['x']);
    const spans = { 1: 'wwwwrrrr', 2: 'wwwwwrrrrr', 3: '..rrrrwwww' } as Record<number, string>;
    const all = both(dataset);
    expect(all).toHaveLength(8 + 10 + 8);
    for (const { label, values } of all) {
      const [file, window] = [Math.floor(values[0] / 1000), (values[0] % 1000) / 10];
      expect('rw'[label]).toBe(spans[file][window]);
    }
  });

  test('names what is wrong', async () => {
    const files = { 'a.csv': plain(1, 100), 'b.csv': plain(2, 100) };
    const with_ = (labels: string) => load({ ...files, 'labels.csv': labels }, { ...data, window: { length: 10 } });
    await expect(with_('start,end,label,file\n0,4,walk,z.csv\n4,8,run,a.csv\n')).rejects.toThrow(/labels for z.csv/);
    await expect(with_('from,to,label\n0,4,walk\n')).rejects.toThrow(/has no column start and no column end/);
    await expect(with_('start,end,label\n4,4,walk\n')).rejects.toThrow(/the end must be after the start/);
  });
});

describe('targets', () => {
  const text = (file: number) =>
    lines(
      Array.from({ length: 30 }, (_, t) => [1000 * file + t, t / 8, t % 2]),
      'x,height,door',
    );
  const files = { '1.csv': text(1), '2.csv': text(2), '3.csv': text(3), '4.csv': text(4) };

  test('are columns, at every step', async () => {
    const dataset = await load(files, {
      targets: ['height', 'door'],
      labels: { from: 'format' },
      window: { length: 10, hop: 10 },
      validationBy: 'recording',
    });
    expect([dataset.classNames, dataset.channelNames]).toEqual([['height', 'door'], ['x']]);
    const { frameTargets, values } = dataset.train;
    expect(frameTargets).toHaveLength(2 * values.length);
    values.forEach((value, f) => {
      const t = value % 1000;
      expect([frameTargets?.[2 * f], frameTargets?.[2 * f + 1]]).toEqual([t / 8, t % 2]);
    });
  });
});

describe('what is wrong in a folder', () => {
  const good = { 'a/1.csv': lines(ramp(1, 5)), 'a/2.csv': lines(ramp(2, 5)), 'b/1.csv': lines(ramp(3, 5)) };
  test.each<[string, Record<string, string>, Record<string, unknown>, RegExp]>([
    ['one class', { 'a/1.csv': lines(ramp(1, 5)), 'a/2.csv': lines(ramp(2, 5)) }, {}, /one class alone, a/],
    ['another number of columns', { ...good, 'b/2.csv': '1,2,3\n4,5,6\n' }, {}, /2\.csv has 3 columns/],
    ['other channels', { 'a/1.csv': 'x,y\n1,2\n', 'a/2.csv': 'x,z\n1,2\n', 'b/1.csv': 'x,y\n1,2\n' }, {}, /is "z", in/],
    ['a stray file', { ...good, 'stray.csv': '1,2\n' }, {}, /stray\.csv lies in no class folder/],
    ['nothing to read', { 'a/1.xyz': 'x', 'b/1.xyz': 'y' }, {}, /has no recordings: none of its 2 files/],
    ['a test part alone', { 'test/a/1.csv': '1,2\n', 'test/b/1.csv': '1,2\n' }, {}, /has test but no train/],
    ['too long windows', good, { window: { length: 50 } }, /windows of 50 steps may be too long/],
    [
      'a class that only the test has',
      { 'train/a/1.csv': '1\n', 'train/b/1.csv': '1\n', 'test/c/1.csv': '1\n' },
      {},
      /class c has test recordings but none/,
    ],
    [
      'a single recording a class',
      { 'a/1.csv': lines(ramp(1, 5)), 'b/1.csv': lines(ramp(2, 5)) },
      {},
      /no class has two recordings/,
    ],
    ['some in groups', { ...good, 'a/p1/3.csv': lines(ramp(4, 5)) }, {}, /is in no group, others are/],
  ])('%s', async (_, files, data, message) => {
    const failure = load(files, data);
    await expect(failure).rejects.toBeInstanceOf(DataError);
    await expect(failure).rejects.toThrow(message);
  });
});
