import { beforeAll, describe, expect, it } from 'vitest';
import { equalSequences } from '../integer/index.js';
import { loadKernels, nativeVariants, type Kernels } from '../kernels/index.js';
import { Random } from '../math/index.js';
import { NetworkEngine, plainHead, type Architecture } from '../network/index.js';
import { drawAugmentation, emptyAugmentation, isTurned, type AugmentSettings } from './augment.js';
import { Gather, recordingLimits } from './gather.js';
import { drawSpectralChange, emptySpectralChange, isPaired, isSpectral, type SpectralSettings } from './spectral.js';
import type { LabelledSequences } from './task.js';

const builds: Kernels[] = [];
beforeAll(async () => {
  const { variants } = await nativeVariants();
  const natives = variants.filter((variant) => !variant.endsWith('fma')).map((variant) => `native-${variant}` as const);
  for (const backend of ['wasm', ...natives] as const) builds.push(await loadKernels({ backend }));
});

const off: AugmentSettings = { rotate: 0, shift: 0, scale: 0, noise: 0 };
const frames = 13;
const channels = 18;
const count = 6;
const stack = { frames: 3, stride: 2 };
const lsb = Float64Array.from({ length: channels }, (_, c) => (c % 2 ? 0.01 : 0.02));

/** Log energies of some nepers, and silence of rows 4 and 5. */
function sounds(): LabelledSequences {
  const random = new Random(3);
  const values = Int16Array.from({ length: count * frames * channels }, (_, i) => {
    const row = Math.floor(i / frames / channels);
    return Math.round((row < 4 ? 8 + 3 * random.normal() : 2 + random.normal()) / lsb[i % channels]);
  });
  const whole = equalSequences(values, { count, steps: frames, channels });
  return {
    ...whole,
    features: channels * stack.frames,
    stepStride: channels * stack.stride,
    steps: (frames - stack.frames) / stack.stride + 1,
    lengths: whole.lengths.map(() => (frames - stack.frames) / stack.stride + 1),
    labels: Int32Array.of(0, 0, 1, 1, 2, 2),
  };
}

const sequences = sounds();
const normalisation = { centre: new Int16Array(channels).fill(300), scale: new Float64Array(channels).fill(0.01) };
const noises = Uint32Array.of(4, 5);
const others = Uint32Array.from({ length: count }, (_, i) => i);
const seed = 5;
const epoch = 2;

/** What an engine's inputs are for the first four rows, by row. */
function gathered(kernels: Kernels, augment: AugmentSettings): number[][] {
  const arch: Architecture = {
    ...{ cell: 'FastGRNN', inputSize: sequences.features, hiddenSize: 2, wRank: 0, uRank: 0 },
    ...{ gate: 'sigmoid', update: 'tanh', residual: 'free', ...plainHead, classes: 3 },
  };
  const recordings = recordingLimits(sequences, arch, augment);
  const rows = 4;
  const engine = new NetworkEngine(kernels, arch, { rows, steps: sequences.steps, training: false, recordings });
  const gather = new Gather(sequences, arch, { normalisation }, { augment, seed, lsb, noises, others });
  gather.training(engine, others, 0, rows, epoch);
  return Array.from({ length: rows }, (_, b) =>
    Array.from({ length: sequences.steps }, (__, t) => {
      const at = (t * rows + b) * engine.inputStride;
      return [...engine.input.subarray(at, at + sequences.features)];
    }).flat(),
  );
}

const raw = (row: number, f: number, c: number) => sequences.values[(row * frames + f) * channels + c] * lsb[c];
const levelOf = (row: number) => {
  let sum = 0;
  for (let f = 0; f < frames; f++) for (let c = 0; c < channels; c++) sum += Math.exp(raw(row, f, c));
  return Math.log(sum / frames / channels);
};

/** The definition in float64: nepers by frame and channel, undefined where masked. */
function changed(augment: AugmentSettings, row: number): (number | undefined)[][] {
  const augmentation = emptyAugmentation();
  drawAugmentation(augmentation, augment, seed, epoch, row);
  const { shift, random } = augmentation;
  const change = emptySpectralChange();
  const rows = { frames, channels, shift, noises, others, framesOf: () => frames, levelOf };
  drawSpectralChange(change, augment, random, row, rows);
  const [, speed, warp, loudness, f0, f1, c0, c1, noise, level, decay, wet, mix] = change.values.subarray(10);
  const between = (place: number, last: number): [number, number, number] => {
    const p = Math.min(last, Math.max(0, place));
    return [Math.floor(p), Math.min(last, Math.floor(p) + 1), p - Math.floor(p)];
  };
  const echo = new Float64Array(channels);
  const turned = (frame: readonly number[], c: number): number => {
    if (!isTurned(augment)) return frame[c];
    const first = c - (c % 3);
    const factors = augmentation.matrix.subarray(3 * (c % 3), 3 * (c % 3) + 3);
    return factors.reduce((sum, factor, k) => sum + factor * frame[first + k], 0);
  };
  return Array.from({ length: frames }, (_, f) => {
    const [before, after, share] = between((frames - 1) / 2 + (f - (frames - 1) / 2) * speed - shift, frames - 1);
    // Counts are interpolated, so that channels of different units meet as counts.
    const counts = (c: number) => ((1 - share) * raw(row, before, c) + share * raw(row, after, c)) / lsb[c];
    const frame = Array.from({ length: channels }, (__, c) => {
      const [below, above, part] = between(c * warp, channels - 1);
      let value = ((1 - part) * counts(below) + part * counts(above)) * lsb[c];
      const energy = Math.exp(value) + (noise ? Math.exp(raw(change.partner, f, c) + level) : 0);
      value = Math.log(energy + echo[c]);
      echo[c] = decay * (echo[c] + wet * energy);
      value += loudness;
      if (mix) value += mix * (raw(change.partner, f, c) - value);
      return value;
    });
    const hidden = (c: number) => (f >= f0 && f < f1) || (c >= c0 && c < c1);
    return frame.map((_value, c) => (hidden(c) ? undefined : turned(frame, c)));
  });
}

type Case = SpectralSettings & Partial<AugmentSettings>;
const cases: [string, Case][] = [
  ['stretch and shift', { stretch: 0.3, shift: 3 }],
  ['warp', { warp: 0.2 }],
  ['loudness', { loudness: 6 }],
  ['masks', { maskFrames: 5, maskChannels: 6 }],
  ['background', { background: { class: 'silence', share: 0.7, snr: [-5, 10] } }],
  ['room', { room: 0.7 }],
  ['mixup', { mixup: 0.7 }],
];
const everything = Object.assign({}, ...cases.map(([, settings]) => settings)) as Case;
/** Of a sensor, whose axes turn. */
const ofSensors: [string, Case][] = [
  ['stretch and rotation', { stretch: 0.3, rotate: 20 }],
  ['mixup and scale', { mixup: 0.7, scale: 0.2 }],
  ['masked frames, shift and both', { maskFrames: 5, shift: 2, rotate: 20, scale: 0.2 }],
];

describe('a change of a sound', () => {
  it.each([...cases, ['all together', everything] as const, ...ofSensors])('by %s is as defined', (_, settings) => {
    const augment = { ...off, ...settings };
    const [wasm] = builds;
    const plain = gathered(wasm, off);
    const out = gathered(wasm, augment);
    expect(out).not.toEqual(plain);
    out.forEach((inputs, row) => {
      const expected = changed(augment, row);
      inputs.forEach((input, i) => {
        const [t, k, c] = [Math.floor(i / sequences.features), Math.floor(i / channels) % stack.frames, i % channels];
        const value = expected[t * stack.stride + k][c];
        if (value === undefined) expect(input).toBe(0);
        // Counts of some hundreds in float32, by a scale of 0.01: a few roundings of 3e-5 counts.
        else expect(Math.abs(input - (value / lsb[c] - 300) * 0.01)).toBeLessThan(1e-4);
      });
    });
  });

  it('has the same bits on every build', () => {
    const augment = { ...off, ...everything, shift: 3, noise: 0.1, rotate: 9, scale: 0.1 };
    const wanted = gathered(builds[0], augment);
    for (const kernels of builds) expect(gathered(kernels, augment)).toEqual(wanted);
  });

  it('is none without settings, and pairs rows only where it needs to', () => {
    expect(isSpectral({ stretch: 0, room: 0 })).toBe(false);
    for (const [, settings] of cases) expect(isSpectral(settings)).toBe(true);
    expect(cases.filter(([, settings]) => isPaired(settings)).map(([name]) => name)).toEqual(['background', 'mixup']);
  });

  /** The numbers of many rows' changes, as the kernel reads them. */
  const draw = (settings: SpectralSettings, length: number) =>
    Array.from({ length }, (_, row) => {
      const change = emptySpectralChange();
      const rows = { frames, channels, shift: 0, noises, others, framesOf: () => frames, levelOf: () => 0 };
      drawSpectralChange(change, settings, new Random(1, row), row, rows);
      return change.values;
    });
  /** That values lie between two limits, and come within a fiftieth of the way to both. */
  const fills = (values: readonly number[], [low, high]: readonly [number, number]) => {
    const near = 0.02 * (high - low);
    for (const [value, limit] of [
      [Math.min(...values), low],
      [Math.max(...values), high],
    ]) {
      expect(value).toBeGreaterThan(low - 1e-9);
      expect(value).toBeLessThan(high + 1e-9);
      expect(Math.abs(value - limit)).toBeLessThan(near);
    }
  };
  const decibels = (ratio: number) => 10 * Math.log10(ratio);

  it('stays within its limits and reaches them', () => {
    const drawn = draw({ stretch: 0.2, warp: 0.1, maskFrames: 4, maskChannels: 3 }, 500);
    const range = (pick: (values: Float64Array) => number) => [
      Math.min(...drawn.map(pick)),
      Math.max(...drawn.map(pick)),
    ];
    for (const [place, most] of [
      [11, 0.2],
      [12, 0.1],
    ]) {
      const [low, high] = range((values) => values[place]);
      expect(low).toBeGreaterThanOrEqual(1 - most);
      expect(high).toBeLessThanOrEqual(1 + most);
      expect(high - low).toBeGreaterThan(1.9 * most);
    }
    expect(range((values) => values[15] - values[14])).toEqual([0, 4]);
    expect(range((values) => values[17] - values[16])).toEqual([0, 3]);
    expect(range((values) => values[15])[1]).toBe(frames);
    expect(range((values) => values[14])[0]).toBe(0);
  });

  it('of loudness multiplies energies by as many decibels, up or down', () => {
    const drawn = draw({ loudness: 6 }, 500).map(([...values]) => decibels(Math.exp(values[13])));
    fills(drawn, [-6, 6]);
  });

  it('by a room fades by 60 dB in 0.1 to 0.6 s, its echoes up to 12 dB softer than the direct sound, in so many rows', () => {
    const room = 0.5;
    const rooms = draw({ room }, 2000).filter((values) => values[21] > 0);
    expect(Math.abs(rooms.length / 2000 - room)).toBeLessThan(0.05);
    const seconds = rooms.map((values) => Math.log(1e-6) / Math.log(values[20]) / 100); // of 100 frames each
    fills(seconds, [0.1, 0.6]);
    const direct = rooms.map(([...values]) => {
      let echoes = 0;
      for (let echo = values[21], t = 0; t < 1000; t++) echoes += echo *= values[20]; // of a single frame of energy 1
      return decibels(1 / echoes);
    });
    fills(direct, [0, 12]);
  });

  it('by mixup takes up to half of another row, in so many rows', () => {
    const mixup = 0.3;
    const mixes = draw({ mixup }, 2000)
      .map((values) => values[22])
      .filter((mix) => mix > 0);
    expect(Math.abs(mixes.length / 2000 - mixup)).toBeLessThan(0.05);
    fills(mixes, [0, 0.5]);
  });

  it('of a background has the ratio of energies that was drawn', () => {
    const change = emptySpectralChange();
    const background = { class: 'silence', share: 1, snr: [10, 10] as const };
    const rows = { frames, channels, shift: 0, noises, others, framesOf: () => frames, levelOf };
    drawSpectralChange(change, { background }, new Random(1), 0, rows);
    expect(noises).toContain(change.partner);
    const added = levelOf(change.partner) + change.values[19];
    expect(levelOf(0) - added).toBeCloseTo(Math.log(10), 10);
  });
});
