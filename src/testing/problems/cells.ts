import { NONLINEARITIES } from '../../kernels/index.js';
import { Rounded } from '../rounded.js';
import { apply, derivative, FLUSHED, outputs, pass } from './pass.js';
import type { Draw, Problem } from './problem.js';

/** y = f(x + bias), of each kind. */
export function activate(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [length] = sizes;
  const [kind, biased] = [draw.one(NONLINEARITIES), draw.one([true, false])];
  const xValues = draw.floats(length, 3);
  const biasValues = draw.floats(length);
  const x = bench.vector(xValues);
  const y = draw.one([x, bench.room(length)]);
  const bias = bench.vector(biasValues);
  return {
    bench,
    compose: (program) => program.activate({ kind, length, x, y, ...(biased ? { bias } : {}) }),
    expected: () => [
      {
        name: kind,
        read: (results) => results.floats(y, length),
        values: xValues.map((v, i) => apply(kind, biased ? new Rounded(v).plus(biasValues[i]) : new Rounded(v))),
      },
    ],
  };
}

export function fastgrnnForward(draw: Draw): Problem {
  const { bench, rows, hidden, count, gate, update, matrix, expected } = pass(draw);
  const [pre, previousValues] = [draw.floats(count, 2), draw.floats(count)];
  const [bz, bh] = [draw.floats(hidden), draw.floats(hidden)];
  const [zetas, nus] = [draw.between(hidden, 0, 1), draw.between(hidden, 0, 1)];
  const [z, c, previous, h] = [pre, new Array<number>(count).fill(0), previousValues, pre].map(matrix);
  const [biasGate, biasUpdate, zeta, nu] = [bz, bh, zetas, nus].map((values) => bench.vector(values));
  const operands = { z, c, previous, h, biasGate, biasUpdate, zeta, nu };
  const zOf = (i: number, j: number) => apply(gate, new Rounded(pre[i]).plus(bz[j]));
  const cOf = (i: number, j: number) => apply(update, new Rounded(pre[i]).plus(bh[j]));
  return {
    bench,
    compose: (program) => program.fastgrnnForward({ rows, hidden, gate, update, ...operands }),
    expected: () => [
      expected('z', z, zOf),
      expected('c', c, cOf),
      expected('h', h, (i, j) =>
        new Rounded(1)
          .minus(zOf(i, j))
          .times(zetas[j])
          .plus(nus[j])
          .times(cOf(i, j))
          .plus(zOf(i, j).times(previousValues[i])),
      ),
    ],
  };
}

export function fastgrnnBackward(draw: Draw): Problem {
  const { bench, rows, hidden, count, gate, update, matrix, expected, sums } = pass(draw);
  const [zs, cs, hs, gs] = [
    outputs(draw, gate, count),
    outputs(draw, update, count),
    draw.floats(count),
    draw.floats(count),
  ];
  const [zetas, nus] = [draw.between(hidden, 0, 1), draw.between(hidden, 0, 1)];
  const before = draw.floats(4 * hidden);
  const [z, c, previous, dh] = [zs, cs, hs, gs].map(matrix);
  const [zeta, nu] = [zetas, nus].map((values) => bench.vector(values));
  const columns = bench.matrix(4, hidden, before);
  const rest = (i: number) => new Rounded(1).minus(zs[i]);
  const gc = (i: number) => new Rounded(gs[i]).times(cs[i]);
  const dz = (i: number) =>
    new Rounded(hs[i])
      .minus(new Rounded(zetas[i % hidden]).times(cs[i]))
      .times(gs[i])
      .times(derivative(gate, zs[i]));
  const dc = (i: number) =>
    rest(i)
      .times(zetas[i % hidden])
      .plus(nus[i % hidden])
      .times(gs[i])
      .times(derivative(update, cs[i]));
  return {
    bench,
    compose: (program) =>
      program.fastgrnnBackward({ rows, hidden, gate, update, z, c, previous, dh, zeta, nu, columns }),
    expected: () => [
      expected('da', c, (i) => dz(i).plus(dc(i)).within(FLUSHED)),
      expected('dh', dh, (i) => new Rounded(gs[i]).times(zs[i]).within(FLUSHED)),
      sums(columns, before, [dz, dc, (i) => gc(i).times(rest(i)), gc]),
    ],
  };
}

export function fastrnnForward(draw: Draw): Problem {
  const { bench, rows, hidden, count, update, matrix, expected } = pass(draw);
  const [pre, hs, biases, [alpha, beta]] = [
    draw.floats(count, 2),
    draw.floats(count),
    draw.floats(hidden),
    draw.between(2, 0, 1),
  ];
  const [c, previous, h] = [pre, hs, pre].map(matrix);
  const [bias, scalars] = [bench.vector(biases), bench.vector([alpha, beta])];
  const cOf = (i: number, j: number) => apply(update, new Rounded(pre[i]).plus(biases[j]));
  return {
    bench,
    compose: (program) => program.fastrnnForward({ rows, hidden, update, c, previous, h, bias, scalars }),
    expected: () => [
      expected('c', c, cOf),
      expected('h', h, (i, j) => cOf(i, j).times(alpha).plus(new Rounded(beta).times(hs[i]))),
    ],
  };
}

export function fastrnnBackward(draw: Draw): Problem {
  const { bench, rows, hidden, count, update, matrix, expected, sums } = pass(draw);
  const [cs, hs, gs] = [outputs(draw, update, count), draw.floats(count), draw.floats(count)];
  const [[alpha, beta], before] = [draw.between(2, 0, 1), draw.floats(3 * hidden)];
  const [c, previous, dh] = [cs, hs, gs].map(matrix);
  const [scalars, columns] = [bench.vector([alpha, beta]), bench.matrix(3, hidden, before)];
  const da = (i: number) => new Rounded(alpha).times(gs[i]).times(derivative(update, cs[i]));
  return {
    bench,
    compose: (program) => program.fastrnnBackward({ rows, hidden, update, c, previous, dh, scalars, columns }),
    expected: () => [
      expected('da', c, (i) => da(i).within(FLUSHED)),
      expected('dh', dh, (i) => new Rounded(beta).times(gs[i]).within(FLUSHED)),
      sums(columns, before, [da, (i) => new Rounded(gs[i]).times(cs[i]), (i) => new Rounded(gs[i]).times(hs[i])]),
    ],
  };
}
