import * as z from 'zod/mini';
import { choice, field, integer } from '../fields.js';
import { sound } from './sound.js';

/** What happens to the inputs before the network. */
export const features = z.strictObject({
  sound: z.prefault(sound, {}),
  normalise: choice(
    'Subtract the mean and divide by the standard deviation of the training set: of each channel, of all values together (global), or not at all.',
    ['channel', 'global', 'none'],
    'channel',
  ),
  stack: z.prefault(
    z.strictObject({
      frames: integer('How many frames in a row the network reads in one step.', 1, 255, 1),
      stride: field(
        z.optional(z.int().check(z.gte(1), z.lte(65_535))),
        'Frames from the first of one step to the first of the next; without it as many as are stacked, so that each is read once.',
        'an integer from 1 to 65535',
      ),
    }),
    {},
  ),
});
