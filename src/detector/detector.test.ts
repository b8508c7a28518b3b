import { describe, expect, it } from 'vitest';
import { Random } from '../math/index.js';
import { randomDetector } from '../testing/random-detector.js';
import { checkDetector, Detector, DetectorError, NONE, statesWithin, type DetectorSettings } from './index.js';

/** docs/detector.md in whole numbers of any size, written apart from the source: floor divisions where that shifts. */
class Page {
  private readonly s: DetectorSettings;
  private readonly score: bigint[];
  private rest: bigint;
  private armed = false;

  constructor(settings: DetectorSettings) {
    this.s = settings;
    this.score = settings.wake.map(() => 0n);
    this.rest = BigInt(settings.states);
  }

  push(logits: readonly bigint[]): number {
    const { wake, marginShift, smoothing, threshold, release, refractory } = this.s;
    const floor = (a: bigint, bits: number) => {
      const b = 1n << BigInt(bits);
      return (a - (((a % b) + b) % b)) / b;
    };
    wake.forEach((own, k) => {
      const other = logits.filter((_, j) => j !== own).reduce((most, value) => (value > most ? value : most));
      const difference = floor(logits[own], marginShift) - floor(other, marginShift);
      const margin = difference > 32767n ? 32767n : difference < -32767n ? -32767n : difference;
      const half = smoothing === 0 ? 0n : 1n << BigInt(smoothing - 1);
      this.score[k] += floor(256n * margin - this.score[k] + half, smoothing);
    });
    const most = this.score.reduce((a, b) => (b > a ? b : a));
    if (this.rest > 0n) this.rest--;
    if (most < 256n * BigInt(release)) this.armed = true;
    if (!this.armed || this.rest > 0n || most < 256n * BigInt(threshold)) return NONE;
    this.armed = false;
    this.rest = BigInt(refractory);
    return wake[this.score.indexOf(most)];
  }
}

const plain: DetectorSettings = {
  wake: [1],
  window: 0,
  states: 1,
  marginShift: 4,
  smoothing: 0,
  threshold: 100,
  release: 50,
  refractory: 3,
};

/** Events of margins that come one after the other. */
function events(settings: DetectorSettings, margins: readonly number[]): number[] {
  const detector = new Detector(settings, 2);
  const unit = 2 ** settings.marginShift;
  return margins.flatMap((margin, push) => (detector.push(Int32Array.of(0, margin * unit)) === NONE ? [] : [push]));
}

describe('the detector', () => {
  it('gives every event of its page, of any logits and settings', () => {
    const random = new Random(3);
    let seen = 0;
    for (let k = 0; k < 150; k++) {
      const classes = 2 + random.below(6);
      const settings = randomDetector(random, classes);
      const detector = new Detector(settings, classes);
      const page = new Page(settings);
      const size = 2 ** (4 + random.below(28));
      for (let push = 0; push < 200; push++) {
        const logits = Int32Array.from({ length: classes }, () => Math.floor((random.uniform() - 0.5) * 2 * size));
        const event = detector.push(logits);
        expect(event).toBe(page.push(Array.from(logits, BigInt)));
        if (event !== NONE) seen++;
      }
    }
    expect(seen).toBeGreaterThan(500);
  });

  it('begins with no event before the score was low', () => {
    expect(events(plain, [200, 200, 200])).toEqual([]);
    expect(events(plain, [0, 200, 200])).toEqual([1]);
  });

  it('tells a word once, and the next one when the score has fallen below release', () => {
    expect(events(plain, [0, 100, 60, 120, 99, 50, 120, 49, 120])).toEqual([1, 8]);
  });

  it('keeps events apart by the refractory time', () => {
    expect(events(plain, [0, 100, 0, 100, 100, 0, 100])).toEqual([1, 4]);
    expect(events({ ...plain, refractory: 6 }, [0, 100, 0, 100, 100, 0, 0, 100])).toEqual([1, 7]);
  });

  it('smooths: a single high margin is no event, several are', () => {
    const smoothed = { ...plain, smoothing: 2 };
    expect(events(smoothed, [0, 200, 0, 0, 0])).toEqual([]);
    expect(events(smoothed, [0, 200, 200, 200, 200])).toEqual([3]); // 200 (1 - (3/4)^3) = 115.6
  });

  it('hears the first full window first', () => {
    expect(events({ ...plain, window: 40, states: 4 }, [0, 100, 100, 100, 100])).toEqual([3]);
  });

  it('stays bounded and alike over a million pushes of the largest logits', () => {
    const settings = { ...plain, marginShift: 1, smoothing: 8, threshold: 32767, release: 32767, refractory: 65535 };
    const detector = new Detector(settings, 2);
    const high = Int32Array.of(-2147483648, 2147483647);
    const low = Int32Array.of(2147483647, -2147483648);
    let count = 0;
    for (let push = 0; push < 1_000_000; push++) {
      if (detector.push(push % 100_000 < 50_000 ? high : low) !== NONE) count++;
      if (push % 1000 === 0) expect(Math.abs(detector.scores.values[0])).toBeLessThanOrEqual(32767 * 256);
    }
    expect(detector.trigger.rest).toBeLessThanOrEqual(65535);
    expect(count).toBe(0); // a smoothed score comes to within half a margin of a margin that stays, not to it
    const reached = new Detector({ ...settings, threshold: 32766, release: 32766, refractory: 1 }, 2);
    let rises = 0;
    for (let push = 0; push < 1_000_000; push++) {
      if (reached.push(push % 100_000 < 50_000 ? high : low) !== NONE) rises++;
    }
    expect(rises).toBe(10); // each rise is one
  });

  it('refuses settings outside its definition by name', () => {
    const refused = (change: Partial<DetectorSettings>) => () => checkDetector({ ...plain, ...change }, 3);
    expect(refused({})).not.toThrow();
    expect(refused({ wake: [] })).toThrow(DetectorError);
    expect(refused({ wake: [2, 1] })).toThrow(/wake is \[2,1\], it must be classes from 0 to 2, each once, rising/);
    expect(refused({ release: 101 })).toThrow(/release is 101, it must be a whole number from -32767 to 100/);
    expect(refused({ window: 10, states: 3 })).toThrow(/states is 3, it must be a divisor of the window, 10/);
    expect(refused({ states: 2 })).toThrow(/states is 2/);
    expect(refused({ smoothing: 9 })).toThrow(/smoothing is 9/);
    expect(refused({ refractory: 0 })).toThrow(/refractory is 0/);
  });

  it('takes as many states as RAM has room for and the window is divided by', () => {
    expect(statesWithin(1000, 80, 128)).toBe(5);
    expect(statesWithin(127, 80, 128)).toBe(0);
    expect(statesWithin(1e6, 12, 128)).toBe(12);
  });
});
