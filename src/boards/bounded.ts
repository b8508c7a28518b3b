import { smoothError } from '../firmware/index.js';
import { nonlinearities, type Nonlinearity } from '../network/index.js';

/** A float operation's relative error: half of it where rounding is to the nearest, which not every software float does. */
export const unit = 2 ** -23;
/** For products of errors, which the bounds below leave out, and for numbers too small to have all their bits. */
export const slack = 1.01;
export const tiny = 2 ** -120;

/** A value in float64, and how far float32 can be from it. */
export interface Bounded {
  readonly value: number;
  readonly error: number;
}

/** A matrix [rows][columns] with the sums of a row: of its products, and of the magnitudes of their errors. */
export class BoundedMatrix {
  private readonly values: Float64Array;
  private readonly columns: number;

  constructor(values: ArrayLike<number>, columns: number) {
    this.values = Float64Array.from(values);
    this.columns = columns;
  }

  /**
   * A row's sum of n products, begun with `start`, in any order. Each product is rounded once and its partial sums n times at most, those
   * with `start` in them likewise: the sum is off by n + 1 roundings of the products' magnitudes and n of that of `start`, beside what
   * the operands bring. A sum that begins with 0 adds it without rounding.
   */
  row(j: number, vector: readonly Bounded[], start = 0): Bounded & { readonly magnitude: number } {
    let [value, magnitude, brought] = [0, 0, 0];
    for (let k = 0, i = j * this.columns; k < this.columns; k++, i++) {
      const w = this.values[i];
      value += w * vector[k].value;
      magnitude += Math.abs(w * vector[k].value);
      brought += Math.abs(w) * vector[k].error;
    }
    const roundings = unit * ((this.columns + 1) * magnitude + this.columns * Math.abs(start));
    return { value: start + value, magnitude, error: brought + roundings };
  }
}

/** A nonlinearity of a bounded value: how steep it is at most, and what its own arithmetic adds. */
export function applied(kind: Nonlinearity, p: Bounded): Bounded {
  const value = nonlinearities[kind](p.value);
  switch (kind) {
    case 'hardSigmoid':
      return { value, error: 0.5 * p.error + 2 * unit };
    case 'hardSigmoid4':
      return { value, error: 0.25 * p.error + 2 * unit };
    case 'sigmoid8':
      return { value, error: 0.25 * p.error + 4 * unit };
    case 'tanh8':
      return { value, error: p.error + 4 * unit };
    case 'sigmoid':
      return { value, error: 0.25 * p.error + smoothError };
    case 'tanh':
      return { value, error: p.error + smoothError };
    default:
      return { value, error: p.error };
  }
}

export const one: Bounded = { value: 1, error: 0 };

export const plus = (a: Bounded, b: Bounded): Bounded => ({
  value: a.value + b.value,
  error: a.error + b.error + unit * (Math.abs(a.value) + Math.abs(b.value)),
});

export const minus = (a: Bounded, b: Bounded): Bounded => plus(a, { value: -b.value, error: b.error });

export const times = (a: Bounded, b: Bounded): Bounded => ({
  value: a.value * b.value,
  error:
    Math.abs(a.value) * b.error + Math.abs(b.value) * a.error + a.error * b.error + unit * Math.abs(a.value * b.value),
});

export const exact = (value: number): Bounded => ({ value, error: 0 });

export const biased = ({ value, error }: Bounded, bias: number): Bounded => ({
  value: value + bias,
  error: error + unit * (Math.abs(value) + Math.abs(bias)),
});
