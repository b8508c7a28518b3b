import { describe, expect, it } from 'vitest';
import { Random } from '../../math/index.js';
import { labelledRows, rowsAt, type HeadShape, type LabelledRows } from '../rows.js';
import type { LabelledSequences } from '../task.js';
import { predictBaselines, type BaselineTask } from './baselines.js';
import { nearestRows } from './nearest.js';
import { shapeTable, summaryTable } from './tables.js';

/** Ragged sequences of two channels: the class is the sign of the first one's mean, the second is noise. Views overlap. */
function sequences(count: number, seed: number): LabelledSequences {
  const random = new Random(seed);
  const channels = 2;
  const starts = new Uint32Array(count);
  const lengths = Uint32Array.from({ length: count }, () => 5 + random.below(20));
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  const values: number[] = [];
  for (let i = 0; i < count; i++) {
    starts[i] = values.length;
    for (let t = 0; t < lengths[i]; t++) {
      values.push(Math.round((labels[i] === 0 ? -300 : 300) + 100 * random.normal()), Math.round(50 * random.normal()));
    }
  }
  const frames = values.length / channels;
  return {
    count,
    steps: lengths.reduce((a, b) => Math.max(a, b)),
    channels,
    features: channels,
    stepStride: channels,
    values: Int16Array.from(values),
    starts,
    lengths,
    labels,
    frameLabels: Int32Array.from({ length: frames }, (_, f) => (values[f * channels + 1] > 0 ? 1 : -1 + (f % 2))),
    targets: Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? labels[Math.floor(i / 2)] : 0)),
  };
}

function task(shape: HeadShape): BaselineTask {
  const data = sequences(160, 3);
  const rows = (first: number, end: number) =>
    labelledRows(
      data,
      shape,
      Uint32Array.from({ length: end - first }, (_, i) => first + i),
    );
  return { train: rows(0, 80), validation: rows(80, 110), all: rows(0, 110), test: rows(110, 160) };
}

const rightOf = (classes: Int32Array | undefined, { test }: BaselineTask) =>
  test.labels.filter((label, row) => label === classes?.[row]).length / test.rows;

describe('baselines', () => {
  it('of classes find what means tell, and the majority is no better than its share', () => {
    const t = task({ head: 'softmax', output: 'last', size: 2 });
    const [majority, logistic, nearest] = predictBaselines(t);
    expect([majority.name, logistic.name, nearest.name]).toEqual([
      'majority class',
      'logistic regression',
      'nearest neighbour',
    ]);
    expect(rightOf(majority.classes, t)).toBe(0.5);
    expect(rightOf(logistic.classes, t)).toBe(1);
    expect(rightOf(nearest.classes, t)).toBe(1);
  });

  it('don’t read the labels of the test rows', () => {
    const t = task({ head: 'softmax', output: 'last', size: 2 });
    const blind = { ...t, test: { ...t.test, labels: t.test.labels.map(() => 0) } };
    expect(predictBaselines(blind)).toEqual(predictBaselines(t));
  });

  it('of every step see that step alone', () => {
    const t = task({ head: 'softmax', output: 'every', size: 2 });
    // The label is 1 where the second channel is above 0; unlabelled steps are no rows.
    expect(t.test.rows).toBeLessThan(t.test.from.lengths.subarray(110).reduce((a, b) => a + b, 0));
    const [, logistic] = predictBaselines(t);
    expect(logistic.note).toContain('the values of the step alone');
    expect(rightOf(logistic.classes, t)).toBeGreaterThan(0.97);
  });

  it('of labels know each by itself', () => {
    const t = task({ head: 'sigmoid', output: 'last', size: 2 });
    const [majority, logistic] = predictBaselines(t);
    const right = (labels: Uint8Array | undefined, l: number) =>
      Array.from({ length: t.test.rows }, (_, row) => labels?.[2 * row + l] === t.test.targets?.[2 * row + l]).filter(
        Boolean,
      ).length / t.test.rows;
    expect(right(majority.labels, 0)).toBe(0.5);
    expect(right(logistic.labels, 0)).toBe(1);
    expect(right(logistic.labels, 1)).toBe(1);
  });

  it('of values are the mean and a ridge regression', () => {
    const t = task({ head: 'regression', output: 'last', size: 2 });
    const [mean, ridge] = predictBaselines(t);
    const errorOf = (values: Float64Array | undefined) =>
      Array.from(values ?? []).reduce((sum, value, i) => sum + Math.abs(value - (t.test.targets?.[i] ?? NaN)), 0) /
      t.test.rows;
    expect(errorOf(mean.values)).toBeCloseTo(0.5, 10);
    expect(errorOf(ridge.values)).toBeLessThan(0.15);
  });

  it('choose their strength by validation: weak where it is the training rows again, strong where it says the opposite', () => {
    for (const head of ['softmax', 'sigmoid', 'regression'] as const) {
      const t = task({ head, output: 'last', size: 2 });
      const same = t.train;
      const opposite: LabelledRows = {
        ...same,
        labels: same.labels.map((label) => 1 - label),
        ...(same.targets && { targets: same.targets.map((target) => 1 - target) }),
      };
      const none = rowsAt(same, new Uint32Array());
      // C is large where a method is weakly regularised, the penalty of a ridge where it is strongly.
      const strength = (validation: LabelledRows) => {
        const { note } = predictBaselines({ ...t, validation })[1];
        return head === 'regression' ? -Number(/strength (\S+)/.exec(note)?.[1]) : Number(/C (\S+)/.exec(note)?.[1]);
      };
      expect(strength(same)).toBeGreaterThan(strength(none));
      expect(strength(opposite)).toBeLessThan(strength(none));
    }
  });

  it('say on how much of long data they were fitted', () => {
    const data = sequences(1300, 5);
    const rows = labelledRows(data, { head: 'softmax', output: 'last', size: 2 });
    const none = labelledRows(data, { head: 'softmax', output: 'last', size: 2 }, new Uint32Array());
    const nearest = predictBaselines({ train: rows, validation: none, all: rows, test: rows })[2];
    expect(nearest.note).toContain('among 500 of 1300 training rows');
  });
});

describe('tables', () => {
  it('hold mean and deviation of each channel over the own length', () => {
    const data = sequences(4, 8);
    const { values } = summaryTable(labelledRows(data, { head: 'softmax', output: 'last', size: 2 }));
    for (let i = 0; i < 4; i++) {
      const own = Array.from({ length: data.lengths[i] }, (_, t) => data.values[data.starts[i] + 2 * t]);
      const mean = own.reduce((a, b) => a + b) / own.length;
      expect(values[i * 4]).toBeCloseTo(mean, 9);
      expect(values[i * 4 + 2]).toBeCloseTo(Math.sqrt(own.reduce((s, x) => s + (x - mean) ** 2, 0) / own.length), 9);
    }
  });

  it('draw sequences to as many points, longer or shorter', () => {
    const data = { ...sequences(1, 8), lengths: Uint32Array.of(4), starts: Uint32Array.of(0) };
    const rows = labelledRows(data, { head: 'softmax', output: 'last', size: 2 });
    const channel = (points: number) => [...shapeTable(rows, points).values].filter((_, i) => i % 2 === 0);
    const [a, b, c, d] = Array.from({ length: 4 }, (_, t) => data.values[2 * t]);
    expect(channel(2)).toEqual([(a + b) / 2, (c + d) / 2]);
    expect(channel(8)).toEqual([a, a, b, b, c, c, d, d]);
  });

  it('are searched for the nearest row', () => {
    const random = new Random(1);
    const table = (rows: number) => ({
      rows,
      columns: 40,
      values: Float64Array.from({ length: rows * 40 }, () => random.normal()),
    });
    const [references, queries] = [table(30), table(20)];
    const distance = (r: number, q: number) =>
      Array.from({ length: 40 }, (_, c) => (references.values[r * 40 + c] - queries.values[q * 40 + c]) ** 2).reduce(
        (a, b) => a + b,
      );
    nearestRows(references, queries).forEach((nearest, q) => {
      for (let r = 0; r < 30; r++) expect(distance(nearest, q)).toBeLessThanOrEqual(distance(r, q));
    });
  });
});
