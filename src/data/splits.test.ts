import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { divideRecordings, splitValidation, type SplitBy } from './splits.js';
import { labelOf, windowsOf, type Stretch } from './windows.js';

const window = (length: number, hop: number, shortest: 'drop' | 'keep' = 'drop') =>
  ({ length, hop, shortest, label: 'majority' }) as const;

/** The frames of stretches, as names that are the same for the same frame of the same recording. */
const frames = (stretches: readonly Stretch[]) =>
  stretches.flatMap(({ recording, from, to }) =>
    Array.from({ length: to - from }, (_, i) => `${recording}:${from + i}`),
  );

describe('windows', () => {
  test('lie inside their stretch, a hop apart', () => {
    const found = windowsOf({ recording: 3, from: 10, to: 31 }, window(8, 4));
    expect(found.map(({ from, to }) => [from, to])).toEqual([
      [10, 18],
      [14, 22],
      [18, 26],
      [22, 30],
    ]);
    expect(found.every(({ recording }) => recording === 3)).toBe(true);
  });

  test('a stretch that is too short is left out, or taken whole', () => {
    const short = { recording: 0, from: 2, to: 9 };
    expect(windowsOf(short, window(8, 4))).toEqual([]);
    expect(windowsOf(short, window(8, 4, 'keep'))).toEqual([short]);
    expect(windowsOf(short, undefined)).toEqual([short]);
    expect(windowsOf({ ...short, to: 2 }, window(8, 4, 'keep'))).toEqual([]);
  });

  test('get the label of most of their frames, or of the last', () => {
    expect(labelOf(Int32Array.of(2, 1, 1, 2, 2), 'majority')).toBe(2);
    expect(labelOf(Int32Array.of(2, 1, 1, 2), 'majority')).toBe(1); // a tie
    expect(labelOf(Int32Array.of(-1, 0, -1, 0), 'majority')).toBe(0); // no label loses a tie
    expect(labelOf(Int32Array.of(-1, -1, 0), 'majority')).toBe(-1);
    expect(labelOf(Int32Array.of(2, 2, 1), 'end')).toBe(1);
  });
});

test('no frame is in two parts, however recordings are divided and cut', () => {
  const lengths = fc.array(fc.integer({ min: 20, max: 200 }), { minLength: 8, maxLength: 30 });
  const by = fc.constantFrom<SplitBy>('random', 'recording', 'group', 'time');
  const cut = fc.record({ length: fc.integer({ min: 1, max: 40 }), hop: fc.integer({ min: 1, max: 60 }) });
  fc.assert(
    fc.property(
      lengths,
      by,
      cut,
      fc.double({ min: 0.05, max: 0.9, noNaN: true }),
      (all, kind, { length, hop }, fraction) => {
        const units = {
          labels: new Int32Array(all.length),
          groups: Int32Array.from(all, (_, i) => i % 4),
        };
        const { kept, apart } = divideRecordings(all, units, { fraction, by: kind, random: new Random(1) });
        const windows = (stretches: Stretch[]) =>
          stretches.flatMap((stretch) => windowsOf(stretch, window(length, hop)));
        const inTraining = new Set(frames(windows(kept)));
        expect(frames(windows(apart)).some((frame) => inTraining.has(frame))).toBe(false);
        if (kind !== 'time') {
          const recordings = new Set(kept.map(({ recording }) => recording));
          expect(apart.some(({ recording }) => recordings.has(recording))).toBe(false);
        }
      },
    ),
  );
});

describe('validation of windows', () => {
  /** Windows of three frames, one apart, of six recordings of twelve frames in three classes. */
  const windows = Array.from({ length: 6 }, (_, recording) =>
    windowsOf({ recording, from: 0, to: 12 }, window(3, 1)).map(({ from }) => ({ recording, from })),
  ).flat();
  const train = {
    labels: Int32Array.from(windows, ({ recording }) => recording % 3),
    groups: Int32Array.from(windows, ({ recording }) => Math.floor(recording / 3)),
    recordings: Int32Array.from(windows, ({ recording }) => recording),
    starts: Uint32Array.from(windows, ({ recording, from }) => 2 * (12 * recording + from)),
    lengths: new Uint32Array(windows.length).fill(3),
    stepStride: 2,
    features: 2,
  };
  const framesIn = (indices: Uint32Array) =>
    new Set(Array.from(indices).flatMap((i) => [0, 1, 2].map((t) => train.starts[i] / 2 + t)));

  test.each(['random', 'group', 'time'] as const)('by %s shares no frame with training', (by) => {
    const parts = splitValidation(train, { fraction: 0.4, by, seed: 1 });
    const used = framesIn(parts.train);
    expect(parts.train.length).toBeGreaterThan(0);
    expect(parts.validation.length).toBeGreaterThan(0);
    expect([...framesIn(parts.validation)].some((frame) => used.has(frame))).toBe(false);
  });

  test('by random takes whole recordings, of each class alike', () => {
    const parts = splitValidation(train, { fraction: 0.5, by: 'random', seed: 1 });
    const recordings = new Set(Array.from(parts.validation, (i) => train.recordings[i]));
    expect(recordings.size).toBe(3);
    expect(new Set(Array.from(recordings, (recording) => recording % 3)).size).toBe(3);
    expect(parts.train.length + parts.validation.length).toBe(windows.length);
  });

  test('by time takes the end of each recording and leaves out what reaches over', () => {
    const { train: kept, validation } = splitValidation(train, { fraction: 0.25, by: 'time', seed: 1 });
    // Frames 0 to 8 train and 9 to 11 validate: windows from 0 to 6, and from 9.
    expect([kept.length, validation.length]).toEqual([6 * 7, 6]);
  });

  test('by time needs recordings that were cut', () => {
    const whole = { labels: Int32Array.of(0, 1), groups: undefined };
    expect(() => splitValidation(whole, { fraction: 0.5, by: 'time', seed: 1 })).toThrow(
      /time divides long recordings/,
    );
  });
});
