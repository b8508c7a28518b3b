import { Random } from '../../math/index.js';
import { Rounded } from '../rounded.js';
import type { Draw, Problem } from './problem.js';

const exact = (x: number) => new Rounded(x);

/** A sequence [steps][rows][columns], and some columns of a wider one to bring it to. */
function pair(draw: Draw) {
  const { bench, sizes } = draw;
  const [rows, columns, steps] = [sizes[0], sizes[1], 1 + (sizes[2] % 6)];
  const [before, after] = [draw.random.below(20), draw.random.below(20)];
  const wide = before + columns + after;
  const x = draw.floats(steps * rows * columns);
  const y = draw.floats(steps * rows * wide);
  const places = { x: bench.matrix(steps * rows, columns, x), y: bench.matrix(steps * rows, wide, y) };
  const target = { ...places.y, offset: places.y.offset + before };
  /** Of each value of y: its step and row, and the column of x that belongs there, or undefined. */
  const own = (i: number) => {
    const [t, r, j] = [Math.floor(i / wide / rows), Math.floor(i / wide) % rows, (i % wide) - before];
    return { t, r, j: j >= 0 && j < columns ? j : undefined };
  };
  const expected = (value: (old: number, t: number, r: number, j: number) => Rounded) => [
    {
      name: 'y',
      read: (results: Parameters<ReturnType<Problem['expected']>[number]['read']>[0]) =>
        results.matrix(places.y, steps * rows, wide),
      values: y.map((old, i) => {
        const { t, r, j } = own(i);
        return j === undefined ? exact(old) : value(old, t, r, j);
      }),
    },
  ];
  return { bench, rows, columns, steps, x, places, target, expected };
}

export function moveSteps(draw: Draw): Problem {
  const { bench, rows, columns, steps, x, places, target, expected } = pair(draw);
  const [reversed, accumulate, ragged] = [draw.one([true, false]), draw.one([true, false]), draw.one([true, false])];
  const lengths = draw.integers(rows, 1, steps + 3);
  const place = bench.integers(lengths);
  return {
    bench,
    compose: (program) =>
      program.moveSteps({
        ...{ rows, columns, steps, reversed, accumulate, x: places.x, y: target },
        ...(ragged ? { lengths: place } : {}),
      }),
    expected: () =>
      expected((old, t, r, j) => {
        const length = ragged ? Math.min(lengths[r], steps) : steps;
        if (t >= length) return exact(accumulate ? old : 0);
        const value = x[((reversed ? length - 1 - t : t) * rows + r) * columns + j];
        return accumulate ? exact(old).plus(value) : exact(value);
      }),
  };
}

export function dropout(draw: Draw): Problem {
  const { bench, rows, columns, steps, x, places, target, expected } = pair(draw);
  const p = Math.fround(draw.one([0, 0.1, 0.5, 0.9]));
  const link = draw.random.below(5);
  const keys = Array.from({ length: 2 * rows }, () => draw.random.uint32() | 0);
  const place = bench.integers(keys);
  return {
    bench,
    compose: (program) => program.dropout({ steps, rows, columns, p, link, keys: place, x: places.x, y: target }),
    expected: () =>
      expected((_, t, r, j) => {
        const position = link * 2 ** 33 + 2 * t * Math.ceil(columns / 2) + j;
        const number = new Random(keys[2 * r], keys[2 * r + 1], position).uint32();
        const value = x[(t * rows + r) * columns + j];
        return number < p * 2 ** 32 ? exact(0) : exact(1).over(exact(1).minus(p)).times(value);
      }),
  };
}
