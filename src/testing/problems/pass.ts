import { NONLINEARITIES, type Matrix, type Nonlinearity } from '../../kernels/index.js';
import { functions } from '../functions.js';
import { Rounded } from '../rounded.js';
import type { Draw, Expected } from './problem.js';

const clip = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);

export function apply(kind: Nonlinearity, x: Rounded): Rounded {
  const { f, ulps, slope, outside } = functions[kind];
  return x.through(f, ulps, slope).within(outside);
}

/** Below this, values of the backward pass become 0 (kernels/vector.h, rule 7). */
export const FLUSHED = 2 ** -100;

/** Matrices [rows][hidden] and scalars of a pass. */
export function pass(draw: Draw) {
  const { bench, sizes } = draw;
  const [rows, hidden] = sizes;
  const matrix = (values: readonly number[]): Matrix => bench.matrix(rows, hidden, values);
  const expected = (name: string, m: Matrix, value: (i: number, j: number) => Rounded): Expected => ({
    name,
    read: (results) => results.matrix(m, rows, hidden),
    values: Array.from({ length: rows * hidden }, (_, i) => value(i, i % hidden)),
  });
  /** Sums of columns that stand in rows of one matrix, added to what it held. */
  const sums = (m: Matrix, before: readonly number[], terms: readonly ((i: number) => Rounded)[]): Expected => ({
    name: 'columns',
    read: (results) => results.matrix(m, terms.length, hidden),
    values: terms.flatMap((term, k) =>
      Array.from({ length: hidden }, (_, j) => {
        let sum = new Rounded(before[k * hidden + j]);
        for (let r = 0; r < rows; r++) sum = sum.plus(term(r * hidden + j));
        return sum;
      }),
    ),
  });
  const [gate, update] = [draw.one(NONLINEARITIES), draw.one(NONLINEARITIES)];
  return { bench, rows, hidden, count: rows * hidden, gate, update, matrix, expected, sums };
}

/** A nonlinearity's derivative by its output. */
export function derivative(kind: Nonlinearity, y: number): Rounded {
  if (kind === 'tanh') return new Rounded(1).minus(new Rounded(y).times(y));
  if (kind === 'sigmoid') return new Rounded(1).minus(y).times(y);
  if (kind === 'relu') return new Rounded(y > 0 ? 1 : 0);
  if (kind === 'tanh8') return polylineSlope(Math.abs(y));
  if (kind === 'sigmoid8') return polylineSlope(Math.abs(Math.fround(2 * y - 1))).times(0.25);
  if (kind === 'hardTanh') return new Rounded(Math.abs(y) < 1 ? 1 : 0);
  return new Rounded(y > 0 && y < 1 ? (kind === 'hardSigmoid' ? 0.5 : 0.25) : 0);
}

/** The slope of the lines between tanh(k / 2) in Q14 where they have the magnitude y. */
function polylineSlope(y: number): Rounded {
  const knots = Array.from({ length: 9 }, (_, k) => Math.round(16384 * Math.tanh(k / 2)) / 16384);
  const k = knots.findIndex((knot) => y < knot) - 1;
  return new Rounded(k < 0 ? 0 : 2 * (knots[k + 1] - knots[k]));
}

/** Outputs that a nonlinearity has, its limits among them. */
export function outputs(draw: Draw, kind: Nonlinearity, count: number): number[] {
  const values = draw.floats(count);
  if (kind === 'relu') return values.map((x) => Math.max(x, 0));
  return values.map((x) => clip(x, ['tanh', 'tanh8', 'hardTanh'].includes(kind) ? -1 : 0, 1));
}
