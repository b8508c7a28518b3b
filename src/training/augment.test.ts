import { beforeAll, describe, expect, it } from 'vitest';
import { equalSequences } from '../integer/index.js';
import { loadKernels, type Kernels } from '../kernels/index.js';
import { NetworkEngine, plainHead, type Architecture } from '../network/index.js';
import {
  drawAugmentation,
  emptyAugmentation,
  isAugmented,
  type Augmentation,
  type AugmentSettings,
} from './augment.js';
import { Gather, recordingLimits, type InputTarget } from './gather.js';
import type { LabelledSequences } from './task.js';
import { toySequences } from '../testing/index.js';

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels();
});

const off: AugmentSettings = { rotate: 0, shift: 0, scale: 0, noise: 0 };
const all: AugmentSettings = { rotate: 20, shift: 2, scale: 0.1, noise: 0.2 };

function draw(settings: AugmentSettings, seed: number, epoch: number, row: number): Augmentation {
  const out = emptyAugmentation();
  drawAugmentation(out, settings, seed, epoch, row);
  return out;
}

function apply(m: Float64Array, v: readonly number[]): number[] {
  return [0, 3, 6].map((i) => m[i] * v[0] + m[i + 1] * v[1] + m[i + 2] * v[2]);
}

describe('an augmentation', () => {
  it('is a function of seed, epoch and row', () => {
    const first = draw(all, 1, 2, 3);
    expect(draw(all, 1, 2, 3)).toEqual(first);
    for (const other of [draw(all, 2, 2, 3), draw(all, 1, 3, 3), draw(all, 1, 2, 4)]) {
      expect(other.matrix).not.toEqual(first.matrix);
    }
  });

  it('rotates: lengths and angles stay', () => {
    for (let row = 0; row < 50; row++) {
      const { matrix } = draw({ ...off, rotate: 40 }, 1, 0, row);
      const [a, b] = [apply(matrix, [3, -4, 12]), apply(matrix, [1, 2, 2])];
      // A few roundings of float64.
      expect(Math.hypot(...a)).toBeCloseTo(13, 12);
      expect(a[0] * b[0] + a[1] * b[1] + a[2] * b[2]).toBeCloseTo(3 - 8 + 24, 12);
      expect(matrix[0] * matrix[4] - matrix[1] * matrix[3]).toBeCloseTo(matrix[8], 12); // no mirror image
    }
  });

  it('turns by three angles with the deviation that is asked for', () => {
    const rows = 2000;
    let squares = 0;
    for (let row = 0; row < rows; row++) {
      const { matrix } = draw({ ...off, rotate: 1 }, 9, 4, row);
      squares += Math.acos((matrix[0] + matrix[4] + matrix[8] - 1) / 2) ** 2;
    }
    // For small angles the square of the whole angle is the sum of three: 3 deviations, itself with a relative deviation
    // of sqrt(6) / 3 / sqrt(2000) = 0.018; five of them are allowed.
    const degrees = Math.sqrt(squares / rows / 3) * (180 / Math.PI);
    expect(degrees).toBeGreaterThan(1 - 0.05);
    expect(degrees).toBeLessThan(1 + 0.05);
  });

  it('shifts and scales within its limits, and reaches them', () => {
    const drawn = Array.from({ length: 400 }, (_, row) => draw({ ...off, shift: 2, scale: 0.1 }, 1, 0, row));
    expect([...new Set(drawn.map(({ shift }) => shift))].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    const sizes = drawn.map(({ size }) => size);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(0.9);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1.1);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeGreaterThan(0.15);
  });

  it('is the identity when all is off', () => {
    expect(isAugmented(off)).toBe(false);
    const { matrix, size, shift } = draw(off, 1, 0, 0);
    expect(Array.from(matrix, (value) => value + 0)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]); // + 0: -0 is as good
    expect([size, shift]).toEqual([1, 0]);
    for (const name of ['rotate', 'shift', 'scale', 'noise'] as const)
      expect(isAugmented({ ...off, [name]: 1 })).toBe(true);
  });
});

/** An engine into which three of the sequences are gathered. */
function engineFor(sequences: LabelledSequences, augment: AugmentSettings): NetworkEngine {
  const { features: inputSize, steps } = sequences;
  const arch: Architecture = {
    ...{ cell: 'FastGRNN', inputSize, hiddenSize: 2, wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
    ...{ residual: 'free', ...plainHead, classes: 3 },
  };
  const recordings = recordingLimits(sequences, arch, augment);
  return new NetworkEngine(kernels, arch, { rows: 3, steps, training: false, recordings });
}

describe('gathering rows', () => {
  const sequences = toySequences(6);
  const { steps, features, values, labels } = sequences;
  const normalisation = { centre: Int16Array.of(10, -20, 30), scale: Float64Array.of(0.01, 0.02, 0.03) };
  const shape = { ...plainHead, classes: 3 };
  const order = Uint32Array.of(5, 0, 3);
  const target = () => ({
    input: new Float32Array(steps * 3 * 4),
    inputStride: 4,
    labels: new Int32Array(3),
    lengths: new Int32Array(3),
  });
  /** The normalised values of a row at a step. */
  const normalised = (row: number, t: number) =>
    Array.from({ length: features }, (_, d) => {
      const value = values[(row * steps + t) * features + d];
      return Math.fround((value - normalisation.centre[d]) * normalisation.scale[d]);
    });
  const gathered = (augment: AugmentSettings, epoch = 0, lsb = Float64Array.of(1, 1, 1)) => {
    const out = engineFor(sequences, augment);
    new Gather(sequences, shape, { normalisation }, { augment, seed: 1, lsb }).training(out, order, 0, 3, epoch);
    return out;
  };
  const at = ({ input, inputStride }: Pick<InputTarget, 'input' | 'inputStride'>, b: number, t: number) => [
    ...input.subarray((t * 3 + b) * inputStride).slice(0, 3),
  ];
  const allOf = (out: Parameters<typeof at>[0]) =>
    Array.from({ length: steps * 3 }, (_, i) => at(out, i % 3, Math.floor(i / 3))).flat();

  it('writes them normalised, step after step', () => {
    const out = target();
    new Gather(sequences, shape, { normalisation }).plain(out, order, 0, 3);
    expect([...out.labels]).toEqual([...order].map((row) => labels[row]));
    order.forEach((row, b) => {
      for (let t = 0; t < steps; t++) expect(at(out, b, t)).toEqual(normalised(row, t));
    });
  });

  it('leaves them as they are when all is off', () => {
    const plain = target();
    new Gather(sequences, shape, { normalisation }).plain(plain, order, 0, 3);
    expect(allOf(gathered(off))).toEqual(allOf(plain));
  });

  it('moves them in time, the ends repeated', () => {
    const augment = { ...off, shift: 3 };
    const out = gathered(augment, 4);
    const shifts = [...order].map((row) => draw(augment, 1, 4, row).shift);
    expect(new Set(shifts).size).toBeGreaterThan(1);
    order.forEach((row, b) => {
      for (let t = 0; t < steps; t++) {
        expect(at(out, b, t)).toEqual(normalised(row, Math.min(steps - 1, Math.max(0, t - shifts[b]))));
      }
    });
  });

  it('turns axes in physical units', () => {
    const augment = { ...off, rotate: 30 };
    const lsb = Float64Array.of(0.5, 2, 1);
    const out = gathered(augment, 0, lsb);
    order.forEach((row, b) => {
      const counts = Array.from(values.subarray(row * steps * features, row * steps * features + 3));
      const turned = apply(
        draw(augment, 1, 0, row).matrix,
        counts.map((count, d) => count * lsb[d]),
      );
      turned.forEach((value, d) => {
        const expected = (value / lsb[d] - normalisation.centre[d]) * normalisation.scale[d];
        expect(at(out, b, 0)[d]).toBeCloseTo(expected, 5); // float32, values of about 10
      });
    });
  });

  it('adds noise of the deviation that is asked for, another in each epoch', () => {
    const plain = gathered(off);
    const noise = [0, 1].map((epoch) => {
      const out = allOf(gathered({ ...off, noise: 0.5 }, epoch));
      return out.map((value, i) => value - allOf(plain)[i]);
    });
    expect(noise[0]).not.toEqual(noise[1]);
    const both = noise.flat();
    const deviation = Math.sqrt(both.reduce((sum, x) => sum + x * x, 0) / both.length);
    // 108 normal numbers: the relative deviation of this figure is 1 / sqrt(216) = 0.07; four of them are allowed.
    expect(Math.abs(deviation / 0.5 - 1)).toBeLessThan(0.28);
  });

  it('only scales the channels outside a group of three', () => {
    const four = {
      ...equalSequences(values.subarray(0, 6 * 9 * 2), { count: 6, steps: 9, channels: 2 }),
      labels,
    };
    const augment = { ...off, rotate: 30, scale: 0.2 };
    const out = engineFor(four, augment);
    const change = { augment, seed: 1, lsb: Float64Array.of(1, 1) };
    const unit = { centre: Int16Array.of(0), scale: Float64Array.of(1) };
    new Gather(four, shape, { normalisation: unit }, change).training(out, Uint32Array.of(2), 0, 1, 0);
    const { size } = draw(augment, 1, 0, 2);
    const inputs = Array.from({ length: 9 }, (_, t) => [...out.input.subarray(t * out.inputStride).slice(0, 2)]);
    expect(inputs.flat()).toEqual(Array.from(values.subarray(36, 54), (value) => Math.fround(value * size)));
  });
});
