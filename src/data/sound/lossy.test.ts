import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { damaged, errorOf, goldenSound as golden, goldenSounds } from '../../testing/index.js';
import { DataError } from '../errors.js';
import { mp3Reader, oggReader } from '../formats/sounds.js';
import { decodeMp3 } from './mp3.js';
import { readOgg } from './ogg.js';
import { decodeOpus } from './opus.js';
import type { Pcm } from './pcm.js';
import { decodeVorbis } from './vorbis.js';

const decoders: Record<string, (bytes: Uint8Array, file: string) => Promise<Pcm>> = {
  mp3: decodeMp3,
  ogg: decodeVorbis,
  opus: (bytes, file) => decodeOpus(bytes, file, 48_000),
};

const files = Object.entries(goldenSounds()).filter(([name]) => !name.endsWith('.flac'));

/** How far b is from a, in dB below a. */
function ratio(a: readonly number[], b: ArrayLike<number>): number {
  let [signal, noise] = [0, 0];
  a.forEach((value, i) => {
    signal += value ** 2;
    noise += (value - b[i]!) ** 2;
  });
  return 10 * Math.log10(signal / noise);
}

describe('what other programs packed is what other programs unpack', () => {
  test.each(files)('%s', async (name, { rate, channels, samples }) => {
    const sound = await decoders[name.replace(/.*\./, '')]!(golden(name), name);
    expect(sound.rate).toBe(rate);
    expect(sound.channels.length).toBe(channels);
    samples.forEach((own, c) => {
      expect(sound.channels[c]!.length).toBe(own.length);
      // The same standard, decoded in other arithmetic, and rounded to 16 bits there: a quiet sound's rounding noise is 50 dB below it.
      expect(ratio(own, sound.channels[c]!)).toBeGreaterThan(50);
    });
  });
});

test('readers give one channel, at the rate that loses nothing', async () => {
  const [opus] = await oggReader.read(golden('stereo.opus'), 'a.opus', {});
  expect(opus).toMatchObject({ channelNames: ['sound'], rate: 48_000 });
  const [left] = await oggReader.read(golden('stereo.ogg'), 'a.ogg', { channels: ['channel 1'] });
  expect(left!.channelNames).toEqual(['channel 1']);
  const [mp3] = await mp3Reader.read(golden('mono.mp3'), 'a.mp3', {});
  expect(mp3).toMatchObject({ channelNames: ['sound'], rate: 16_000 });
});

test('pages of Ogg are checked: a changed byte, a lost page, a missing end', () => {
  const bytes = golden('stereo.ogg');
  const starts = Array.from(bytes.keys()).filter((i) => String.fromCharCode(...bytes.subarray(i, i + 4)) === 'OggS');
  expect(starts.length).toBeGreaterThan(2);
  const changed = bytes.slice();
  changed[starts[1]! + 60]! ^= 1;
  expect(() => readOgg(changed, 'a.ogg')).toThrow(`damaged at byte ${starts[1]}: a page differs from its checksum`);
  const without = Uint8Array.from([...bytes.subarray(0, starts[1]), ...bytes.subarray(starts[2])]);
  expect(() => readOgg(without, 'a.ogg')).toThrow('a page is missing before it');
  expect(() => readOgg(bytes.subarray(0, bytes.length - 3), 'a.ogg')).toThrow('the file ends within a page');
  expect(() => readOgg(golden('mono.mp3'), 'a.ogg')).toThrow('a.ogg is no Ogg file');
});

test.each([
  ['mono.mp3', 60],
  ['mono.ogg', 60],
  ['mono.opus', 60],
])('%s: whatever is damaged gives a result or one DataError', async (name, numRuns) => {
  const reader = name.endsWith('.mp3') ? mp3Reader : oggReader;
  await fc.assert(
    fc.asyncProperty(damaged(golden(name)), async (bytes) => {
      const error = await errorOf(() => reader.read(bytes, name, {}));
      if (error !== undefined) expect(error).toBeInstanceOf(DataError);
    }),
    { numRuns, seed: 1 },
  );
});
