import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { loadKernels, type Kernels } from './index.js';
import { Workbench } from '../testing/workbench.js';

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels();
});

interface Batch {
  readonly logits: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly weights: readonly number[];
  readonly smoothing: number;
  readonly scale: number;
}

function softmax({ logits, labels, weights, smoothing, scale }: Batch) {
  const [rows, classes] = [logits.length, logits[0].length];
  const bench = new Workbench();
  const places = {
    logits: bench.matrix(rows, classes, logits.flat()),
    labels: bench.integers(labels),
    rowWeights: bench.vector(weights),
    dlogits: bench.matrix(rows, classes, logits.flat()),
    losses: bench.room(rows),
    predictions: bench.room(rows),
    settings: bench.vector([smoothing, scale]),
  };
  const results = bench.run(kernels, (program) => program.softmaxCrossEntropy({ rows, classes, ...places }));
  return {
    losses: results.floats(places.losses, rows),
    predictions: results.integers(places.predictions, rows),
    dlogits: results.matrix(places.dlogits, rows, classes),
  };
}

test('losses, gradients and predictions equal their definition in float64', () => {
  const batch = fc.integer({ min: 1, max: 21 }).chain((classes) =>
    fc.record({
      logits: fc.array(
        fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: classes, maxLength: classes }),
        { minLength: 3, maxLength: 3 },
      ),
      labels: fc.array(fc.integer({ min: -1, max: classes - 1 }), { minLength: 3, maxLength: 3 }),
      weights: fc.array(fc.float({ min: 0, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }),
      smoothing: fc.constantFrom(0, 0.1, 1),
      scale: fc.constantFrom(1, 1 / 64),
    }),
  );
  fc.assert(
    fc.property(batch, (b) => {
      const { losses, predictions, dlogits } = softmax(b);
      b.logits.forEach((row, r) => {
        const largest = Math.max(...row);
        const total = row.reduce((sum, x) => sum + Math.exp(x - largest), 0);
        const target = row.map((_, k) => (k === b.labels[r] ? 1 - b.smoothing : 0) + b.smoothing / row.length);
        const known = b.labels[r] >= 0;
        let loss = 0;
        row.forEach((x, k) => {
          if (known) loss -= b.weights[r] * target[k] * (x - largest - Math.log(total));
          const gradient = known ? b.weights[r] * b.scale * (Math.exp(x - largest) / total - target[k]) : 0;
          expect(Math.abs(dlogits[r * row.length + k] - gradient)).toBeLessThan(3e-6);
        });
        // The sum of exponentials carries some 1e-7 of relative error, the mean of logits some 1e-6.
        expect(Math.abs(losses[r] - loss)).toBeLessThan(1e-5 * (1 + Math.abs(loss)));
        expect(predictions[r]).toBe(row.indexOf(largest));
      });
    }),
  );
});

test('a NaN or infinite logit shows in the loss', () => {
  for (const bad of [NaN, Infinity]) {
    const { losses } = softmax({
      logits: [
        [1, bad, 2],
        [1, 2, 3],
      ],
      labels: [0, 0],
      weights: [1, 1],
      smoothing: 0,
      scale: 1,
    });
    expect([Number.isFinite(losses[0]), Number.isFinite(losses[1])]).toEqual([false, true]);
  }
});

test('huge logits are no problem', () => {
  const { losses, dlogits } = softmax({
    ...{ logits: [[3e38, -3e38, 0]], labels: [0], weights: [1], smoothing: 0, scale: 1 },
  });
  expect(losses[0]).toBeCloseTo(0, 6);
  expect(dlogits[0]).toBeCloseTo(0, 6);
});
