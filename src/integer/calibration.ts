import { balancedUnlessRounded } from './rounding.js';
import { FloatNetwork, largestMagnitude } from './float-network.js';
import { hasScalableState } from './relu-scale.js';
import type { Int16Sequences, Normalisation } from './input.js';
import { directionsOf, layersOf, type Architecture, type LayerRanges, type Ranges } from '../network/index.js';

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
  const balancedParameters = balancedUnlessRounded(architecture, parameters);
  const layers = Array.from({ length: layersOf(architecture) }, (_, layer) =>
    Array.from(
      { length: directionsOf(architecture) },
      (__, direction) => new FloatNetwork(architecture, balancedParameters, layer, direction),
    ),
  );
  const [[first]] = layers;
  const tokens = architecture.vocabulary > 0;
  const given = tokens ? 0 : features; // values that are normalised
  let input = largestMagnitude(first.embedding);
  const largest = layers.map((): Largest => ({
    ...{ w: 0, u: 0, state: 0 },
    ...(first.parts.length > 0 ? { candidate: 0 } : {}),
    ...(architecture.cell === 'LSTM' ? { memory: 0 } : {}),
    ...(hasScalableState(architecture) ? { argument: 0 } : {}),
  }));
  for (const row of rows) {
    let xs = Array.from({ length: lengths[row] }, (_, t) => {
      const a = new Float64Array(architecture.inputSize);
      const start = starts[row] + t * stepStride;
      if (tokens) first.embed(values[start], a);
      for (let d = 0; d < given; d++) {
        const channel = d % centre.length;
        a[d] = (values[start + d] - centre[channel]) * scale[channel];
      }
      input = largestMagnitude(a, input);
      return a;
    });
    for (const [i, directions] of layers.entries()) {
      const states = directions.map((network, direction) => {
        const own = statesOf(network, direction === 0 ? xs : xs.toReversed(), largest[i]);
        return direction === 0 ? own : own.toReversed();
      });
      xs = xs.map((_, t) =>
        states.length === 1 ? states[0][t] : Float64Array.from([...states[0][t], ...states[1][t]]),
      );
    }
  }
  const [own, ...upper] = largest;
  return { input, ...own, ...(upper.length > 0 ? { upper } : {}) };
}

/** Ranges that grow. */
type Largest = { -readonly [name in keyof LayerRanges]: LayerRanges[name] };

/** The states of one cell over a sequence; `largest` grows with its values. */
function statesOf(
  network: FloatNetwork,
  xs: readonly Float64Array<ArrayBuffer>[],
  largest: Largest,
): Float64Array<ArrayBuffer>[] {
  network.reset();
  const states = xs.map((x) => {
    network.step(x);
    for (const { t: w, u } of network.gates) {
      largest.w = largestMagnitude(w, largest.w);
      largest.u = largestMagnitude(u, largest.u);
    }
    largest.state = largestMagnitude(network.h, largest.state);
    if (largest.candidate !== undefined) largest.candidate = largestMagnitude(network.parts, largest.candidate);
    if (largest.memory !== undefined) largest.memory = largestMagnitude(network.memory, largest.memory);
    if (largest.argument !== undefined) {
      largest.argument = largestMagnitude(network.memory, largestMagnitude(network.candidate, largest.argument));
    }
    return Float64Array.from(network.h);
  });
  // The last state would be projected in the next step.
  network.projectState();
  for (const { u } of network.gates) largest.u = largestMagnitude(u, largest.u);
  return states;
}
