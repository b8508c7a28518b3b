import { expect, test } from 'vitest';
import { linearAxis } from './axes.js';
import { plot, type PlotDot } from './plot.js';

/** Where the names of dots stand: y in per cent of the height from the top. */
function lines(...places: readonly (readonly [x: number, y: number])[]): number[] {
  const axis = linearAxis(0, 1, String);
  const dots = places.map(([x, y], i): PlotDot => ({ x, y, colour: 1, radius: 6, name: `n${i}` }));
  const html = String(plot({ label: '', x: axis, y: axis, lines: [], dots }));
  return places.map((_, i) => Number(new RegExp(`y="([\\d.]+)%"[^>]*>n${i}<`).exec(html)?.[1]));
}

test('names stand beside their dots, below each other where they would overlap', () => {
  expect(lines([0.1, 0.5], [0.4, 0.5])).toEqual([50, 50]);
  expect(lines([0.1, 0.5], [0.2, 0.5])).toEqual([50, 56]);
  expect(lines([0.1, 0.5], [0.1, 0.9])).toEqual([50, 10]);
  // A name that stands left of its dot, for want of room, and one right of another dot.
  expect(lines([0.7, 0.5], [0.9, 0.5])).toEqual([50, 56]);
});
