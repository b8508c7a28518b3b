import type { Operand } from '../../kernels/index.js';
import { Rounded, sumInLanes } from '../rounded.js';
import type { Draw, Expected, Problem } from './problem.js';

const exact = (x: number) => new Rounded(x);

const vector = (name: string, operand: Operand, values: readonly Rounded[]): Expected => ({
  name,
  read: (results) => results.floats(operand, values.length),
  values,
});

export function fill(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [length] = sizes;
  const [value] = draw.floats(1);
  const target = bench.vector(draw.floats(length));
  return {
    bench,
    compose: (program) => program.fill({ length, value, target }),
    expected: () => [vector('target', target, new Array<Rounded>(length).fill(exact(value)))],
  };
}

export function affine(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [length] = sizes;
  const [values, [scale, shift]] = [draw.floats(length), draw.floats(2)];
  const [x, y] = [bench.vector(values), bench.room(length)];
  return {
    bench,
    compose: (program) => program.affine({ length, scale, shift, x, y }),
    expected: () => [
      vector(
        'y',
        y,
        values.map((v) => exact(scale).times(v).plus(shift)),
      ),
    ],
  };
}

export function broadcastRows(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [rows, columns] = sizes;
  const values = draw.floats(columns);
  const [row, target] = [bench.vector(values), bench.matrix(rows, columns, draw.floats(rows * columns))];
  return {
    bench,
    compose: (program) => program.broadcastRows({ rows, columns, row, target }),
    expected: () => [
      {
        name: 'target',
        read: (results) => results.matrix(target, rows, columns),
        values: Array.from({ length: rows }, () => values.map(exact)).flat(),
      },
    ],
  };
}

export function columnSums(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [rows, columns] = sizes;
  const values = draw.floats(rows * columns);
  const [source, sums] = [bench.matrix(rows, columns, values), bench.room(columns)];
  return {
    bench,
    compose: (program) => program.columnSums({ rows, columns, source, sums }),
    expected: () => [
      vector(
        'sums',
        sums,
        Array.from({ length: columns }, (_, j) => {
          let sum = exact(0);
          for (let r = 0; r < rows; r++) sum = sum.plus(values[r * columns + j]);
          return sum;
        }),
      ),
    ],
  };
}

export function addScaled(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [length] = sizes;
  const [xs, ys, factor] = [draw.floats(length), draw.floats(length), draw.floats(1)];
  const [x, y, scale] = [bench.vector(xs), bench.vector(ys), bench.vector(factor)];
  return {
    bench,
    compose: (program) => program.addScaled({ length, x, scale, y }),
    expected: () => [
      vector(
        'y',
        y,
        xs.map((v, i) => exact(factor[0]).times(v).plus(ys[i])),
      ),
    ],
  };
}

export function roundLevels(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [length] = sizes;
  const values = draw.floats(length);
  const [factor, most] = [draw.one([0, 4, 32]), draw.one([7, 127])];
  const [x, levels] = [bench.vector(values), bench.vector(factor > 0 ? [factor, 1 / factor, most] : [0, 0, 0])];
  const level = (v: number) => {
    const low = Math.floor(v);
    return low + Number(v - low > 0.5 || (v - low === 0.5 && low % 2 !== 0));
  };
  const rounded = (v: number) => Math.max(-most, Math.min(most, level(v * factor))) / factor;
  return {
    bench,
    compose: (program) => program.roundLevels({ length, levels, x }),
    expected: () => [
      vector(
        'x',
        x,
        values.map((v) => exact(factor > 0 ? rounded(v) : v)),
      ),
    ],
  };
}

export function scalarGradient(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [length] = sizes;
  const [values, [s], [before]] = [draw.floats(length), draw.between(1, 0, 1), draw.floats(1)];
  const [accumulate, sign] = [draw.one([true, false]), draw.one([1, -1] as const)];
  const [columns, scalar, gradient] = [bench.vector(values), bench.vector([s]), bench.vector([before])];
  return {
    bench,
    compose: (program) => program.scalarGradient({ length, accumulate, sign, columns, scalar, gradient }),
    expected: () => {
      const slope = exact(1).minus(s).times(s).times(sign);
      const own = sumInLanes(values.map(exact)).times(slope);
      return [vector('gradient', gradient, [accumulate ? own.plus(before) : own])];
    },
  };
}

export function sumOfSquares(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const length = sizes[0] * 3;
  const values = draw.floats(length);
  const [x, sum] = [bench.vector(values), bench.room(1)];
  return {
    bench,
    compose: (program) => program.sumOfSquares({ length, x, sum }),
    expected: () => [vector('sum', sum, [sumInLanes(values.map((v) => exact(v).times(v)))])],
  };
}

export function allFinite(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [length] = sizes;
  const values = draw.floats(length);
  const [at, bad] = [draw.random.below(Math.max(length, 1)), draw.one([1, NaN, Infinity, -Infinity])];
  if (length > 0) values[at] = bad;
  const [x, finite] = [bench.vector(values), bench.room(1)];
  return {
    bench,
    compose: (program) => program.allFinite({ length, x, finite }),
    expected: () => [
      {
        name: 'finite',
        read: (results) => results.integers(finite, 1),
        values: [exact(Number(values.every((v) => Number.isFinite(v))))],
      },
    ],
  };
}

/** Parameters with weight decay and a support, or without. */
function update(draw: Draw, settings: readonly number[]) {
  const { bench, sizes } = draw;
  const [length] = sizes;
  const [before, gradients, first] = [draw.floats(length), draw.floats(length), draw.floats(length)];
  const [decays, supports] = [draw.integers(length, 0, 2), draw.integers(length, 0, 2)];
  const [decaying, supported] = [draw.one([true, false]), draw.one([true, false])];
  const [parameters, gradient, memory] = [before, gradients, first].map((values) => bench.vector(values));
  const [decay, support] = [bench.vector(decays), bench.vector(supports)];
  // An operand that isn't there is told by its offset (kernels/program.c).
  const absent = { offset: -(2 ** 31), step: 0 };
  const alive = (i: number) => !supported || supports[i] !== 0;
  const places = {
    ...{ length, parameters, gradient, settings: bench.vector(settings) },
    ...{ decay: decaying ? decay : absent, support: supported ? support : absent },
  };
  /** What is left of a parameter after its decay, less its step. */
  const stepped = (i: number, step: Rounded): Rounded => {
    const amount = exact(settings[0]).times(settings[1]).times(decays[i]).times(before[i]);
    const kept = decaying ? exact(before[i]).minus(amount) : exact(before[i]);
    return alive(i) ? kept.minus(exact(settings[0]).times(step)) : exact(0);
  };
  const where = (i: number, value: Rounded) => (alive(i) ? value : exact(0));
  return { bench, length, parameters, memory, places, gradients, first, stepped, where };
}

const f = Math.fround;

export function adam(draw: Draw): Problem {
  const [b1, b2, epsilon] = [f(0.9), f(0.999), draw.one([f(1e-8), f(1e-3)])];
  const [correction1, correction2] = [f(1 - 0.9 ** 3), f(1 - 0.999 ** 3)];
  const settings = [f(0.01), f(0.1), b1, b2, epsilon, correction1, correction2];
  const { bench, length, parameters, memory: m, places, gradients, first, stepped, where } = update(draw, settings);
  const second = draw.between(length, 0.1, 2);
  const v = bench.vector(second);
  const mOf = (i: number) => exact(b1).times(first[i]).plus(exact(1).minus(b1).times(gradients[i]));
  const vOf = (i: number) =>
    exact(b2)
      .times(second[i])
      .plus(exact(gradients[i]).times(gradients[i]).times(exact(1).minus(b2)));
  const step = (i: number) => mOf(i).over(correction1).over(vOf(i).over(correction2).squareRoot().plus(epsilon));
  return {
    bench,
    compose: (program) => program.adam({ ...places, m, v }),
    expected: () => [
      vector(
        'm',
        m,
        gradients.map((_, i) => where(i, mOf(i))),
      ),
      vector(
        'v',
        v,
        gradients.map((_, i) => where(i, vOf(i))),
      ),
      vector(
        'parameters',
        parameters,
        gradients.map((_, i) => stepped(i, step(i))),
      ),
    ],
  };
}

export function momentum(draw: Draw): Problem {
  const mu = draw.one([0, f(0.9)]);
  const nesterov = draw.one([true, false]);
  const { bench, parameters, memory, places, gradients, first, stepped, where } = update(draw, [f(0.01), f(0.1), mu]);
  const velocity = (i: number) => exact(mu).times(first[i]).plus(gradients[i]);
  return {
    bench,
    compose: (program) => program.momentum({ ...places, nesterov, velocity: memory }),
    expected: () => [
      vector(
        'velocity',
        memory,
        gradients.map((_, i) => where(i, velocity(i))),
      ),
      vector(
        'parameters',
        parameters,
        gradients.map((g, i) => stepped(i, nesterov ? exact(mu).times(velocity(i)).plus(g) : velocity(i))),
      ),
    ],
  };
}

/** The probe's chains v <- v x + y, which settle at y / (1 - x), summed: 13 of them, in two lanes. */
export function peak(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [iterations] = sizes;
  const [x, y] = [draw.between(1, 0, 0.5)[0], draw.floats(1)[0]];
  const starts = draw.floats(13);
  const values = bench.vector([x, y, ...starts, 0]);
  return {
    bench,
    compose: (program) => program.peak({ iterations, values }),
    expected: () => {
      let sum = exact(0);
      for (const start of starts) {
        let chain = exact(start);
        for (let n = 0; n < iterations; n++) chain = chain.times(x).plus(y);
        sum = sum.plus(chain);
      }
      return [vector('values', values, [exact(x), exact(y), ...Array.from(starts, exact), sum.plus(sum)])];
    },
  };
}
