import type { Dataset, Sequences } from '../../data/index.js';
import { DetectorError, type DetectorSettings } from '../../detector/index.js';
import { framesOf } from '../../integer/index.js';
import type { Recipe } from '../../recipe/index.js';
import type { IntegerModel, ModelFacts } from '../models.js';
import { wakeClasses } from '../prepare.js';
import { detectorOf, withChosenThreshold } from './choose.js';
import type { HeardStream } from './evaluate.js';
import { StreamEar, type StreamFrames } from './network.js';
import { joined, spokenTrack, wordStream } from './words.js';

/** Frames between two words, and how many after a word's recording an event still is the word's. */
export const gapFrames = 150;
export const lateFrames = 50;

/** Seconds of a frame, of a model that listens to sound. */
export function frameSeconds({ features }: ModelFacts): number | undefined {
  return features.sound && features.sound.hop / 1000;
}

/** Rows of the given classes, and the others. */
export function splitWords(
  { labels }: Pick<Sequences, 'labels'>,
  rows: ArrayLike<number>,
  wake: readonly number[],
): { readonly words: number[]; readonly others: number[] } {
  const all = Array.from(rows);
  return {
    words: all.filter((row) => wake.includes(labels[row])),
    others: all.filter((row) => !wake.includes(labels[row])),
  };
}

/** Recordings one behind the other. */
export function joinedFrames(sequences: Sequences, rows: readonly number[]): StreamFrames {
  return joined(rows.map((row) => framesOf(sequences, row)));
}

/** A stream of other recordings as the network hears it. */
export function heardRecordings(ear: StreamEar, model: IntegerModel, values: StreamFrames, name: string): HeardStream {
  const frames = values.length / model.facts.input.channelNames.length;
  const seconds = frameSeconds(model.facts);
  return { name, hours: seconds === undefined ? NaN : (frames * seconds) / 3600, tracks: [ear.hear(values)] };
}

/**
 * Refuses a recipe whose detector would find no threshold, before anything is trained.
 *
 * @param rows of `dataset.train`, to choose by
 * @throws DetectorError where there are none, or the goal can't be counted
 */
export function checkDetectable(recipe: Recipe, dataset: Dataset, rows: Uint32Array): void {
  const wake = wakeClasses(recipe, dataset);
  if (!recipe.detector || !wake) return;
  const { words, others } = splitWords(dataset.train, rows, wake);
  if (words.length === 0 || others.length === 0) {
    throw new DetectorError(
      `detector: its threshold is chosen on validation recordings, but there are ${words.length} of the words and ${others.length} others; raise data.validation`,
    );
  }
  if (recipe.detector.falseAccepts !== undefined && !dataset.sound) {
    throw new DetectorError(
      'detector.falseAccepts: an hour is known of sound alone; give detector.falseRejects instead',
    );
  }
}

/**
 * An integer model with the detector that its recipe asks for: the threshold is chosen on the validation recordings, joined into streams.
 *
 * @param rows of `dataset.train`, to choose by: `checkDetectable` has found them enough
 * @throws DetectorError
 */
export async function withDetector(
  model: IntegerModel,
  recipe: Recipe,
  dataset: Dataset,
  rows: Uint32Array,
): Promise<IntegerModel> {
  const wake = wakeClasses(recipe, dataset);
  if (!recipe.detector || !wake) return model;
  const open = detectorOf(model.network, recipe.detector, wake);
  const { words, others } = splitWords(dataset.train, rows, wake);
  const ear = await StreamEar.of(model, open);
  const frames = joinedFrames(dataset.train, others);
  const track = spokenTrack(ear, wordStream(dataset.train, words, [frames], gapFrames, recipe.seed), lateFrames);
  const heard = heardRecordings(ear, model, frames, 'other recordings');
  return withSettings(model, withChosenThreshold(open, [track], [heard], recipe.detector));
}

/** The same model with these settings in its file. */
export function withSettings(model: IntegerModel, detector: DetectorSettings): IntegerModel {
  return { ...model, facts: { ...model.facts, detector } };
}
