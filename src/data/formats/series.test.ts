import { describe, expect, test } from 'vitest';
import { DataError } from '../errors.js';
import type { ColumnRoles } from './format.js';
import { readerOf } from './readers.js';

const bytes = (text: string) => new TextEncoder().encode(text);
function read(file: string, text: string, roles: ColumnRoles = {}) {
  const reader = readerOf(file);
  if (!reader) throw new Error(`no reader of ${file}`);
  return reader.read(bytes(text), file, roles);
}
async function describeFile(file: string, text: string) {
  return readerOf(file)?.describe(bytes(text), file);
}

const ts = (data: string, more = '') =>
  `# made by hand\n@problemName Toy\n@timeStamps false\n@classLabel true up down\n${more}@data\n${data}`;

describe('.ts', () => {
  test('one channel, unequal lengths, labels, missing values', async () => {
    const recordings = await read('T_TRAIN.ts', ts('1,2,3:up\n4,?,5,6:down\n'), { missing: 'hold' });
    expect(recordings.map(({ steps, label, values }) => [steps, label, ...values])).toEqual([
      [3, 'up', 1, 2, 3],
      [4, 'down', 4, 4, 5, 6],
    ]);
  });

  test('several channels become steps of channels', async () => {
    const [first, second] = await read('T.ts', ts('1,2,3:10,20,30:up\n4,5:40,50:down\n', '@dimensions 2\n'));
    expect([...first.values]).toEqual([1, 10, 2, 20, 3, 30]);
    expect([second.steps, second.channelNames.length, second.label]).toEqual([2, 2, 'down']);
    expect(await describeFile('T.ts', ts('1,2,3:10,20,30:up\n4,5:40,50:down\n'))).toMatchObject({
      format: '.ts',
      recordings: 2,
      rows: 5,
      lengths: [3, 2],
      labels: ['up', 'down'],
      problems: [],
    });
  });

  test('padding at the end is no value', async () => {
    const [{ steps }] = await read('T.ts', ts('1,2,NaN,NaN:up\n'));
    expect(steps).toBe(2);
  });

  test('times', async () => {
    const text =
      '@timeStamps true\n@classLabel true a\n@data\n(0,1),(0.5,2):a\n(2024-01-01 00:00:00,3),(2024-01-01 00:00:01,4):a\n';
    const [first, second] = await read('T.ts', text);
    expect([...(first.time ?? []), ...first.values]).toEqual([0, 0.5, 1, 2]);
    expect([(second.time?.[1] ?? 0) - (second.time?.[0] ?? 0), ...second.values]).toEqual([1, 3, 4]);
  });

  test.each([
    ['', 'T.ts has no recordings after @data'],
    ['1,2,3\n', 'T.ts, line 6: no class stands after the last colon'],
    ['1,2:left\n', 'T.ts, line 6: the class "left" is none of @classLabel (up, down)'],
    ['1,2:up\n1,2:3,4:up\n', 'T.ts, line 7: 2 channels, but 1 in the lines before'],
    ['1,2:3:up\n', 'T.ts, line 6: channel 2 has 1 values, channel 1 has 2'],
    ['1,x:up\n', 'T.ts, line 6, channel 1, value 2: "x" is not a finite number'],
    [
      '1,?,3:up\n',
      'T.ts, line 6: value 2 of channel 1 is missing (1 in the recording); fill it in, or set data.missing',
    ],
    ['?,?:up\n', 'T.ts, line 6: the recording has no values'],
  ])('%j', async (data, message) => {
    await expect(read('T.ts', ts(data))).rejects.toThrow(DataError);
    await expect(read('T.ts', ts(data))).rejects.toThrow(message);
  });

  test('what is no .ts file', async () => {
    await expect(read('T.ts', 'export const x = 1;\n')).rejects.toThrow(
      'T.ts, line 1: "export const x = 1;" stands before @data',
    );
    await expect(read('T.ts', '@timeStamps false\n')).rejects.toThrow('T.ts has no @data line');
    expect((await describeFile('T.ts', 'x'))?.problems).toHaveLength(1);
  });
});

const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => `@attribute att${i + 1} numeric\n`).join('');

describe('ARFF', () => {
  const univariate = (data: string) =>
    `% a comment\n@relation toy\n${numbered(8)}@attribute target {up,down}\n@data\n${data}`;

  test('numbered attributes: a recording a line', async () => {
    const recordings = await read('T_TEST.arff', univariate('1,2,3,4,5,6,7,8,up\n1,2,3,4,5,?,?,?,down\n'));
    expect(recordings.map(({ steps, label, channelNames }) => [steps, label, channelNames.length])).toEqual([
      [8, 'up', 1],
      [5, 'down', 1],
    ]);
  });

  const relational = (data: string) =>
    `@relation toy\n@attribute rel relational\n@attribute t0 numeric\n@attribute t1 numeric\n@end rel\n@attribute class {a,b}\n@data\n${data}`;

  test('a relational attribute: several channels a line', async () => {
    const [{ values, label, steps }] = await read('T.arff', relational("'1,2\\n10,20\\n100,200',b\n"));
    expect([steps, label, ...values]).toEqual([2, 'b', 1, 10, 100, 2, 20, 200]);
  });

  test('others: a step a line, the nominal attribute labels it', async () => {
    const text =
      "@relation t\n@attribute 'a x' real\n@attribute y real\n@attribute act {sit,'stand up'}\n@data\n1,2,sit\n% pause\n3,4,'stand up'\n";
    const [{ channelNames, values, stepLabels }] = await read('T.arff', text);
    expect(channelNames).toEqual(['a x', 'y']);
    expect([...values]).toEqual([1, 2, 3, 4]);
    expect(stepLabels).toEqual({ names: ['sit', 'stand up'], indices: Int32Array.of(0, 1) });
    await expect(read('T.arff', text.replace('3,4', '3,four'))).rejects.toThrow(
      'T.arff, line 8, column 2 (y): "four" is not a finite number',
    );
  });

  test.each([
    [univariate('1,2\n'), 'T.arff, line 13: 2 values, but 9 attributes'],
    [univariate('1,2,3,4,5,6,7,x,up\n'), 'T.arff, line 13, value 8: "x" is not a finite number'],
    [univariate('1,2,3,4,5,6,7,8,?\n'), 'T.arff, line 13: the class is missing'],
    [univariate('1,2,3,4,5,6,7,8,left\n'), 'T.arff, line 13: the class "left" is none of up, down'],
    [univariate('1,?,3,4,5,6,7,8,up\n'), 'T.arff, line 13: value 2 of channel 1 is missing'],
    [univariate('{0 1, 8 up}\n'), 'T.arff, line 13: sparse ARFF is not read'.replace('is not', "isn't")],
    [univariate(''), 'T.arff has no recordings after @data'],
    [relational("'1,2\\n10',b\n"), 'T.arff, line 8: channel 2 has 1 values, channel 1 has 2'],
    [relational("'1,2\\n3,4',b\n'1,2',a\n"), 'T.arff, line 9: 1 channels, but 2 in the lines before'],
    ['@relation x\n', 'T.arff has no @data line'],
    ['@relation x\n@data\n1\n', 'T.arff has no @attribute lines'],
    ['', 'T.arff is empty'],
  ])('%j', async (text, message) => {
    await expect(read('T.arff', text)).rejects.toThrow(DataError);
    await expect(read('T.arff', text)).rejects.toThrow(message);
  });
});
