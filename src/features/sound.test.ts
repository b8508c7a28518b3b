import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Fourier, resample, soundFeatures, soundFrames, soundSettings } from './index.js';

const golden = <Golden>(name: string) =>
  JSON.parse(readFileSync(new URL(`./golden/${name}`, import.meta.url), 'utf8')) as Golden;

/** The largest absolute difference. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((most, each) => Math.max(most, each), 0);
}

// What tools/golden/formats.py had python_speech_features make.
describe.each(Object.entries(golden<Record<string, { sound: number[]; features: number[] }>>('log-mel.json')))(
  'log mel energies: %s',
  (_, { sound, features }) => {
    test('as python_speech_features has them', () => {
      expect(features.length).toBe(soundFrames(sound.length, soundSettings()) * 32);
      // Ours are float32: half a unit in the last place of numbers below 40.
      expect(distance(soundFeatures(sound), features)).toBeLessThan(2 ** -24 * 40);
    });
  },
);

interface Resampled {
  readonly from: number;
  readonly to: number;
  readonly sound: number[];
  readonly resampled: number[];
}

test.each(golden<Resampled[]>('resample.json'))(
  'from $from Hz as SciPy with the same filter',
  ({ from, to, sound, resampled }) => {
    expect(distance(resample(sound, from, to), resampled)).toBeLessThan(1e-6); // of 20000
  },
);

const tone = (hertz: number, rate: number, samples: number) =>
  Float64Array.from({ length: samples }, (_, i) => 1000 * Math.sin((2 * Math.PI * hertz * i) / rate));
const inner = (values: Float64Array) => values.subarray(100, values.length - 100);

test('a tone keeps its height and place, one that 16 kHz cannot hold goes', () => {
  const kept = resample(tone(3000, 44_100, 4410), 44_100, 16_000);
  expect(distance(inner(kept), inner(tone(3000, 16_000, 1600)))).toBeLessThan(1);
  const gone = resample(tone(9000, 44_100, 4410), 44_100, 16_000);
  expect(distance(inner(gone), new Float64Array(1400))).toBeLessThan(0.5);
});

test('rates in no simple ratio are refused', () => {
  expect(() => resample([1], 44_101, 16_000)).toThrow(/from 44101 Hz to 16000 Hz: their ratio is 16000 to 44101/);
  expect(() => resample([1], 0.5, 16_000)).toThrow(RangeError);
});

test('the transform is the sum that defines it', () => {
  const x = Float64Array.from({ length: 13 }, (_, i) => ((i * 7919) % 31) - 15);
  const power = new Float64Array(9);
  new Fourier(16).power(x, power);
  const direct = Array.from(power, (_, k) => {
    const part = (f: (angle: number) => number) =>
      x.reduce((sum, value, n) => sum + value * f((2 * Math.PI * k * n) / 16), 0);
    return part(Math.cos) ** 2 + part(Math.sin) ** 2;
  });
  expect(distance(power, direct)).toBeLessThan(1e-9);
  expect(() => new Fourier(12)).toThrow(/power of two from 4 on, not 12/);
});
