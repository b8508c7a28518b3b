import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nonlinearities, type Nonlinearity } from '../network/index.js';
import {
  activateQ14,
  roundingShift,
  saturate,
  tableOf,
  tablesOf,
  tanh8Table,
  tanhTable,
  updateQ12,
} from './nonlinearity.js';

// The oracles are the engine's own float64 functions, written here apart from the package's.
const real: Record<Nonlinearity, (x: number) => number> = {
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  relu: (x) => Math.max(x, 0),
  hardTanh: (x) => Math.min(Math.max(x, -1), 1),
  hardSigmoid: (x) => Math.min(Math.max((x + 1) / 2, 0), 1),
  hardSigmoid4: (x) => Math.min(Math.max((x + 2) / 4, 0), 1),
  tanh8: Math.tanh,
  sigmoid8: (x) => 1 / (1 + Math.exp(-x)),
};
const kinds = Object.keys(real) as Nonlinearity[];

/** All arguments: every int16, though -32768 can't come out of a saturation. */
const everyArgument = Array.from({ length: 65536 }, (_, i) => i - 32768);

/** The largest error over all arguments, in units of the result's format, against a function of the real argument. */
function worst(f: (p: number) => number, bits: number, oracle: (x: number) => number): number {
  return everyArgument.reduce((most, p) => Math.max(most, Math.abs(f(p) - oracle(p / 4096) * 2 ** bits)), 0);
}

/*
 * Chords over steps of h miss a function by at most h^2 / 8 max|f''|. max|tanh''| = 4 / (3 sqrt 3) and
 * max|sigmoid''| = 1 / (6 sqrt 3); h is 1/8 of the argument for tanh, 1/4 for the sigmoid. In units of Q14:
 */
const chordTanh = ((1 / 8) ** 2 / 8) * (4 / (3 * Math.sqrt(3))) * 16384; // 24.6
const chordSigmoid = ((1 / 4) ** 2 / 8) * (1 / (6 * Math.sqrt(3))) * 16384; // 12.3
/** Of eight segments h is four times as large. */
const chords8 = { tanh8: 16 * chordTanh, sigmoid8: 16 * chordSigmoid };
/* Beyond the table its last value stands: at most 1 - tanh 4, and 1 - sigmoid 8, are missing (which is less). */
const endTanh = (1 - Math.tanh(4)) * 16384; // 11.0
/* Rounding: half a unit for the knots (interpolation keeps it), half for the interpolated product. */
const tableRounding = 1;

describe('exact nonlinearities', () => {
  test.each(['hardTanh', 'hardSigmoid', 'hardSigmoid4'] as const)('%s is exact in Q14', (kind) => {
    expect(worst((p) => activateQ14(kind, p), 14, real[kind])).toBe(0);
  });

  test('relu is exact in Q14 up to its saturation just below 2', () => {
    expect(
      worst(
        (p) => activateQ14('relu', p),
        14,
        (x) => Math.min(Math.max(x, 0), 32767 / 16384),
      ),
    ).toBe(0);
  });

  test.each(['hardTanh', 'relu'] as const)('the update %s is exact in Q12', (kind) => {
    expect(worst((p) => updateQ12(kind, p), 12, real[kind])).toBe(0);
  });

  test.each(['hardSigmoid', 'hardSigmoid4'] as const)('the update %s is rounded in Q12, halves up', (kind) => {
    expect(everyArgument.filter((p) => updateQ12(kind, p) !== Math.floor(real[kind](p / 4096) * 4096 + 0.5))).toEqual(
      [],
    );
  });
});

describe('nonlinearities by table', () => {
  test('knots are tanh, rounded', () => {
    expect(tanhTable.length).toBe(33);
    tanhTable.forEach((knot, k) => expect(Math.abs(knot - 16384 * Math.tanh(k / 8))).toBeLessThanOrEqual(0.5));
  });

  test('the page lists the same knots', () => {
    const page = readFileSync(new URL('../../docs/integer-network.md', import.meta.url), 'utf8');
    const [, listed] = /```\n([\s0-9]+)```/.exec(page) ?? [];
    expect(listed.trim().split(/\s+/).map(Number)).toEqual([...tanhTable]);
  });

  test('tanh keeps to the bound of linear interpolation', () => {
    const error = worst((p) => activateQ14('tanh', p), 14, real.tanh);
    expect(error).toBeLessThanOrEqual(Math.max(chordTanh, endTanh) + tableRounding);
    // The bound is reached, so it is no loose one: a table with every second knot would miss it four times over.
    expect(error).toBeGreaterThan(0.9 * chordTanh);
  });

  test('sigmoid keeps to the bound of linear interpolation', () => {
    const error = worst((p) => activateQ14('sigmoid', p), 14, real.sigmoid);
    // Y / 2 halves the table's rounding; the final shift rounds by half a unit more.
    expect(error).toBeLessThanOrEqual(chordSigmoid + tableRounding / 2 + 0.5);
    expect(error).toBeGreaterThan(0.9 * chordSigmoid);
  });

  test.each(['tanh8', 'sigmoid8'] as const)('%s keeps to the bound of its longer chords', (kind) => {
    const error = worst((p) => activateQ14(kind, p), 14, real[kind]);
    expect(error).toBeLessThanOrEqual(chords8[kind] + tableRounding);
    expect(error).toBeGreaterThan(0.9 * chords8[kind]);
  });

  test.each(['tanh8', 'sigmoid8'] as const)('%s is the function that a float network trains with, rounded', (kind) => {
    // Half a unit for the product, and for the sigmoid's halving another.
    const error = worst((p) => activateQ14(kind, p), 14, nonlinearities[kind]);
    expect(error).toBeLessThanOrEqual(kind === 'tanh8' ? 0.5 : 0.75);
  });

  test('eight segments have every fourth knot', () => {
    expect([...tanh8Table]).toEqual(Array.from({ length: 9 }, (_, k) => tanhTable[4 * k]));
  });

  test.each(['tanh', 'sigmoid', 'tanh8', 'sigmoid8'] as const)(
    'the update %s is its Q14 value, rounded to Q12',
    (kind) => {
      expect(
        worst(
          (p) => updateQ12(kind, p),
          12,
          (x) => activateQ14(kind, x * 4096) / 16384,
        ),
      ).toBeLessThanOrEqual(0.5);
    },
  );

  test('between knots a straight line is kept to one unit', () => {
    let most = 0;
    for (const [kind, width] of [
      ['tanh', 512],
      ['sigmoid', 1024],
      ['tanh8', 2048],
      ['sigmoid8', 4096],
    ] as const) {
      for (let start = 0; start + width <= 32767; start += width) {
        const [a, b] = [activateQ14(kind, start), activateQ14(kind, Math.min(start + width, 32767))];
        for (let f = 0; f < width; f += 37) {
          most = Math.max(most, Math.abs(activateQ14(kind, start + f) - (a + ((b - a) * f) / width)));
        }
      }
    }
    expect(most).toBeLessThanOrEqual(1);
  });
});

describe.each(kinds)('%s', (kind) => {
  test('never falls', () => {
    for (const f of [activateQ14, updateQ12]) {
      let falls = 0;
      for (let p = -32767; p <= 32767; p++) if (f(kind, p) < f(kind, p - 1)) falls++;
      expect(falls).toBe(0);
    }
  });

  test('fits int16 for every argument, -32768 too', () => {
    for (const f of [activateQ14, updateQ12]) {
      expect(everyArgument.every((p) => Number.isInteger(f(kind, p)) && Math.abs(f(kind, p)) <= 32767)).toBe(true);
    }
  });
});

describe('symmetry', () => {
  /** Every sum of the values at p and -p. */
  const sums = (kind: Nonlinearity) =>
    new Set(everyArgument.filter((p) => p >= 0).map((p) => activateQ14(kind, p) + activateQ14(kind, -p)));

  test.each(['tanh', 'tanh8', 'hardTanh'] as const)('%s is odd', (kind) => expect(sums(kind)).toEqual(new Set([0])));

  test.each(['hardSigmoid', 'hardSigmoid4'] as const)('%s of p and of -p add up to one', (kind) => {
    expect(sums(kind)).toEqual(new Set([16384]));
  });

  test('sigmoid of p and of -p add up to one, or to one unit more where both halves were rounded up', () => {
    for (const kind of ['sigmoid', 'sigmoid8'] as const) {
      expect(sums(kind)).toEqual(new Set([16384, 16385]));
      expect(activateQ14(kind, 0)).toBe(8192);
    }
  });
});

describe('ends', () => {
  test.each([
    ['hardTanh', -16384, 16384, -4096, 4096],
    ['hardSigmoid', 0, 16384, 0, 4096],
    ['hardSigmoid4', 0, 16384, 0, 4096],
    ['relu', 0, 32767, 0, 32767],
    // The last knots: tanh 4 = 0.99933, and (1 + tanh 4) / 2, which is sigmoid 8.
    ['tanh', -Math.round(16384 * Math.tanh(4)), Math.round(16384 * Math.tanh(4)), -4093, 4093],
    ['sigmoid', 6, 16379, 2, 4095],
    ['tanh8', -Math.round(16384 * Math.tanh(4)), Math.round(16384 * Math.tanh(4)), -4093, 4093],
    ['sigmoid8', 6, 16379, 2, 4095],
  ] as const)('of %s', (kind, gateLow, gateHigh, updateLow, updateHigh) => {
    expect([activateQ14(kind, -32767), activateQ14(kind, 32767)]).toEqual([gateLow, gateHigh]);
    expect(activateQ14(kind, -32768)).toBe(gateLow);
    expect([updateQ12(kind, -32767), updateQ12(kind, 32767)]).toEqual([updateLow, updateHigh]);
    expect(updateQ12(kind, -32768)).toBe(updateLow);
  });

  test('only smooth curves and those of eight lines need a table', () => {
    expect(kinds.filter(tableOf)).toEqual(['tanh', 'sigmoid', 'tanh8', 'sigmoid8']);
  });

  test('a network links the tables that it reads, the longer one first; of FastRNN the gate reads none', () => {
    const both = { cell: 'FastGRNN', gate: 'sigmoid8', update: 'tanh' } as const;
    expect(tablesOf(both)).toEqual([tanhTable, tanh8Table]);
    expect(tablesOf({ ...both, cell: 'FastRNN' })).toEqual([tanhTable]);
    expect(tablesOf({ ...both, update: 'tanh8' })).toEqual([tanh8Table]);
    expect(tablesOf({ ...both, gate: 'hardSigmoid', update: 'relu' })).toEqual([]);
  });
});

describe('helpers', () => {
  test('a rounding shift rounds halves up, on both sides of zero', () => {
    expect([-3, -2, -1, 0, 1, 2, 3].map((v) => roundingShift(v, 1))).toEqual([-1, -1, 0, 0, 1, 1, 2]);
    expect([-6, -2, 2, 6].map((v) => roundingShift(v, 2))).toEqual([-1, 0, 1, 2]);
    expect(roundingShift(-2147483648, 0)).toBe(-2147483648);
    for (let s = 1; s <= 30; s++) expect(roundingShift(1061159295, s)).toBe(Math.floor(1061159295 / 2 ** s + 0.5));
  });

  test('saturation is symmetric', () => {
    expect([-32768, -5, 0, 5, 32768].map((v) => saturate(v, 32767))).toEqual([-32767, -5, 0, 5, 32767]);
    expect([-6, -5, 5, 6].map((v) => saturate(v, 5))).toEqual([-5, -5, 5, 5]);
  });
});
