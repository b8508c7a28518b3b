import * as z from 'zod/mini';
import { field, fraction, integer, number, optional } from '../fields.js';

/** What makes events of a stream that never ends: `docs/detector.md`. */
export const detector = z.strictObject({
  wake: field(
    z.array(z.string()).check(z.minLength(1)),
    'The classes whose words are events; the others stand against them.',
    'a list of class names, as in [jarvis]',
  ),
  window: integer('Network steps of a sliding window; 0 where one state is carried on for ever.', 0, 65_535, 0),
  states: integer('States that share a sliding window, each begun so many steps after the one before.', 1, 255, 1),
  ram: optional(
    z.int().check(z.gte(1)),
    'Bytes of RAM for these states; as many are taken as it has room for, in place of states.',
    'an integer from 1',
  ),
  smoothing: integer(
    'A score goes 2^-smoothing of the way to the margin at each push; 0 for the margin itself.',
    0,
    8,
    2,
  ),
  hysteresis: number('How far below the threshold the score must fall before the next event, in logits.', 0, 100, 1),
  refractory: integer('Network steps from one event to the next, at least.', 1, 65_535, 50),
  falseRejects: fraction(
    'The threshold is the highest at which no more than this share of the validation words is missed.',
    0.05,
    'zero allowed',
  ),
  falseAccepts: optional(
    z.number().check(z.gte(0)),
    'The threshold is instead the lowest at which the other validation recordings give no more false accepts an hour than this.',
    'a number from 0',
  ),
});
