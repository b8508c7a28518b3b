import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DataError } from './errors.js';
import type { Recording } from './recording.js';
import { checkRates, resampleTo } from './resample.js';

/** Two channels that are straight lines of the time: 1 + 2t and 3 - t, labelled by the half of the time. */
function lines(time: readonly number[], more: Partial<Recording> = {}): Recording {
  return {
    file: 'f.csv',
    channelNames: ['up', 'down'],
    units: ['', ''],
    steps: time.length,
    values: Float64Array.from(time.flatMap((t) => [1 + 2 * t, 3 - t])),
    time: Float64Array.from(time),
    stepLabels: { names: ['early', 'late'], indices: Int32Array.from(time, (t) => (t < time.at(-1)! / 2 ? 0 : 1)) },
    ...more,
  };
}

test('straight lines come out straight, whatever the times', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.02, max: 0.09, noNaN: true }), { minLength: 3, maxLength: 60 }),
      fc.constantFrom(25, 33.3, 100),
      (gaps, rate) => {
        let now = 0;
        const [piece] = resampleTo(lines([0, ...gaps].map((gap) => (now += gap))), rate).recordings;
        const times = piece.time as Float64Array;
        for (let i = 0; i < piece.steps; i++) {
          expect(times[i]).toBeCloseTo(times[0] + i / rate, 9);
          expect(piece.values[2 * i]).toBeCloseTo(1 + 2 * times[i], 6);
          expect(piece.values[2 * i + 1]).toBeCloseTo(3 - times[i], 6);
        }
        expect(now - (times.at(-1) ?? 0)).toBeLessThan(1 / rate + 1e-6);
        expect(piece.values).toHaveLength(2 * piece.steps);
      },
    ),
    { seed: 3 },
  );
});

test('labels are those of the nearer step', () => {
  const recording = lines([0, 0.1, 0.2, 0.3], {
    stepLabels: { names: ['a', 'b'], indices: Int32Array.of(0, 0, 1, -1) },
  });
  const [{ stepLabels, steps, rate }] = resampleTo(recording, 40).recordings;
  expect([steps, rate]).toEqual([13, 40]);
  // times 0, .025, .05, …; halfway the earlier one counts
  expect([...(stepLabels?.indices ?? [])]).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, -1, -1]);
});

test('a rate stands for a time, and steps on the grid keep their values', () => {
  const { time: _, ...rest } = lines([0, 0.5, 1, 1.5]);
  const [halved] = resampleTo({ ...rest, rate: 2 }, 1).recordings;
  expect([...halved.values]).toEqual([1, 3, 3, 2]);
  const slightly = lines([0, 0.5001, 1.0002, 1.4999]);
  const kept = resampleTo(slightly, 2);
  expect(kept.changed).toBe(false);
  expect(kept.recordings[0].values).toBe(slightly.values);
});

test('a pause divides the recording', () => {
  const early = Array.from({ length: 10 }, (_, i) => i / 10);
  const { recordings } = resampleTo(lines([...early, ...early.map((t) => t + 5)]), 20);
  expect(recordings.map(({ name, steps, time }) => [name, steps, time?.[0]])).toEqual([
    ['piece 1', 19, 0],
    ['piece 2', 19, 5],
  ]);
  const bridged = resampleTo(lines([...early, ...early.map((t) => t + 1.5)]), 20).recordings;
  expect(bridged.map(({ steps }) => steps)).toEqual([49]);
});

test('equal times are no fault', () => {
  const [{ values }] = resampleTo(lines([0, 0.1, 0.1, 0.1, 0.2]), 20).recordings;
  expect([...values].every(Number.isFinite)).toBe(true);
});

test('without a time there is nothing to go by', () => {
  const { time: _, ...rest } = lines([0, 1]);
  expect(() => resampleTo(rest, 50)).toThrow(DataError);
  expect(() => resampleTo(rest, 50)).toThrow("f.csv has no time, so that it can't be brought to 50 steps a second");
  expect(() => resampleTo(lines([0, 0, 0, 100]), 50)).toThrow('f.csv has pauses of more than 10 steps everywhere');
});

test('recordings of different rates are refused', () => {
  const slow = lines([0, 0.1, 0.2], { file: 'slow.csv' });
  const fast = lines([0, 0.02, 0.04, 0.06], { file: 'fast.csv' });
  expect(() => checkRates([slow, lines([0, 0.101, 0.202])])).not.toThrow();
  expect(() => checkRates([slow, fast])).toThrow('fast.csv has 50.0 steps a second, slow.csv has 10.0; set data.rate');
});
