import { bootstrap, tally, type BootstrapOptions, type Interval } from './bootstrap.js';
import { totalOf, f1Of, type LabelCounts } from './multi-label.js';
import { addTo, overall, scoreOfSums, type RegressionSums } from './regression.js';

/** Intervals of a classifier's scores; null where none can be told. */
export interface ClassIntervals {
  readonly accuracy: Interval | null;
  readonly macroF1: Interval | null;
  readonly balancedAccuracy: Interval | null;
  /** [classes] */
  readonly recall: readonly (Interval | null)[];
  readonly f1: readonly (Interval | null)[];
}

/**
 * Intervals of accuracy, macro F1 and each class's recall and F1, from confusion counts by unit.
 *
 * @param unitOf [rows], what is drawn as a whole: the person, recording or sequence of each row
 */
export function classIntervals(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
  unitOf: ArrayLike<number>,
  options?: BootstrapOptions,
): ClassIntervals {
  const tallies = tally(unitOf, classes * classes, (row, into) => into(labels[row] * classes + predictions[row], 1));
  const found = new Float64Array(classes);
  const there = new Float64Array(classes);
  const evaluate = (sums: Float64Array, out: Float64Array) => {
    found.fill(0);
    there.fill(0);
    let [all, right, f1Sum, f1Count, recallSum, recallCount] = [0, 0, 0, 0, 0, 0];
    for (let label = 0, i = 0; label < classes; label++) {
      for (let prediction = 0; prediction < classes; prediction++, i++) {
        there[label] += sums[i];
        found[prediction] += sums[i];
      }
      all += there[label];
      right += sums[label * classes + label];
    }
    for (let k = 0; k < classes; k++) {
      const hits = sums[k * classes + k];
      const recall = there[k] > 0 ? hits / there[k] : NaN;
      const f1 = there[k] + found[k] > 0 ? (2 * hits) / (there[k] + found[k]) : NaN;
      out[3 + k] = recall;
      out[3 + classes + k] = f1;
      if (there[k] > 0) recallSum += recall;
      if (there[k] > 0) recallCount++;
      if (!Number.isNaN(f1)) f1Sum += f1;
      if (!Number.isNaN(f1)) f1Count++;
    }
    out[0] = right / all;
    out[1] = f1Sum / f1Count;
    out[2] = recallSum / recallCount;
  };
  const [accuracy, macroF1, balancedAccuracy, ...rest] = bootstrap(tallies, 3 + 2 * classes, evaluate, options);
  return { accuracy, macroF1, balancedAccuracy, recall: rest.slice(0, classes), f1: rest.slice(classes) };
}

/** Intervals of independent labels' scores. */
export interface LabelIntervals {
  readonly microF1: Interval | null;
  readonly macroF1: Interval | null;
  readonly exactMatch: Interval | null;
  /** [labels] */
  readonly f1: readonly (Interval | null)[];
}

/**
 * Intervals of micro and macro F1, exact match and each label's F1.
 *
 * @param targets [rows][labels], 1 or 0
 * @param predicted [rows][labels], 1 or 0
 */
export function labelIntervals(
  targets: ArrayLike<number>,
  predicted: ArrayLike<number>,
  labels: number,
  unitOf: ArrayLike<number>,
  options?: BootstrapOptions,
): LabelIntervals {
  const [rowsCell, exactCell] = [3 * labels, 3 * labels + 1];
  const tallies = tally(unitOf, 3 * labels + 2, (row, into) => {
    let exact = true;
    for (let l = 0; l < labels; l++) {
      const [target, guess] = [targets[row * labels + l] === 1, predicted[row * labels + l] === 1];
      if (target !== guess) exact = false;
      if (target || guess) into(3 * l + (target && guess ? 0 : guess ? 1 : 2), 1);
    }
    into(rowsCell, 1);
    if (exact) into(exactCell, 1);
  });
  const evaluate = (sums: Float64Array, out: Float64Array) => {
    const counts: LabelCounts[] = [];
    for (let l = 0; l < labels; l++) {
      counts.push({ truePositives: sums[3 * l], falsePositives: sums[3 * l + 1], falseNegatives: sums[3 * l + 2] });
    }
    let [f1Sum, f1Count] = [0, 0];
    counts.forEach((c, l) => {
      const f1 = f1Of(c);
      out[3 + l] = f1 ?? NaN;
      if (f1 === null) return;
      f1Sum += f1;
      f1Count++;
    });
    out[0] = f1Of(totalOf(counts)) ?? NaN;
    out[1] = f1Sum / f1Count;
    out[2] = sums[exactCell] / sums[rowsCell];
  };
  const [microF1, macroF1, exactMatch, ...f1] = bootstrap(tallies, 3 + labels, evaluate, options);
  return { microF1, macroF1, exactMatch, f1 };
}

/** Intervals of a regression's scores over all outputs. */
export interface RegressionIntervals {
  readonly r2: Interval | null;
  readonly rmse: Interval | null;
  readonly mae: Interval | null;
  readonly relativeL2: Interval | null;
}

/** Intervals of a regression's scores; `targets` and `values` are [rows][outputs]. */
export function regressionIntervals(
  targets: ArrayLike<number>,
  values: ArrayLike<number>,
  outputs: number,
  unitOf: ArrayLike<number>,
  options?: BootstrapOptions,
): RegressionIntervals {
  const keys = ['n', 'absolute', 'squared', 'target', 'targetSquared', 'norm'] as const;
  const tallies = tally(unitOf, keys.length * outputs, (row, into) => {
    for (let l = 0; l < outputs; l++) {
      const at = row * outputs + l;
      const added = { n: 0, absolute: 0, squared: 0, target: 0, targetSquared: 0, norm: 0 };
      addTo(added, targets[at], values[at], targets[l]); // the first row's target is the shift
      keys.forEach((key, k) => into(keys.length * l + k, added[key]));
    }
  });
  const evaluate = (sums: Float64Array, out: Float64Array) => {
    const parts: RegressionSums[] = [];
    for (let l = 0; l < outputs; l++) {
      const [n, absolute, squared, target, targetSquared, norm] = sums.subarray(keys.length * l);
      parts.push({ n, absolute, squared, target, targetSquared, norm });
    }
    const score = overall(parts, parts.map(scoreOfSums));
    [score.r2, score.rmse, score.mae, score.relativeL2].forEach((value, i) => (out[i] = value ?? NaN));
  };
  const [r2, rmse, mae, relativeL2] = bootstrap(tallies, 4, evaluate, options);
  return { r2, rmse, mae, relativeL2 };
}
