import * as z from 'zod/mini';
import { choice } from '../fields.js';

/** What happens to the inputs before the network. */
export const features = z.strictObject({
  normalise: choice(
    'Subtract the mean and divide by the standard deviation of the training set: of each channel, of all values together (global), or not at all.',
    ['channel', 'global', 'none'],
    'channel',
  ),
});
