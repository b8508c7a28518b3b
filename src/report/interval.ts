import type { Interval } from '../training/index.js';
import { absent, counted } from './format.js';
import { unitWords, type Metrics } from './metrics.js';

/** An interval as a table shows it: 91.20–93.05 %. */
export function interval(ends: Interval | null | undefined, format: (value: number) => string): string {
  if (!ends) return absent;
  const [low, high] = ends.map((end) => format(end));
  const plain = /^[\d.]+\u00a0%$/;
  return plain.test(low) && plain.test(high) ? `${low.slice(0, -2)}–${high}` : `${low} to ${high}`;
}

/** How the intervals of a run were made. */
export function intervalNote({ bootstrap }: Metrics): string {
  if (!bootstrap) return '';
  const { by, units, draws } = bootstrap;
  const { one, many } = unitWords[by];
  if (units < 2) return `No intervals: the test recordings are of one ${one}.`;
  const few = units < 10 ? ` With only ${units} the intervals are rough and rather too narrow.` : '';
  return `Intervals of 95 % by bootstrap: ${counted(draws, 'draw')} of whole ${many}, ${counted(units, 'of them', 'of them')}.${few}`;
}
