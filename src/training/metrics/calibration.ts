import { argmax, exp, ln, sigmoid } from '../../math/index.js';
import type { Outputs } from './outputs.js';

/** Predictions whose confidence lies in one interval. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Mean confidence; null of an empty bin. */
  readonly confidence: number | null;
  /** The fraction that is right; null of an empty bin. */
  readonly accuracy: number | null;
}

/** Whether confidences can be believed. */
export interface Calibration {
  /** Expected calibration error: the mean distance of confidence and accuracy over the bins, by their counts (Guo et al. 2017). */
  readonly ece: number;
  /** Mean negative log-likelihood of what is right, in nats. */
  readonly nll: number;
  /** Softmax: mean over rows of the sum over classes of (p - [class is right])^2. Sigmoid: the mean of (p - target)^2. */
  readonly brier: number;
  readonly bins: readonly ReliabilityBin[];
}

/** Bins of equal width of a reliability diagram. */
export const reliabilityBins = 15;

/** A probability below this counts as this in the likelihood, so that one sure mistake is no infinity. */
const leastProbability = 1e-15;

/** The classes' probabilities of a row of logits at a temperature, into `out` [L]. */
export function softmaxOf(logits: ArrayLike<number>, start: number, out: Float64Array, temperature = 1): void {
  let most = -Infinity;
  for (let l = 0; l < out.length; l++) most = Math.max(most, logits[start + l]);
  let sum = 0;
  for (let l = 0; l < out.length; l++) sum += out[l] = exp((logits[start + l] - most) / temperature);
  for (let l = 0; l < out.length; l++) out[l] /= sum;
}

/**
 * Calibration of a softmax or sigmoid head's probabilities. Softmax: confidence is the greatest probability, right is
 * whether its class is. Sigmoid: every label of every row counts, with its probability and whether it is there.
 *
 * @returns undefined without rows
 */
export function calibrationOf(outputs: Outputs, temperature = 1): Calibration | undefined {
  const { rows, size } = outputs;
  if (rows === 0) return undefined;
  const counts = new Float64Array(reliabilityBins);
  const confidences = new Float64Array(reliabilityBins);
  const hits = new Float64Array(reliabilityBins);
  const put = (confidence: number, right: boolean) => {
    const bin = Math.min(reliabilityBins - 1, Math.floor(confidence * reliabilityBins));
    counts[bin]++;
    confidences[bin] += confidence;
    if (right) hits[bin]++;
  };
  const { nll, brier } =
    outputs.head === 'sigmoid' ? labelSums(outputs, temperature, put) : classSums(outputs, temperature, put);
  const decisions = outputs.head === 'sigmoid' ? rows * size : rows;
  let gap = 0;
  for (let b = 0; b < reliabilityBins; b++) gap += Math.abs(confidences[b] - hits[b]);
  return {
    ece: gap / decisions,
    nll: nll / decisions,
    brier: brier / decisions,
    bins: Array.from({ length: reliabilityBins }, (_, b) => ({
      low: b / reliabilityBins,
      high: (b + 1) / reliabilityBins,
      count: counts[b],
      confidence: counts[b] > 0 ? confidences[b] / counts[b] : null,
      accuracy: counts[b] > 0 ? hits[b] / counts[b] : null,
    })),
  };
}

type Put = (confidence: number, right: boolean) => void;

function classSums({ rows, size, logits, labels }: Outputs, temperature: number, put: Put) {
  const p = new Float64Array(size);
  let [nll, brier] = [0, 0];
  for (let row = 0; row < rows; row++) {
    softmaxOf(logits, row * size, p, temperature);
    const best = argmax(p);
    for (let l = 0; l < size; l++) {
      const error = p[l] - (l === labels[row] ? 1 : 0);
      brier += error * error;
    }
    nll -= ln(Math.max(leastProbability, p[labels[row]]));
    put(p[best], best === labels[row]);
  }
  return { nll, brier };
}

function labelSums({ logits, targets }: Outputs, temperature: number, put: Put) {
  let [nll, brier] = [0, 0];
  for (let i = 0; i < logits.length; i++) {
    const p = sigmoid(logits[i] / temperature);
    const target = targets?.[i] ?? 0;
    brier += (p - target) * (p - target);
    nll -= ln(Math.max(leastProbability, target === 1 ? p : sigmoid(-logits[i] / temperature)));
    put(p, target === 1);
  }
  return { nll, brier };
}

/** The temperatures that are looked at. */
const mostTemperature = 100;
const leastTemperature = 0.01;

/**
 * The temperature T at which softmax(logits / T) (or the sigmoids) is likeliest (Guo et al., On calibration of modern neural
 * networks, 2017), from 0.01 to 100. The likelihood is convex in 1/T, so its slope is bisected. Predictions don't change.
 *
 * @param outputs of validation data, never of the test data whose calibration is told
 */
export function fitTemperature(outputs: Outputs): number | undefined {
  if (outputs.rows === 0) return undefined;
  const slope = outputs.head === 'sigmoid' ? labelSlope(outputs) : classSlope(outputs);
  let [low, high] = [1 / mostTemperature, 1 / leastTemperature];
  if (slope(low) >= 0) return mostTemperature;
  if (slope(high) <= 0) return leastTemperature;
  for (let i = 0; i < 60; i++) {
    const middle = Math.sqrt(low * high);
    if (slope(middle) > 0) high = middle;
    else low = middle;
  }
  return 1 / Math.sqrt(low * high);
}

/** d nll / d a at a = 1/T: sum over rows of E_p[z] - z_label. */
function classSlope({ rows, size, logits, labels }: Outputs): (a: number) => number {
  const p = new Float64Array(size);
  return (a) => {
    let slope = 0;
    for (let row = 0; row < rows; row++) {
      softmaxOf(logits, row * size, p, 1 / a);
      for (let l = 0; l < size; l++) slope += (p[l] - (l === labels[row] ? 1 : 0)) * logits[row * size + l];
    }
    return slope;
  };
}

/** The same for sigmoids: sum of (p - target) z. */
function labelSlope({ logits, targets }: Outputs): (a: number) => number {
  return (a) => {
    let slope = 0;
    for (let i = 0; i < logits.length; i++) slope += (sigmoid(a * logits[i]) - (targets?.[i] ?? 0)) * logits[i];
    return slope;
  };
}
