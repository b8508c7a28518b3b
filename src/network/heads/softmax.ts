import type { Loss } from './head.js';

/**
 * One class of L:
 *   p = softmax(logits)
 *   loss of a row = -weight sum target ln p,  target = (1 - smoothing) [class = label] + smoothing / L
 * Backwards: dlogits = weight scale (p - target).
 */
export const softmax: Loss = (program, places) => {
  program.softmaxCrossEntropy({ ...places, classes: places.outputs });
};
