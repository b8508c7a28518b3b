import type { Matrix, Operand } from '../../kernels/index.js';
import { Rounded, sumInLanes } from '../rounded.js';
import type { Draw, Expected, Problem } from './problem.js';

const exact = (x: number) => new Rounded(x);
/** A result of double precision, rounded to a float. */
const toFloat = (x: number) => exact(x).times(1);
/** Below this, values of the backward pass become 0 (kernels/vector.h, rule 7). */
const FLUSHED = 2 ** -100;

const vector = (name: string, operand: Operand, values: readonly Rounded[]): Expected => ({
  name,
  read: (results) => results.floats(operand, values.length),
  values,
});

const matrix = (
  name: string,
  m: Matrix,
  rows: number,
  columns: number,
  value: (i: number, j: number) => Rounded,
): Expected => ({
  name,
  read: (results) => results.matrix(m, rows, columns),
  values: Array.from({ length: rows * columns }, (_, k) => value(Math.floor(k / columns), k % columns)),
});

export function identity({ bench, sizes }: Draw): Problem {
  const [size] = sizes;
  const x = bench.matrix(size, size, new Array<number>(size * size).fill(3));
  return {
    bench,
    compose: (program) => program.identity({ size, x }),
    expected: () => [matrix('x', x, size, size, (i, j) => exact(i === j ? 1 : 0))],
  };
}

export function solveTriangle(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [rows, columns] = sizes;
  const transposed = draw.one([true, false]);
  const [grams, xs] = [draw.floats(rows * rows, 0.3), draw.floats(rows * columns)];
  for (let i = 0; i < rows; i++) grams[i * rows + i] = Math.fround(2 + Math.abs(grams[i * rows + i]));
  const [gram, x] = [bench.matrix(rows, rows, grams), bench.matrix(rows, columns, xs)];
  return {
    bench,
    compose: (program) => program.solveTriangle({ rows, columns, transposed, gram, x }),
    expected: () => {
      const solved = xs.map(exact);
      for (let turn = 0; turn < rows; turn++) {
        const i = transposed ? turn : rows - 1 - turn;
        const [first, last] = transposed ? [0, i] : [i + 1, rows];
        for (let j = 0; j < columns; j++) {
          let sum = exact(xs[i * columns + j]);
          for (let k = first; k < last; k++) {
            sum = sum.plus(solved[k * columns + j].times(grams[transposed ? k * rows + i : i * rows + k]));
          }
          solved[i * columns + j] = exact(0)
            .minus(sum)
            .over(grams[i * rows + i] / 2);
        }
      }
      return [matrix('x', x, rows, columns, (i, j) => solved[i * columns + j])];
    },
  };
}

export function mirrorTriangle(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [size] = sizes;
  const xs = draw.floats(size * size);
  const x = bench.matrix(size, size, xs);
  return {
    bench,
    compose: (program) => program.mirrorTriangle({ size, x }),
    expected: () => [matrix('x', x, size, size, (i, j) => exact(xs[Math.min(i, j) * size + Math.max(i, j)]))],
  };
}

export function unpackTriangle(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [rows, columns] = sizes;
  const values = draw.floats(rows * columns);
  const [source, target] = [bench.matrix(rows, columns, values), bench.vector(draw.floats(rows * columns))];
  return {
    bench,
    compose: (program) => program.unpackTriangle({ rows, columns, source, target }),
    expected: () => [
      vector(
        'target',
        target,
        values.map((v, k) => {
          const [i, j] = [Math.floor(k / columns), k % columns];
          return exact(j >= i && i < columns - 1 ? v : 0);
        }),
      ),
    ],
  };
}

export function scaleColumns(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [rows, columns] = sizes;
  const [xs, scales] = [draw.floats(rows * columns), draw.floats(columns)];
  const [x, scale, y] = [bench.matrix(rows, columns, xs), bench.vector(scales), bench.matrix(rows, columns, xs)];
  return {
    bench,
    compose: (program) => program.scaleColumns({ rows, columns, x, scale, y }),
    expected: () => [matrix('y', y, rows, columns, (i, j) => exact(xs[i * columns + j]).times(scales[j]))],
  };
}

export function columnProducts(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [rows, columns] = sizes;
  const [as, bs] = [draw.floats(rows * columns), draw.floats(rows * columns)];
  const [a, b, sums] = [bench.matrix(rows, columns, as), bench.matrix(rows, columns, bs), bench.room(columns)];
  return {
    bench,
    compose: (program) => program.columnProducts({ rows, columns, a, b, sums }),
    expected: () => [
      vector(
        'sums',
        sums,
        Array.from({ length: columns }, (_, j) => {
          let sum = exact(0);
          for (let i = 0; i < rows; i++) sum = sum.plus(exact(as[i * columns + j]).times(bs[i * columns + j]));
          return sum;
        }),
      ),
    ],
  };
}

export function sigmoidGradient(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [length] = sizes;
  const [values, dys, [factor]] = [draw.between(length, 0, 1), draw.floats(length), draw.floats(1)];
  const [s, dy, gradient] = [bench.vector(values), bench.vector(dys), bench.room(length)];
  return {
    bench,
    compose: (program) => program.sigmoidGradient({ length, factor, s, dy, gradient }),
    expected: () => [
      vector(
        'gradient',
        gradient,
        values.map((v, i) => exact(factor).times(dys[i]).times(exact(1).minus(v).times(v))),
      ),
    ],
  };
}

/** What sums in double precision err by, relative to their largest terms. */
const DOUBLE = 1e-12;

/** A square matrix near an orthogonal one, and a gradient. */
function nearlyOrthogonal(draw: Draw) {
  const { bench, sizes } = draw;
  const [size] = sizes;
  const xs = draw.floats(size * size, 0.1);
  for (let i = 0; i < size; i++) xs[i * size + ((i + 1) % size)] += 1;
  const gs = draw.floats(size * size);
  const [x, gradient] = [xs, gs].map((values) => bench.vector(values));
  const at = (values: readonly number[], i: number, j: number) => Math.fround(values[i * size + j]);
  /** The element of a b^T. */
  const inner = (a: readonly number[], b: readonly number[], i: number, j: number) => {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += at(a, i, k) * at(b, j, k);
    return sum;
  };
  const scratch = bench.workspace(4 * size * size);
  return { bench, size, xs, gs, x, gradient, at, inner, scratch };
}

export function cayleyStep(draw: Draw): Problem {
  const { bench, size, xs, gs, x, gradient, inner, scratch } = nearlyOrthogonal(draw);
  const step = Math.fround(0.05);
  const rate = bench.vector([step]);
  return {
    bench,
    compose: (program) => program.cayleyStep({ size, x, gradient, rate, scratch }),
    expected: () => {
      // (I + a) z = (I - a) x
      const a = xs.map((_, k) => {
        const [i, j] = [Math.floor(k / size), k % size];
        return (step / 2) * (inner(gs, xs, i, j) - inner(xs, gs, i, j));
      });
      const times = (z: readonly number[]) =>
        xs.map((_, k) => {
          const [i, j] = [Math.floor(k / size), k % size];
          let sum = 0;
          for (let l = 0; l < size; l++) sum += a[i * size + l] * z[l * size + j];
          return sum;
        });
      const start = xs.map((v) => Math.fround(v));
      const y = times(start).map((v, k) => start[k] - v);
      return [
        vector(
          'x',
          x,
          eliminated(a, y, size).map((v) => toFloat(v).within(DOUBLE * size)),
        ),
        vector(
          'gradient',
          gradient,
          gs.map(() => exact(0)),
        ),
      ];
    },
  };
}

/** z with (I + a) z = y, by elimination with the largest pivot. */
function eliminated(a: readonly number[], y: readonly number[], n: number): number[] {
  const rows = Array.from({ length: n }, (_, i) => [
    ...a.slice(i * n, (i + 1) * n).map((v, j) => (i === j ? v + 1 : v)),
    ...y.slice(i * n, (i + 1) * n),
  ]);
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k; i < n; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[best][k])) best = i;
    [rows[k], rows[best]] = [rows[best], rows[k]];
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = rows[i][k] / rows[k][k];
      rows[i] = rows[i].map((v, j) => v - factor * rows[k][j]);
    }
  }
  return rows.flatMap((row, i) => row.slice(n).map((v) => v / row[i]));
}

export function orthogonalityPenalty(draw: Draw): Problem {
  const { bench, size, xs, gs, x, gradient, at, inner, scratch } = nearlyOrthogonal(draw);
  const [weight] = draw.between(1, 0, 1);
  return {
    bench,
    compose: (program) => program.orthogonalityPenalty({ size, weight, x, gradient, scratch }),
    expected: () => [
      vector(
        'gradient',
        gradient,
        gs.map((g, position) => {
          const [i, j] = [Math.floor(position / size), position % size];
          let sum = 0;
          for (let k = 0; k < size; k++) sum += (inner(xs, xs, i, k) - (i === k ? 1 : 0)) * at(xs, k, j);
          return toFloat(4 * weight * sum)
            .within(DOUBLE * size)
            .plus(g);
        }),
      ),
    ],
  };
}

/** A complex number whose parts have errors. */
type Complex = readonly [Rounded, Rounded];

const scaled = ([re, im]: Complex, by: Rounded): Complex => [re.times(by), im.times(by)];
const added = (a: Complex, b: Complex): Complex => [a[0].plus(b[0]), a[1].plus(b[1])];
const subtracted = (a: Complex, b: Complex): Complex => [a[0].minus(b[0]), a[1].minus(b[1])];
const product = (a: Complex, b: Complex): Complex => [
  a[0].times(b[0]).minus(a[1].times(b[1])),
  a[1].times(b[0]).plus(a[0].times(b[1])),
];
/** Re(conj(a) b). */
const inner = (a: Complex, b: Complex) => a[0].times(b[0]).plus(a[1].times(b[1]));

/** What rotations work on: units, layers, and the rows that each turns. */
function rotations(draw: Draw) {
  const { bench, sizes } = draw;
  const fft = draw.one([true, false]);
  const depth = 1 + (sizes[0] % 4);
  const units = fft ? 2 ** depth : sizes[0];
  const layers = fft ? depth : 1 + (sizes[1] % 5);
  const half = Math.floor(units / 2);
  const pairs = (layer: number) => {
    const found: [number, number, number][] = [];
    for (let i = 0; i < units; i++) {
      if (fft) {
        const j = i ^ (units >> (layer + 1));
        if (j > i) found.push([i, j, layer * half + found.length]);
      } else if (i % 2 === layer % 2 && i + 1 < units) found.push([i, i + 1, layer * half + found.length]);
    }
    return found;
  };
  return { bench, fft, units, layers, half, width: 2 * units, pairs };
}

export function unitaryForward(draw: Draw): Problem {
  const { bench, fft, units, layers, half, width, pairs } = rotations(draw);
  const [thetas, phis, omegas] = [draw.floats(layers * half, 3), draw.floats(layers * half, 3), draw.floats(units, 3)];
  const [theta, phi, omega] = [thetas, phis, omegas].map((values) => bench.vector(values));
  const waves = bench.room(4 * layers * half + 2 * units);
  const u = bench.matrix(width, width, new Array<number>(width * width).fill(3));
  return {
    bench,
    compose: (program) => program.unitaryForward({ units, layers, fft, theta, phi, omega, waves, u }),
    expected: () => {
      const turn = (angle: number): Complex => [toFloat(Math.cos(angle)), toFloat(Math.sin(angle))];
      const zero: Complex = [exact(0), exact(0)];
      const rows = omegas.map((angle, i) => omegas.map((_, j) => (i === j ? turn(angle) : zero)));
      for (let layer = layers - 1; layer >= 0; layer--) {
        for (const [i, j, at] of pairs(layer)) {
          const [cosine, sine] = turn(thetas[at]);
          for (let k = 0; k < units; k++) {
            const [x, y] = [rows[i][k], rows[j][k]];
            rows[i][k] = product(subtracted(scaled(x, cosine), scaled(y, sine)), turn(phis[at]));
            rows[j][k] = added(scaled(x, sine), scaled(y, cosine));
          }
        }
      }
      return [
        matrix('u', u, width, width, (i, j) => {
          const [re, im] = rows[i % units][j % units];
          if (i < units === j < units) return re;
          return i < units ? exact(0).minus(im) : im;
        }),
      ];
    },
  };
}

export function unitaryBackward(draw: Draw): Problem {
  const { bench, fft, units, layers, half, width, pairs } = rotations(draw);
  const count = layers * half;
  const wave = draw.between(4 * count + 2 * units, -1, 1);
  const [us, gs] = [draw.floats(width * width), draw.floats(width * width)];
  const waves = bench.vector(wave);
  const [u, du] = [us, gs].map((values) => bench.matrix(width, width, values, 0));
  const [dtheta, dphi, domega] = [count, count, units].map((length) => bench.room(length));
  return {
    bench,
    compose: (program) => program.unitaryBackward({ units, layers, fft, waves, u, du, dtheta, dphi, domega }),
    expected: () => {
      /** A real matrix's rows i and i + units, as rows of complex numbers. */
      const complex = (values: readonly number[]) =>
        Array.from({ length: units }, (_, i) =>
          Array.from({ length: width }, (__, k): Complex => [
            exact(values[i * width + k]),
            exact(values[(units + i) * width + k]),
          ]),
        );
      const [y, g] = [complex(us), complex(gs)];
      const [dthetas, dphis] = [0, 1].map(() => Array.from({ length: count }, () => exact(0)));
      for (let layer = 0; layer < layers; layer++) {
        for (const [i, j, at] of pairs(layer)) {
          const [ct, st, cp, sp] = wave.slice(4 * at, 4 * at + 4).map(exact);
          const back: Complex = [cp, exact(0).minus(sp)];
          const [phases, angles]: Rounded[][] = [[], []];
          for (let k = 0; k < width; k++) {
            phases.push(g[i][k][1].times(y[i][k][0]).minus(g[i][k][0].times(y[i][k][1])));
            const [t, gt] = [product(y[i][k], back), product(g[i][k], back)];
            angles.push(inner(g[j][k], t).minus(inner(gt, y[j][k])));
            const [yj, gj] = [y[j][k], g[j][k]];
            [y[i][k], y[j][k]] = [added(scaled(t, ct), scaled(yj, st)), subtracted(scaled(yj, ct), scaled(t, st))];
            [g[i][k], g[j][k]] = [added(scaled(gt, ct), scaled(gj, st)), subtracted(scaled(gj, ct), scaled(gt, st))];
          }
          dphis[at] = sumInLanes(phases);
          dthetas[at] = sumInLanes(angles);
        }
      }
      const domegas = Array.from({ length: units }, (_, i) => {
        const [[cosine, sine], [a, c], [b, d]] = [
          wave.slice(4 * count + 2 * i, 4 * count + 2 * i + 2).map(exact),
          g[i][i],
          g[i][units + i],
        ];
        return c.minus(b).times(cosine).minus(a.plus(d).times(sine));
      });
      const parts = (name: string, m: Matrix, rows: readonly Complex[][]) =>
        matrix(name, m, width, width, (i, j) => rows[i % units][j][i < units ? 0 : 1]);
      return [
        ...[vector('dtheta', dtheta, dthetas), vector('dphi', dphi, dphis), vector('domega', domega, domegas)],
        ...[parts('u', u, y), parts('du', du, g)],
      ];
    },
  };
}

/** A step of complex units: [rows][2 units], and what modReLU makes of each. */
function complexStep(draw: Draw) {
  const { bench, sizes } = draw;
  const [rows, units] = sizes;
  const width = 2 * units;
  const [as, hs, gs] = [draw.floats(rows * width), draw.floats(rows * width), draw.floats(rows * width)];
  const [biases, [alpha, beta], before] = [draw.floats(units, 0.5), draw.between(2, 0, 1), draw.floats(3 * width)];
  const places = {
    a: bench.matrix(rows, width, as),
    previous: bench.matrix(rows, width, hs),
    bias: bench.vector(biases),
    scalars: bench.vector([alpha, beta]),
  };
  /** |a|, whether |a| + b > 0, and (|a| + b) / |a|, of a row's unit. */
  const modulus = (r: number, j: number) => {
    const [re, im] = [exact(as[r * width + j]), exact(as[r * width + units + j])];
    const length = re.times(re).plus(im.times(im)).squareRoot();
    const sum = length.plus(biases[j]);
    const active = length.value > 0 && sum.value > 0;
    const factor = active ? sum.over(length) : exact(0);
    // Near its edge, a float may have chosen the other side.
    return {
      length,
      active,
      factor: sum.value < sum.error ? factor.within(sum.error) : factor,
      edge: Math.abs(sum.value) <= sum.error,
    };
  };
  return { bench, rows, units, width, as, hs, gs, biases, alpha, beta, before, places, modulus };
}

export function modreluForward(draw: Draw): Problem {
  const { bench, rows, units, width, as, hs, alpha, beta, places, modulus } = complexStep(draw);
  const h = bench.matrix(rows, width, as);
  return {
    bench,
    compose: (program) => program.modreluForward({ rows, units, ...places, h }),
    expected: () => [
      matrix('h', h, rows, width, (r, k) => {
        const c = modulus(r, k % units).factor.times(as[r * width + k]);
        return c.times(alpha).plus(exact(beta).times(hs[r * width + k]));
      }),
    ],
  };
}

export function modreluBackward(draw: Draw): Problem {
  const { bench, rows, units, width, as, hs, gs, biases, alpha, beta, before, places, modulus } = complexStep(draw);
  const [dh, columns] = [bench.matrix(rows, width, gs), bench.matrix(3, width, before)];
  const unit = (r: number, j: number) => {
    const [re, im] = [r * width + j, r * width + units + j];
    const { length, active, factor, edge } = modulus(r, j);
    const e = [re, im].map((at) => (length.value > 0 ? exact(as[at]).over(length) : exact(0)));
    const inward = e[0].times(gs[re]).plus(e[1].times(gs[im]));
    const along = active ? inward : exact(0);
    const radial = length.value > 0 ? exact(biases[j]).over(length).times(along) : exact(0);
    const da = [re, im].map((at, part) => factor.times(gs[at]).minus(radial.times(e[part])).times(alpha));
    const dc = exact(gs[re])
      .times(factor.times(as[re]))
      .plus(exact(gs[im]).times(factor.times(as[im])));
    const dbeta = exact(gs[re]).times(hs[re]).plus(exact(gs[im]).times(hs[im]));
    const unsure = edge ? Infinity : 0;
    return { da: da.map((x) => x.within(FLUSHED + unsure)), sums: [along.times(alpha).within(unsure), dc, dbeta] };
  };
  return {
    bench,
    compose: (program) => program.modreluBackward({ rows, units, ...places, dh, columns }),
    expected: () => [
      matrix('da', places.a, rows, width, (r, k) => unit(r, k % units).da[k < units ? 0 : 1]),
      matrix('dh', dh, rows, width, (r, k) =>
        exact(beta)
          .times(gs[r * width + k])
          .within(FLUSHED),
      ),
      matrix('columns', columns, 3, width, (k, j) => {
        let sum = exact(before[k * width + j]);
        if (j >= units) return sum;
        for (let r = 0; r < rows; r++) sum = sum.plus(unit(r, j).sums[k]);
        return sum;
      }),
    ],
  };
}
