import type { BootstrapOptions, Interval } from './bootstrap.js';
import { accuracy, balancedAccuracy, classScores, confusionMatrix, macroF1, type ClassScore } from './classes.js';
import { classIntervals, labelIntervals, regressionIntervals } from './intervals.js';
import { multiLabelScores } from './multi-label.js';
import { predictedClasses, predictedLabels, type HeadKind, type Outputs } from './outputs.js';
import { regressionScores, type RegressionScore } from './regression.js';

/** The figure that a head is judged by first. */
export type MainMetric = 'accuracy' | 'microF1' | 'r2';

/** The figure that stands for all others, of each head. */
export const mainMetrics: Readonly<Record<HeadKind, MainMetric>> = {
  softmax: 'accuracy',
  sigmoid: 'microF1',
  regression: 'r2',
};

/** A class's or label's scores with their intervals. */
export interface ClassScoreWithIntervals extends ClassScore {
  readonly recallInterval?: Interval | null;
  readonly f1Interval?: Interval | null;
}

/** All scores of one network, or of a baseline, on the test rows. Intervals are of 95 %; null where none can be told. */
export interface Scores {
  /** The main metric: accuracy, micro F1 or R2; NaN where it would divide by nothing. */
  readonly test: number;
  readonly interval: Interval | null;
  /** Classes and labels. */
  readonly macroF1?: number | null;
  readonly macroF1Interval?: Interval | null;
  /** In the order of the classes or labels. */
  readonly perClass?: readonly ClassScoreWithIntervals[];
  /** Classes: [label][prediction]. */
  readonly confusion?: readonly (readonly number[])[];
  readonly balancedAccuracy?: number | null;
  readonly balancedAccuracyInterval?: Interval | null;
  /** Labels: rows of which every label is right. */
  readonly exactMatch?: number | null;
  readonly exactMatchInterval?: Interval | null;
  /** Values, in physical units. */
  readonly errors?: RegressionScore & {
    readonly rmseInterval: Interval | null;
    readonly maeInterval: Interval | null;
    readonly relativeL2Interval: Interval | null;
  };
  readonly perOutput?: readonly RegressionScore[];
}

/** What was decided for each row: a class, 1 or 0 a label, or values. */
export interface Decisions {
  readonly classes?: ArrayLike<number>;
  readonly labels?: ArrayLike<number>;
  readonly values?: ArrayLike<number>;
}

/** What a network's outputs decide. */
export function decisionsOf(outputs: Outputs): Decisions {
  switch (outputs.head) {
    case 'softmax':
      return { classes: predictedClasses(outputs) };
    case 'sigmoid':
      return { labels: predictedLabels(outputs) };
    case 'regression':
      return { values: outputs.logits };
  }
}

/**
 * Every score of decisions, with intervals.
 *
 * @param right what is right of each row
 * @param unitOf [rows], what the bootstrap draws as a whole: the person, recording or sequence of each row
 */
export function scoresOf(
  right: Pick<Outputs, 'head' | 'size' | 'labels' | 'targets'>,
  decisions: Decisions,
  unitOf: ArrayLike<number>,
  options?: BootstrapOptions,
): Scores {
  const { head, size, labels } = right;
  const targets = right.targets ?? [];
  if (head === 'softmax') {
    const classes = decisions.classes ?? [];
    const confusion = confusionMatrix(labels, classes, size);
    const scores = classScores(confusion);
    const intervals = classIntervals(labels, classes, size, unitOf, options);
    return {
      test: accuracy(confusion) ?? NaN,
      interval: intervals.accuracy,
      macroF1: macroF1(scores),
      macroF1Interval: intervals.macroF1,
      balancedAccuracy: balancedAccuracy(scores),
      balancedAccuracyInterval: intervals.balancedAccuracy,
      perClass: scores.map((score, k) => ({
        ...score,
        recallInterval: intervals.recall[k],
        f1Interval: intervals.f1[k],
      })),
      confusion,
    };
  }
  if (head === 'sigmoid') {
    const found = decisions.labels ?? [];
    const scores = multiLabelScores(targets, found, size);
    const intervals = labelIntervals(targets, found, size, unitOf, options);
    return {
      test: scores.microF1 ?? NaN,
      interval: intervals.microF1,
      macroF1: scores.macroF1,
      macroF1Interval: intervals.macroF1,
      exactMatch: scores.exactMatch,
      exactMatchInterval: intervals.exactMatch,
      perClass: scores.perLabel.map((score, l) => ({ ...score, f1Interval: intervals.f1[l] })),
    };
  }
  const values = decisions.values ?? [];
  const { perOutput, ...all } = regressionScores(targets, values, size);
  const intervals = regressionIntervals(targets, values, size, unitOf, options);
  return {
    test: all.r2 ?? NaN,
    interval: intervals.r2,
    errors: {
      ...all,
      rmseInterval: intervals.rmse,
      maeInterval: intervals.mae,
      relativeL2Interval: intervals.relativeL2,
    },
    perOutput,
  };
}

/**
 * How far two networks decide alike, 0 to 1: the fraction of rows with the same class, or with all labels the same; of values
 * the R2 of one network's against the other's, not below 0.
 */
export function agreementOf(a: Outputs, b: Outputs): number {
  if (a.head === 'regression') return Math.max(0, regressionScores(b.logits, a.logits, a.size).r2 ?? 1);
  const [left, right, width] =
    a.head === 'softmax'
      ? [predictedClasses(a), predictedClasses(b), 1]
      : [predictedLabels(a), predictedLabels(b), a.size];
  let same = 0;
  for (let row = 0; row < a.rows; row++) {
    let alike = true;
    for (let i = row * width; i < (row + 1) * width; i++) alike &&= left[i] === right[i];
    if (alike) same++;
  }
  return same / a.rows;
}
