import * as z from 'zod/mini';
import { filterCorners, soundArithmetics, soundKinds, windowShapes } from '../recipe/index.js';

const positive = z.number().check(z.gt(0));
const atLeastZero = z.number().check(z.gte(0));
const count = z.int().check(z.gte(1));

/** The shape of `SoundSettings` as it stands in a model file. */
export const soundMetadata = z.strictObject({
  kind: z.enum(soundKinds),
  arithmetic: z._default(z.enum(soundArithmetics), 'float'),
  rate: count,
  window: positive,
  hop: positive,
  shape: z.enum(windowShapes),
  preEmphasis: atLeastZero,
  transform: count,
  filters: count,
  lowest: atLeastZero,
  highest: positive,
  corners: z.enum(filterCorners),
  floor: positive,
  deltas: z.literal([0, 1, 2]),
  mfcc: z.exactOptional(z.strictObject({ coefficients: count, lifter: atLeastZero })),
  pcen: z.exactOptional(
    z.strictObject({ gain: atLeastZero, bias: atLeastZero, power: positive, time: positive, eps: positive }),
  ),
});
