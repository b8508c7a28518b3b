import { dot } from './matrix.js';

/** A function of many variables: returns its value at `x` and writes its gradient. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

/** When a minimisation ends. */
export interface MinimiseOptions {
  /** Ends where no component of the gradient is larger. Default 1e-6. */
  readonly tolerance?: number;
  /** Default 200. */
  readonly iterations?: number;
}

/** How many steps the curvature is remembered from. */
const memory = 10;

/**
 * The minimum of a smooth function by L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.5) with steps that are
 * halved until Armijo's condition holds. The same function and start give the same bits.
 *
 * @param x the start; the minimum is written into it
 * @returns the value there
 */
export function minimise(objective: Objective, x: Float64Array, options: MinimiseOptions = {}): number {
  const { tolerance = 1e-6, iterations = 200 } = options;
  const n = x.length;
  let gradient = new Float64Array(n);
  let value = objective(x, gradient);
  const steps: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  const next = new Float64Array(n);
  let nextGradient = new Float64Array(n);
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (gradient.every((g) => Math.abs(g) <= tolerance)) break;
    const direction = twoLoop(gradient, steps);
    let slope = dot(direction, gradient);
    if (!(slope < 0)) {
      // Rounding spoilt the curvature: steepest descent.
      steps.length = 0;
      for (let i = 0; i < n; i++) direction[i] = -gradient[i];
      slope = dot(direction, gradient);
    }
    let length = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    let nextValue = value;
    for (let halvings = 0; ; halvings++) {
      for (let i = 0; i < n; i++) next[i] = x[i] + length * direction[i];
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + 1e-4 * length * slope) break;
      if (halvings === 40) return value;
      length /= 2;
    }
    if (!(nextValue < value)) return value; // no digit is left to be won
    const s = Float64Array.from(next, (to, i) => to - x[i]);
    const y = Float64Array.from(nextGradient, (to, i) => to - gradient[i]);
    const sy = dot(s, y);
    if (sy > 0) steps.push({ s, y, rho: 1 / sy });
    if (steps.length > memory) steps.shift();
    x.set(next);
    value = nextValue;
    [gradient, nextGradient] = [nextGradient, gradient];
  }
  return value;
}

/** Minus the remembered inverse curvature times the gradient. */
function twoLoop(
  gradient: Float64Array,
  steps: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array {
  const q = Float64Array.from(gradient, (g) => -g);
  const alphas = new Float64Array(steps.length);
  for (let k = steps.length - 1; k >= 0; k--) {
    const { s, y, rho } = steps[k];
    alphas[k] = rho * dot(s, q);
    for (let i = 0; i < q.length; i++) q[i] -= alphas[k] * y[i];
  }
  const last = steps.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    for (let i = 0; i < q.length; i++) q[i] *= scale;
  }
  for (const [k, { s, y, rho }] of steps.entries()) {
    const beta = rho * dot(y, q);
    for (let i = 0; i < q.length; i++) q[i] += (alphas[k] - beta) * s[i];
  }
  return q;
}
