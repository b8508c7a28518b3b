import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Random } from '../../math/index.js';
import {
  Fourier,
  integerLsb,
  integerSound,
  IntegerSoundStream,
  soundFeatures,
  soundFrames,
  soundSettings,
  SoundStream,
  type IntegerSound,
  type SoundOptions,
} from '../index.js';
import { logarithm } from './logarithm.js';
import { IntegerSpectrum } from './transform.js';

interface Golden {
  readonly settings: string;
  readonly options: SoundOptions & { readonly unit: number; readonly coefficients?: number; readonly lifter?: number };
  readonly sound: string;
  readonly samples: number[];
  readonly frames: number[][];
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/integer-sound.json', import.meta.url), 'utf8'),
) as readonly Golden[];

/** All frames of a sound, pushed in pieces of the sizes that `size` gives. */
function framesOf(sound: IntegerSound, samples: Int16Array, size = () => samples.length): number[][] {
  const frames: number[][] = [];
  const stream = new IntegerSoundStream(sound, (frame) => frames.push(Array.from(frame)));
  for (let at = 0; at < samples.length;) {
    const end = Math.min(samples.length, at + size());
    stream.push(samples, at, end);
    at = end;
  }
  stream.end();
  return frames;
}

function settingsOf({ options: { unit, coefficients, lifter = 0, ...options } }: Golden): IntegerSound {
  const mfcc = coefficients === undefined ? {} : { kind: 'mfcc' as const, mfcc: { coefficients, lifter } };
  return integerSound(soundSettings({ ...options, ...mfcc }), 2 ** -unit);
}

describe('integer features', () => {
  // What tools/golden/frontend.py computes from docs/frontend.md with Python's whole numbers.
  test.each(golden)('are those of the definition: $settings, $sound', (example) => {
    expect(framesOf(settingsOf(example), Int16Array.from(example.samples))).toEqual(example.frames);
  });

  test('come from pieces of any size as from the whole', () => {
    const random = new Random(1);
    const sound = integerSound(soundSettings({ shape: 'hann', preEmphasis: 0.97 }), 2 ** -8);
    const samples = Int16Array.from({ length: 4321 }, () => Math.round(500 * random.normal()));
    const whole = framesOf(sound, samples);
    expect(whole.length).toBe(soundFrames(samples.length, sound.settings));
    for (const most of [1, 7, 161, 1000]) {
      expect(framesOf(sound, samples, () => 1 + random.below(most))).toEqual(whole);
    }
  });

  // Mean differences over 4000 values: of a rectangular window little but the rounding to 1 / 256, whose mean is 1 / 1024 (0.001); windows that
  // fall to 0 show quiet bands beside loud ones, 16 bits below them, where the transform's rounding is heard.
  test.each<[SoundOptions, number]>([
    [{}, 0.003],
    [{ rate: 8000 }, 0.003],
    [{ shape: 'hann' }, 0.01],
    [{ shape: 'povey', corners: 'hertz', filters: 40, lowest: 20 }, 0.01],
  ])('of %o follow the float ones, quiet or loud', (options, most) => {
    const settings = soundSettings(options);
    for (const level of [8000, 500, 30, 2]) {
      const random = new Random(level);
      let low = 0;
      const samples = Int16Array.from({ length: settings.rate }, (_, i) => {
        low = 0.9 * low + 0.3 * random.normal();
        return Math.round(level * (low + Math.sin(i / 3) * Math.sin(i / 500) + 0.1 * random.normal()));
      });
      const exact = soundFeatures(samples, settings);
      const differences = framesOf(integerSound(settings, 2 ** -8), samples)
        .flat()
        .map((value, i) => Math.abs(value / 256 - exact[i]!));
      expect(differences.length).toBe(exact.length);
      expect(differences.reduce((sum, each) => sum + each, 0) / exact.length, `level ${level}`).toBeLessThan(most);
    }
  });

  test('of silence are the floor, whatever was heard before', () => {
    const sound = integerSound(soundSettings({ floor: 1 }), 2 ** -9);
    const samples = Int16Array.from({ length: 3000 }, (_, i) => (i < 1000 ? 20000 : 0));
    const frames = framesOf(sound, samples);
    expect(frames.at(-1)).toEqual(new Array(32).fill(0));
    expect(Math.max(...frames[0]!)).toBeGreaterThan(0);
  });

  test('are what a recipe’s arithmetic: integer gives, in physical units', () => {
    const settings = soundSettings({ arithmetic: 'integer' });
    const samples = Int16Array.from({ length: 2000 }, (_, i) => Math.round(3000 * Math.sin(i / 7)));
    const counts = framesOf(integerSound(settings, integerLsb(settings)), samples).flat();
    expect(Array.from(soundFeatures(samples, settings))).toEqual(counts.map((count) => count / 256));
    expect(() => soundSettings({ arithmetic: 'integer', kind: 'pcen' })).toThrow(
      /pcen has no integer arithmetic.*or arithmetic float/,
    );
  });

  test('refuse by name what they have not', () => {
    const refusal = (options: SoundOptions, lsb = 2 ** -8) => {
      return () => integerSound(soundSettings(options), lsb);
    };
    expect(refusal({ kind: 'pcen' })).toThrow(/^kind: pcen has no integer arithmetic; take logMel or mfcc/);
    expect(refusal({ deltas: 1 })).toThrow(/^deltas: 1/);
    expect(refusal({ transform: 4096 })).toThrow(/^transform: 4096 samples; integer arithmetic has 8 to 2048/);
    expect(() => new SoundStream(soundSettings({ arithmetic: 'integer' }), () => undefined)).toThrow(
      /an IntegerSoundStream makes these/,
    );
    expect(refusal({}, 0.3)).toThrow(/^data.input.lsb: .* a power of two from 2\^-12 to 1, not 0.3/);
  });
});

describe('the transform', () => {
  test.each([8, 16, 32, 512, 1024])('of %i values has the spectrum of the float one', (length) => {
    const random = new Random(length);
    const spectrum = new IntegerSpectrum(length);
    const values = Int16Array.from({ length }, () => random.below(65536) - 32768);
    const pairBits = 30 - Math.clz32(length);
    let magnitudes = 0;
    values.forEach((value, i) => {
      let place = 0;
      for (let bit = 0; bit < pairBits; bit++) place |= ((i >> (bit + 1)) & 1) << (pairBits - 1 - bit);
      spectrum.values[2 * place + (i & 1)] = value;
      magnitudes |= value ^ (value >> 31);
    });
    const unit = 2 ** spectrum.power(magnitudes);
    const exact = new Float64Array(length / 2 + 1);
    new Fourier(length).power(values, exact);
    const largest = Math.sqrt(Math.max(...exact));
    for (let k = 0; k < length / 2; k++) {
      const power = (spectrum.values[2 * k]! & 0xffff) + 65536 * (spectrum.values[2 * k + 1]! & 0xffff);
      // Each stage rounds once, to about 2^-13 of the largest value; there are five and the power.
      expect(Math.abs((Math.sqrt(power) / 2) * unit - Math.sqrt(exact[k]!))).toBeLessThan(largest * 2 ** -10);
    }
  });

  test('the logarithm is good to a thousandth', () => {
    for (let m = 1; m < 2 ** 32; m = Math.ceil(m * 1.003)) {
      // Half a unit of 2^-10, and 2^-5 squared / 8 / ln 2 for the straight pieces.
      expect(Math.abs(logarithm(m) / 1024 - Math.log2(m))).toBeLessThan(0.5 / 1024 + 0.0002);
    }
  });
});
