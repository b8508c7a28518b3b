import { expect, test } from 'vitest';
import { allExact, type HeardRun } from './index.js';

const figures = { sequences: 1, steps: 10, cyclesPerStep: 1, msPerStep: 1, msPerPrediction: 1, flashBytes: 1 };
const run = { ...figures, ramBytes: 1, stackBytes: 1, bitExact: true, compiler: 'gcc' };
const heard: HeardRun = { ...run, cyclesPerFrame: 1, busy: 0.1 };

test('every build of every board has a say in whether all are exact', () => {
  const uno = { runtime: run, generated: run, float32: { ...run, withinTolerance: true } };
  const due = { generated: run, frontend: heard, listening: heard };
  expect(allExact({ uno, due })).toBe(true);
  expect(allExact({})).toBe(true);
  for (const build of ['runtime', 'generated', 'frontend', 'listening']) {
    expect(allExact({ uno, due: { ...due, [build]: { ...heard, bitExact: false } } }), build).toBe(false);
  }
  expect(allExact({ uno: { ...uno, float32: { ...run, withinTolerance: false } }, due })).toBe(false);
});
