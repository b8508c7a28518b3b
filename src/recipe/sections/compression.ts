import * as z from 'zod/mini';
import { integer, positive } from '../fields.js';

/** How the network is made small. */
export const compression = z.strictObject({
  wSparsity: positive("The fraction of W's entries that are KEPT, the paper's s_w; 1 for all.", 1, 1),
  uSparsity: positive("The fraction of U's entries that are KEPT, the paper's s_u; 1 for all.", 1, 1),
  thresholdEvery: integer(
    'Stage 2: after how many batches the smallest entries are set to zero again.',
    1,
    1_000_000,
    8,
  ),
});
