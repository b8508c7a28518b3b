import { dot } from './matrix.js';

/** Rotations stop where no two columns are less orthogonal than this. */
const tolerance = 1e-15;
const mostSweeps = 60;

/**
 * The singular values of a matrix, largest first, by one-sided Jacobi rotations (Hestenes 1958), which are accurate for small
 * ones too.
 *
 * @param matrix [rows][columns], row-major
 */
export function singularValues(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const wide = columns > rows;
  const count = wide ? rows : columns;
  const length = wide ? columns : rows;
  const [step, stride] = wide ? [columns, 1] : [1, columns];
  const vectors = Array.from({ length: count }, (_, j) =>
    Float64Array.from({ length }, (__, i) => matrix[j * step + i * stride]),
  );
  for (let sweep = 0, turned = true; turned && sweep < mostSweeps; sweep++) {
    turned = false;
    for (let p = 0; p < count - 1; p++) {
      for (let q = p + 1; q < count; q++) if (orthogonalise(vectors[p], vectors[q])) turned = true;
    }
  }
  return Float64Array.from(vectors, (vector) => Math.sqrt(dot(vector, vector))).sort((a, b) => b - a);
}

/** Turns two vectors in their plane until they are orthogonal. False where they were. */
function orthogonalise(a: Float64Array, b: Float64Array): boolean {
  const aa = dot(a, a);
  const bb = dot(b, b);
  const ab = dot(a, b);
  if (ab === 0 || Math.abs(ab) <= tolerance * Math.sqrt(aa) * Math.sqrt(bb)) return false;
  const zeta = (bb - aa) / (2 * ab);
  const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = c * t;
  for (let i = 0; i < a.length; i++) {
    const x = a[i];
    a[i] = c * x - s * b[i];
    b[i] = s * x + c * b[i];
  }
  return true;
}

/**
 * The spectral norm by power iteration on A^T A, until it grows by less than a part in 1e12 or 2000 products were taken.
 *
 * @param start [columns], from where to begin; what the iteration ends with is left in it, a good start for a similar matrix
 */
export function spectralNorm(
  matrix: ArrayLike<number>,
  rows: number,
  columns: number,
  start: Float64Array = Float64Array.from({ length: columns }, (_, i) => 1 + i / columns),
): number {
  const image = new Float64Array(rows);
  let norm = 0;
  for (let iteration = 0; iteration < 2000; iteration++) {
    const size = Math.sqrt(dot(start, start));
    if (size === 0) return 0;
    for (let j = 0; j < columns; j++) start[j] /= size;
    for (let i = 0; i < rows; i++) {
      image[i] = 0;
      for (let j = 0; j < columns; j++) image[i] += matrix[i * columns + j] * start[j];
    }
    const next = Math.sqrt(dot(image, image));
    if (next === 0 && iteration === 0) {
      // The start is in the null space; the longest row is not, but where all are 0.
      start.set(longestRow(matrix, rows, columns));
      continue;
    }
    if (next <= norm * (1 + 1e-12)) return Math.max(next, norm);
    norm = next;
    start.fill(0);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) start[j] += matrix[i * columns + j] * image[i];
    }
  }
  return norm;
}

function longestRow(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const all = Float64Array.from(matrix);
  const list = Array.from({ length: rows }, (_, i) => all.subarray(i * columns, (i + 1) * columns));
  return list.reduce((longest, row) => (dot(row, row) > dot(longest, longest) ? row : longest));
}
