import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { damaged, errorOf } from '../../testing/index.js';
import { DataError } from '../errors.js';
import { soundSettings } from '../../recipe/index.js';
import { featuresOfSound } from './sound.js';
import { wavReader } from './wav.js';

const golden = (name: string) => new Uint8Array(readFileSync(new URL(`./golden/${name}`, import.meta.url)));

/** What tools/golden/formats.py gave Python's wave and SciPy: samples [frames][channels] as counts of 16 bits. */
const expected = JSON.parse(new TextDecoder().decode(golden('wav.json'))) as Record<
  string,
  { rate: number; samples: number[][] }
>;

/** A copy of a plain file (44 bytes of header) with other sizes. */
function sized(bytes: Uint8Array, { riff, data }: { riff: number; data: number }): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(4, riff, true);
  new DataView(copy.buffer).setUint32(40, data, true);
  return copy;
}

describe('sounds that Python wrote', () => {
  test.each(Object.entries(expected))('%s', async (file, { rate, samples }) => {
    const [recording] = await wavReader.read(golden(file), file, {});
    const mean = samples.map((frame) => Math.fround(frame.reduce((sum, value) => sum + value, 0) / frame.length));
    expect(recording).toMatchObject({ file, rate, steps: samples.length, channelNames: ['sound'] });
    expect([...recording!.values]).toEqual(mean);
  });

  test('one channel of two', async () => {
    const [recording] = await wavReader.read(golden('pcm16x2.wav'), 'a.wav', { channels: ['channel 2'] });
    expect(recording!.channelNames).toEqual(['channel 2']);
    expect([...recording!.values]).toEqual(expected['pcm16x2.wav']!.samples.map(([, right]) => right));
    await expect(wavReader.read(golden('pcm16x2.wav'), 'a.wav', { channels: ['left'] })).rejects.toThrow(
      /a.wav has no "left"; .*"channel 1", "channel 2"/,
    );
  });

  test.each([
    { riff: 0, data: 0 },
    { riff: 0xffffffff, data: 0xffffffff },
    { riff: 0x7fffffff, data: 0x7fffffff },
    { riff: 0x7ffff024, data: 0x7ffff000 },
  ])('sizes that a pipe leaves: %o', async (sizes) => {
    const plain = golden('pcm16x1.wav');
    const [recording] = await wavReader.read(sized(plain, sizes), 'a.wav', {});
    expect([...recording!.values]).toEqual(expected['pcm16x1.wav']!.samples.flat());
  });
});

test('RF64: the size of 64 bits counts, what follows the data is no sound', async () => {
  const plain = golden('pcm16x1.wav');
  const wide = new Uint8Array(28 + 8);
  wide.set([...'ds64'].map((letter) => letter.charCodeAt(0)));
  const view = new DataView(wide.buffer);
  view.setUint32(4, 28, true);
  view.setBigUint64(16, 50n, true);
  const open = sized(plain, { riff: 0xffffffff, data: 0xffffffff });
  const bytes = Uint8Array.from([...open.slice(0, 12), ...wide, ...open.slice(12), ...new Uint8Array(12).fill(65)]);
  bytes.set([0x52, 0x46, 0x36, 0x34]);
  const [recording] = await wavReader.read(bytes, 'a.wav', {});
  expect([...recording!.values]).toEqual(expected['pcm16x1.wav']!.samples.flat());
});

describe('broken files: one error', () => {
  const plain = golden('pcm16x1.wav');
  const patched = (place: number, value: number) => plain.map((byte, i) => (i === place ? value : byte));
  test.each<[string, Uint8Array, RegExp]>([
    ['empty', new Uint8Array(), /a.wav is empty/],
    ['junk', new Uint8Array(100).fill(5), /a.wav is no WAV file/],
    ['cut off', plain.slice(0, -3), /a.wav is cut off: its data should have 50 bytes, 47 are there/],
    ['cut off before the data', plain.slice(0, 38), /a.wav is cut off or damaged: it has no data/],
    ['without samples', sized(plain, { riff: 36, data: 0 }).slice(0, 44), /a.wav holds no samples/],
    ['packed', patched(20, 85), /a.wav is packed as MP3; convert it, e.g. ffmpeg/],
    ['of no channels', patched(22, 0), /a.wav says 0 channels/],
    ['of 48 bits', patched(34, 48), /a.wav has 48 bits a sample/],
  ])('%s', async (_, bytes, message) => {
    await expect(wavReader.read(bytes, 'a.wav', {})).rejects.toThrow(message);
    await expect(wavReader.read(bytes, 'a.wav', {})).rejects.toBeInstanceOf(DataError);
  });

  test('a sample that is no number', async () => {
    const bytes = golden('float32.wav');
    new DataView(bytes.buffer).setFloat32(bytes.length - 4, NaN, true);
    await expect(wavReader.read(bytes, 'a.wav', {})).rejects.toThrow(/a.wav: step 25, sound is NaN/);
  });

  test('whatever is damaged gives a result or one DataError', async () => {
    for (const file of ['pcm16x2.wav', 'extensible.wav', 'float64.wav']) {
      await fc.assert(
        fc.asyncProperty(damaged(golden(file)), async (broken) => {
          const error = await errorOf(() => wavReader.read(broken, file, {}));
          if (error !== undefined) expect(error).toBeInstanceOf(DataError);
        }),
        { numRuns: 300 },
      );
    }
  });
});

describe('log mel energies of a sound', () => {
  const toLogMel = featuresOfSound(soundSettings());
  const sound = {
    file: 'a.wav',
    channelNames: ['sound'],
    units: [''],
    steps: 4410,
    values: new Int16Array(4410).fill(100),
  };

  test('other rates are resampled: a tenth of a second has ten steps at any', () => {
    const { steps, channelNames, rate, values } = toLogMel({ ...sound, rate: 44_100 });
    expect({ steps, channels: channelNames.length, rate, values: values.length }).toEqual({
      steps: 9,
      channels: 32,
      rate: 100,
      values: 9 * 32,
    });
  });

  test.each<[object, RegExp]>([
    [{}, /a.wav has no rate/],
    [{ rate: 44_101 }, /a.wav: can't resample from 44101 Hz to 16000 Hz: their ratio/],
    [{ rate: 16_000, channelNames: ['a', 'b'] }, /a.wav has 2 channels/],
  ])('refused: %o', (change, message) => {
    expect(() => toLogMel({ ...sound, ...change })).toThrow(message);
    expect(() => toLogMel({ ...sound, ...change })).toThrow(DataError);
  });
});
