import { Rounded } from '../rounded.js';
import type { Draw, Expected, Problem } from './problem.js';
import { turned, words } from './recorded.js';

const exact = (x: number) => new Rounded(x);
const within = (index: number, count: number) => Math.min(Math.max(index, 0), count - 1);

/** A pass of some steps over rows of their own lengths. */
function pass(draw: Draw) {
  const { bench, sizes } = draw;
  const [rows, columns, steps] = [sizes[0], sizes[1], 1 + (sizes[2] % 6)];
  const mean = draw.one([true, false]);
  const count = steps * rows * columns;
  const lengths = draw.integers(rows, 1, steps + 3);
  const values = draw.floats(count);
  const matrix = bench.matrix(steps * rows, columns, values);
  const clock = { ...bench.integers(Array.from({ length: steps }, (_, t) => t)), step: 1 };
  const reading = { rows, hidden: columns, steps, mean, clock, lengths: bench.integers(lengths) };
  const sequence = { ...matrix, step: rows * matrix.stride };
  const own = (r: number) => Math.min(lengths[r], steps);
  /** Step, row and column of a value. */
  const place = (i: number) => [Math.floor(i / columns / rows), Math.floor(i / columns) % rows, i % columns] as const;
  const all = (value: (x: number, i: number) => Rounded): Expected => ({
    name: 'all steps',
    read: (results) => results.matrix(matrix, steps * rows, columns),
    values: values.map(value),
  });
  const share = (r: number) => (mean ? exact(1).over(own(r)) : exact(1));
  return { bench, rows, columns, steps, mean, values, sequence, reading, own, place, all, share };
}

export function clearEnded(draw: Draw): Problem {
  const { bench, rows, columns, steps, sequence, reading, own, place, all } = pass(draw);
  return {
    bench,
    compose: (program) => program.clearEnded({ rows, columns, steps, lengths: reading.lengths, x: sequence }),
    expected: () => [
      all((x, i) => {
        const [t, r] = place(i);
        return exact(t < own(r) ? x : 0);
      }),
    ],
  };
}

export function readStates(draw: Draw): Problem {
  const { bench, rows, columns, steps, mean, values, sequence, reading, own, place, all, share } = pass(draw);
  const out = bench.matrix(rows, columns, new Array<number>(rows * columns).fill(0));
  return {
    bench,
    compose: (program) => program.over({ first: 0, steps, increment: 1 }).readStates({ ...reading, h: sequence, out }),
    expected: () => [
      all((x, i) => {
        const [t, r] = place(i);
        return exact(t < own(r) ? x : 0);
      }),
      {
        name: 'out',
        read: (results) => results.matrix(out, rows, columns),
        values: Array.from({ length: rows * columns }, (_, i) => {
          const [r, j] = [Math.floor(i / columns), i % columns];
          const state = (t: number) => values[(t * rows + r) * columns + j];
          if (!mean) return exact(state(own(r) - 1));
          let sum = exact(0);
          for (let t = 0; t < own(r); t++) sum = sum.plus(share(r).times(state(t)));
          return sum;
        }),
      },
    ],
  };
}

export function readStatesBackward(draw: Draw): Problem {
  const { bench, rows, columns, steps, mean, sequence, reading, own, place, all, share } = pass(draw);
  const gradient = draw.floats(rows * columns);
  const dout = bench.matrix(rows, columns, gradient);
  return {
    bench,
    compose: (program) =>
      program.over({ first: steps - 1, steps, increment: -1 }).readStatesBackward({ ...reading, dout, dh: sequence }),
    expected: () => [
      all((x, i) => {
        const [t, r, j] = place(i);
        if (mean ? t >= own(r) : t !== own(r) - 1) return exact(x);
        return share(r)
          .times(gradient[r * columns + j])
          .plus(x);
      }),
    ],
  };
}

/** Indices of which some lie outside a table. */
function indexed(draw: Draw) {
  const { bench, sizes } = draw;
  const [rows, columns, count] = [sizes[0], sizes[1], Math.max(sizes[2], 1)];
  const drawn = draw.integers(rows, -2, count + 2);
  return { bench, rows, columns, count, indices: bench.integers(drawn), named: drawn.map((i) => within(i, count)) };
}

export function gatherRows(draw: Draw): Problem {
  const { bench, rows, columns, count, indices, named } = indexed(draw);
  const values = draw.floats(count * columns);
  const table = bench.vector(values);
  const out = bench.matrix(rows, columns, new Array<number>(rows * columns).fill(0));
  return {
    bench,
    compose: (program) => program.gatherRows({ rows, columns, count, indices, table, out }),
    expected: () => [
      {
        name: 'out',
        read: (results) => results.matrix(out, rows, columns),
        values: named.flatMap((index) => values.slice(index * columns, (index + 1) * columns).map(exact)),
      },
    ],
  };
}

export function scatterRows(draw: Draw): Problem {
  const { bench, rows, columns, count, indices, named } = indexed(draw);
  const values = draw.floats(rows * columns);
  const source = bench.matrix(rows, columns, values);
  // What stands after the table keeps its value.
  const after = [7, 8, 9];
  const table = bench.vector([...draw.floats(count * columns), ...after]);
  return {
    bench,
    compose: (program) => program.scatterRows({ rows, columns, count, indices, source, table }),
    expected: () => {
      const sums = Array.from({ length: count * columns }, () => exact(0));
      named.forEach((index, r) => {
        for (let j = 0; j < columns; j++) {
          sums[index * columns + j] = sums[index * columns + j].plus(values[r * columns + j]);
        }
      });
      const total = sums.length + after.length;
      return [
        { name: 'table', read: (results) => results.floats(table, total), values: [...sums, ...after.map(exact)] },
      ];
    },
  };
}

/** Recorded values as inputs, in frames of some channels, a few frames a step; with or without a change and noise. */
export function gatherRecorded(draw: Draw): Problem {
  const { bench, sizes } = draw;
  const [rows, channels, steps] = [sizes[0], Math.max(sizes[1] % 20, 1), 1 + (sizes[2] % 5)];
  const [stacked, stride] = [draw.one([1, 2, 3]), draw.one([1, 2])];
  const [changed, noisy] = [draw.one([true, false]), draw.one([true, false])];
  const features = stacked * channels;
  const lengths = draw.integers(rows, 1, steps + 1);
  const rawStride = ((steps - 1) * stride + stacked + 1) * channels;
  const recorded = Int16Array.from(draw.integers(rows * rawStride + 1, -32768, 32768));
  const wide = Math.ceil(features / 16) * 16;
  const padded = (values: readonly number[]) => [...values, ...new Array<number>(wide - values.length).fill(0)];
  const [centre, scale, lsb] = [draw.floats(features, 99), draw.floats(features), draw.between(channels, 0.1, 2)];
  const own = Array.from({ length: rows }, () => ({
    ...{ matrix: draw.floats(9), size: draw.floats(1)[0] },
    shift: draw.random.below(5) - 2,
  }));
  const changes = own.flatMap(({ matrix, size, shift }) => [...matrix, size, shift, 0, 0, 0, 0, 0]);
  const added = draw.floats(steps * rows * features);
  const before = draw.floats(steps * rows * features);
  const x = bench.matrix(steps * rows, features, before);
  const float64 = (values: readonly number[]) => bench.integers(words(Float64Array.from(values)));
  const places = {
    raw: bench.integers(words(recorded)),
    lengths: bench.integers(lengths),
    constants: float64([centre, scale, lsb].flatMap(padded)),
    ...(changed ? { changes: float64(changes) } : {}),
    ...(changed && noisy ? { noise: float64(added) } : {}),
  };
  /** Channel c of a row's frame, changed. */
  const value = (r: number, frame: number, c: number): number => {
    const at = (channel: number) => recorded[r * rawStride + frame * channels + channel];
    return changed ? turned(at, c, own[r], lsb) : at(c);
  };
  return {
    bench,
    compose: (program) =>
      program.gatherRecorded({
        rows,
        steps,
        features,
        channels,
        rawStride,
        stepStride: stride * channels,
        ...places,
        x,
      }),
    expected: () => [
      {
        name: 'x',
        read: (results) => results.matrix(x, steps * rows, features),
        values: before.map((old, at) => {
          const [t, r, d] = [Math.floor(at / features / rows), Math.floor(at / features) % rows, at % features];
          if (t >= lengths[r]) return exact(old);
          const frame = t * stride + Math.floor(d / channels) - (changed ? own[r].shift : 0);
          const last = (lengths[r] - 1) * stride + stacked - 1;
          const v = value(r, Math.min(Math.max(frame, 0), last), d % channels);
          const input = (v - centre[d]) * scale[d] + (changed && noisy ? added[at] : 0);
          // In float64 but for the last rounding.
          return exact(input).plus(0).within(1e-9);
        }),
      },
    ],
  };
}
