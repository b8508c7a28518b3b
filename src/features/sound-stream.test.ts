import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { Fourier, soundChannels, soundFeatures, soundFrames, soundSettings, SoundStream } from './index.js';
import type { SoundOptions } from './index.js';

interface Golden {
  readonly name: string;
  readonly options: SoundOptions;
  readonly sound: number[];
  readonly features: number[];
}

// What tools/golden/sound.py had python_speech_features, librosa and NumPy make.
const golden = JSON.parse(readFileSync(new URL('./golden/sound.json', import.meta.url), 'utf8')) as Golden[];

describe('features of sound', () => {
  test.each(golden)('$name', ({ options, sound, features }) => {
    const settings = soundSettings(options);
    const ours = soundFeatures(sound, settings);
    expect(ours.length).toBe(features.length);
    expect(ours.length).toBe(soundFrames(sound.length, settings) * soundChannels(settings).names.length);
    // Ours are float32: half a unit in the last place; cepstra and slopes are sums in float64 of terms up to 100.
    ours.forEach((value, i) => {
      expect(Math.abs(value - features[i])).toBeLessThan(2 ** -24 * Math.abs(features[i]) + 1e-8);
    });
  });

  test('one second has 99 frames, 26080 samples have 162', () => {
    expect([16_000, 26_080].map((samples) => soundFrames(samples, soundSettings()))).toEqual([99, 162]);
    expect(soundFeatures(new Int16Array(26_080)).length).toBe(162 * 32);
  });

  test('a filter between two bins is refused by its number', () => {
    const narrow = soundSettings({ filters: 120 });
    expect(() => new SoundStream(narrow, () => undefined)).toThrow(/filter 1 of 120 covers no bin.*fewer filters/);
    expect(() => soundSettings({ highest: 9000, hop: 30, mfcc: { coefficients: 40 }, kind: 'mfcc' })).toThrow(
      /hop: 30 ms leave out samples.*\nhighest: 9000 Hz; a rate of 16000 Hz.*\nmfcc.coefficients: 40 of 32 filters/s,
    );
  });
});

const kinds: SoundOptions[] = [
  {},
  { kind: 'mfcc', deltas: 2, preEmphasis: 0.97, shape: 'hamming' },
  { kind: 'pcen', deltas: 1, window: 32, hop: 32, shape: 'hann', corners: 'hertz' },
  { rate: 8000, window: 16, hop: 7, filters: 12, deltas: 2 },
];

describe('a stream', () => {
  test.each(kinds)('gives the frames of the whole sound, bit for bit, in any pieces: %o', (options) => {
    const settings = soundSettings(options);
    const frames: number[][] = [];
    const stream = new SoundStream(settings, (frame) => frames.push([...frame]));
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3000 }),
        fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 12 }),
        fc.integer(),
        (length, pieces, seed) => {
          const random = new Random(seed >>> 0);
          const sound = Int16Array.from({ length }, () => Math.round(3000 * random.normal()));
          frames.length = 0;
          let at = 0;
          for (const piece of pieces) {
            const end = Math.min(length, at + piece);
            stream.push(sound, at, end);
            at = end;
          }
          stream.push(sound.subarray(at));
          stream.end();
          expect(frames.flat()).toEqual([...soundFeatures(sound, settings)]);
          expect(frames.every(({ length: channels }) => channels === stream.channels)).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('lags by two frames for each order of slopes, and no more', () => {
    for (const deltas of [0, 1, 2] as const) {
      const settings = soundSettings({ deltas });
      let given = 0;
      const stream = new SoundStream(settings, () => given++);
      stream.push(new Int16Array(400 + 9 * 160));
      expect([stream.delay, given]).toEqual([2 * deltas, 10 - 2 * deltas]);
    }
  });

  test('forgets what it heard', () => {
    const settings = soundSettings({ kind: 'pcen', preEmphasis: 0.9, deltas: 1 });
    const frames: number[] = [];
    const stream = new SoundStream(settings, (frame) => frames.push(...frame));
    stream.push(Int16Array.from({ length: 1777 }, (_, i) => (i * 7919) % 1000));
    stream.reset();
    frames.length = 0;
    const sound = Int16Array.from({ length: 1300 }, (_, i) => (i * 104_729) % 3000);
    stream.push(sound);
    stream.end();
    expect(frames).toEqual([...soundFeatures(sound, settings)]);
  });
});

test.each([4, 8, 16, 32, 512])('the spectrum of %i values is the sum that defines it', (length) => {
  const x = Float64Array.from({ length: length - 1 }, (_, i) => ((i * 7919) % 31) - 15);
  const power = new Float64Array(length / 2 + 1);
  new Fourier(length).power(x, power);
  power.forEach((value, k) => {
    const part = (f: (angle: number) => number) =>
      x.reduce((sum, each, n) => sum + each * f((2 * Math.PI * ((k * n) % length)) / length), 0);
    expect(Math.abs(value - (part(Math.cos) ** 2 + part(Math.sin) ** 2))).toBeLessThan(1e-9 * length ** 2);
  });
});
