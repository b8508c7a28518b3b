import { Scores, Trigger } from './detector.js';
import type { StreamingDetector } from './streaming.js';
import { scoreBits, type DetectorSettings } from './settings.js';

/** The scores of a stream, push by push: all that thresholds, hysteresis and refractory time depend on. */
export interface Track {
  /** [pushes], the largest score. */
  readonly scores: Int32Array;
  /** [pushes], the class whose score it is. */
  readonly words: Uint8Array;
}

/**
 * The scores of a stream from a reset on.
 *
 * @param values [frames][channels] of counts; step t begins at t * stepStride
 * @param steps network steps
 */
export function trackOf(stream: StreamingDetector, values: Int16Array, stepStride: number, steps: number): Track {
  const { settings } = stream.detector;
  const all = new Scores(settings);
  const scores = new Int32Array(steps);
  const words = new Uint8Array(steps);
  let pushes = 0;
  stream.reset();
  for (let t = 0; t < steps; t++) {
    const logits = stream.advance(values, t * stepStride);
    if (!logits) continue;
    const best = all.push(logits);
    scores[pushes] = all.values[best];
    words[pushes] = settings.wake[best];
    pushes++;
  }
  return { scores: scores.subarray(0, pushes), words: words.subarray(0, pushes) };
}

/** An event at a push of a track. */
export interface TrackEvent {
  readonly push: number;
  readonly word: number;
}

/** The events of a track: those that the detector with these settings gives. */
export function eventsOf({ scores, words }: Track, settings: DetectorSettings): TrackEvent[] {
  const trigger = new Trigger(settings);
  const events: TrackEvent[] = [];
  for (let push = 0; push < scores.length; push++) {
    if (trigger.push(scores[push])) events.push({ push, word: words[push] });
  }
  return events;
}

/** A wake word in a track: an event of its class at one of these pushes, the last not among them, is right. */
export interface Spoken {
  readonly word: number;
  readonly from: number;
  readonly to: number;
}

/** How many of a track's words are missed, and how many events are at none of them or again at the same one. */
export function judge(
  events: readonly TrackEvent[],
  spoken: readonly Spoken[],
): { readonly missed: number; readonly falseAccepts: number } {
  const heard = new Uint8Array(spoken.length);
  let falseAccepts = 0;
  let next = 0;
  for (const { push, word } of events) {
    while (next < spoken.length && spoken[next].to <= push) next++;
    const at = spoken[next];
    if (at && push >= at.from && word === at.word && heard[next] === 0) heard[next] = 1;
    else falseAccepts++;
  }
  return { missed: heard.reduce((sum, one) => sum + 1 - one, 0), falseAccepts };
}

/** The largest score of each word's own class while it is right: the thresholds at which it is heard, in units of margins. */
export function peaksOf({ scores, words }: Track, spoken: readonly Spoken[]): number[] {
  return spoken.map(({ word, from, to }) => {
    let most = -(2 ** 31);
    for (let push = from; push < Math.min(to, scores.length); push++) {
      if (words[push] === word && scores[push] > most) most = scores[push];
    }
    return Math.floor(most / 2 ** scoreBits);
  });
}

/** The same settings with another threshold; the release follows at the same distance. */
export function withThreshold(settings: DetectorSettings, threshold: number): DetectorSettings {
  const bounded = Math.max(-32767, Math.min(32767, threshold));
  const release = Math.max(-32767, bounded - (settings.threshold - settings.release));
  return { ...settings, threshold: bounded, release };
}

/** Words and others over many thresholds: a point of a curve of detection errors. */
export interface CurvePoint {
  readonly threshold: number;
  /** Of the words. */
  readonly missed: number;
  /** Of each of the other streams. */
  readonly falseAccepts: readonly number[];
}

/** A track with the words in it. */
export interface SpokenTrack {
  readonly track: Track;
  readonly spoken: readonly Spoken[];
}

/**
 * The curve of detection errors: at every threshold, rising, the events are found anew, with hysteresis and refractory time.
 *
 * @param words tracks with wake words
 * @param others groups of tracks without any
 */
export function detectionCurve(
  settings: DetectorSettings,
  words: readonly SpokenTrack[],
  others: readonly (readonly Track[])[],
  thresholds: readonly number[],
): CurvePoint[] {
  return thresholds.map((threshold) => {
    const at = withThreshold(settings, threshold);
    const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
    return {
      threshold: at.threshold,
      missed: sum(words.map(({ track, spoken }) => judge(eventsOf(track, at), spoken).missed)),
      falseAccepts: others.map((tracks) => sum(tracks.map((track) => eventsOf(track, at).length))),
    };
  });
}

/** Thresholds between which the errors of these words change: their peaks, at most `most` of them, rising. */
export function thresholdsOf(words: readonly SpokenTrack[], most = 60): number[] {
  const peaks = words.flatMap(({ track, spoken }) => peaksOf(track, spoken)).sort((a, b) => a - b);
  if (peaks.length === 0) return [];
  const count = Math.min(most, peaks.length);
  const some = Array.from(
    { length: count },
    (_, i) => peaks[Math.floor((i * (peaks.length - 1)) / Math.max(1, count - 1))],
  );
  return [...new Set(some.map((peak) => Math.max(-32767, Math.min(32767, peak))))].sort((a, b) => a - b);
}
