import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from './errors.js';
import { makeFolds } from './folds.js';
import { joinSequences } from './join.js';
import { equalSequences, type Int16Sequences } from '../integer/index.js';

const some = fc.record({
  labels: fc.array(fc.nat(3), { minLength: 12, maxLength: 120 }),
  groups: fc.integer({ min: 5, max: 9 }),
  count: fc.integer({ min: 2, max: 5 }),
  seed: fc.nat(1000),
});

/** Every sequence is in exactly one fold. */
function checkParts(folds: readonly Uint32Array[], count: number): void {
  const all = folds.flatMap((fold) => [...fold]).sort((a, b) => a - b);
  expect(all).toEqual(Array.from({ length: count }, (_, i) => i));
}

describe('folds', () => {
  it('of sequences hold each class alike', () => {
    fc.assert(
      fc.property(some, ({ labels, count, seed }) => {
        const sequences = { count: labels.length, labels: Int32Array.from(labels), groups: undefined };
        const { by, folds } = makeFolds(sequences, count, false, seed);
        expect(by).toBe('sequence');
        checkParts(folds, labels.length);
        for (let k = 0; k < 4; k++) {
          const counts = folds.map((fold) => fold.filter((i) => labels[i] === k).length);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('of groups never part a group, and of recordings never a recording', () => {
    fc.assert(
      fc.property(some, ({ labels, groups, count, seed }) => {
        const names = Int32Array.from(labels, (_, i) => 7 * (i % groups));
        const base = { count: labels.length, labels: Int32Array.from(labels) };
        const byGroup = makeFolds({ ...base, groups: names }, count, true, seed);
        const byRecording = makeFolds({ ...base, groups: undefined, recordings: names }, count, false, seed);
        expect(byRecording.by).toBe('recording');
        for (const { folds } of [byGroup, byRecording]) {
          checkParts(folds, labels.length);
          expect(folds).toHaveLength(count);
          const places = new Map<number, number>();
          folds.forEach((fold, f) => {
            for (const i of fold) expect(places.set(names[i], places.get(names[i]) ?? f).get(names[i])).toBe(f);
          });
        }
        byGroup.folds.forEach((fold, f) => {
          expect([...new Set(Array.from(fold, (i) => names[i]))].sort((a, b) => a - b)).toEqual(byGroup.groups[f]);
        });
      }),
    );
  });

  it('leave one group out', () => {
    const groups = Int32Array.of(4, 2, 4, 9, 2);
    const { folds, groups: names } = makeFolds({ count: 5, labels: new Int32Array(5), groups }, 'group', false, 1);
    expect(names).toEqual([[2], [4], [9]]);
    expect(folds.map((fold) => [...fold])).toEqual([[1, 4], [0, 2], [3]]);
  });

  it('are the same for the same seed', () => {
    const sequences = { count: 40, labels: Int32Array.from({ length: 40 }, (_, i) => i % 3), groups: undefined };
    expect(makeFolds(sequences, 4, false, 3)).toEqual(makeFolds(sequences, 4, false, 3));
    expect(makeFolds(sequences, 4, false, 3)).not.toEqual(makeFolds(sequences, 4, false, 4));
  });

  it('say what is missing', () => {
    const sequences = { count: 3, labels: Int32Array.of(0, 1, 0), groups: undefined };
    expect(() => makeFolds(sequences, 4, false, 1)).toThrow(DataError);
    expect(() => makeFolds(sequences, 'group', false, 1)).toThrow(/these data have 0/);
    expect(() => makeFolds({ ...sequences, groups: Int32Array.of(1, 1, 2) }, 3, true, 1)).toThrow(
      /3 folds of whole groups/,
    );
  });
});

describe('joining', () => {
  const made = (values: number[], groups: number[]) => ({
    ...equalSequences(Int16Array.from(values), { count: groups.length, steps: 2, channels: 1 }),
    labels: Int32Array.from(groups, (_, i) => i),
    groups: Int32Array.from(groups),
  });
  const a = made([1, 2, 3, 4], [1, 2]);
  const b = made([5, 6], [2]);
  const of = (sequences: Int16Sequences, i: number) =>
    Array.from({ length: sequences.lengths[i] }, (_, t) => sequences.values[sequences.starts[i] + t]);

  it('keeps every sequence, whether the values are shared or not', () => {
    const both = joinSequences(a, b);
    expect([0, 1, 2].map((i) => of(both, i))).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect([...both.labels]).toEqual([0, 1, 0]);
    expect([...(both.groups ?? [])]).toEqual([1, 2, 2]);
    const twice = joinSequences(a, { ...a, starts: Uint32Array.of(1, 2) });
    expect(twice.values).toBe(a.values);
    expect(of(twice, 2)).toEqual([2, 3]);
  });

  it('keeps the numbers of recordings, which may have windows in both', () => {
    const both = joinSequences({ ...a, recordings: Int32Array.of(0, 3) }, { ...b, recordings: Int32Array.of(0) });
    expect([...(both.recordings ?? [])]).toEqual([0, 3, 0]);
  });
});
