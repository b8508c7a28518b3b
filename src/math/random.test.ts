import { describe, expect, test } from 'vitest';
import { Random, threefry2x32 } from './random.js';
import { mean, standardDeviation } from './statistics.js';

describe('random numbers', () => {
  test('Threefry-2x32-20 gives the known answers of the Random123 library', () => {
    expect(threefry2x32(0, 0, 0, 0)).toEqual([0x6b200159, 0x99ba4efe]);
    const ones = 0xffffffff;
    expect(threefry2x32(ones, ones, ones, ones)).toEqual([0x1cb996fc, 0xbb002be7]);
    expect(threefry2x32(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3)).toEqual([0xc4923a9c, 0x483df7a0]);
  });

  test('a saved state goes on with the same numbers, from odd and even positions', () => {
    for (const drawn of [0, 1, 7, 100]) {
      const a = new Random(5, 2);
      for (let i = 0; i < drawn; i++) a.uint32();
      const b = Random.from(a.state);
      expect(Array.from({ length: 9 }, () => b.uint32())).toEqual(Array.from({ length: 9 }, () => a.uint32()));
    }
  });

  test('a restart is a new generator', () => {
    const random = new Random(5, 2);
    random.uint32();
    random.restart(6, 3);
    const other = new Random(6, 3);
    expect([random.uint32(), random.uint32()]).toEqual([other.uint32(), other.uint32()]);
    expect(random.state).toEqual(other.state);
  });

  test('seeds and streams differ', () => {
    const first = (seed: number, stream: number) => new Random(seed, stream).uint32();
    expect(new Set([first(1, 0), first(2, 0), first(1, 1), first(2, 1)]).size).toBe(4);
  });

  // 4 standard errors: a right generator passes all of these with this fixed seed or with nearly any other.
  test('moments', () => {
    const n = 40000;
    const random = new Random(42);
    const normal = Float64Array.from({ length: n }, () => random.normal());
    expect(Math.abs(mean(normal))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(standardDeviation(normal) - 1)).toBeLessThan(4 / Math.sqrt(2 * n));
    const uniform = Float64Array.from({ length: n }, () => random.uniform());
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < n; i++) counts[random.below(6)]++;
    for (const count of counts) expect(Math.abs(count - n / 6)).toBeLessThan(4 * Math.sqrt((n * 5) / 36));
  });

  test('a shuffle is a permutation', () => {
    const items = Array.from({ length: 100 }, (_, i) => i);
    new Random(3).shuffle(items);
    expect(items).not.toEqual(items.toSorted((a, b) => a - b));
    expect(items.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});
