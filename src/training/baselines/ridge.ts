import { solveSymmetric } from '../../math/index.js';
import type { LinearModel, Table } from './logistic.js';

/**
 * Ridge regression: minimises |targets - values w - constant|^2 + strength |w|^2, the constant unpunished, by the normal
 * equations of centred columns.
 *
 * @param targets [rows][outputs]
 */
export function fitRidge(table: Table, targets: ArrayLike<number>, outputs: number, strength: number): LinearModel {
  const { rows, columns, values } = table;
  const columnMeans = meansOf(values, columns);
  const targetMeans = meansOf(targets, outputs);
  const a = new Float64Array(columns * columns);
  const b = new Float64Array(columns * outputs);
  const x = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < columns; c++) x[c] = values[row * columns + c] - columnMeans[c];
    for (let c = 0; c < columns; c++) {
      for (let d = 0; d <= c; d++) a[c * columns + d] += x[c] * x[d];
      for (let l = 0; l < outputs; l++) b[c * outputs + l] += x[c] * (targets[row * outputs + l] - targetMeans[l]);
    }
  }
  for (let c = 0; c < columns; c++) a[c * columns + c] += strength;
  if (columns > 0 && !solveSymmetric(a, b, columns)) b.fill(0); // columns that depend on each other, and no strength
  const weights = new Float64Array(outputs * (columns + 1));
  for (let l = 0; l < outputs; l++) {
    let constant = targetMeans[l];
    for (let c = 0; c < columns; c++) {
      weights[l * (columns + 1) + c] = b[c * outputs + l];
      constant -= b[c * outputs + l] * columnMeans[c];
    }
    weights[l * (columns + 1) + columns] = constant;
  }
  return { classes: outputs, columns, weights };
}

/** The means of the columns of [rows][columns]. */
export function meansOf(values: ArrayLike<number>, columns: number): Float64Array {
  const means = new Float64Array(columns);
  for (let i = 0; i < values.length; i++) means[i % columns] += values[i];
  return means.map((sum) => sum / Math.max(1, values.length / columns));
}
