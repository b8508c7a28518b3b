/** a . b of vectors of the same length, summed in order. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** A B of square row-major matrices [n][n], each sum in order. */
export function squareProduct(a: Float64Array, b: Float64Array, n: number): Float64Array<ArrayBuffer> {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k];
      if (factor === 0) continue; // most, behind a ReLU
      for (let j = 0; j < n; j++) result[i * n + j] += factor * b[k * n + j];
    }
  }
  return result;
}

/** M1 M2^T, [rows][columns], row-major, of M1 [rows][rank] and M2 [columns][rank], each sum in order. */
export function lowRankProduct(
  m1: ArrayLike<number>,
  m2: ArrayLike<number>,
  rows: number,
  columns: number,
  rank: number,
): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let k = 0; k < rank; k++) result[i * columns + j] += m1[i * rank + k] * m2[j * rank + k];
    }
  }
  return result;
}

/** M^T, [columns][rows], of a row-major M [rows][columns]. */
export function transposed<A extends Float32Array | Float64Array | Int8Array>(m: A, rows: number, columns: number): A {
  const result = m.slice() as A;
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = m[i * columns + j];
  return result;
}
