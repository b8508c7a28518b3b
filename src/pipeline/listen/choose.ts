import {
  checkDetector,
  eventsOf,
  judge,
  marginBitsOf,
  marginShiftOf,
  pushSteps,
  stateBytes,
  statesWithin,
  withThreshold,
  DetectorError,
  type DetectorSettings,
  type SpokenTrack,
} from '../../detector/index.js';
import type { IntegerNetwork } from '../../integer/index.js';
import { powerOfTwo } from '../../math/index.js';
import type { Recipe } from '../../recipe/index.js';
import type { HeardStream } from './evaluate.js';

type DetectorRecipe = NonNullable<Recipe['detector']>;

/**
 * The settings that a recipe asks for, with a threshold of 0 logits that is yet to be chosen.
 *
 * @param wake the classes of the wake words, rising
 * @throws DetectorError
 */
export function detectorOf(network: IntegerNetwork, recipe: DetectorRecipe, wake: readonly number[]): DetectorSettings {
  const { window, smoothing, hysteresis, refractory, ram } = recipe;
  const bytes = stateBytes(network);
  const states = window > 0 && ram !== undefined ? statesWithin(ram, window, bytes) : recipe.states;
  if (states === 0) {
    throw new DetectorError(`detector.ram: ${ram} bytes, but one state of this network takes ${bytes}; give more`);
  }
  const marginShift = marginShiftOf(network);
  const unit = powerOfTwo(marginBitsOf(network, { marginShift }));
  const settings: DetectorSettings = {
    wake,
    window,
    states,
    marginShift,
    smoothing,
    threshold: 0,
    release: -Math.round(hysteresis * unit),
    refractory: Math.max(1, Math.ceil(refractory / pushSteps({ window, states }))),
  };
  checkDetector(settings, network.classes);
  return settings;
}

/** By what a threshold is chosen. */
export type Goal = Pick<DetectorRecipe, 'falseRejects' | 'falseAccepts'>;

/**
 * The settings with the threshold that validation streams ask for: the lowest that gives no more false accepts an hour than the goal, of
 * each kind of sound; or, without such a goal, the highest that misses no larger share of the words.
 */
export function withChosenThreshold(
  settings: DetectorSettings,
  words: readonly SpokenTrack[],
  others: readonly HeardStream[],
  { falseRejects, falseAccepts }: Goal,
): DetectorSettings {
  if (falseAccepts !== undefined) {
    const few = (at: DetectorSettings) =>
      others.every(
        ({ hours, tracks }) =>
          tracks.reduce((sum, track) => sum + eventsOf(track, at).length, 0) <= falseAccepts * hours,
      );
    return boundary(settings, few).from;
  }
  const count = words.reduce((sum, { spoken }) => sum + spoken.length, 0);
  const most = Math.floor(falseRejects * count + 1e-9);
  const many = (at: DetectorSettings) =>
    words.reduce((sum, { track, spoken }) => sum + judge(eventsOf(track, at), spoken).missed, 0) > most;
  return boundary(settings, many).below;
}

/** Where a condition begins to hold as the threshold rises: from the one on, and the last one below. */
function boundary(
  settings: DetectorSettings,
  holds: (at: DetectorSettings) => boolean,
): { readonly from: DetectorSettings; readonly below: DetectorSettings } {
  let low = -32767;
  let high = 32767;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(withThreshold(settings, middle))) high = middle;
    else low = middle;
  }
  return { from: withThreshold(settings, high), below: withThreshold(settings, low) };
}
