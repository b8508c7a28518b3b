import { balanced } from './balance.js';
import { FloatNetwork, largestMagnitude } from './float-network.js';
import type { Int16Sequences, Normalisation } from './input.js';
import type { Architecture } from '../network/index.js';

/** The largest magnitudes that a float network's values take: they choose the integer formats. */
export interface Ranges {
  /** Normalised input a; of tokens, all of their embedding. */
  readonly input: number;
  /** W2' a with balanced factors, or a itself of full rank. */
  readonly w: number;
  /** U2' h with balanced factors, or h itself of full rank. */
  readonly u: number;
  /** Hidden state h. */
  readonly state: number;
}

/** Runs the float network in float64 over the given rows, each for its own length, and takes the largest magnitudes. */
export function calibrate(
  architecture: Architecture,
  parameters: Float32Array,
  normalisation: Normalisation,
  sequences: Int16Sequences,
  rows: Uint32Array,
): Ranges {
  const { features, stepStride, values, starts, lengths } = sequences;
  const { centre, scale } = normalisation;
  const network = new FloatNetwork(architecture, balanced(architecture, parameters));
  const tokens = architecture.vocabulary > 0;
  const given = tokens ? 0 : features; // values that are normalised
  const a = new Float64Array(architecture.inputSize);
  const largest = { input: largestMagnitude(network.embedding), w: 0, u: 0, state: 0 };
  for (const row of rows) {
    network.reset();
    for (let t = 0; t < lengths[row]; t++) {
      const start = starts[row] + t * stepStride;
      if (tokens) network.embed(values[start], a);
      for (let d = 0; d < given; d++) {
        const channel = d % centre.length;
        a[d] = (values[start + d] - centre[channel]) * scale[channel];
      }
      network.step(a);
      largest.input = largestMagnitude(a, largest.input);
      largest.w = largestMagnitude(network.t, largest.w);
      largest.u = largestMagnitude(network.u, largest.u);
      largest.state = largestMagnitude(network.h, largest.state);
    }
    // The last state would be projected in the next step.
    network.projectState();
    largest.u = largestMagnitude(network.u, largest.u);
  }
  return largest;
}
