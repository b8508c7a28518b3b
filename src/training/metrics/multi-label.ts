import { ratio } from './classes.js';
import { MetricError } from './errors.js';

/** Hits and mistakes of one label. */
export interface LabelCounts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

/** How well one label is found. What would divide by nothing is null. */
export interface LabelScore {
  /** Rows that carry the label. */
  readonly recordings: number;
  readonly recall: number | null;
  readonly precision: number | null;
  /** 2 TP / (2 TP + FP + FN) */
  readonly f1: number | null;
}

/** Scores of a network whose labels are independent of each other. */
export interface MultiLabelScores {
  /** F1 of all decisions of all labels together. */
  readonly microF1: number | null;
  /** The mean F1 of the labels that are there or predicted. */
  readonly macroF1: number | null;
  /** The fraction of rows of which every label is right. */
  readonly exactMatch: number | null;
  readonly perLabel: readonly LabelScore[];
}

/** Hits and mistakes by label; see `multiLabelScores` for the arguments. */
function labelCounts(targets: ArrayLike<number>, predicted: ArrayLike<number>, labels: number): LabelCounts[] {
  if (targets.length !== predicted.length || targets.length % labels !== 0) {
    throw new MetricError(
      `${targets.length} targets and ${predicted.length} predictions of ${labels} labels: there must be whole rows, as many of each`,
    );
  }
  return Array.from({ length: labels }, (_, l) => {
    let [truePositives, falsePositives, falseNegatives] = [0, 0, 0];
    for (let i = l; i < targets.length; i += labels) {
      if (targets[i] === 1 && predicted[i] === 1) truePositives++;
      else if (targets[i] === 1) falseNegatives++;
      else if (predicted[i] === 1) falsePositives++;
    }
    return { truePositives, falsePositives, falseNegatives };
  });
}

/** F1 from counts; null where there is neither the label nor a prediction of it. */
export function f1Of({ truePositives, falsePositives, falseNegatives }: LabelCounts): number | null {
  return ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives);
}

/**
 * The scores of independent labels.
 *
 * @param targets [rows][labels], 1 where the label is there
 * @param predicted [rows][labels], 1 where it is predicted
 * @throws MetricError where the two differ in length or hold no whole rows
 */
export function multiLabelScores(
  targets: ArrayLike<number>,
  predicted: ArrayLike<number>,
  labels: number,
): MultiLabelScores {
  const counts = labelCounts(targets, predicted, labels);
  const rows = targets.length / labels;
  let exact = 0;
  for (let row = 0; row < rows; row++) {
    let same = true;
    for (let i = row * labels; i < (row + 1) * labels; i++) same &&= targets[i] === predicted[i];
    if (same) exact++;
  }
  const perLabel = counts.map((c) => ({
    recordings: c.truePositives + c.falseNegatives,
    recall: ratio(c.truePositives, c.truePositives + c.falseNegatives),
    precision: ratio(c.truePositives, c.truePositives + c.falsePositives),
    f1: f1Of(c),
  }));
  const known = perLabel.map(({ f1 }) => f1).filter((f1) => f1 !== null);
  return {
    microF1: f1Of(totalOf(counts)),
    macroF1: ratio(
      known.reduce((sum, f1) => sum + f1, 0),
      known.length,
    ),
    exactMatch: ratio(exact, rows),
    perLabel,
  };
}

/** All labels' counts together. */
export function totalOf(counts: readonly LabelCounts[]): LabelCounts {
  const sum = (key: keyof LabelCounts) => counts.reduce((total, c) => total + c[key], 0);
  return {
    truePositives: sum('truePositives'),
    falsePositives: sum('falsePositives'),
    falseNegatives: sum('falseNegatives'),
  };
}
