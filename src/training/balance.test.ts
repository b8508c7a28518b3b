import { expect, test } from 'vitest';
import { balancedOrder, classWeights } from './balance.js';

/** 60 rows of class 0, 30 of class 1, 10 of class 2; every tenth row isn't among those to train on. */
const labels = Int32Array.from({ length: 100 }, (_, i) => (i < 60 ? 0 : i < 90 ? 1 : 2));
const rows = Uint32Array.from({ length: 100 }, (_, i) => i).filter((i) => i % 10 !== 9);
const countsOf = (chosen: Uint32Array) =>
  [0, 1, 2].map((label) => chosen.filter((row) => labels[row] === label).length);

test('weights make every class count the same, and the mean weight of a row 1', () => {
  const weights = classWeights(labels, rows, 4);
  const counts = countsOf(rows);
  const sums = counts.map((count, c) => count * weights[c]);
  for (const sum of sums) expect(sum).toBeCloseTo(rows.length / 3, 10);
  expect(weights[3]).toBe(0); // no row is of class 3
  expect(sums.reduce((a, b) => a + b) / rows.length).toBeCloseTo(1, 12);
});

test('rows without a class are left out of the count', () => {
  const some = labels.map((label, i) => (i % 2 ? -1 : label));
  expect(classWeights(some, Uint32Array.of(0, 1, 2, 3, 60), 3)).toEqual(Float64Array.of(3 / 4, 3 / 2, 0));
});

test('sampling draws every class alike, a class through all its rows before one comes again', () => {
  const order = balancedOrder(rows, labels, 5, 3);
  expect(order.length).toBe(rows.length);
  expect(countsOf(order)).toEqual([30, 30, 30]);
  const allowed = new Set(rows);
  expect(order.every((row) => allowed.has(row))).toBe(true);
  const times = (label: number) =>
    [...rows.filter((row) => labels[row] === label)].map((row) => order.filter((other) => other === row).length);
  for (const label of [0, 1, 2]) {
    const seen = times(label);
    expect(Math.max(...seen) - Math.min(...seen)).toBeLessThanOrEqual(1);
  }
});

test('sampling is a function of seed and epoch', () => {
  expect(balancedOrder(rows, labels, 5, 3)).toEqual(balancedOrder(rows, labels, 5, 3));
  expect(balancedOrder(rows, labels, 5, 4)).not.toEqual(balancedOrder(rows, labels, 5, 3));
  expect(balancedOrder(rows, labels, 6, 3)).not.toEqual(balancedOrder(rows, labels, 5, 3));
});
