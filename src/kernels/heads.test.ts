import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadKernels, type Kernels } from './index.js';
import { Workbench } from '../testing/workbench.js';

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels();
});

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

/** Without `gradient`, dlogits keeps the logits that it was filled with. */
function run(head: Head, batch: Batch, gradient = true): Results {
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
  const results = bench.run(kernels, (program) => program[head]({ rows, outputs, ...places, ...(gradient ? { dlogits } : {}) }));
  return {
    losses: results.floats(places.losses, rows),
    predictions: results.integers(places.predictions, rows),
    dlogits: results.matrix(dlogits, rows, outputs),
  };
}

/** The same in float64, from the definitions. */
function expected(head: Head, { logits, targets, labels, weights, smoothing, scale }: Batch): Results {
  const rows = logits.map((row, r) => {
    const L = row.length;
    const known = labels[r] >= 0;
    const one = row.map((y, l) => {
      if (head === 'squaredError') {
        const error = y - targets[r][l];
        return { loss: error ** 2 / (2 * L), slope: error / L };
      }
      const target = (1 - smoothing) * targets[r][l] + smoothing / 2;
      const p = 1 / (1 + Math.exp(-y));
      // ln p = -ln(1 + exp(-y)) and ln(1 - p) = -ln(1 + exp(y))
      const loss = target * Math.log1p(Math.exp(-y)) + (1 - target) * Math.log1p(Math.exp(y));
      return { loss, slope: p - target };
    });
    return {
      loss: known ? weights[r] * one.reduce((sum, { loss }) => sum + loss, 0) : 0,
      dlogits: one.map(({ slope }) => (known ? weights[r] * scale * slope : 0)),
      prediction: row.indexOf(Math.max(...row)),
    };
  });
  return {
    losses: rows.map(({ loss }) => loss),
    predictions: rows.map(({ prediction }) => prediction),
    dlogits: rows.flatMap(({ dlogits }) => dlogits),
  };
}

/** What 1 is for the comparison: the largest of the terms that a row's loss and gradients are made of, and at least 1. */
function unit({ logits, targets, weights }: Batch): number {
  const most = (values: readonly number[]) => values.reduce((a, x) => Math.max(a, Math.abs(x)), 1);
  return most(weights) * (most(logits.flat()) + most(targets.flat()));
}

/** The largest error of losses (per output; of squares, per square) and gradients, in that unit. */
function deviation(head: Head, batch: Batch, found: Results): number {
  const wanted = expected(head, batch);
  const own = unit(batch);
  const losses = (head === 'squaredError' ? own : batch.logits[0].length) * own;
  const worst = (a: number[], b: number[]) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
  return Math.max(worst(found.losses, wanted.losses) / losses, worst(found.dlogits, wanted.dlogits) / own);
}

/** Float32 rounds each factor to 6e-8; the exponential errs by 2 units in the last place, a quotient of it by as much. */
const TOLERANCE = 6e-7;

/** Any shape, rows with and without a target. */
const batches = (head: Head) =>
  fc.record({ rows: fc.integer({ min: 1, max: 5 }), outputs: fc.integer({ min: 1, max: 35 }) }).chain((shape) => {
    const { rows, outputs } = shape;
    const each = <T>(of: fc.Arbitrary<T>, length: number) => fc.array(of, { minLength: length, maxLength: length });
    const real = (min: number, max: number) => fc.float({ min, max, noNaN: true });
    return fc.record({
      logits: each(each(real(-30, 30), outputs), rows),
      targets: each(each(head === 'squaredError' ? real(-9, 9) : fc.constantFrom(0, 1), outputs), rows),
      labels: each(fc.constantFrom(-1, 0, 0, 1), rows),
      weights: each(real(0, 3), rows),
      smoothing: fc.constantFrom(0, 0.125, 1),
      scale: fc.constantFrom(1, 1 / 64),
    });
  });

const plain = { labels: [0], weights: [1], smoothing: 0, scale: 1 };

describe.each(['sigmoidCrossEntropy', 'squaredError'] as const)('%s', (head) => {
  test('losses, gradients and predictions equal their definition in float64', () => {
    fc.assert(
      fc.property(batches(head), (batch) => {
        const found = run(head, batch);
        expect(deviation(head, batch, found)).toBeLessThan(TOLERANCE);
        expect(found.predictions).toEqual(expected(head, batch).predictions);
      }),
      { numRuns: 300 },
    );
  });

  test('without a gradient, the same losses, and nothing else is written', () => {
    fc.assert(
      fc.property(batches(head), (batch) => {
        const [whole, losses] = [run(head, batch), run(head, batch, false)];
        expect([losses.losses, losses.predictions]).toEqual([whole.losses, whole.predictions]);
        expect(losses.dlogits).toEqual(batch.logits.flat());
      }),
    );
  });

  test('a wrong loss or gradient is found', () => {
    const batch = { ...plain, logits: [[1, -2, 0.5]], targets: [[1, 0, 1]] };
    const found = run(head, batch);
    expect(deviation(head, { ...batch, targets: [[1, 0, 0.999]] }, found)).toBeGreaterThan(10 * TOLERANCE);
    expect(deviation(head, { ...batch, weights: [1.001] }, found)).toBeGreaterThan(10 * TOLERANCE);
    expect(deviation(head, { ...batch, labels: [-1] }, found)).toBeGreaterThan(10 * TOLERANCE);
  });

  test('a NaN or infinite logit shows in the loss of its row alone', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const logits = [[1, bad, 2], [1, 2, 3]]; // prettier-ignore
      const targets = [[0, bad === Infinity ? 0 : 1, 0], [0, 1, 0]]; // prettier-ignore
      const { losses } = run(head, { ...plain, logits, targets, labels: [0, 0], weights: [1, 1] });
      expect([Number.isFinite(losses[0]), Number.isFinite(losses[1])]).toEqual([false, true]);
    }
  });

  test('a row without a target has none of its own: loss and gradient are 0 whatever stands there', () => {
    const { losses, dlogits } = run(head, { ...plain, logits: [[1, 2]], targets: [[NaN, Infinity]], labels: [-1] });
    expect([...losses, ...dlogits]).toEqual([0, 0, 0]);
  });
});

test('logits that are certain, right or wrong, overflow nothing', () => {
  const { losses, dlogits } = run('sigmoidCrossEntropy', {
    ...plain,
    logits: [[1e6, -1e6, -1e6]],
    targets: [[1, 0, 1]],
  });
  expect(losses).toEqual([1e6]);
  expect(dlogits).toEqual([0, expect.closeTo(0, 37), -1]);
});

test('the sum over more labels than one logarithm takes', () => {
  const wide = (value: number) => [Array.from({ length: 1200 }, (_, l) => value - (l % 7))];
  const batch = { ...plain, logits: wide(3), targets: [wide(0)[0].map((x) => Number(x > -3))] };
  expect(deviation('sigmoidCrossEntropy', batch, run('sigmoidCrossEntropy', batch))).toBeLessThan(TOLERANCE);
});
