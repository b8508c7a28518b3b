import { checkDetector, scoreBits, type DetectorSettings } from './settings.js';

const scoreUnit = 2 ** scoreBits;
const largestMargin = 32767;

/** No event. */
export const NONE = -1;

/**
 * The scores of a network's logits, push by push: equations 1 and 2 of `docs/detector.md`. Nothing is allocated by a push, and
 * nothing in it grows however long a stream is.
 */
export class Scores {
  /** [K] in units of 2^-8 margins, magnitude below 2^23. */
  readonly values: Int32Array;
  private readonly wake: readonly number[];
  private readonly marginShift: number;
  private readonly smoothing: number;
  private readonly half: number;

  constructor({ wake, marginShift, smoothing }: DetectorSettings) {
    this.values = new Int32Array(wake.length);
    this.wake = wake;
    this.marginShift = marginShift;
    this.smoothing = smoothing;
    this.half = smoothing > 0 ? 1 << (smoothing - 1) : 0;
  }

  /** Forgets the past. */
  reset(): void {
    this.values.fill(0);
  }

  /** Takes the logits, [classes] of int32. Returns which wake word's score is the largest now, 0 to K - 1, the first of equals. */
  push(logits: ArrayLike<number>): number {
    const { values, wake, marginShift, smoothing, half } = this;
    let best = 0;
    for (let k = 0; k < values.length; k++) {
      const own = wake[k];
      let other = -2147483648;
      for (let j = 0; j < logits.length; j++) if (j !== own && logits[j] > other) other = logits[j];
      const difference = (logits[own] >> marginShift) - (other >> marginShift);
      const margin = Math.max(-largestMargin, Math.min(largestMargin, difference));
      values[k] += (margin * scoreUnit - values[k] + half) >> smoothing;
    }
    for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
    return best;
  }
}

/** Whether a score is an event: equations 3 to 5 of `docs/detector.md`, hysteresis and refractory time. */
export class Trigger {
  /** Whether the score was below `release` since the last event. */
  armed = false;
  /** Pushes until the next event may be. */
  rest: number;
  private readonly first: number;
  private readonly threshold: number;
  private readonly release: number;
  private readonly refractory: number;

  constructor({ states, threshold, release, refractory }: DetectorSettings) {
    this.first = states;
    this.threshold = threshold * scoreUnit;
    this.release = release * scoreUnit;
    this.refractory = refractory;
    this.rest = states;
  }

  /** Forgets the past. */
  reset(): void {
    this.armed = false;
    this.rest = this.first;
  }

  /** Takes the largest score of a push. */
  push(score: number): boolean {
    if (this.rest > 0) this.rest--;
    if (score < this.release) this.armed = true;
    if (!this.armed || this.rest > 0 || score < this.threshold) return false;
    this.armed = false;
    this.rest = this.refractory;
    return true;
  }
}

/** From the integer logits after each push to events: what `PREFIX_detector_push` does in C. */
export class Detector {
  readonly settings: DetectorSettings;
  readonly scores: Scores;
  readonly trigger: Trigger;

  /**
   * @param classes of the network
   * @throws DetectorError
   */
  constructor(settings: DetectorSettings, classes: number) {
    checkDetector(settings, classes);
    this.settings = settings;
    this.scores = new Scores(settings);
    this.trigger = new Trigger(settings);
  }

  /** Forgets the past. */
  reset(): void {
    this.scores.reset();
    this.trigger.reset();
  }

  /** Takes the logits, [classes] of int32. Returns the class whose event this is, or `NONE`. */
  push(logits: ArrayLike<number>): number {
    const best = this.scores.push(logits);
    return this.trigger.push(this.scores.values[best]) ? this.settings.wake[best] : NONE;
  }
}
