import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { damaged, errorOf } from '../../testing/index.js';
import { DataError } from '../errors.js';
import { parquetReader } from './parquet.js';

const golden = (name: string) => new Uint8Array(readFileSync(new URL(`./golden/${name}`, import.meta.url)));

/** What tools/golden/formats.py gave PyArrow: values by column. */
const expected = JSON.parse(new TextDecoder().decode(golden('parquet.json'))) as {
  time: number[];
  ax: number[];
  ay: (number | null)[];
  count: number[];
  large: number[];
  flag: boolean[];
  label: (string | null)[];
  person: string[];
};
const codecs = ['none', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4'];

describe('tables that PyArrow wrote', () => {
  test.each([...codecs, 'deltas1', 'deltas2'])('%s: every column', async (codec) => {
    const recordings = await parquetReader.read(golden(`${codec}.parquet`), 'a.parquet', {
      label: 'label',
      group: 'person',
      missing: 'hold',
    });
    expect(recordings.map(({ name, group, steps }) => [name, group, steps])).toEqual([
      ['p1', 'p1', 15],
      ['p2', 'p2', 15],
    ]);
    const names = ['ax', 'ay', 'count', 'large', 'flag'] as const;
    expect(recordings[0]!.channelNames).toEqual(names);
    const filled = { ...expected, ay: expected.ay.map((value, i) => value ?? expected.ay[i - 1]) };
    const rows = recordings.flatMap(({ values }) => [...values]);
    names.forEach((name, c) => expect(rows.filter((_, i) => i % 5 === c)).toEqual(filled[name].map(Number)));
    expect(recordings.flatMap(({ time }) => [...time!])).toEqual(expected.time);
    const labels = recordings.flatMap(({ stepLabels }) =>
      Array.from(stepLabels!.indices, (i) => stepLabels!.names[i] ?? null),
    );
    expect(labels).toEqual(expected.label);
  });

  test('data pages of version 2', async () => {
    const [recording] = await parquetReader.read(golden('pages2.parquet'), 'a.parquet', {});
    expect([...recording!.values]).toEqual(expected.ax);
  });

  test('channels, targets and recordings by name', async () => {
    const recordings = await parquetReader.read(golden('snappy.parquet'), 'a.parquet', {
      channels: ['count', 'ax'],
      targets: ['large'],
      recording: 'flag',
    });
    const changes = expected.flag.filter((flag, i) => i === 0 || flag !== expected.flag[i - 1]).length;
    expect(recordings).toHaveLength(changes);
    expect(recordings.flatMap(({ values }) => [...values])).toEqual(
      expected.count.flatMap((count, i) => [count, expected.ax[i]]),
    );
    expect(recordings.flatMap(({ targets }) => [...targets!.values])).toEqual(expected.large);
  });

  test('what a person is told of a file', async () => {
    const { columns, rows, problems } = await parquetReader.describe(golden('snappy.parquet'), 'a.parquet');
    expect({ rows, problems }).toEqual({ rows: 30, problems: [] });
    expect(columns.map(({ name, kind, missing }) => [name, kind, missing])).toEqual([
      ['time', 'time', 0],
      ['ax', 'number', 0],
      ['ay', 'number', 1],
      ['count', 'number', 0],
      ['large', 'number', 0],
      ['flag', 'number', 0],
      ['label', 'text', 3],
      ['person', 'text', 0],
    ]);
    expect(columns.at(-1)!.distinct).toEqual(['p1', 'p2']);
    expect((await parquetReader.describe(new Uint8Array(), 'a.parquet')).problems).toHaveLength(1);
  });
});

describe('broken files: one error', () => {
  const snappy = golden('snappy.parquet');
  test.each<[string, Uint8Array, RegExp]>([
    ['empty', new Uint8Array(), /a.parquet is empty/],
    ['junk', new Uint8Array(100).fill(3), /a.parquet is no Parquet file/],
    ['cut off', snappy.slice(0, -100), /a.parquet is cut off/],
    [
      'damaged',
      snappy.map((byte, i) => (i > snappy.length - 600 && i < snappy.length - 8 ? 0xff : byte)),
      /a.parquet is damaged/,
    ],
    ['lists', golden('lists.parquet'), /a.parquet has no columns of plain values/],
    ['missing value', snappy, /a.parquet: step 8, ay is NaN; .* data.missing/],
  ])('%s', async (_, bytes, message) => {
    await expect(parquetReader.read(bytes, 'a.parquet', {})).rejects.toThrow(message);
    await expect(parquetReader.read(bytes, 'a.parquet', {})).rejects.toBeInstanceOf(DataError);
  });

  test.each<[string, object, RegExp]>([
    ['no such column', { label: 'class' }, /has no column "class"; it has "time", "ax"/],
    ['a channel of texts', { channels: ['label'] }, /column label holds texts/],
    ['time that goes back', { time: 'count' }, /the time of row \d+ is before the row above it; sort/],
  ])('%s', async (_, roles, message) => {
    await expect(parquetReader.read(snappy, 'a.parquet', roles)).rejects.toThrow(message);
  });

  test('run lengths beyond the rows', async () => {
    const broken = golden('pages2.parquet');
    broken.set([0], 418);
    broken.set([0], 24);
    broken.set([64], 356);
    const error = await errorOf(() => parquetReader.read(broken, 'a.parquet', {}));
    expect(error).toBeInstanceOf(DataError);
  });

  test.each([...codecs, 'pages2', 'deltas1', 'deltas2'])(
    '%s: whatever is damaged gives a result or one DataError',
    async (codec) => {
      await fc.assert(
        fc.asyncProperty(damaged(golden(`${codec}.parquet`)), async (broken) => {
          const error = await errorOf(() => parquetReader.read(broken, 'a.parquet', { missing: 'hold' }));
          if (error !== undefined) expect(error).toBeInstanceOf(DataError);
        }),
        { numRuns: 200 },
      );
    },
  );
});
