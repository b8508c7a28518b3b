import type { Int16Sequences, Normalisation } from '../integer/index.js';

/** The normalised inputs of a sequence in float64: [T][D]. */
export function normalisedInputs(
  { values, starts, lengths, stepStride, features }: Int16Sequences,
  i: number,
  { centre, scale }: Normalisation,
): Float64Array[] {
  return Array.from({ length: lengths[i] }, (_, t) =>
    Float64Array.from({ length: features }, (__, d) => {
      const value = values[starts[i] + t * stepStride + d];
      return (value - centre[d % centre.length]) * scale[d % scale.length];
    }),
  );
}

/** The largest Euclidean norm of a step's normalised input, over these sequences: R_x. */
export function largestInput(sequences: Int16Sequences, rows: Uint32Array, normalisation: Normalisation): number {
  const { values, starts, lengths, stepStride, features } = sequences;
  const { centre, scale } = normalisation;
  let most = 0;
  for (const row of rows) {
    for (let t = 0; t < lengths[row]; t++) {
      let sum = 0;
      for (let d = 0; d < features; d++) {
        const value = values[starts[row] + t * stepStride + d];
        const x = (value - centre[d % centre.length]) * scale[d % scale.length];
        sum += x * x;
      }
      most = Math.max(most, sum);
    }
  }
  return Math.sqrt(most);
}
