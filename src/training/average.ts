/**
 * Stochastic weight averaging (Izmailov et al. 2018): `mean` <- mean + (weights - mean) / (before + 1), the mean of the weights after
 * each of some epochs.
 *
 * @param before how many epochs the mean is of so far; with 0 it becomes the weights
 */
export function takeIntoMean(mean: Float32Array, weights: Float32Array, before: number): void {
  for (let i = 0; i < mean.length; i++) mean[i] += (weights[i] - mean[i]) / (before + 1);
}
