import type { Loss } from './head.js';

/**
 * Any number of L labels, each present with probability p = sigmoid(logit), so wherever its logit is above 0:
 *   loss of a row = -weight sum_l (target ln p + (1 - target) ln (1 - p)),  target = (1 - smoothing) t + smoothing / 2
 * Backwards: dlogits = weight scale (p - target).
 */
export const sigmoid: Loss = (program, places) => {
  program.sigmoidCrossEntropy(places);
};
