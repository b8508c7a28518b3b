import { NONLINEARITIES, within, type Matrix } from '../../kernels/index.js';
import { Rounded } from '../rounded.js';
import { apply, derivative, FLUSHED, outputs, pass } from './pass.js';
import type { Draw, Expected, Problem } from './problem.js';

/** Several matrices [rows][hidden] at one distance from each other, and what they become. */
function gates(draw: Draw, count: number, from: (gate: number) => readonly number[]) {
  const { bench, sizes } = draw;
  const [rows, hidden] = sizes;
  const values = Array.from({ length: count }, (_, g) => from(g));
  const all = bench.matrix(count * rows, hidden, values.flat());
  const distance = rows * all.stride;
  const of = (g: number): Matrix => ({ ...all, ...within(all, g * distance) });
  return { values, of, a: all, distance };
}

export function rnnForward(draw: Draw): Problem {
  const { bench, rows, hidden, count, update, matrix, expected } = pass(draw);
  const [pre, biases] = [draw.floats(count, 2), draw.floats(hidden)];
  const [a, h] = [pre, pre].map(matrix);
  const bias = bench.vector(biases);
  return {
    bench,
    compose: (program) => program.rnnForward({ rows, hidden, update, a, h, bias }),
    expected: () => [expected('h', h, (i, j) => apply(update, new Rounded(pre[i]).plus(biases[j])))],
  };
}

export function rnnBackward(draw: Draw): Problem {
  const { bench, rows, hidden, count, update, matrix, expected, sums } = pass(draw);
  const [hs, gs, before] = [outputs(draw, update, count), draw.floats(count), draw.floats(hidden)];
  const [a, h, dh] = [hs, hs, gs].map(matrix);
  const columns = bench.matrix(1, hidden, before);
  const da = (i: number) => new Rounded(gs[i]).times(derivative(update, hs[i]));
  return {
    bench,
    compose: (program) => program.rnnBackward({ rows, hidden, update, a, h, dh, columns }),
    expected: () => [
      expected('da', a, (i) => da(i).within(FLUSHED)),
      expected('dh', dh, () => new Rounded(0)),
      sums(columns, before, [da]),
    ],
  };
}

export function vectorResidual(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [length] = sizes;
  const [alphas, [zeta, nu]] = [draw.between(length, 0, 1), draw.between(2, 0, 1)];
  const [alpha, beta, scalars] = [bench.vector(alphas), bench.room(length), bench.vector([zeta, nu])];
  return {
    bench,
    compose: (program) => program.vectorResidual({ length, alpha, scalars, beta }),
    expected: () => [
      {
        name: 'beta',
        read: (results) => results.floats(beta, length),
        values: alphas.map((x) => new Rounded(1).minus(x).times(zeta).plus(nu)),
      },
    ],
  };
}

export function vectorResidualBackward(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [length] = sizes;
  const [alphas, [zeta, nu]] = [draw.between(length, 0, 1), draw.between(2, 0, 1)];
  const before = draw.floats(4 * length);
  const [alpha, scalars, columns] = [bench.vector(alphas), bench.vector([zeta, nu]), bench.matrix(4, length, before)];
  const beta = (j: number) => before[2 * length + j];
  return {
    bench,
    compose: (program) => program.vectorResidualBackward({ length, alpha, scalars, columns }),
    expected: () => [
      {
        name: 'columns',
        read: (results) => results.matrix(columns, 4, length),
        values: before.map((value, i) => {
          const j = i % length;
          if (i >= 3 * length) return new Rounded(1).minus(alphas[j]).times(beta(j));
          if (i < length || i >= 2 * length) return new Rounded(value);
          return new Rounded(value).minus(new Rounded(zeta).times(beta(j)));
        }),
      },
    ],
  };
}

export function fastrnnVectorForward(draw: Draw): Problem {
  const { bench, rows, hidden, count, update, matrix, expected } = pass(draw);
  const [pre, hs, biases] = [draw.floats(count, 2), draw.floats(count), draw.floats(hidden)];
  const [alphas, betas] = [draw.between(hidden, 0, 1), draw.between(hidden, 0, 1)];
  const [c, previous, h] = [pre, hs, pre].map(matrix);
  const [bias, alpha, beta] = [biases, alphas, betas].map((values) => bench.vector(values));
  const cOf = (i: number, j: number) => apply(update, new Rounded(pre[i]).plus(biases[j]));
  return {
    bench,
    compose: (program) => program.fastrnnVectorForward({ rows, hidden, update, c, previous, h, bias, alpha, beta }),
    expected: () => [
      expected('c', c, cOf),
      expected('h', h, (i, j) => cOf(i, j).times(alphas[j]).plus(new Rounded(betas[j]).times(hs[i]))),
    ],
  };
}

export function fastrnnVectorBackward(draw: Draw): Problem {
  const { bench, rows, hidden, count, update, matrix, expected, sums } = pass(draw);
  const [cs, hs, gs] = [outputs(draw, update, count), draw.floats(count), draw.floats(count)];
  const [alphas, betas] = [draw.between(hidden, 0, 1), draw.between(hidden, 0, 1)];
  const before = draw.floats(3 * hidden);
  const [c, previous, dh] = [cs, hs, gs].map(matrix);
  const [alpha, beta] = [alphas, betas].map((values) => bench.vector(values));
  const columns = bench.matrix(3, hidden, before);
  const da = (i: number) => new Rounded(alphas[i % hidden]).times(gs[i]).times(derivative(update, cs[i]));
  return {
    bench,
    compose: (program) =>
      program.fastrnnVectorBackward({ rows, hidden, update, c, previous, dh, alpha, beta, columns }),
    expected: () => [
      expected('da', c, (i) => da(i).within(FLUSHED)),
      expected('dh', dh, (i) => new Rounded(betas[i % hidden]).times(gs[i]).within(FLUSHED)),
      sums(columns, before, [da, (i) => new Rounded(gs[i]).times(cs[i]), (i) => new Rounded(gs[i]).times(hs[i])]),
    ],
  };
}

export function ugrnnForward(draw: Draw): Problem {
  const { bench, rows, hidden, count, gate, update, matrix, expected } = pass(draw);
  const { values, of, a, distance } = gates(draw, 2, () => draw.floats(count, 2));
  const [hs, biases] = [draw.floats(count), draw.floats(2 * hidden)];
  const [previous, h] = [hs, hs].map(matrix);
  const bias = bench.vector(biases);
  const zOf = (i: number, j: number) => apply(gate, new Rounded(values[0][i]).plus(biases[j]));
  const cOf = (i: number, j: number) => apply(update, new Rounded(values[1][i]).plus(biases[hidden + j]));
  return {
    bench,
    compose: (program) => program.ugrnnForward({ rows, hidden, gate, update, a, distance, previous, h, bias }),
    expected: () => [
      expected('z', of(0), zOf),
      expected('c', of(1), cOf),
      expected('h', h, (i, j) => blend(zOf(i, j), cOf(i, j), hs[i])),
    ],
  };
}

export function ugrnnBackward(draw: Draw): Problem {
  const { bench, rows, hidden, count, gate, update, matrix, expected, sums } = pass(draw);
  const { values, of, a, distance } = gates(draw, 2, (g) => outputs(draw, g === 0 ? gate : update, count));
  const [zs, cs] = values;
  const [hs, gs, before] = [draw.floats(count), draw.floats(count), draw.floats(2 * hidden)];
  const [previous, dh] = [hs, gs].map(matrix);
  const columns = bench.matrix(2, hidden, before);
  const dz = (i: number) => new Rounded(hs[i]).minus(cs[i]).times(gs[i]).times(derivative(gate, zs[i]));
  const dc = (i: number) => new Rounded(1).minus(zs[i]).times(gs[i]).times(derivative(update, cs[i]));
  return {
    bench,
    compose: (program) => program.ugrnnBackward({ rows, hidden, gate, update, a, distance, previous, dh, columns }),
    expected: () => [
      expected('dz', of(0), (i) => dz(i).within(FLUSHED)),
      expected('dc', of(1), (i) => dc(i).within(FLUSHED)),
      expected('dh', dh, (i) => new Rounded(gs[i]).times(zs[i]).within(FLUSHED)),
      sums(columns, before, [dz, dc]),
    ],
  };
}

export function gruForward(draw: Draw): Problem {
  const { bench, rows, hidden, count, gate, update, matrix, expected } = pass(draw);
  const { values, of, a, distance } = gates(draw, 4, () => draw.floats(count, 2));
  const [hs, biases] = [draw.floats(count), draw.floats(4 * hidden)];
  const [previous, h] = [hs, hs].map(matrix);
  const bias = bench.vector(biases);
  const biased = (g: number, i: number, j: number) => new Rounded(values[g][i]).plus(biases[g * hidden + j]);
  const [rOf, zOf] = [0, 1].map((g) => (i: number, j: number) => apply(gate, biased(g, i, j)));
  const cOf = (i: number, j: number) => apply(update, biased(2, i, j).plus(rOf(i, j).times(biased(3, i, j))));
  return {
    bench,
    compose: (program) => program.gruForward({ rows, hidden, gate, update, a, distance, previous, h, bias }),
    expected: () => [
      expected('r', of(0), rOf),
      expected('z', of(1), zOf),
      expected('c', of(2), cOf),
      expected('m', of(3), (i, j) => biased(3, i, j)),
      expected('h', h, (i, j) => blend(zOf(i, j), cOf(i, j), hs[i])),
    ],
  };
}

export function gruBackward(draw: Draw): Problem {
  const { bench, rows, hidden, count, gate, update, matrix, expected, sums } = pass(draw);
  const { values, of, a, distance } = gates(draw, 4, (g) =>
    g === 3 ? draw.floats(count) : outputs(draw, g === 2 ? update : gate, count),
  );
  const [rs, zs, cs, ms] = values;
  const [hs, gs, before] = [draw.floats(count), draw.floats(count), draw.floats(4 * hidden)];
  const [previous, dh] = [hs, gs].map(matrix);
  const columns = bench.matrix(4, hidden, before);
  const dz = (i: number) => new Rounded(hs[i]).minus(cs[i]).times(gs[i]).times(derivative(gate, zs[i]));
  const dc = (i: number) => new Rounded(1).minus(zs[i]).times(gs[i]).times(derivative(update, cs[i]));
  const dr = (i: number) => dc(i).times(ms[i]).times(derivative(gate, rs[i]));
  const dm = (i: number) => dc(i).times(rs[i]);
  return {
    bench,
    compose: (program) => program.gruBackward({ rows, hidden, gate, update, a, distance, previous, dh, columns }),
    expected: () => [
      ...[dr, dz, dc, dm].map((d, g) => expected(`gradient ${g}`, of(g), (i) => d(i).within(FLUSHED))),
      expected('dh', dh, (i) => new Rounded(gs[i]).times(zs[i]).within(FLUSHED)),
      sums(columns, before, [dr, dz, dc, dm]),
    ],
  };
}

export function resetForward(draw: Draw): Problem {
  const { bench, rows, hidden, count, gate, matrix, expected } = pass(draw);
  const [pre, hs, biases] = [draw.floats(count, 2), draw.floats(count), draw.floats(hidden)];
  const [r, previous, q] = [pre, hs, pre].map(matrix);
  const bias = bench.vector(biases);
  const rOf = (i: number, j: number) => apply(gate, new Rounded(pre[i]).plus(biases[j]));
  return {
    bench,
    compose: (program) => program.resetForward({ rows, hidden, gate, r, previous, q, bias }),
    expected: () => [expected('r', r, rOf), expected('q', q, (i, j) => rOf(i, j).times(hs[i]))],
  };
}

export function resetBackward(draw: Draw): Problem {
  const { bench, rows, hidden, count, gate, matrix, expected, sums } = pass(draw);
  const [rs, hs, qs, gs] = [outputs(draw, gate, count), draw.floats(count), draw.floats(count), draw.floats(count)];
  const before = draw.floats(hidden);
  const [r, previous, dq, dh] = [rs, hs, qs, gs].map(matrix);
  const columns = bench.matrix(1, hidden, before);
  const dr = (i: number) => new Rounded(qs[i]).times(hs[i]).times(derivative(gate, rs[i]));
  return {
    bench,
    compose: (program) => program.resetBackward({ rows, hidden, gate, r, previous, dq, dh, columns }),
    expected: () => [
      expected('dr', r, (i) => dr(i).within(FLUSHED)),
      expected('dh', dh, (i) => new Rounded(qs[i]).times(rs[i]).within(FLUSHED).plus(gs[i])),
      sums(columns, before, [dr]),
    ],
  };
}

export function lstmForward(draw: Draw): Problem {
  const { bench, rows, hidden, count, gate, matrix, expected } = pass(draw);
  // Of what it squashes, the LSTM's second time, errors add up: relu and its like don't dampen them.
  const update = draw.one(NONLINEARITIES);
  const { values, of, a, distance } = gates(draw, 4, () => draw.floats(count, 2));
  const [cs, biases] = [draw.floats(count), draw.floats(4 * hidden)];
  const cells = gates(draw, 2, (g) => (g === 0 ? cs : new Array<number>(count).fill(0)));
  const [squashed, h] = [cs, cs].map(matrix);
  const bias = bench.vector(biases);
  const made = (g: number) => (i: number, j: number) =>
    apply(g === 2 ? update : gate, new Rounded(values[g][i]).plus(biases[g * hidden + j]));
  const [iOf, fOf, candidate, oOf] = [0, 1, 2, 3].map(made);
  const cell = (i: number, j: number) =>
    fOf(i, j)
      .times(cs[i])
      .plus(iOf(i, j).times(candidate(i, j)));
  const sOf = (i: number, j: number) => apply(update, cell(i, j));
  const shared = { rows, hidden, gate, update, a, distance, previous: cells.of(0), squashed };
  return {
    bench,
    compose: (program) => program.lstmForward({ ...shared, h, bias }),
    expected: (): Expected[] => [
      ...[iOf, fOf, candidate, oOf].map((value, g) => expected(`gate ${g}`, of(g), value)),
      expected('c', cells.of(1), cell),
      expected('update(c)', squashed, sOf),
      expected('h', h, (i, j) => oOf(i, j).times(sOf(i, j))),
    ],
  };
}

export function lstmBackward(draw: Draw): Problem {
  const { bench, rows, hidden, count, gate, update, matrix, expected, sums } = pass(draw);
  const { values, of, a, distance } = gates(draw, 4, (g) => outputs(draw, g === 2 ? update : gate, count));
  const [is, fs, cs, os] = values;
  const [cells, ss, gs, es] = [
    draw.floats(count),
    outputs(draw, update, count),
    draw.floats(count),
    draw.floats(count),
  ];
  const before = draw.floats(4 * hidden);
  const [previous, squashed, dh, dc] = [cells, ss, gs, es].map(matrix);
  const columns = bench.matrix(4, hidden, before);
  const e = (i: number) => new Rounded(gs[i]).times(os[i]).times(derivative(update, ss[i])).plus(es[i]);
  const gradients = [
    (i: number) => e(i).times(cs[i]).times(derivative(gate, is[i])),
    (i: number) => e(i).times(cells[i]).times(derivative(gate, fs[i])),
    (i: number) => e(i).times(is[i]).times(derivative(update, cs[i])),
    (i: number) => new Rounded(gs[i]).times(ss[i]).times(derivative(gate, os[i])),
  ];
  return {
    bench,
    compose: (program) =>
      program.lstmBackward({ rows, hidden, gate, update, a, distance, previous, squashed, dh, dc, columns }),
    expected: () => [
      ...gradients.map((d, g) => expected(`gradient ${g}`, of(g), (i) => d(i).within(FLUSHED))),
      expected('dh', dh, () => new Rounded(0)),
      expected('dc', dc, (i) => e(i).times(fs[i]).within(FLUSHED)),
      sums(columns, before, gradients),
    ],
  };
}

/** (1 - z) c + z h. */
function blend(z: Rounded, c: Rounded, h: number): Rounded {
  return new Rounded(1).minus(z).times(c).plus(z.times(h));
}
