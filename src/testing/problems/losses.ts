import { exponentialUlps } from '../functions.js';
import { Rounded } from '../rounded.js';
import type { Results } from '../workbench.js';
import type { Draw, Problem } from './problem.js';

/** e^x of the kernels: from -87 down as at -87. */
function exponential(x: Rounded): Rounded {
  return x.through(Math.exp, exponentialUlps, Math.exp(x.value + x.error)).within(x.value < -86 ? Math.exp(-86) : 0);
}

/** What sums in double precision err by, relative to their largest term. */
const DOUBLE = 1e-13;

/** A loss that was summed in double precision, with its error, as the kernel rounds it. */
function loss(terms: readonly Rounded[], factor: number): Rounded {
  let [value, error, largest] = [0, 0, 1];
  for (const term of terms) {
    value += term.value;
    error += term.error;
    largest = Math.max(largest, Math.abs(term.value));
  }
  return new Rounded(value, error + DOUBLE * largest * terms.length).times(factor);
}

/** ln x of what has the given error, in double precision. */
function ln({ value, error }: Rounded): Rounded {
  return new Rounded(Math.log(value), error / (value - error));
}

/** What all losses have. */
function head(draw: Draw) {
  const { bench, sizes } = draw;
  const [rows, outputs] = [sizes[0], Math.max(sizes[1], 1)];
  const logits = draw.floats(rows * outputs, draw.one([1, 8]));
  const labels = draw.integers(rows, -1, outputs);
  const weights = draw.between(rows, 0, 3);
  const [smoothing, scale] = [draw.one([0, 0.125, 1]), draw.one([1, Math.fround(1 / 60)])];
  const differentiated = draw.one([true, false]);
  const dlogits = bench.matrix(rows, outputs, logits);
  const places = {
    logits: bench.matrix(rows, outputs, logits),
    labels: bench.integers(labels),
    rowWeights: bench.vector(weights),
    losses: bench.room(rows),
    predictions: bench.room(rows),
    settings: bench.vector([smoothing, scale]),
    ...(differentiated ? { dlogits } : {}),
  };
  /** The results from each row's loss and gradients; a row without a label has none. */
  const expected = (of: (row: readonly number[], r: number) => { loss: Rounded; slopes: readonly Rounded[] }) => () => {
    const all = Array.from({ length: rows }, (_, r) => {
      const row = logits.slice(r * outputs, (r + 1) * outputs);
      const none = { loss: new Rounded(0), slopes: row.map(() => new Rounded(0)) };
      return { row, ...(labels[r] < 0 ? none : of(row, r)) };
    });
    return [
      {
        name: 'losses',
        read: (results: Results) => results.floats(places.losses, rows),
        values: all.map((o) => o.loss),
      },
      {
        name: 'predictions',
        read: (results: Results) => results.integers(places.predictions, rows),
        values: all.map(({ row }) => new Rounded(row.indexOf(Math.max(...row)))),
      },
      {
        name: 'dlogits',
        read: (results: Results) => results.matrix(dlogits, rows, outputs),
        values: differentiated ? all.flatMap((o) => o.slopes) : logits.map((x) => new Rounded(x)),
      },
    ];
  };
  return { bench, rows, outputs, labels, weights, smoothing, scale, places, expected };
}

export function softmaxCrossEntropy(draw: Draw): Problem {
  const { bench, rows, outputs: classes, labels, weights, smoothing, scale, places, expected } = head(draw);
  return {
    bench,
    compose: (program) => program.softmaxCrossEntropy({ rows, classes, ...places }),
    expected: expected((row, r) => {
      const largest = Math.max(...row);
      const shares = row.map((x) => exponential(new Rounded(x).minus(largest)));
      const total = shares.reduce((sum, e) => sum.plus(e), new Rounded(0));
      const off = new Rounded(smoothing).over(classes);
      const terms = row.map((x, k) => {
        const target = (k === labels[r] ? 1 - smoothing : 0) + smoothing / classes;
        return new Rounded(-target * (x - largest));
      });
      const factor = new Rounded(weights[r]).times(scale);
      const slopes = shares.map((e, k) =>
        e
          .times(new Rounded(1).over(total))
          .minus(k === labels[r] ? new Rounded(1).minus(smoothing).plus(off) : off)
          .times(factor),
      );
      return { loss: loss([ln(total), ...terms], weights[r]), slopes };
    }),
  };
}

export function softTargets(draw: Draw): Problem {
  const { bench, sizes, random } = draw;
  const [rows, classes] = [sizes[0], Math.max(sizes[1], 1)];
  const logits = draw.floats(rows * classes, draw.one([1, 8]));
  const labels = draw.integers(rows, -1, classes + 1);
  const [weights, losses] = [draw.between(rows, 0, 3), draw.between(rows, 0, 3)];
  const shares = Array.from({ length: rows }, () => draw.one([0, 1, Math.fround(random.uniform())]));
  const targets = draw.between(rows * classes, 0, 1);
  const before = draw.floats(rows * classes);
  const [scale, temperature] = [draw.one([1, Math.fround(1 / 60)]), draw.one([1, 2, 4])];
  const dlogits = bench.matrix(rows, classes, before);
  const places = {
    ...{ logits: bench.matrix(rows, classes, logits), labels: bench.integers(labels) },
    ...{ rowWeights: bench.vector(weights), targets: bench.matrix(rows, classes, targets) },
    ...{ shares: bench.vector(shares), losses: bench.vector(losses) },
    settings: bench.vector([0, scale, temperature]),
  };
  const isLeft = (r: number) => labels[r] < 0 || labels[r] >= classes || shares[r] === 0;
  const all = () =>
    Array.from({ length: rows }, (_, r) => {
      const own = (values: readonly number[]) => values.slice(r * classes, (r + 1) * classes);
      const row = own(logits);
      const target = own(targets);
      const largest = Math.max(...row);
      const distances = row.map((x) => (x - largest) / temperature);
      // The exponential is of a distance that was rounded once.
      const each = distances.map((d) => exponential(new Rounded(d).plus(0)));
      const total = each.reduce((sum, e) => sum.plus(e), new Rounded(0));
      const mass = target.reduce((sum, q) => sum + q, 0);
      const terms = [
        new Rounded(ln(total).value * mass, ln(total).error * mass),
        ...target.map((q, k) => new Rounded(-q * distances[k])),
      ];
      const weight = new Rounded(shares[r]).times(weights[r]);
      const rest = new Rounded(1).minus(shares[r]);
      const factor = weight.times(scale).times(temperature);
      return {
        loss: loss(terms, 1)
          .times(weight)
          .times(temperature * temperature)
          .plus(rest.times(losses[r])),
        slopes: own(before).map((old, k) =>
          each[k].times(new Rounded(1).over(total)).minus(target[k]).times(factor).plus(rest.times(old)),
        ),
      };
    });
  return {
    bench,
    compose: (program) => program.softTargets({ rows, classes, ...places, dlogits }),
    expected: () => [
      {
        name: 'losses',
        read: (results: Results) => results.floats(places.losses, rows),
        values: all().map((o, r) => (isLeft(r) ? new Rounded(losses[r]) : o.loss)),
      },
      {
        name: 'dlogits',
        read: (results: Results) => results.matrix(dlogits, rows, classes),
        values: all().flatMap((o, r) =>
          isLeft(r) ? before.slice(r * classes, (r + 1) * classes).map((x) => new Rounded(x)) : o.slopes,
        ),
      },
    ],
  };
}

/** Targets of each output beside the rest. */
function targeted(draw: Draw, values: (count: number) => number[]) {
  const own = head(draw);
  const { bench, rows, outputs, places } = own;
  const targets = values(rows * outputs);
  return { ...own, targets, places: { ...places, targets: bench.matrix(rows, outputs, targets) } };
}

export function sigmoidCrossEntropy(draw: Draw): Problem {
  const { bench, rows, outputs, weights, smoothing, scale, targets, places, expected } = targeted(draw, (count) =>
    draw.integers(count, 0, 2),
  );
  return {
    bench,
    compose: (program) => program.sigmoidCrossEntropy({ rows, outputs, ...places }),
    expected: expected((row, r) => {
      const factor = new Rounded(weights[r]).times(scale);
      const each = row.map((y, k) => {
        const target = new Rounded(1)
          .minus(smoothing)
          .times(targets[r * outputs + k])
          .plus(new Rounded(smoothing).times(0.5));
        const small = exponential(new Rounded(-Math.abs(y)));
        const share = new Rounded(1).over(small.plus(1));
        const product = new Rounded(target.value * y, target.error * Math.abs(y));
        return {
          terms: [
            new Rounded(Math.max(y, 0) - product.value, product.error),
            ln(new Rounded(1 + small.value, small.error)),
          ],
          slope: (y < 0 ? small.times(share) : share).minus(target).times(factor),
        };
      });
      return {
        loss: loss(
          each.flatMap(({ terms }) => terms),
          weights[r],
        ),
        slopes: each.map((o) => o.slope),
      };
    }),
  };
}

export function squaredError(draw: Draw): Problem {
  const { bench, rows, outputs, weights, scale, targets, places, expected } = targeted(draw, (count) =>
    draw.floats(count, 4),
  );
  return {
    bench,
    compose: (program) => program.squaredError({ rows, outputs, ...places }),
    expected: expected((row, r) => {
      const share = new Rounded(1).over(outputs);
      const factor = new Rounded(weights[r]).times(scale).times(share);
      const errors = row.map((y, k) => y - targets[r * outputs + k]);
      const sum = loss(
        errors.map((error) => new Rounded(error * error)),
        1,
      );
      return {
        loss: sum.times(weights[r] / 2).times(share),
        slopes: row.map((y, k) => new Rounded(y).minus(targets[r * outputs + k]).times(factor)),
      };
    }),
  };
}
