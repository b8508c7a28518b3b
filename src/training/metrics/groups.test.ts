import { expect, test } from 'vitest';
import { groupScores } from './groups.js';

test('groups are in the order of their mistakes, each with its most frequent one', () => {
  const labels = [0, 0, 1, 1, 2, 0, 1, 2, 2];
  const predictions = [0, 1, 1, 2, 1, 0, 2, 2, 2];
  const groups = [7, 3, 3, 3, 3, 9, 3, 9, 7];
  expect(groupScores(labels, predictions, groups)).toEqual([
    { group: 3, rows: 5, wrong: 4, mistake: { label: 1, prediction: 2, rows: 2 } },
    { group: 7, rows: 2, wrong: 0 },
    { group: 9, rows: 2, wrong: 0 },
  ]);
});

test('their rows and mistakes add up to those of all', () => {
  const random = (n: number, most: number) => Array.from({ length: n }, (_, i) => (i * 7919 + 13 * (i % 11)) % most);
  const [labels, predictions, groups] = [random(500, 4), random(500, 3), random(500, 17)];
  const scores = groupScores(labels, predictions, groups);
  expect(scores.reduce((sum, { rows }) => sum + rows, 0)).toBe(500);
  expect(scores.reduce((sum, { wrong }) => sum + wrong, 0)).toBe(
    labels.filter((label, i) => label !== predictions[i]).length,
  );
});
