import fc from 'fast-check';
import { expect, test } from 'vitest';
import { damaged, errorOf, goldenSound as golden, goldenSounds } from '../../testing/index.js';
import { DataError } from '../errors.js';
import { decodeFlac } from './flac.js';

const files = Object.entries(goldenSounds()).filter(([name]) => name.endsWith('.flac'));

test.each(files)('%s is what flac itself unpacks', (name, { rate, channels, bits, samples }) => {
  const sound = decodeFlac(golden(name), name);
  expect(sound.rate).toBe(rate);
  expect(sound.channels.length).toBe(channels);
  // Counts of 16 bits, as float32 where the file is deeper: of 32 bits the last ones are rounded away.
  const unit = 2 ** (16 - bits);
  samples.forEach((own, c) => expect([...sound.channels[c]!]).toEqual(own.map((value) => Math.fround(value * unit))));
});

test('a tag before the file is passed over', () => {
  const plain = golden('fixed.flac');
  const tagged = new Uint8Array(10 + 200 + plain.length);
  tagged.set([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 1, 72]); // ID3, 1 * 128 + 72 bytes
  tagged.set(plain, 210);
  expect(decodeFlac(tagged, 'a.flac')).toEqual(decodeFlac(plain, 'a.flac'));
});

test('a bit that was changed in any byte of a block is found', () => {
  const plain = golden('constant.flac');
  const start = plain.indexOf(0xff, 4);
  for (let at = start; at < plain.length; at++) {
    const copy = plain.slice();
    copy[at] ^= 0x10;
    expect(() => decodeFlac(copy, 'a.flac'), `byte ${at}`).toThrow(/a.flac is (damaged|cut off)/);
  }
});

test('a file without its end says how much is missing', () => {
  const plain = golden('predicted.flac');
  expect(() => decodeFlac(plain.subarray(0, plain.length - 1), 'a.flac')).toThrow(/damaged at byte \d+: the file ends/);
  const firstBlock = plain.findIndex((byte, i) => byte === 0xff && plain[i + 1] === 0xf8);
  expect(() => decodeFlac(plain.subarray(0, firstBlock), 'a.flac')).toThrow('should have 1600 samples, 0 are there');
  expect(() => decodeFlac(new Uint8Array(), 'a.flac')).toThrow('a.flac is empty');
  expect(() => decodeFlac(plain.subarray(1), 'a.flac')).toThrow('a.flac is no FLAC file');
});

test('a header that claims 2^36 samples allocates nothing', () => {
  const copy = golden('fixed.flac').slice();
  copy.set([0x0f, 0xff, 0xff, 0xff, 0xff], 21); // the lowest 36 bits of bytes 21 to 25
  copy[21] |= 0xf0;
  expect(() => decodeFlac(copy, 'a.flac')).toThrow(/a.flac has \d+ samples, at most/);
});

test('whatever is damaged gives a result or one DataError', async () => {
  const sounds = ['bursts.flac', 'stereo.flac', 'wasted.flac', 'deep.flac'].map(golden);
  await fc.assert(
    fc.asyncProperty(fc.oneof(...sounds.map(damaged)), async (bytes) => {
      const error = await errorOf(async () => decodeFlac(bytes, 'a.flac'));
      if (error !== undefined) expect(error).toBeInstanceOf(DataError);
    }),
    { numRuns: 400, seed: 1 },
  );
});
