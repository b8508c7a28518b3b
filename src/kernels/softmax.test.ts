import { describe, expect, test } from 'vitest';
import type { Kernels } from './index.js';
import { everyBackend } from '../testing/backends.js';
import { Workbench } from '../testing/workbench.js';

interface Batch {
  readonly logits: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly weights: readonly number[];
  readonly smoothing: number;
  readonly scale: number;
}

function softmax(kernels: Kernels, { logits, labels, weights, smoothing, scale }: Batch) {
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

describe.each(await everyBackend())('$name', ({ kernels }) => {
  test('a NaN or infinite logit shows in the loss', () => {
    for (const bad of [NaN, Infinity]) {
      const { losses } = softmax(kernels, {
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
    const { losses, dlogits } = softmax(kernels, {
      ...{ logits: [[3e38, -3e38, 0]], labels: [0], weights: [1], smoothing: 0, scale: 1 },
    });
    expect(losses[0]).toBeCloseTo(0, 6);
    expect(dlogits[0]).toBeCloseTo(0, 6);
  });
});
