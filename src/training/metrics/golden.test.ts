import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fitLogistic } from '../baselines/logistic.js';
import { fitRidge } from '../baselines/ridge.js';
import { Xoshiro128 } from './bootstrap.js';
import {
  accuracy,
  balancedAccuracy,
  calibrationOf,
  classIntervals,
  classScores,
  confusionMatrix,
  fitTemperature,
  macroF1,
  multiLabelScores,
  predictedClasses,
  predictedLabels,
  regressionScores,
  type Outputs,
} from './index.js';

/** What tools/golden/metrics.py writes: scikit-learn's results in float64, to twelve digits. */
interface Golden {
  readonly classes: {
    readonly size: number;
    readonly labels: number[];
    readonly logits: number[][];
    readonly groups: number[];
    readonly expected: Record<string, number> & {
      readonly confusion: number[][];
      readonly precision: number[];
      readonly recall: number[];
      readonly f1: number[];
      readonly support: number[];
      readonly accuracyInterval: number[];
      readonly macroF1Interval: number[];
      readonly recallInterval: number[];
    };
  };
  readonly labels: {
    readonly size: number;
    readonly targets: number[][];
    readonly logits: number[][];
    readonly expected: Record<string, number> & {
      readonly precision: number[];
      readonly recall: number[];
      readonly f1: number[];
      readonly support: number[];
    };
  };
  readonly regression: {
    readonly size: number;
    readonly targets: number[][];
    readonly values: number[][];
    readonly expected: Scores & { readonly perOutput: Scores[] };
  };
  readonly linear: {
    readonly columns: number;
    readonly classes: number;
    readonly values: number[][];
    readonly labels: number[];
    readonly targets: number[][];
    readonly expected: { readonly logistic: number[][]; readonly ridge: number[][] };
  };
  readonly xoshiro: number[];
}

type Scores = Record<'mse' | 'rmse' | 'mae' | 'r2' | 'relativeL2', number>;

const golden = JSON.parse(readFileSync(new URL('../golden/metrics.json', import.meta.url), 'utf8')) as Golden;

/** Sums of a few hundred float64 numbers, and twelve digits in the file. */
const digits = 10;

function outputs(head: Outputs['head'], size: number, logits: number[][], right: Partial<Outputs>): Outputs {
  const rows = logits.length;
  return {
    head,
    size,
    rows,
    logits: Float64Array.from(logits.flat()),
    labels: new Int32Array(rows),
    targets: undefined,
    sequences: Uint32Array.from({ length: rows }, (_, i) => i),
    ...right,
  };
}

describe('scores as scikit-learn gives them', () => {
  const { size, labels, logits, groups, expected } = golden.classes;
  const classifier = outputs('softmax', size, logits, { labels: Int32Array.from(labels) });
  const predictions = predictedClasses(classifier);

  it('of classes', () => {
    const matrix = confusionMatrix(labels, predictions, size);
    const scores = classScores(matrix);
    expect(matrix).toEqual(expected.confusion);
    expect(scores.map(({ recordings }) => recordings)).toEqual(expected.support);
    for (const name of ['precision', 'recall', 'f1'] as const) {
      scores.forEach((score, k) => expect(score[name]).toBeCloseTo(expected[name][k], digits));
    }
    expect(accuracy(matrix)).toBeCloseTo(expected.accuracy, digits);
    expect(macroF1(scores)).toBeCloseTo(expected.macroF1, digits);
    expect(balancedAccuracy(scores)).toBeCloseTo(expected.balancedAccuracy, digits);
  });

  it('of probabilities, before and after a temperature', () => {
    const before = calibrationOf(classifier);
    expect(before?.nll).toBeCloseTo(expected.nll, digits);
    expect(before?.brier).toBeCloseTo(expected.brier, digits);
    expect(before?.ece).toBeCloseTo(expected.ece, digits);
    const temperature = fitTemperature(classifier);
    // SciPy's search ends where the likelihood has no more digits: half of float64's.
    expect(temperature).toBeCloseTo(expected.temperature, 5);
    const after = calibrationOf(classifier, temperature);
    expect(after?.nll).toBeCloseTo(expected.nllAfter, 9);
    expect(after?.ece).toBeCloseTo(expected.eceAfter, 5);
    expect(after?.nll).toBeLessThan(expected.nll);
  });

  it('of intervals by group, but for the chance of the draws', () => {
    const intervals = classIntervals(labels, predictions, size, groups);
    // A 2.5 % quantile of 2000 draws has a standard error of about a tenth of the deviation, here 0.01 or less.
    const close = (interval: readonly number[] | null, by: readonly number[]) =>
      by.forEach((end, i) => expect(Math.abs((interval?.[i] ?? NaN) - end)).toBeLessThan(0.015));
    close(intervals.accuracy, expected.accuracyInterval);
    close(intervals.macroF1, expected.macroF1Interval);
    close(intervals.recall[1], expected.recallInterval);
  });

  it('of independent labels', () => {
    const { size: count, targets, logits: own, expected: right } = golden.labels;
    const flat = Float64Array.from(targets.flat());
    const network = outputs('sigmoid', count, own, { targets: flat });
    const scores = multiLabelScores(flat, predictedLabels(network), count);
    for (const name of ['microF1', 'macroF1', 'exactMatch'] as const) {
      expect(scores[name]).toBeCloseTo(right[name], digits);
    }
    scores.perLabel.forEach((score, l) => {
      expect(score.recordings).toBe(right.support[l]);
      for (const name of ['precision', 'recall', 'f1'] as const)
        expect(score[name]).toBeCloseTo(right[name][l], digits);
    });
    const calibration = calibrationOf(network);
    for (const name of ['nll', 'brier', 'ece'] as const) expect(calibration?.[name]).toBeCloseTo(right[name], digits);
    expect(fitTemperature(network)).toBeCloseTo(right.temperature, 5);
  });

  it('of values', () => {
    const { size: count, targets, values, expected: right } = golden.regression;
    const scores = regressionScores(targets.flat(), values.flat(), count);
    for (const name of ['mse', 'rmse', 'mae', 'r2', 'relativeL2'] as const) {
      expect(scores[name]).toBeCloseTo(right[name], digits);
      scores.perOutput.forEach((score, l) => expect(score[name]).toBeCloseTo(right.perOutput[l][name], digits));
    }
  });
});

describe('linear models as scikit-learn fits them', () => {
  const { columns, classes, values, labels, targets, expected } = golden.linear;
  const table = { rows: values.length, columns, values: Float64Array.from(values.flat()) };

  it('logistic regression', () => {
    const model = fitLogistic(table, labels, classes, 0.5, { tolerance: 1e-10, iterations: 1000 });
    // scikit-learn fixes the constants' sum, which no probability depends on, another way: compare them less their mean.
    const centred = (rows: number[][]) => {
      const mean = rows.reduce((sum, row) => sum + row[columns], 0) / rows.length;
      return rows.flatMap((row) => [...row.slice(0, columns), row[columns] - mean]);
    };
    const own = Array.from({ length: classes }, (_, k) => [
      ...model.weights.subarray(k * (columns + 1), (k + 1) * (columns + 1)),
    ]);
    const right = centred(expected.logistic);
    centred(own).forEach((weight, i) => expect(weight).toBeCloseTo(right[i], 6));
  });

  it('ridge regression', () => {
    const model = fitRidge(table, targets.flat(), 2, 3);
    const right = expected.ridge.flat();
    model.weights.forEach((weight, i) => expect(weight).toBeCloseTo(right[i], 9));
  });
});

describe('the generator of draws', () => {
  it('gives the words of xoshiro128**', () => {
    let next = 1;
    const generator = new Xoshiro128({ uint32: () => next++ });
    expect(golden.xoshiro.map(() => generator.uint32())).toEqual(golden.xoshiro);
  });
});
