import { describe, expect, it } from 'vitest';
import { solveSymmetric } from './cholesky.js';
import { minimise } from './minimise.js';
import { Random } from './random.js';

describe('minimise', () => {
  it('finds the minimum of a curved valley', () => {
    // Rosenbrock's function in ten variables: 0 where all are 1.
    const x = new Float64Array(10).fill(-1);
    const least = minimise(
      (at, gradient) => {
        gradient.fill(0);
        let sum = 0;
        for (let i = 0; i + 1 < at.length; i++) {
          const [valley, slope] = [at[i + 1] - at[i] * at[i], 1 - at[i]];
          sum += 100 * valley * valley + slope * slope;
          gradient[i] -= 400 * valley * at[i] + 2 * slope;
          gradient[i + 1] += 200 * valley;
        }
        return sum;
      },
      x,
      { tolerance: 1e-9, iterations: 2000 },
    );
    expect(least).toBeLessThan(1e-15);
    for (const value of x) expect(value).toBeCloseTo(1, 7);
  });
});

describe('solveSymmetric', () => {
  const n = 6;
  const random = new Random(3);
  const root = Float64Array.from({ length: n * n }, () => random.normal());
  const a = Float64Array.from({ length: n * n }, (_, i) => {
    const [row, column] = [Math.floor(i / n), i % n];
    let sum = row === column ? 0.1 : 0;
    for (let k = 0; k < n; k++) sum += root[row * n + k] * root[column * n + k];
    return sum;
  });

  it('solves for several right sides', () => {
    const x = Float64Array.from({ length: n * 2 }, () => random.normal());
    const b = Float64Array.from({ length: n * 2 }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += a[Math.floor(i / 2) * n + k] * x[k * 2 + (i % 2)];
      return sum;
    });
    expect(solveSymmetric(Float64Array.from(a), b, n)).toBe(true);
    b.forEach((value, i) => expect(value).toBeCloseTo(x[i], 9));
  });

  it('says where a matrix is not positive definite', () => {
    const singular = Float64Array.of(1, 1, 1, 1);
    expect(solveSymmetric(singular, Float64Array.of(1, 1), 2)).toBe(false);
  });
});
