import { describe, expect, test } from 'vitest';
import { cos, exp, exponentOf, ln, powerOfTwo, sigmoid, sin, tanh } from './elementary.js';

/** Units in the last place between two numbers, counted on the grid at `expected`. */
function ulps(actual: number, expected: number): number {
  if (actual === expected) return 0;
  return Math.abs(actual - expected) / powerOfTwo(Math.max(-1022, exponentOf(expected) - 52));
}

function worst(f: (x: number) => number, oracle: (x: number) => number, low: number, high: number): number {
  let most = 0;
  for (let i = 0; i <= 20000; i++) {
    const x = low + ((high - low) * i) / 20000 + 1e-7;
    most = Math.max(most, ulps(f(x), oracle(x)));
  }
  return most;
}

// The oracles are the engine's own functions, themselves good to about one unit in the last place.
describe('elementary functions', () => {
  test('exp', () => expect(worst(exp, Math.exp, -700, 700)).toBeLessThanOrEqual(3));
  test('ln', () => {
    expect(worst(ln, Math.log, 1e-3, 50)).toBeLessThanOrEqual(3);
    expect(
      worst(
        (x) => ln(exp(x)),
        (x) => x,
        1,
        600,
      ),
    ).toBeLessThanOrEqual(3);
  });
  test('tanh', () => expect(worst(tanh, Math.tanh, -12, 12)).toBeLessThanOrEqual(4));
  test('sigmoid', () => expect(worst(sigmoid, (x) => 1 / (1 + Math.exp(-x)), -30, 30)).toBeLessThanOrEqual(4));
  test('sine and cosine', () => {
    for (let x = -100; x < 100; x += 0.0137) {
      expect(Math.abs(sin(x) - Math.sin(x))).toBeLessThan(1e-13);
      expect(Math.abs(cos(x) - Math.cos(x))).toBeLessThan(1e-13);
    }
  });
  test('limits', () => {
    expect([exp(800), exp(-800), exp(0), ln(0), ln(1), ln(Infinity)]).toEqual([Infinity, 0, 1, -Infinity, 0, Infinity]);
    expect([exp(NaN), ln(-1), ln(NaN)].every(Number.isNaN)).toBe(true);
    expect(ulps(exp(-740), Math.exp(-740))).toBeLessThanOrEqual(1);
    expect(ulps(ln(5e-324), Math.log(5e-324))).toBeLessThanOrEqual(2);
    expect([tanh(30), tanh(-30), tanh(0), sigmoid(-800), sigmoid(800)]).toEqual([1, -1, 0, 0, 1]);
  });
});
