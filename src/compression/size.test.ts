import { describe, expect, test } from 'vitest';
import { keptEntries } from './threshold.js';
import { paperSize } from './size.js';

/** A row of Table 11: hidden units, ranks and densities; then features of a step (Table 1) and classes. */
type Row = readonly [h: number, rw: number, ru: number, sw: number, su: number, d: number, classes: number];
const google12: Row = [100, 16, 25, 0.3, 0.3, 3168 / 99, 12];
const wakeword2: Row = [32, 10, 15, 0.2, 0.3, 5184 / 162, 2];
const yelp5: Row = [128, 16, 32, 0.3, 0.3, 38400 / 300, 5];
const har2: Row = [80, 5, 40, 0.2, 0.3, 1152 / 128, 2];
const sparserHar2: Row = [80, 5, 40, 0.2, 0.2, 1152 / 128, 2];

function accounted([h, rw, ru, sw, su, d, classes]: Row): number {
  const matrix = (name: string, entries: number, s: number) => ({ name, entries, nonzeros: keptEntries(entries, s) });
  const matrices = [
    matrix('W1', h * rw, sw),
    matrix('W2', d * rw, sw),
    matrix('U1', h * ru, su),
    matrix('U2', h * ru, su),
  ];
  const others = [
    { name: 'biases', entries: 2 * h },
    { name: 'scalars', entries: 2 },
    { name: 'classifier', entries: classes * h + classes },
  ];
  return paperSize(matrices, others).bytes;
}

/** All densities are below a half: a byte for the value and one for the index of each nonzero, a byte for everything else. */
function counted([h, rw, ru, sw, su, d, classes]: Row): number {
  const nonzeros = Math.round(sw * h * rw) + Math.round(sw * d * rw) + 2 * Math.round(su * h * ru);
  return 2 * nonzeros + 2 * h + 2 + (h + 1) * classes;
}

describe("the paper's accounting", () => {
  test.each(Object.entries({ google12, wakeword2, yelp5, har2, sparserHar2 }))('counts the bytes of %s', (_, row) => {
    expect(accounted(row)).toBe(counted(row));
  });

  // Table 8 gives sizes in quarters of a KB of 1024 bytes.
  const published = (row: Row) => Math.round((4 * accounted(row)) / 1024) / 4;
  test('Google-12 takes 5.5 KB', () => expect(published(google12)).toBe(5.5));
  test('Wakeword-2 takes 1 KB', () => expect(published(wakeword2)).toBe(1));
  test('Yelp-5 takes 8 KB', () => expect(published(yelp5)).toBe(8));
  test('HAR-2 takes 3 KB with s_u = 0.2, but more with Table 11’s', () => {
    expect(published(sparserHar2)).toBe(3);
    expect(published(har2)).toBeGreaterThan(3);
  });
  test('a matrix of half its entries or more is dense', () => {
    const size = (nonzeros: number) => paperSize([{ name: 'W', entries: 10, nonzeros }], []).bytes;
    expect([size(4), size(5), size(10)]).toEqual([8, 10, 10]);
  });
});
