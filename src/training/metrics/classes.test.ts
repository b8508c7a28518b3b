import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetricError } from './errors.js';
import { accuracy, classScores, confusionMatrix, macroF1, wilsonInterval } from './classes.js';

/** Labels and predictions of up to 200 recordings of some classes. */
const results = fc.integer({ min: 1, max: 6 }).chain((classes) =>
  fc.record({
    classes: fc.constant(classes),
    pairs: fc.array(fc.tuple(fc.nat(classes - 1), fc.nat(classes - 1)), { minLength: 1, maxLength: 200 }),
  }),
);

describe('scores of a classifier', () => {
  it('agree with counting recordings one by one', () => {
    fc.assert(
      fc.property(results, ({ classes, pairs }) => {
        const labels = pairs.map(([label]) => label);
        const predictions = pairs.map(([, prediction]) => prediction);
        const matrix = confusionMatrix(labels, predictions, classes);
        const scores = classScores(matrix);
        expect(accuracy(matrix)).toBe(pairs.filter(([a, b]) => a === b).length / pairs.length);
        for (let k = 0; k < classes; k++) {
          const ofClass = pairs.filter(([label]) => label === k);
          const predicted = pairs.filter(([, prediction]) => prediction === k);
          const hits = ofClass.filter(([, prediction]) => prediction === k).length;
          const { recordings, recall, precision, f1 } = scores[k];
          expect(recordings).toBe(ofClass.length);
          expect(recall).toBe(ofClass.length === 0 ? null : hits / ofClass.length);
          expect(precision).toBe(predicted.length === 0 ? null : hits / predicted.length);
          // F1 is the harmonic mean of the two; the tolerance is that of a few roundings.
          if (recall && precision) expect(f1).toBeCloseTo(2 / (1 / recall + 1 / precision), 12);
        }
      }),
    );
  });

  it('leave classes that are neither there nor predicted out of the mean F1', () => {
    const scores = classScores(confusionMatrix([0, 0, 1], [0, 0, 1], 3));
    expect(scores[2]).toEqual({ recordings: 0, recall: null, precision: null, f1: null });
    expect(macroF1(scores)).toBe(1);
  });

  it('count a class that is there but never found as zero', () => {
    expect(macroF1(classScores(confusionMatrix([0, 1], [0, 0], 2)))).toBeCloseTo((2 / 3 + 0) / 2, 12);
  });

  it('are null of nothing', () => {
    expect(accuracy(confusionMatrix([], [], 2))).toBe(null);
    expect(macroF1(classScores([]))).toBe(null);
  });

  it('take typed arrays', () => {
    expect(confusionMatrix(Int32Array.of(0, 1, 1), Int32Array.of(0, 1, 0), 2)).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it.each([
    ['lists of different lengths', [0], [0, 1]],
    ['a label out of range', [2], [0]],
    ['a prediction out of range', [0], [-1]],
    ['a prediction between classes', [0], [0.5]],
  ])('refuse %s', (_, labels, predictions) => {
    expect(() => confusionMatrix(labels, predictions, 2)).toThrow(MetricError);
  });
});

describe('the 95 % interval of an accuracy', () => {
  it('ends where the normal test would just not refuse the fraction', () => {
    for (const [fraction, n] of [
      [0.5, 10],
      [0.975, 10_000],
      [0.1, 37],
    ]) {
      for (const p of wilsonInterval(fraction, n)) {
        // By definition |fraction - p| is 1.96 standard deviations of a mean of n trials of probability p.
        expect(Math.abs(fraction - p) / Math.sqrt((p * (1 - p)) / n)).toBeCloseTo(1.959964, 5);
      }
    }
  });

  it('stays between 0 and 1', () => {
    expect(wilsonInterval(1, 5)[1]).toBe(1);
    expect(wilsonInterval(0, 5)[0]).toBe(0);
  });
});
