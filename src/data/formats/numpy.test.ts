import { readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { damaged, errorOf, npy, temporaryFolder, writeTree, zip } from '../../testing/index.js';
import { DataError } from '../errors.js';
import { npyReader, npzReader } from './numpy.js';
import { readNpy } from './npy.js';
import { namesInNpz, readNpz } from './npz.js';

/** What tools/golden/formats.py writes: arrays as NumPy wrote them, flat in C order; numbers that JSON hasn't as text. */
interface Facts {
  readonly shape: number[];
  readonly dtype: string;
  readonly data: (number | string)[];
}

const golden = (name: string) => new Uint8Array(readFileSync(new URL(`./golden/${name}`, import.meta.url)));
const facts = JSON.parse(new TextDecoder().decode(golden('numpy.json'))) as {
  reals: Facts;
  arrays: Record<string, Facts>;
};

const special: Record<string, number> = { inf: Infinity, '-inf': -Infinity, nan: NaN };
const expected = ({ data, dtype }: Facts) =>
  /U|S/.test(dtype) ? data : data.map((value) => (typeof value === 'string' ? special[value] : value));

describe('arrays that NumPy wrote', () => {
  test.each(['stored.npz', 'deflated.npz'])('%s: every type, both byte orders, Fortran order', async (file) => {
    const arrays = await readNpz(golden(file), file);
    expect([...arrays.keys()].sort()).toEqual(Object.keys(facts.arrays).sort());
    expect([...arrays.keys()]).toEqual(namesInNpz(golden(file)));
    for (const [name, array] of arrays) {
      expect({ name, shape: array.shape, dtype: array.dtype, data: [...array.data] }).toEqual({
        name,
        shape: facts.arrays[name]!.shape,
        dtype: facts.arrays[name]!.dtype,
        data: expected(facts.arrays[name]!),
      });
    }
  });

  test.each([1, 2, 3])('format version %i', (version) => {
    const { shape, data } = readNpy(golden(`version${version}.npy`));
    expect({ shape, data: [...data] }).toEqual({ shape: facts.reals.shape, data: facts.reals.data });
  });

  test('of a .npz only the arrays that are wanted', async () => {
    expect([...(await readNpz(golden('stored.npz'), 'a.npz', ['i1', 'none'])).keys()]).toEqual(['i1']);
  });

  test.each([
    ['objects.npy', /objects.npy holds Python objects; save numbers/],
    ['records.npy', /records.npy holds records/],
    ['complex.npy', /complex.npy holds complex numbers/],
  ])('%s is refused', (file, message) => {
    expect(() => readNpy(golden(file), file)).toThrow(message);
  });

  test('whole numbers that float64 does not hold are refused', () => {
    const bytes = npy([1], [1.5]);
    bytes.set(new TextEncoder().encode('<i8'), 10 + "{'descr': '".length);
    expect(() => readNpy(bytes, 'a.npy')).toThrow(/a.npy holds 4609434218613702656, which is beyond 2\^53/);
  });
});

const read = (shape: number[], values: number[], roles = {}) => npyReader.read(npy(shape, values), 'none/a.npy', roles);

describe('.npy', () => {
  test('one and two dimensions are one recording', async () => {
    const [one] = await read([3], [1, 2, 3]);
    expect(one).toMatchObject({ steps: 3, channelNames: ['channel 1'], values: Float64Array.of(1, 2, 3) });
    const [two] = await read([2, 3], [1, 2, 3, 4, 5, 6]);
    expect(two).toMatchObject({ steps: 2, channelNames: ['channel 1', 'channel 2', 'channel 3'] });
  });

  test('three dimensions are recordings, labelled by y.npy beside them, NaN at the end is padding', async () => {
    const folder = await temporaryFolder();
    const x = npy([3, 2, 2], [1, 2, 3, 4, 5, 6, NaN, NaN, 9, 10, 11, 12]);
    await writeTree(folder.path, { 'y.npy.gz': gzipSync(npy([3], ['a', 'b', 'a'], '<U1')) });
    const recordings = await npyReader.read(x, path.join(folder.path, 'x.npy'), {});
    expect(recordings.map(({ name, label, steps, values }) => [name, label, steps, [...values]])).toEqual([
      ['sequence 1', 'a', 2, [1, 2, 3, 4]],
      ['sequence 2', 'b', 1, [5, 6]],
      ['sequence 3', 'a', 2, [9, 10, 11, 12]],
    ]);
    await writeTree(folder.path, { 'y.npy.gz': gzipSync(npy([2], [0, 1], '<i4')) });
    await expect(npyReader.read(x, path.join(folder.path, 'x.npy'), {})).rejects.toThrow(/2 entries for 3 recordings/);
    await folder.remove();
  });

  test('missing values: refused with their place, held, or dropped', async () => {
    const values = [NaN, 2, 3, Infinity, 5, 6];
    await expect(read([3, 2], values)).rejects.toThrow(
      /a.npy: step 1, channel 1 is NaN; correct it, or set data.missing/,
    );
    const [held] = await read([3, 2], values, { missing: 'hold' });
    expect([...held!.values]).toEqual([3, 2, 3, 2, 5, 6]);
    const [dropped] = await read([3, 2], values, { missing: 'drop' });
    expect(dropped).toMatchObject({ steps: 1, values: Float64Array.of(5, 6) });
    await expect(read([2], [NaN, NaN], { missing: 'hold' })).rejects.toThrow(/has no value at all/);
    await expect(read([2], [NaN, NaN], { missing: 'drop' })).rejects.toThrow(/every step misses a value/);
  });

  test('what a person is told of a file', async () => {
    const { problems, ...known } = await npyReader.describe(npy([2, 2, 1], [1, 2, 2, NaN]), 'none/a.npy');
    expect(problems).toEqual([]);
    expect(known).toMatchObject({ format: 'NPY', rows: 3, recordings: 2, lengths: [2, 1] });
    expect(known.columns).toEqual([
      {
        name: 'channel 1',
        kind: 'number',
        missing: 0,
        distinct: ['1', '2'],
        changes: 1,
        ascending: true,
        whole: true,
        min: 1,
        max: 2,
      },
    ]);
    expect((await npyReader.describe(new Uint8Array(), 'a.npy')).problems).toEqual([
      { what: 'the file is empty; save the array again' },
    ]);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['empty', new Uint8Array(), /a.npy is empty/],
    ['junk', new Uint8Array(200).fill(7), /a.npy is no .npy file/],
    ['cut off', npy([3], [1, 2, 3]).slice(0, -1), /a.npy: shape \(3\) of <f8 takes 24 bytes, but 23 follow.*cut off/],
    ['cut off in its header', npy([3], [1, 2, 3]).slice(0, 40), /a.npy is cut off within its header/],
    ['larger than it says', npy([2], [1, 2, 3]), /takes 16 bytes, but 24 follow/],
    ['of a shape that nobody has', npy([1e15, 1e15], [1]), /takes 8e\+30 bytes, but 8 follow/],
    ['without values', npy([0, 3], []), /a.npy holds no values \(shape 0 x 3\)/],
    ['of four dimensions', npy([1, 1, 1, 1], [1]), /a.npy has 4 dimensions/],
    ['of texts', npy([1], ['a'], '<U1'), /a.npy holds texts/],
  ])('%s: one error', async (_, bytes, message) => {
    await expect(npyReader.read(bytes, 'a.npy', {})).rejects.toThrow(message);
    await expect(npyReader.read(bytes, 'a.npy', {})).rejects.toBeInstanceOf(DataError);
  });

  test('labels are no recording', async () => {
    await expect(npyReader.read(npy([1], [1]), 'some/y.npy', {})).rejects.toThrow(
      /some\/y.npy holds labels by its name/,
    );
  });
});

const archive = (arrays: Record<string, Uint8Array>) =>
  zip(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes])), (bytes) =>
    crc32(bytes),
  );
const readArchive = (arrays: Record<string, Uint8Array>) => npzReader.read(archive(arrays), 'a.npz', {});
const x = npy([2, 3, 1], [1, 2, 3, 4, 5, 6]);

describe('.npz', () => {
  test('values, classes, groups and lengths', async () => {
    const recordings = await readArchive({
      x,
      labels: npy([2], [4, 7], '<i4'),
      groups: npy([2], ['ann', 'bob'], '<U3'),
      lengths: npy([2], [3, 1], '<i4'),
    });
    expect(recordings.map(({ label, group, steps, values }) => [label, group, steps, [...values]])).toEqual([
      ['4', 'ann', 3, [1, 2, 3]],
      ['7', 'bob', 1, [4]],
    ]);
  });

  test('a class for each step; below zero is none', async () => {
    const recordings = await readArchive({ data: x, y: npy([2, 3], [10, 2, -1, 2, 2, 10], '<i4') });
    expect(recordings.map(({ stepLabels }) => [stepLabels!.names, [...stepLabels!.indices]])).toEqual([
      [
        ['2', '10'],
        [1, 0, -1],
      ],
      [
        ['2', '10'],
        [0, 0, 1],
      ],
    ]);
  });

  test('values to be predicted', async () => {
    const [first, second] = await readArchive({ X: x, y: npy([2, 2], [1, 2.5, 3, 4]) });
    expect(first!.targets).toEqual({
      names: ['target 1', 'target 2'],
      values: Float64Array.of(1, 2.5),
      every: 'recording',
    });
    expect([...second!.targets!.values]).toEqual([3, 4]);
    const [one] = await readArchive({ X: x, y: npy([2], [0.5, 2]) });
    expect([...one!.targets!.values]).toEqual([0.5]);
  });

  test.each<[string, Record<string, Uint8Array>, RegExp]>([
    ['other names', { a: x, b: x }, /a.npz holds no array X, x or data, but "a", "b"; name the values X/],
    [
      'labels that could be of steps',
      { X: npy([2, 3], [1, 2, 3, 4, 5, 6]), y: npy([2], [0, 1]) },
      /could mean recordings or steps.*X\[None\]/,
    ],
    ['too few labels', { X: x, y: npy([1], [0]) }, /a.npz: y has 1 entries for 2 recordings/],
    ['no label', { X: x, y: npy([2], [0, NaN]) }, /a.npz: y: entry 2 is NaN/],
    [
      'lengths beyond the end',
      { X: x, lengths: npy([2], [3, 4], '<i4') },
      /a.npz: lengths: entry 2 is 4; .* from 1 to 3/,
    ],
    ['labels of three dimensions', { X: x, y: npy([2, 1, 1], [0, 1]) }, /a.npz: y has shape 2 x 1 x 1/],
    ['no arrays', {}, /a.npz holds no array/],
  ])('%s: one error', async (_, arrays, message) => {
    await expect(readArchive(arrays)).rejects.toThrow(message);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['empty', new Uint8Array(), /a.npz is empty/],
    ['junk', new Uint8Array(300).fill(9), /a.npz is no ZIP archive/],
    ['cut off', golden('stored.npz').slice(0, 4000), /a.npz is cut off or damaged: its directory is missing/],
  ])('%s: one error', async (_, bytes, message) => {
    await expect(npzReader.read(bytes, 'a.npz', {})).rejects.toThrow(message);
  });

  test('a flipped bit of the values is found by the checksum', async () => {
    const bytes = archive({ X: x });
    bytes[200] = bytes[200]! ^ 1;
    await expect(npzReader.read(bytes, 'a.npz', {})).rejects.toThrow(/a.npz: X.npy is cut off or damaged/);
  });
});

test('whatever is damaged gives a result or one DataError', async () => {
  const cases = [
    { bytes: npy([2, 2, 1], [1, 2, 3, 4]), run: (bytes: Uint8Array) => npyReader.read(bytes, 'none/a.npy', {}) },
    { bytes: npy([2], ['ab', 'c'], '<U2'), run: async (bytes: Uint8Array) => readNpy(bytes, 'a.npy') },
    { bytes: golden('deflated.npz'), run: (bytes: Uint8Array) => readNpz(bytes, 'a.npz') },
    { bytes: archive({ X: x, y: npy([2], [1, 2]) }), run: (bytes: Uint8Array) => npzReader.read(bytes, 'a.npz', {}) },
  ];
  for (const { bytes, run } of cases) {
    await fc.assert(
      fc.asyncProperty(damaged(bytes), async (broken) => {
        const error = await errorOf(() => run(broken));
        if (error !== undefined) expect(error).toBeInstanceOf(DataError);
      }),
      { numRuns: 200 },
    );
  }
});
