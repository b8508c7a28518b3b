import * as z from 'zod/mini';
import { choice, field, fraction } from '../fields.js';

const lsb = z.union([
  z.literal('auto'),
  z.number().check(z.gt(0), z.lte(1e30)),
  z.array(z.number().check(z.gt(0), z.lte(1e30))).check(z.minLength(1), z.maxLength(255)),
]);

/** Which recordings, and how they are divided. */
export const data = z.strictObject({
  name: choice(
    'The data set, or csv for a folder of your own recordings.',
    ['mnist-rows', 'uci-har', 'csv'],
    'mnist-rows',
  ),
  path: field(
    z.optional(z.string().check(z.minLength(1))),
    'csv: the folder of recordings, relative to the recipe file; a subfolder a class, a file a recording.',
    'the path of a folder',
  ),
  merge: field(
    z.optional(z.record(z.string(), z.array(z.string()).check(z.minLength(1)))),
    'uci-har and csv: new classes by name, each with the list of the classes that it is made of.',
    'a map from each new class to the list of its members, as in {still: [SITTING, LAYING], moving: [WALKING]}',
  ),
  validation: fraction('The part of the training recordings that is kept apart for validation.', 0.2, 'zero allowed'),
  validationBy: choice(
    'Whether validation (and the test part of csv without a test folder) takes recordings at random within each class, or whole groups such as persons.',
    ['random', 'group'],
    'random',
  ),
  test: fraction(
    'csv without a test folder: the part of the recordings that is kept apart as the test set.',
    0.2,
    'above zero',
  ),
  input: z.prefault(
    z.strictObject({
      lsb: field(
        z._default(lsb, 'auto'),
        'The physical value of one count of the int16 input: one number, one a channel, or auto.',
        'auto, a positive number, or a list of positive numbers, one a channel',
      ),
    }),
    {},
  ),
  limit: field(
    z.optional(z.int().check(z.gte(1), z.lte(1e9))),
    'Use only so many training recordings, drawn at random: for quick tries.',
    'an integer above 0',
  ),
});
