import { describe, expect, test } from 'vitest';
import type { Kernels } from './index.js';
import { everyBackend } from '../testing/backends.js';
import { Workbench } from '../testing/workbench.js';

type Head = 'sigmoidCrossEntropy' | 'squaredError';

interface Batch {
  readonly logits: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly weights: readonly number[];
  readonly smoothing: number;
  readonly scale: number;
}

interface Results {
  readonly losses: number[];
  readonly predictions: number[];
  /** Row-major. */
  readonly dlogits: number[];
}

function run(kernels: Kernels, head: Head, batch: Batch): Results {
  const { logits, targets, labels, weights, smoothing, scale } = batch;
  const [rows, outputs] = [logits.length, logits[0].length];
  const bench = new Workbench();
  const dlogits = bench.matrix(rows, outputs, logits.flat());
  const places = {
    logits: bench.matrix(rows, outputs, logits.flat()),
    labels: bench.integers(labels),
    rowWeights: bench.vector(weights),
    targets: bench.matrix(rows, outputs, targets.flat()),
    losses: bench.room(rows),
    predictions: bench.room(rows),
    settings: bench.vector([smoothing, scale]),
  };
  const results = bench.run(kernels, (program) => program[head]({ rows, outputs, ...places, dlogits }));
  return {
    losses: results.floats(places.losses, rows),
    predictions: results.integers(places.predictions, rows),
    dlogits: results.matrix(dlogits, rows, outputs),
  };
}

const plain = { labels: [0], weights: [1], smoothing: 0, scale: 1 };

describe.each(await everyBackend())('$name', ({ kernels }) => {
  describe.each(['sigmoidCrossEntropy', 'squaredError'] as const)('%s', (head) => {
    test('a NaN or infinite logit shows in the loss of its row alone', () => {
      for (const bad of [NaN, Infinity, -Infinity]) {
        const logits = [[1, bad, 2], [1, 2, 3]]; // prettier-ignore
        const targets = [[0, bad === Infinity ? 0 : 1, 0], [0, 1, 0]]; // prettier-ignore
        const { losses } = run(kernels, head, { ...plain, logits, targets, labels: [0, 0], weights: [1, 1] });
        expect([Number.isFinite(losses[0]), Number.isFinite(losses[1])]).toEqual([false, true]);
      }
    });

    test('a row without a target has none of its own: loss and gradient are 0 whatever stands there', () => {
      const { losses, dlogits } = run(kernels, head, {
        ...plain,
        logits: [[1, 2]],
        targets: [[NaN, Infinity]],
        labels: [-1],
      });
      expect([...losses, ...dlogits]).toEqual([0, 0, 0]);
    });
  });

  test('logits that are certain, right or wrong, overflow nothing', () => {
    const { losses, dlogits } = run(kernels, 'sigmoidCrossEntropy', {
      ...plain,
      logits: [[1e6, -1e6, -1e6]],
      targets: [[1, 0, 1]],
    });
    expect(losses).toEqual([1e6]);
    expect(dlogits).toEqual([0, expect.closeTo(0, 37), -1]);
  });
});
