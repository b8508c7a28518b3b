import {
  detectionCurve,
  eventsOf,
  judge,
  marginBitsOf,
  thresholdsOf,
  type DetectorSettings,
  type SpokenTrack,
  type Track,
} from '../../detector/index.js';
import { poissonUpperBound, powerOfTwo } from '../../math/index.js';
import type { StreamMetrics } from '../../report/index.js';
import { wilsonInterval } from '../../training/index.js';
import type { IntegerModel } from '../models.js';

/** Sounds of one kind, without a wake word, as the network heard them. */
export interface HeardStream {
  readonly name: string;
  readonly hours: number;
  readonly tracks: readonly Track[];
}

/** What a detector does with words and other sounds: false rejects and false accepts, at its own threshold and at others. */
export function streamMetrics(
  { network, facts }: IntegerModel,
  settings: DetectorSettings,
  words: readonly SpokenTrack[],
  others: readonly HeardStream[],
): StreamMetrics {
  const unit = powerOfTwo(-marginBitsOf(network, settings));
  const count = words.reduce((sum, { spoken }) => sum + spoken.length, 0);
  const missed = words.reduce((sum, { track, spoken }) => sum + judge(eventsOf(track, settings), spoken).missed, 0);
  const hours = others.map((other) => other.hours);
  const curve = detectionCurve(
    settings,
    words,
    others.map(({ tracks }) => tracks),
    [...new Set([...thresholdsOf(words), settings.threshold])].sort((a, b) => a - b),
  );
  return {
    wake: settings.wake.map((k) => facts.classNames[k]),
    threshold: settings.threshold * unit,
    words: {
      count,
      missed,
      falseRejects: count > 0 ? missed / count : null,
      interval: count > 0 ? wilsonInterval(missed / count, count) : null,
    },
    streams: others.map(({ name, tracks }, k) => {
      const events = tracks.reduce((sum, track) => sum + eventsOf(track, settings).length, 0);
      return {
        name,
        hours: hours[k],
        falseAccepts: events,
        perHour: events / hours[k],
        upperBound: poissonUpperBound(events) / hours[k],
      };
    }),
    curve: curve.map(({ threshold, missed: at, falseAccepts }) => ({
      threshold: threshold * unit,
      falseRejects: count > 0 ? at / count : null,
      perHour: falseAccepts.map((events, k) => events / hours[k]),
    })),
  };
}
