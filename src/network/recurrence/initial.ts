import type { Random } from '../../math/index.js';
import type { TensorSpec } from '../architecture.js';

/**
 * First values of a recurrence's tensor, drawn row by row:
 * reflectors N(0, 1) from their own number on; singular values at 1 (0 before the sigmoid); factors orthogonal, from matrices N(0, 1) by
 * Gram and Schmidt; angles uniform in [-pi, pi), as Jing et al. start them.
 */
export function fillTransform({ local: name, shape, size }: TensorSpec, values: Float32Array, random: Random): void {
  const [rows, columns] = shape;
  if (name.endsWith('Reflectors')) {
    for (let i = 0; i < rows; i++) for (let j = i; j < columns; j++) values[i * columns + j] = random.normal();
  } else if (name === 'ULeft' || name === 'URight') values.set(orthogonal(rows, random));
  else if (name !== 'USingular') {
    for (let i = 0; i < size; i++) values[i] = Math.PI * (2 * random.uniform() - 1);
  }
}

/** A random orthogonal matrix [n, n]: rows of a normal one, each freed of the ones before (twice, so that roundings don't add up). */
function orthogonal(n: number, random: Random): Float64Array {
  const q = Float64Array.from({ length: n * n }, () => random.normal());
  for (let i = 0; i < n; i++) {
    const row = q.subarray(i * n, (i + 1) * n);
    for (let turn = 0; turn < 2; turn++) {
      for (let k = 0; k < i; k++) {
        const earlier = q.subarray(k * n, (k + 1) * n);
        let along = 0;
        for (let j = 0; j < n; j++) along += row[j] * earlier[j];
        for (let j = 0; j < n; j++) row[j] -= along * earlier[j];
      }
    }
    let square = 0;
    for (let j = 0; j < n; j++) square += row[j] * row[j];
    const scale = 1 / Math.sqrt(square);
    for (let j = 0; j < n; j++) row[j] *= scale;
  }
  return q;
}
