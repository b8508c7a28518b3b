import * as z from 'zod/mini';
import { integer as whole, number } from '../fields.js';

/** How the network is turned into integers. */
export const integer = z.strictObject({
  calibration: whole(
    'Training recordings that are run to find the largest values of the activations.',
    1,
    1_000_000,
    512,
  ),
  margin: number('Headroom: how many times the largest value seen an activation can hold.', 1, 1000, 1.25),
});
