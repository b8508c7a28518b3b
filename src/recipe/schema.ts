import * as z from 'zod/mini';
import { boardNames } from './boards.js';
import { field, integer as whole } from './fields.js';
import { compression } from './sections/compression.js';
import { detector } from './sections/detector.js';
import { data } from './sections/data.js';
import { features } from './sections/features.js';
import { integer } from './sections/integer.js';
import { network } from './sections/network.js';
import { training } from './sections/training.js';

/** The whole recipe; every field has a default. */
export const recipeSchema = z.strictObject({
  seed: whole(
    'The seed of everything random: initial weights, order of batches, validation, augmentation.',
    0,
    4_294_967_295,
    1,
  ),
  data: z.prefault(data, {}),
  features: z.prefault(features, {}),
  network: z.prefault(network, {}),
  training: z.prefault(training, {}),
  compression: z.prefault(compression, {}),
  integer: z.prefault(integer, {}),
  detector: z.exactOptional(detector),
  targets: field(
    z._default(z.array(z.enum(boardNames)), [...boardNames]),
    "The boards for which firmware is made and on which it is proven; one that this machine can't simulate is skipped.",
    `a list of board names, as in [uno]; there are ${boardNames.join(', ')}`,
  ),
});

/** A resolved recipe: every field that has a default is there. */
export type Recipe = z.output<typeof recipeSchema>;

/** Where a recipe stands in the tree of fields: a group of fields, or a field. */
export interface RecipeField {
  /** The full name: `network.hiddenSize`. */
  readonly path: string;
  readonly description: string;
  /** Which values it takes, to be read after "must be". */
  readonly rule: string;
  /** The value where the recipe gives none; undefined where there is none. */
  readonly fallback: unknown;
}
