import type { Loss } from './head.js';

/**
 * L values:
 *   loss of a row = weight / (2 L) sum_l (logit - target)^2
 * Backwards: dlogits = weight scale (logit - target) / L.
 */
export const regression: Loss = (program, places) => {
  program.squaredError(places);
};
