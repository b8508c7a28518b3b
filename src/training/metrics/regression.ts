import { MetricError } from './errors.js';

/** How far values are from what they should be, in physical units. What would divide by nothing is null. */
export interface RegressionScore {
  /** Mean of squared errors, in squared units. */
  readonly mse: number | null;
  /** The root of it, in units. */
  readonly rmse: number | null;
  /** Mean of absolute errors, in units. */
  readonly mae: number | null;
  /** 1 - sum of squared errors / sum of squared distances from the targets' mean; null where all targets are equal. */
  readonly r2: number | null;
  /** The norm of the errors over the norm of the targets. */
  readonly relativeL2: number | null;
}

/** Of all outputs, and of each. */
export interface RegressionScores extends RegressionScore {
  readonly perOutput: readonly RegressionScore[];
}

/** The sums that every score of regression follows from; of several parts they are added. */
export interface RegressionSums {
  n: number;
  /** Errors. */
  absolute: number;
  squared: number;
  /** Targets less `shift`, and their squares: an own shift keeps digits where targets lie far from zero. */
  target: number;
  targetSquared: number;
  /** Squared targets as they are. */
  norm: number;
}

/** Scores from sums. */
export function scoreOfSums({ n, absolute, squared, target, targetSquared, norm }: RegressionSums): RegressionScore {
  if (n === 0) return { mse: null, rmse: null, mae: null, r2: null, relativeL2: null };
  const spread = targetSquared - (target * target) / n;
  return {
    mse: squared / n,
    rmse: Math.sqrt(squared / n),
    mae: absolute / n,
    r2: spread > 0 ? 1 - squared / spread : null,
    relativeL2: norm > 0 ? Math.sqrt(squared / norm) : null,
  };
}

/**
 * The scores of one output or more. MSE and MAE of all outputs are means over all values, R2 is the mean of the outputs',
 * and the relative L2 error takes the norm over all values.
 *
 * @param targets [rows][outputs]
 * @param values [rows][outputs]
 * @throws MetricError where the two differ in length or hold no whole rows
 */
export function regressionScores(
  targets: ArrayLike<number>,
  values: ArrayLike<number>,
  outputs: number,
): RegressionScores {
  if (targets.length !== values.length || targets.length % outputs !== 0) {
    throw new MetricError(
      `${targets.length} targets and ${values.length} values of ${outputs} outputs: there must be whole rows, as many of each`,
    );
  }
  const sums = Array.from({ length: outputs }, (_, l) => {
    const shift = targets.length > 0 ? targets[l] : 0;
    const sum = { n: 0, absolute: 0, squared: 0, target: 0, targetSquared: 0, norm: 0 };
    for (let i = l; i < targets.length; i += outputs) addTo(sum, targets[i], values[i], shift);
    return sum;
  });
  const perOutput = sums.map(scoreOfSums);
  return { ...overall(sums, perOutput), perOutput };
}

/** Adds one value's part. */
export function addTo(sum: RegressionSums, target: number, value: number, shift: number): void {
  const error = value - target;
  sum.n++;
  sum.absolute += Math.abs(error);
  sum.squared += error * error;
  sum.target += target - shift;
  sum.targetSquared += (target - shift) * (target - shift);
  sum.norm += target * target;
}

/** The scores of all outputs together. */
export function overall(sums: readonly RegressionSums[], perOutput: readonly RegressionScore[]): RegressionScore {
  const total = (key: keyof RegressionSums) => sums.reduce((all, sum) => all + sum[key], 0);
  const known = perOutput.map(({ r2 }) => r2).filter((r2) => r2 !== null);
  return {
    ...scoreOfSums({
      ...sums[0],
      n: total('n'),
      absolute: total('absolute'),
      squared: total('squared'),
      norm: total('norm'),
    }),
    r2: known.length === 0 ? null : known.reduce((sum, r2) => sum + r2, 0) / known.length,
  };
}
