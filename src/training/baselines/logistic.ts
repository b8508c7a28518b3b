import { exp, ln, minimise } from '../../math/index.js';

/** Rows of numbers. */
export interface Table {
  readonly rows: number;
  readonly columns: number;
  /** [rows][columns] */
  readonly values: Float64Array;
}

/** Weights [classes][columns + 1], the constant last. */
export interface LinearModel {
  readonly classes: number;
  readonly columns: number;
  readonly weights: Float64Array;
}

/**
 * Multinomial logistic regression: minimises C * sum of the rows' cross-entropies + 1/2 |weights|^2, constants unpunished
 * (scikit-learn's definition). Float64, deterministic.
 *
 * @param inverseStrength C
 * @param start weights to begin with, such as those of another C
 */
export function fitLogistic(
  table: Table,
  labels: ArrayLike<number>,
  classes: number,
  inverseStrength: number,
  options: { readonly start?: LinearModel; readonly tolerance?: number; readonly iterations?: number } = {},
): LinearModel {
  const { rows, columns, values } = table;
  const width = columns + 1;
  const scores = new Float64Array(classes);
  const weights = options.start ? Float64Array.from(options.start.weights) : new Float64Array(classes * width);
  const perRow = 1 / (inverseStrength * rows); // the objective divided by C rows: its size then doesn't depend on either
  const objective = (w: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const at = row * columns;
      linear(w, values, at, columns, scores);
      let most = scores[0];
      for (let k = 1; k < classes; k++) if (scores[k] > most) most = scores[k];
      let sum = 0;
      const own = scores[labels[row]];
      for (let k = 0; k < classes; k++) sum += scores[k] = exp(scores[k] - most);
      loss += ln(sum) + most - own;
      for (let k = 0; k < classes; k++) {
        const error = (scores[k] / sum - (k === labels[row] ? 1 : 0)) / rows;
        const to = k * width;
        for (let c = 0; c < columns; c++) gradient[to + c] += error * values[at + c];
        gradient[to + columns] += error;
      }
    }
    let norm = 0;
    for (let i = 0; i < w.length; i++) {
      if (i % width === columns) continue;
      norm += w[i] * w[i];
      gradient[i] += perRow * w[i];
    }
    return loss / rows + 0.5 * perRow * norm;
  };
  minimise(objective, weights, { tolerance: options.tolerance ?? 1e-4, iterations: options.iterations ?? 100 });
  return { classes, columns, weights };
}

/** Scores of one row of values, into `out` [classes]. */
export function linear(
  weights: Float64Array,
  values: Float64Array,
  at: number,
  columns: number,
  out: Float64Array,
): void {
  const width = columns + 1;
  for (let k = 0; k < out.length; k++) {
    let sum = weights[k * width + columns];
    for (let c = 0; c < columns; c++) sum += weights[k * width + c] * values[at + c];
    out[k] = sum;
  }
}

/** A model's scores of all rows: [rows][classes]. */
export function linearScores({ classes, columns, weights }: LinearModel, { rows, values }: Table): Float64Array {
  const scores = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    linear(weights, values, row * columns, columns, scores.subarray(row * classes, (row + 1) * classes));
  }
  return scores;
}
