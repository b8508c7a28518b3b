import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError } from '../../errors.js';
import type { ColumnRoles } from '../format.js';
import { readerOf } from '../readers.js';
import { parseTime } from './cells.js';
import { NumberScanner } from '../../number-scanner.js';
import { textReader } from './reader.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string | Uint8Array, roles: ColumnRoles = {}) =>
  textReader.read(typeof text === 'string' ? bytes(text) : text, 'f.csv', roles);
const describeText = (text: string) => textReader.describe(bytes(text), 'f.csv');

function utf16(text: string, order: 'le' | 'be', mark: boolean): Uint8Array {
  const all = new Uint8Array(2 * (text.length + (mark ? 1 : 0)));
  const view = new DataView(all.buffer);
  [...(mark ? '\uFEFF' : ''), ...text].forEach((c, i) => view.setUint16(2 * i, c.charCodeAt(0), order === 'le'));
  return all;
}

/** The same table in each dialect. */
const rows = [
  [1, 2.5],
  [-3, 0.4],
  [1234.5, -6e-3],
];
const dialects = [',', ';', '\t', '|', ' '].flatMap((delimiter) =>
  ['.', ','].flatMap((decimal) =>
    [false, true].map((header) => [delimiter, decimal, header] as [string, string, boolean]),
  ),
);

describe('dialects', () => {
  test.each(dialects.filter(([delimiter, decimal]) => delimiter !== decimal))(
    'delimiter %j, decimal %j, header %j',
    async (delimiter, decimal, header) => {
      const lines = rows.map((row) => row.map((value) => String(value).replace('.', decimal)).join(delimiter));
      const text = [...(header ? [['ax', 'ay'].join(delimiter)] : []), ...lines, ''].join('\n');
      for (const variant of [text, text.replaceAll('\n', '\r\n'), `\uFEFF${text}`, `# made today\n\n${text}`]) {
        const [{ values, channelNames, steps }] = await read(variant);
        expect([...values]).toEqual(rows.flat());
        expect(channelNames).toEqual(header ? ['ax', 'ay'] : ['column 1', 'column 2']);
        expect(steps).toBe(3);
      }
      const { dialect } = await describeText(text);
      expect(dialect).toMatchObject({ delimiter, decimal, header, quotes: false });
    },
  );

  test.each([
    ['UTF-16 LE with mark', utf16('a,b\n1,2.5\n', 'le', true)],
    ['UTF-16 BE with mark', utf16('a,b\n1,2.5\n', 'be', true)],
    ['UTF-16 LE without', utf16('a,b\n1,2.5\n', 'le', false)],
    ['old line ends', bytes('a,b\r1,2.5\r')],
    ['quotes', bytes('"a","b"\n"1","2.5"\n')],
    ['no line end', bytes('a,b\n1,2.5')],
    ['spaces', bytes(' a , b \n 1 , 2.5 \n')],
    ['a header in a comment', bytes('# a, b\n1,2.5\n')],
    ['comments within', bytes('a,b\n# a pause\n\n1,2.5\n# the end\n')],
  ])('%s', async (_, content) => {
    const [{ values, channelNames }] = await read(content);
    expect([...values, ...channelNames]).toEqual([1, 2.5, 'a', 'b']);
  });

  test('letters beyond ASCII in either encoding; units in names', async () => {
    const [{ channelNames, units }] = await read('Größe (m/s²),b [g]\n1,2\n');
    expect([channelNames, units]).toEqual([
      ['Größe', 'b'],
      ['m/s²', 'g'],
    ]);
    const latin = Uint8Array.from('Größe,b\n1,2\n', (c) => c.charCodeAt(0));
    expect((await read(latin))[0].channelNames).toEqual(['Größe', 'b']);
  });

  test('decimal commas that come late', async () => {
    const text = `${'1;2\n'.repeat(200)}3;4,5\n`;
    expect((await read(text))[0].values.at(-1)).toBe(4.5);
  });

  test('quoted cells hold delimiters, quotes and line feeds, and lines are counted on', async () => {
    const text = 'note,x\n"a, ""b""\nc",1\nd,oops\n';
    await expect(read(text, { channels: ['x'] })).rejects.toThrow('f.csv, line 4, column 2 (x): "oops"');
    const right = await read(text.replace('oops', '2'), { label: 'note' });
    expect(right[0].stepLabels?.names).toEqual(['a, "b"\nc', 'd']);
  });

  test('files are found by their endings', () => {
    expect(readerOf('a/B.CSV')?.name).toBe('CSV');
    expect(readerOf('b.tsv.gz')?.name).toBe('CSV');
    expect(readerOf('b.mov')).toBeUndefined();
  });
});

test('numbers are rounded as the language rounds them', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), (value, comma) => {
      for (const text of [String(value), value.toExponential(6), value.toPrecision(17)]) {
        const cell = bytes(`${comma ? text.replace('.', ',') : text};`);
        const scanner = new NumberScanner(cell, comma ? ',' : '.');
        if (!Object.is(scanner.read(0), Number(text)) || scanner.next !== cell.length - 1) return false;
      }
      return true;
    }),
    { numRuns: 2000, seed: 4 },
  );
  for (const none of ['', '-', '.', 'e5', 'x']) expect(new NumberScanner(bytes(none), '.').read(0)).toBeNaN();
});

test('times', () => {
  for (const text of [
    '2024-02-29T12:34:56.789Z',
    '2024-02-29T12:34:56.789+02:00',
    '2024-02-29T12:34:56.789-0530',
    '2024-02-29T12:34Z',
    '2024-02-29',
  ]) {
    expect(parseTime(text)).toBeCloseTo(Date.parse(text.replace('-0530', '-05:30')) / 1000, 6);
  }
  expect(parseTime('2024/02/29 12:34:56,5')).toBe(Date.UTC(2024, 1, 29, 12, 34, 56) / 1000 + 0.5);
  expect(parseTime('01:00:01.25')).toBe(3601.25);
  for (const none of ['2024-13-01', 'walk', '1.5', '', '12:61:00']) expect(parseTime(none)).toBeNaN();
});

describe('roles', () => {
  const table = 'time_ms,ax,ay,activity,who\n0,1,2,walk,ann\n20,3,4,walk,ann\n40,5,6,,bob\n60,7,8,sit,bob\n';

  test('time, labels, groups', async () => {
    const recordings = await read(table, { label: 'activity', group: 'who' });
    expect(recordings.map(({ group, steps, channelNames }) => [group, steps, ...channelNames])).toEqual([
      ['ann', 2, 'ax', 'ay'],
      ['bob', 2, 'ax', 'ay'],
    ]);
    expect([...(recordings[1].time ?? [])]).toEqual([0.04, 0.06]);
    expect(recordings[1].stepLabels).toEqual({ names: ['walk', 'sit'], indices: Int32Array.of(-1, 1) });
    expect(recordings[1].name).toBe('bob');
  });

  test('chosen channels in their order; others may hold anything', async () => {
    const [{ values, channelNames }] = await read(table, { channels: ['ay', 'ax'] });
    expect(channelNames).toEqual(['ay', 'ax']);
    expect([...values.slice(0, 4)]).toEqual([2, 1, 4, 3]);
  });

  test('labels that are numbers are classes as they are written', async () => {
    const [{ stepLabels }] = await read('x,y\n1,01\n2,1\n', { label: 'y' });
    expect(stepLabels?.names).toEqual(['01', '1']);
  });

  test.each([
    ['0,1\n1,2\n2,3\n', 's', [0, 1, 2]],
    ['0,1\n20,2\n40,3\n', 'ms', [0, 0.02, 0.04]],
    ['0,1\n20000,2\n40000,3\n', 'us', [0, 0.02, 0.04]],
    ['0.00,1\n0.02,2\n0.04,3\n', 's', [0, 0.02, 0.04]],
    ['1700000000000,1\n1700000000020,2\n', 'ms since 1970', [1.7e9, 1.70000000002e9]],
    ['1700000000,1\n1700000001,2\n', 's since 1970', [1.7e9, 1.700000001e9]],
    ['2024-05-01T00:00:00Z,1\n2024-05-01T00:00:00.5Z,2\n', 'a date', [1714521600, 1714521600.5]],
  ])('the unit of %j is guessed: %s', async (text, _, expected) => {
    const [{ time, channelNames }] = await read(`time,x\n${text}`);
    expect(channelNames).toEqual(['x']);
    expect(time?.length).toBe(expected.length);
    expected.forEach((value, i) => expect(time?.[i]).toBeCloseTo(value, 4));
  });

  test('missing values: refused, held or dropped', async () => {
    const text = 'time,x,y\n0,,1\n1,2,nan\n2,3,4\n3,5,?\n';
    await expect(read(text)).rejects.toThrow(
      'f.csv, line 2, column 2 (x): a value is missing (3 in the file); fill it in, or set data.missing to hold or drop',
    );
    const [held] = await read(text, { missing: 'hold' });
    expect([...held.values]).toEqual([2, 1, 2, 1, 3, 4, 5, 4]);
    const [dropped] = await read(text, { missing: 'drop' });
    expect([...dropped.values, ...(dropped.time ?? [])]).toEqual([3, 4, 2]);
    await expect(read('x,y\n1,\n2,\n', { missing: 'hold' })).rejects.toThrow('column 2 (y): no value in the whole');
    await expect(read('x,y\n1,\n2,\n', { missing: 'drop' })).rejects.toThrow('a value is missing in each row');
  });

  test('of a file as a person meets it', async () => {
    const facts = await describeText(table);
    expect(facts).toMatchObject({ rows: 4, recordings: 1, problems: [] });
    expect(facts.columns.map(({ name, kind, missing, ascending }) => [name, kind, missing, ascending])).toEqual([
      ['time_ms', 'number', 0, true],
      ['ax', 'number', 0, true],
      ['ay', 'number', 0, true],
      ['activity', 'text', 1, false],
      ['who', 'text', 0, false],
    ]);
    expect(facts.columns[3]).toMatchObject({ distinct: ['walk', 'sit'], changes: 2 });
    expect((await describeText('x,y\n1,2\n3\n4,z\n')).problems).toEqual([
      { line: 3, what: '1 columns, but 2 in line 2; each row needs the same columns' },
      { line: 4, what: 'column 2 (y): "z" is not a finite number; correct it or take the recording out' },
    ]);
    expect((await describeText('')).problems).toHaveLength(1);
  });
});

describe('what is wrong is told with its place and a remedy', () => {
  test.each([
    ['', 'f.csv is empty; take it out or record it again'],
    ['\n \n', 'f.csv is empty'],
    ['a,b\n', 'f.csv has a header and no rows'],
    ['1,2\n3,x\n', 'f.csv, line 2, column 2: "x" is not a finite number; correct it'],
    ['ax,7\n1,2\n', 'f.csv, line 1, column 1: "ax" is not a finite number'],
    ['1,2\n3,1e999\n', 'f.csv, line 2, column 2: "1e999" is not a finite number'],
    ['1,2\n3,0x10\n', 'f.csv, line 2, column 2: "0x10" is not'],
    ['1,2\n3,inf\n', 'f.csv, line 2, column 2: "inf" is not a finite number'],
    ['1,2\n3,\n', 'f.csv, line 2, column 2: a value is missing (1 in the file)'],
    ['1,2\n3\n', 'f.csv, line 2: 1 columns, but 2 in line 1; each row needs the same columns'],
    ['1,2\n\n3,4,5\n', 'f.csv, line 3: 3 columns, but 2 in line 1'],
    ['a,b,c\n1,2\n3,4\n', 'f.csv: the header names 3 columns, but line 2 has 2'],
    ['1,"2\n3,4\n', 'f.csv, line 1: a quote begins here and never ends'],
    [
      'a;b\n1.5;2.5\n1.5;2,5\n',
      'f.csv, line 3, column 2 (b): "2,5" has a decimal comma, other numbers of the file a point; use a point',
    ],
    [
      'a;b\n1,5;2\n1,5;2.5\n',
      'f.csv, line 3, column 2 (b): "2.5" has a decimal point, other numbers of the file a comma; use a comma',
    ],
    ['a,b\n1,2\na,b\n3,4\n', 'f.csv, line 3, column 1 (a): the header stands here again: two files were joined'],
    ['a&b\n1&2\n', 'f.csv, line 2, column 1 (a&b): "1&2" is not a finite number; correct it, name the column'],
    ['time,x\n0,1\n2,2\n1,3\n', 'f.csv, line 4, column 1 (time): the time goes back; sort the rows by time, or name'],
    ['time,x\n0,1\n,2\n', 'f.csv, line 3, column 1 (time): the time is missing'],
    ['date,x\n2024-01-01,1\nyesterday,2\n', 'f.csv, line 3, column 1 (date): "yesterday" is not a date or time'],
    [
      'time,x,what\n0,1,walk\n',
      'f.csv, line 2, column 3 (what): "walk" is not a finite number; correct it, name the column in data.labels.column',
    ],
    ['1,2\n\u00003,4\n', 'f.csv is not text: byte 4 is 0x00; export it as CSV again, or take it out'],
    ['\u0001\u0002junk\u0003', 'f.csv is not text: byte 0 is 0x01'],
  ])('%j', async (text, message) => {
    await expect(read(text)).rejects.toThrow(DataError);
    await expect(read(text)).rejects.toThrow(message);
    expect((await describeText(text)).problems.length).toBeLessThan(20);
  });

  test.each<[ColumnRoles, string]>([
    [
      { label: 'activty' },
      'f.csv has no column activty, which data.labels.column names; did you mean activity?; columns: x, activity',
    ],
    [{ time: 'activity' }, 'f.csv, line 2, column 2 (activity): "walk" is not a number, which a time must be'],
    [{ channels: ['x', 'z'] }, 'f.csv has no column z, which data.channels names'],
  ])('%j', async (roles, message) => {
    await expect(read('x,activity\n1,walk\n', roles)).rejects.toThrow(message);
  });
});
