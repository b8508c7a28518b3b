import { tensorsOf, type Architecture } from '../network/index.js';

/**
 * Central differences of a loss in float64, [parameters]. Where the two one-sided slopes disagree a kink was crossed: NaN, to be
 * left out.
 */
export function centralDifferences(loss: (parameters: Float64Array) => number, at: ArrayLike<number>): Float64Array {
  const parameters = Float64Array.from(at);
  const step = 2 ** -16;
  const middle = loss(parameters);
  return parameters.map((value, i) => {
    parameters[i] = value + step;
    const above = loss(parameters);
    parameters[i] = value - step;
    const below = loss(parameters);
    parameters[i] = value;
    const kink = Math.abs(above - middle - (middle - below)) / step > 1e-3;
    return kink ? NaN : (above - below) / (2 * step);
  });
}

/**
 * The largest deviation in any tensor, relative to the tensor's largest gradient, or to a hundredth of the largest of all, when
 * the tensor's is smaller: rounding errors of the large terms that such a tensor's gradient was left over from.
 */
export function worstDeviation(arch: Architecture, gradient: ArrayLike<number>, expected: Float64Array): number {
  let worst = 0;
  const largest = Math.max(...expected.filter((x) => !Number.isNaN(x)).map((x) => Math.abs(x)));
  for (const { offset, size } of tensorsOf(arch)) {
    const range = Array.from({ length: size }, (_, i) => offset + i).filter((i) => !Number.isNaN(expected[i]));
    const scale = Math.max(largest / 100, ...range.map((i) => Math.abs(expected[i])));
    for (const i of range) worst = Math.max(worst, Math.abs(gradient[i] - expected[i]) / scale);
  }
  return worst;
}
