import type { Int16Sequences, Normalisation } from './input.js';
import { referenceForward, tensorsOf, type Architecture } from '../network/index.js';

/** The largest magnitudes that a float network's values take: they choose the integer formats. */
export interface Ranges {
  /** Normalised input a. */
  readonly input: number;
  /** W2' a, or a itself of full rank. */
  readonly w: number;
  /** U2' h, or h itself of full rank. */
  readonly u: number;
  /** Hidden state h. */
  readonly state: number;
}

/** Runs the float network in float64 over the given rows and takes the largest magnitudes. */
export function calibrate(
  architecture: Architecture,
  parameters: Float32Array,
  normalisation: Normalisation,
  sequences: Int16Sequences,
  rows: Uint32Array,
): Ranges {
  const { steps, features, values } = sequences;
  const { wRank, uRank } = architecture;
  const tensor = (name: string) => {
    const spec = tensorsOf(architecture).find((t) => t.name === name);
    return spec ? parameters.subarray(spec.offset, spec.offset + spec.size) : new Float32Array();
  };
  const w2 = tensor('W2');
  const u2 = tensor('U2');
  const a = new Float64Array(steps * features);
  const inputs = Array.from({ length: steps }, (_, t) => a.subarray(t * features, (t + 1) * features));
  const largest = { input: 0, w: 0, u: 0, state: 0 };
  for (const row of rows) {
    for (let i = 0; i < a.length; i++) {
      const channel = normalisation.centre.length > 1 ? i % features : 0;
      a[i] = (values[row * a.length + i] - normalisation.centre[channel]) * normalisation.scale[channel];
      largest.input = Math.max(largest.input, Math.abs(a[i]));
    }
    const { states } = referenceForward(architecture, parameters, inputs);
    for (const [t, h] of states.entries()) {
      const x = inputs[Math.min(t, steps - 1)];
      if (wRank > 0) largest.w = Math.max(largest.w, largestProjection(w2, x, wRank));
      if (uRank > 0) largest.u = Math.max(largest.u, largestProjection(u2, h, uRank));
      for (const value of h) largest.state = Math.max(largest.state, Math.abs(value));
    }
  }
  if (wRank === 0) largest.w = largest.input;
  if (uRank === 0) largest.u = largest.state;
  return largest;
}

/** max_j |sum_i m[i][j] v[i]| of a row-major matrix [v.length][columns]. */
function largestProjection(m: Float32Array, v: Float64Array, columns: number): number {
  let most = 0;
  for (let j = 0; j < columns; j++) {
    let sum = 0;
    for (let i = 0; i < v.length; i++) sum += m[i * columns + j] * v[i];
    most = Math.max(most, Math.abs(sum));
  }
  return most;
}
