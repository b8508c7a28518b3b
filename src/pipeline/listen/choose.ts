import {
  checkDetector,
  eventsOf,
  judge,
  marginBitsOf,
  marginShiftOf,
  pushSteps,
  scoreBits,
  stateBytes,
  statesWithin,
  withThreshold,
  DetectorError,
  type DetectorSettings,
  type SpokenTrack,
  type Track,
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
 * The settings with the threshold that validation streams ask for: the lowest from which on no kind of sound gives more false accepts an
 * hour than the goal; or, without such a goal, the highest that misses no larger share of the words. It is never below 0, where the word
 * is no likelier than something else.
 */
export function withChosenThreshold(
  settings: DetectorSettings,
  words: readonly SpokenTrack[],
  others: readonly HeardStream[],
  { falseRejects, falseAccepts }: Goal,
): DetectorSettings {
  const top = (tracks: readonly Track[]) =>
    tracks.reduce((most, { scores }) => scores.reduce((a, b) => Math.max(a, b), most), 0) / 2 ** scoreBits;
  if (falseAccepts !== undefined) {
    const few = (at: DetectorSettings) =>
      others.every(
        ({ hours, tracks }) =>
          tracks.reduce((sum, track) => sum + eventsOf(track, at).length, 0) <= falseAccepts * hours,
      );
    return boundary(settings, top(others.flatMap(({ tracks }) => tracks)), few).from;
  }
  const count = words.reduce((sum, { spoken }) => sum + spoken.length, 0);
  const most = Math.floor(falseRejects * count + 1e-9);
  const many = (at: DetectorSettings) =>
    words.reduce((sum, { track, spoken }) => sum + judge(eventsOf(track, at), spoken).missed, 0) > most;
  return boundary(settings, top(words.map(({ track }) => track)), many).below;
}

/** In units of margins, an eighth of a logit. */
const coarse = 32;

/**
 * Down to where a condition holds that holds above all scores: the last threshold of which it does, and the first of which it doesn't.
 * From above, since a detector whose release is below all scores is never armed: at low thresholds there are few events, too.
 */
function boundary(
  settings: DetectorSettings,
  top: number,
  holds: (at: DetectorSettings) => boolean,
): { readonly from: DetectorSettings; readonly below: DetectorSettings } {
  let high = Math.min(32767, Math.floor(top) + 1);
  let low = high;
  while (low > 0 && holds(withThreshold(settings, low))) {
    high = low;
    low = Math.max(0, low - coarse);
  }
  if (low === 0 && holds(withThreshold(settings, 0))) high = 0;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(withThreshold(settings, middle))) high = middle;
    else low = middle;
  }
  return { from: withThreshold(settings, high), below: withThreshold(settings, low) };
}
