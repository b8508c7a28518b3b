import { MetricError } from './errors.js';

/** How well one class is told from the others. What would divide by nothing is null, as JSON has it. */
export interface ClassScore {
  /** Recordings that carry the class's label. */
  readonly recordings: number;
  /** Of the recordings of the class, the fraction predicted as the class; null without recordings. */
  readonly recall: number | null;
  /** Of the predictions of the class, the fraction that is right; null when the class is never predicted. */
  readonly precision: number | null;
  /** 2 TP / (2 TP + FP + FN); null when the class is neither there nor predicted. */
  readonly f1: number | null;
}

/**
 * Counts [classes][classes]: row = label, column = prediction.
 * Throws `MetricError` when the lists differ in length or hold anything but classes.
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): number[][] {
  if (labels.length !== predictions.length) {
    throw new MetricError(`${labels.length} labels and ${predictions.length} predictions: there must be one of each`);
  }
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const check = (what: string, value: number, i: number) => {
    if (!Number.isInteger(value) || value < 0 || value >= classes) {
      throw new MetricError(`${what} ${i} is ${value}: must be a class from 0 to ${classes - 1}`);
    }
  };
  for (let i = 0; i < labels.length; i++) {
    check('label', labels[i], i);
    check('prediction', predictions[i], i);
    matrix[labels[i]][predictions[i]]++;
  }
  return matrix;
}

/** A part of a whole; null where there is nothing. */
export const ratio = (part: number, whole: number) => (whole === 0 ? null : part / whole);

/** The sum of a row: of a confusion matrix, the recordings of a class. */
export function rowSum(matrix: readonly (readonly number[])[], row: number): number {
  return matrix[row].reduce((sum, n) => sum + n, 0);
}

function columnSum(matrix: readonly (readonly number[])[], column: number): number {
  return matrix.reduce((sum, row) => sum + row[column], 0);
}

/** The scores of each class, from a matrix as `confusionMatrix` makes it. */
export function classScores(matrix: readonly (readonly number[])[]): ClassScore[] {
  return matrix.map((row, k) => {
    const recordings = rowSum(matrix, k);
    const predicted = columnSum(matrix, k);
    return {
      recordings,
      recall: ratio(row[k], recordings),
      precision: ratio(row[k], predicted),
      f1: ratio(2 * row[k], recordings + predicted),
    };
  });
}

/** The mean F1 of the classes that are there or predicted, each counted alike; null when there is none. */
export function macroF1(scores: readonly ClassScore[]): number | null {
  const values = scores.map((score) => score.f1).filter((f1) => f1 !== null);
  return ratio(
    values.reduce((sum, f1) => sum + f1, 0),
    values.length,
  );
}

/** The mean recall of the classes that are there, each counted alike (balanced accuracy); null when there is none. */
export function balancedAccuracy(scores: readonly ClassScore[]): number | null {
  const values = scores.map((score) => score.recall).filter((recall) => recall !== null);
  return ratio(
    values.reduce((sum, recall) => sum + recall, 0),
    values.length,
  );
}

/** The fraction of recordings on the diagonal; null when there is none. */
export function accuracy(matrix: readonly (readonly number[])[]): number | null {
  const all = matrix.reduce((sum, _, k) => sum + rowSum(matrix, k), 0);
  return ratio(
    matrix.reduce((sum, row, k) => sum + row[k], 0),
    all,
  );
}

/** The quantile of the normal distribution that leaves 2.5 % on either side. */
const quantile95 = 1.959963984540054;

/** Wilson's 95 % interval of a fraction seen in n independent trials (Wilson 1927). */
export function wilsonInterval(fraction: number, n: number): [low: number, high: number] {
  const z2 = quantile95 * quantile95;
  const centre = fraction + z2 / (2 * n);
  const half = quantile95 * Math.sqrt((fraction * (1 - fraction)) / n + z2 / (4 * n * n));
  const below = 1 + z2 / n;
  return [Math.max(0, (centre - half) / below), Math.min(1, (centre + half) / below)];
}
