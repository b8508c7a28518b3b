import * as z from 'zod/mini';
import { integer as whole, number, optional } from '../fields.js';

/** How the network is turned into integers. */
export const integer = z.strictObject({
  calibration: whole(
    'Training recordings that are run to find the largest values of the activations.',
    1,
    1_000_000,
    512,
  ),
  margin: number('Headroom: how many times the largest value seen an activation can hold.', 1, 1000, 1.25),
  sumBits: optional(
    z.literal([32, 24]),
    'Bits that hold every sum of a row: for 24, activations give up to three bits where that is enough, which takes a tenth of the time off a step on AVR. 32 where it is left out.',
    'one of 32, 24',
  ),
  weightBits: optional(
    z.literal([8, 4]),
    'Bits of a weight of W, U and the classifier: 4 take half of the bytes, and a training that knows of them to be as good. 8 where it is left out.',
    'one of 8, 4',
  ),
  indices: optional(
    z.enum(['byte', 'bitmap', 'delta']),
    'How the places of nonzeros are stored where that is shorter than all entries: a byte each, a bit an entry, or half a byte from one to the next. A byte where it is left out.',
    'one of byte, bitmap, delta',
  ),
});
