import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadKernels, nativeVariants, type Kernels } from '../kernels/index.js';
import { NetworkEngine, plainHead, type Architecture } from '../network/index.js';
import { drawAugmentation, emptyAugmentation, type AugmentSettings } from './augment.js';
import { Gather, recordingLimits } from './gather.js';
import type { LabelledSequences } from './task.js';

const builds: Kernels[] = [];
beforeAll(async () => {
  const { variants } = await nativeVariants();
  for (const backend of ['wasm', ...variants.map((variant) => `native-${variant}` as const)] as const) {
    builds.push(await loadKernels({ backend }));
  }
});

/** Sequences of any length, whose steps may share frames, with what a gathering of some of them needs. */
const cases = fc
  .record({
    channels: fc.integer({ min: 1, max: 20 }),
    stacked: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 4 }),
    lengths: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
    seed: fc.nat(),
    epoch: fc.integer({ min: 0, max: 9 }),
    augment: fc.record({
      rotate: fc.constantFrom(0, 25),
      shift: fc.integer({ min: 0, max: 3 }),
      scale: fc.constantFrom(0, 0.2),
      noise: fc.constantFrom(0, 0.5),
    }),
  })
  .chain((o) => {
    const features = o.channels * o.stacked;
    const stepStride = o.channels * o.stride;
    const starts: number[] = [];
    let at = o.seed % 3; // rows begin anywhere, not only on whole words
    for (const length of o.lengths) {
      starts.push(at);
      at += (length - 1) * stepStride + features;
    }
    const each = (arbitrary: fc.Arbitrary<number>, length: number) =>
      fc.array(arbitrary, { minLength: length, maxLength: length });
    const values = each(fc.integer({ min: -32768, max: 32767 }), at);
    const centre = each(fc.integer({ min: -3000, max: 3000 }), o.channels);
    const scale = each(fc.double({ min: 1e-4, max: 10, noNaN: true }), o.channels);
    const lsb = each(fc.double({ min: 1e-3, max: 5, noNaN: true }), o.channels);
    return fc.record({ values, centre, scale, lsb }).map((numbers) => ({
      ...o,
      lsb: Float64Array.from(numbers.lsb),
      normalisation: { centre: Int16Array.from(numbers.centre), scale: Float64Array.from(numbers.scale) },
      sequences: {
        ...{ count: o.lengths.length, steps: Math.max(...o.lengths), channels: o.channels, features, stepStride },
        values: Int16Array.from(numbers.values),
        starts: Uint32Array.from(starts),
        lengths: Uint32Array.from(o.lengths),
        labels: new Int32Array(o.lengths.length),
      } satisfies LabelledSequences,
    }));
  });

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

/** The definition, one row after the other in float64; NaN where a row has ended. */
function expected(c: Case, order: Uint32Array, changed: boolean): number[][][] {
  const { sequences, normalisation, augment, lsb, channels, stacked, stride } = c;
  const augmentation = emptyAugmentation();
  return Array.from(order, (row) => {
    if (changed) drawAugmentation(augmentation, augment, c.seed, c.epoch, row);
    const { matrix: m, size, shift, random } = augmentation;
    const last = (sequences.lengths[row] - 1) * stride + stacked - 1;
    const frame = (f: number): number[] => {
      const at = sequences.starts[row] + f * channels;
      const counts = Array.from(sequences.values.subarray(at, at + channels));
      return counts.map((count, i) => {
        const first = i - (i % 3);
        if (!changed) return count;
        if (first + 2 >= channels) return count * size;
        const [x, y, z] = [0, 1, 2].map((k) => counts[first + k] * lsb[first + k]);
        const turned = m.subarray(3 * (i % 3));
        return (turned[0] * x + turned[1] * y + turned[2] * z) / lsb[i];
      });
    };
    return Array.from({ length: sequences.lengths[row] }, (_, t) =>
      Array.from({ length: stacked }, (__, k) => {
        const f = changed ? Math.min(last, Math.max(0, t * stride + k - shift)) : t * stride + k;
        return frame(f).map((value, i) => {
          const input = (value - normalisation.centre[i]) * normalisation.scale[i];
          return Math.fround(changed && augment.noise > 0 ? input + augment.noise * random.normal() : input);
        });
      }).flat(),
    );
  });
}

function gathered(kernels: Kernels, c: Case, order: Uint32Array, changed: boolean): number[][][] {
  const { sequences, normalisation, augment, seed, lsb } = c;
  const arch: Architecture = {
    ...{ cell: 'FastGRNN', inputSize: sequences.features, hiddenSize: 2, wRank: 0, uRank: 0 },
    ...{ gate: 'sigmoid', update: 'tanh', residual: 'free', ...plainHead, classes: 2 },
  };
  const recordings = recordingLimits(sequences, arch, augment);
  const limits = { rows: order.length, steps: sequences.steps, training: false, recordings };
  const engine = new NetworkEngine(kernels, arch, limits);
  const gather = new Gather(sequences, arch, { normalisation }, { augment, seed, lsb });
  const steps = changed
    ? gather.training(engine, order, 0, order.length, c.epoch)
    : gather.plain(engine, order, 0, order.length);
  expect(steps).toBe(Math.max(...Array.from(order, (row) => sequences.lengths[row])));
  return Array.from(order, (row, b) =>
    Array.from({ length: sequences.lengths[row] }, (_, t) => {
      const at = (t * order.length + b) * engine.inputStride;
      return [...engine.input.subarray(at, at + sequences.features)];
    }),
  );
}

const isOff = (augment: AugmentSettings) => Object.values(augment).every((value) => value === 0);

describe('an engine gathers', () => {
  it('rows as they are, to the bit, on every build', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const order = Uint32Array.from(c.lengths, (_, i) => c.lengths.length - 1 - i);
        const wanted = expected(c, order, false);
        for (const kernels of builds) expect(gathered(kernels, c, order, false)).toEqual(wanted);
      }),
    );
  });

  it('rows changed at random, to the bit, on every build', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const order = Uint32Array.from(c.lengths, (_, i) => i);
        const wanted = expected(c, order, !isOff(c.augment));
        for (const kernels of builds) expect(gathered(kernels, c, order, true)).toEqual(wanted);
      }),
    );
  });
});
