import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { damaged, errorOf } from '../../testing/index.js';
import { DataError } from '../errors.js';
import { gunzip } from './gzip.js';

const plain = new Uint8Array(300_000).map((_, i) => (i * i) >> 3);
const packed = new Uint8Array(gzipSync(plain));

test('what zlib packed comes out again, members one after the other as well', async () => {
  expect(await gunzip(packed, 'a.gz')).toEqual(plain);
  const two = new Uint8Array([...packed, ...gzipSync(plain.subarray(0, 10))]);
  expect((await gunzip(two, 'a.gz')).length).toBe(plain.length + 10);
  expect(await gunzip(new Uint8Array(gzipSync('')), 'a.gz')).toEqual(new Uint8Array());
});

test.each<[string, Uint8Array, RegExp]>([
  ['empty', new Uint8Array(), /a.gz is no gzip: it is empty/],
  ['not gzip', plain, /a.gz is no gzip: it doesn't begin with 1f 8b; rename it/],
  ['cut off', packed.slice(0, -20), /a.gz is cut off or damaged/],
  ['cut off in its header', packed.slice(0, 5), /a.gz is cut off or damaged/],
  [
    'of another checksum',
    packed.map((byte, i) => (i === packed.length - 8 ? byte ^ 1 : byte)),
    /a.gz is cut off or damaged/,
  ],
])('%s: one error', async (_, bytes, message) => {
  await expect(gunzip(bytes, 'a.gz')).rejects.toThrow(message);
  await expect(gunzip(bytes, 'a.gz')).rejects.toBeInstanceOf(DataError);
});

test('a bomb stops at the limit', async () => {
  const bomb = new Uint8Array(gzipSync(new Uint8Array(20_000_000)));
  expect(bomb.length).toBeLessThan(20_000);
  await expect(gunzip(bomb, 'a.gz', 1_000_000)).rejects.toThrow(/a.gz unpacks to more than 1000000 bytes/);
});

test('whatever is damaged gives a result or one DataError', async () => {
  await fc.assert(
    fc.asyncProperty(damaged(packed.slice()), async (broken) => {
      const error = await errorOf(() => gunzip(broken, 'a.gz'));
      if (error !== undefined) expect(error).toBeInstanceOf(DataError);
    }),
    { numRuns: 100 },
  );
});
