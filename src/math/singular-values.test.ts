import { describe, expect, it } from 'vitest';
import { Random } from './random.js';
import { singularValues, spectralNorm } from './singular-values.js';

/** H = I - 2 v v^T / v^T v, [n][n]. */
function reflection(random: Random, n: number): Float64Array {
  const v = Float64Array.from({ length: n }, () => random.normal());
  const vv = v.reduce((sum, x) => sum + x * x, 0);
  return Float64Array.from({ length: n * n }, (_, i) => {
    const [row, column] = [Math.floor(i / n), i % n];
    return (row === column ? 1 : 0) - (2 * v[row] * v[column]) / vv;
  });
}

function product(a: Float64Array, b: Float64Array, rows: number, inner: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      for (let j = 0; j < columns; j++) result[i * columns + j] += a[i * inner + k] * b[k * columns + j];
    }
  }
  return result;
}

/** A matrix [rows][columns] made with these singular values: two reflections around a diagonal. */
function withValues(values: readonly number[], rows: number, columns: number): Float64Array {
  const random = new Random(7);
  const diagonal = new Float64Array(rows * columns);
  values.forEach((value, i) => (diagonal[i * columns + i] = value));
  const left = product(reflection(random, rows), diagonal, rows, rows, columns);
  return product(left, reflection(random, columns), rows, columns, columns);
}

describe('singular values', () => {
  it.each([
    ['square', 5, 5],
    ['tall', 9, 5],
    ['wide', 5, 12],
  ] as const)('of a %s matrix are those that it was made with', (_, rows, columns) => {
    const values = [40, 3, 2.999, 0.5, 0];
    const found = singularValues(withValues(values, rows, columns), rows, columns);
    expect(found).toHaveLength(5);
    values.forEach((value, i) => expect(Math.abs(found[i] - value)).toBeLessThan(1e-13 * 40));
  });

  it('keep small ones where columns differ in size', () => {
    const columns = [1, 1e-6, 1e-12];
    const matrix = columns.flatMap((size, i) => columns.map((_, j) => (i === j ? size : 0)));
    expect([...singularValues(matrix, 3, 3)]).toEqual(columns);
  });

  it('have the spectral norm as their first', () => {
    const random = new Random(5);
    for (const [rows, columns] of [
      [6, 6],
      [4, 9],
      [9, 4],
    ]) {
      const matrix = Float64Array.from({ length: rows * columns }, () => random.normal());
      const [first] = singularValues(matrix, rows, columns);
      expect(spectralNorm(matrix, rows, columns)).toBeCloseTo(first, 6);
      const squares = matrix.reduce((sum, x) => sum + x * x, 0);
      const found = singularValues(matrix, rows, columns).reduce((sum, x) => sum + x * x, 0);
      expect(found).toBeCloseTo(squares, 10);
    }
    expect(spectralNorm(new Float64Array(4), 2, 2)).toBe(0);
    // The usual start is in this one's null space.
    expect(spectralNorm([1.5, -1, 0, 0], 2, 2)).toBeCloseTo(Math.hypot(1.5, 1), 12);
  });
});
