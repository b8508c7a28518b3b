/** Half a unit in the last place of 1: the largest relative error of one rounding to float32. */
const HALF_ULP = 2 ** -24;
/** The distance between subnormal floats, more than what rounding to one of them errs by. */
const SUBNORMAL = 2 ** -149;

/**
 * A value in float64, and how far from it float32 arithmetic may have come: the running error analysis of Wilkinson (Higham,
 * Accuracy and Stability of Numerical Algorithms, section 3.3). Every operation adds its own rounding to what the errors of
 * its operands become. A fused multiply-add rounds once where these bounds count twice, so they hold for it as well.
 */
export class Rounded {
  readonly value: number;
  readonly error: number;

  constructor(value: number, error = 0) {
    this.value = value;
    this.error = error;
  }

  plus(other: Operand): Rounded {
    const { value, error } = of(other);
    return rounded(this.value + value, this.error + error);
  }

  minus(other: Operand): Rounded {
    const { value, error } = of(other);
    return rounded(this.value - value, this.error + error);
  }

  times(other: Operand): Rounded {
    const { value, error } = of(other);
    const own = Math.abs(this.value) * error + Math.abs(value) * this.error + this.error * error;
    return rounded(this.value * value, own);
  }

  over(other: Operand): Rounded {
    const { value, error } = of(other);
    const quotient = this.value / value;
    return rounded(quotient, (this.error + Math.abs(quotient) * error) / (Math.abs(value) - error));
  }

  squareRoot(): Rounded {
    const root = Math.sqrt(this.value);
    return rounded(root, root === 0 ? Math.sqrt(this.error) : this.error / root);
  }

  /** f of it, where |f'| is at most `slope` and the kernel's f errs by at most `ulps` units in the last place. */
  through(f: (x: number) => number, ulps: number, slope: number): Rounded {
    const value = f(this.value);
    const error = slope * this.error;
    return new Rounded(value, error + 2 * ulps * HALF_ULP * (Math.abs(value) + error) + SUBNORMAL);
  }

  /** The same with a further error of its own. */
  within(error: number): Rounded {
    return new Rounded(this.value, this.error + error);
  }
}

type Operand = Rounded | number;

function of(operand: Operand): Rounded {
  return typeof operand === 'number' ? new Rounded(operand) : operand;
}

/** A result in float64 with the errors of its operands, rounded once more. */
function rounded(value: number, error: number): Rounded {
  return new Rounded(value, error + HALF_ULP * (Math.abs(value) + error) + SUBNORMAL);
}

/** start + a_0 b_0 + a_1 b_1 + ..., in order. */
export function products(start: number, length: number, a: (k: number) => number, b: (k: number) => number): Rounded {
  let sum = new Rounded(start);
  for (let k = 0; k < length; k++) sum = sum.plus(new Rounded(a(k)).times(b(k)));
  return sum;
}

/** The sum in 16 lanes, each in order, and a tree (kernels/vector.h, rule 3). */
export function sumInLanes(terms: readonly Rounded[]): Rounded {
  const lanes = Array.from({ length: 16 }, () => new Rounded(0));
  terms.forEach((term, i) => (lanes[i % 16] = lanes[i % 16].plus(term)));
  for (const half of [8, 4, 2, 1]) for (let i = 0; i < half; i++) lanes[i] = lanes[i].plus(lanes[i + half]);
  return lanes[0];
}
