import { singularValues, spectralNorm, squareProduct } from '../math/index.js';
import type { Parameters } from './parameters.js';
import type { SharedTrajectory, Trajectory } from './trajectory.js';

/** Beyond this a condition number says more of float64 than of the network. */
export const largestCondition = 1e15;

/** M(U) of equation (5) over so many steps: dh_T / dh_(T - steps), transposed. */
export interface ConditionOfSteps {
  readonly steps: number;
  /** The largest singular value over the smallest, at most `largestCondition`. */
  readonly condition: number;
  /** The largest singular value. */
  readonly norm: number;
}

/**
 * The condition of M(U), the product of the T - t last Jacobians, for growing T - t: powers of two, and all steps after the
 * first. FastRNN's Jacobian is alpha D U + beta I, transposed alpha U^T D + beta I; other cells have their own in its place (trajectory.ts, gated.ts).
 */
export function conditions(trajectory: Trajectory): ConditionOfSteps[] {
  const { steps, width: H } = trajectory;
  const found: ConditionOfSteps[] = [];
  let product = Float64Array.from({ length: H * H }, (_, i) => (i % (H + 1) === 0 ? 1 : 0));
  let scale = 1; // the product is kept near 1, so that neither it nor its small values leave float64's range
  for (let count = 1; count < steps; count++) {
    product = squareProduct(product, trajectory.jacobian(steps - count + 1), H);
    const size = product.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (size > 0 && (size > 1e100 || size < 1e-100)) {
      for (let i = 0; i < product.length; i++) product[i] /= size;
      scale *= size;
    }
    if ((count & (count - 1)) !== 0 && count !== steps - 1) continue;
    const values = singularValues(product, H, H);
    const condition = Math.min(largestCondition, values[0] / values[H - 1]);
    found.push({
      steps: count,
      condition: values[0] === 0 ? largestCondition : condition,
      norm: scale * values[0],
    });
  }
  return found;
}

/** max_k ||U^T D_(k+1)|| over the steps after the first, as equation (5) has it. */
export function largestStep({ U }: Parameters, { slopes }: SharedTrajectory): number {
  const H = slopes[0].length;
  const matrix = new Float64Array(H * H);
  const start = new Float64Array(H).fill(1);
  let most = 0;
  for (const slope of slopes.slice(1)) {
    for (let i = 0; i < H; i++) {
      for (let j = 0; j < H; j++) matrix[i * H + j] = slope[i] * U[i * H + j]; // D U has the norm of U^T D
    }
    for (let j = 0; j < H; j++) start[j] += 1e-3; // never orthogonal to what is looked for, for long
    most = Math.max(most, spectralNorm(matrix, H, H, start));
  }
  return most;
}

/**
 * The right-hand side of equation (5) for so many steps; undefined where it bounds nothing, since alpha / beta times the
 * largest step is 1 or more.
 */
export function conditionBound(alpha: number, beta: number, step: number, steps: number): number | undefined {
  const ratio = (alpha / beta) * step;
  if (!(ratio < 1)) return undefined;
  let bound = 1;
  for (let i = 0; i < steps; i++) bound *= (1 + ratio) / (1 - ratio);
  return bound;
}
