import { describe, expect, it } from 'vitest';
import { absent, count, counted, duration, exact, kilobytes, percent, points, significant } from './format.js';

/** With ordinary spaces, to be read. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('figures', () => {
  it('group digits by three', () => {
    expect([0, 999, 1000, 1234567, 1234.56].map(count)).toEqual(['0', '999', '1,000', '1,234,567', '1,234.6']);
  });

  it('never round less than all to all, nor more than nothing to nothing', () => {
    expect(plain(percent(0.99999))).toBe('> 99.99 %');
    expect(plain(percent(0.00001))).toBe('< 0.01 %');
    expect(plain(percent(0.9999, 0))).toBe('> 99 %');
    expect(plain(percent(1))).toBe('100.00 %');
    expect(plain(percent(0))).toBe('0.00 %');
  });

  it('have signs where they are differences', () => {
    expect([0.0012, -0.0012, 0].map((x) => plain(points(x)))).toEqual(['+0.12 points', '−0.12 points', '±0.00 points']);
  });

  it('keep three digits whatever their size', () => {
    expect([12.5839, 0.012345, 1234.5, 99.96, 0].map((x) => significant(x))).toEqual([
      '12.6',
      '0.0123',
      '1,235',
      '100.0',
      '0',
    ]);
    expect(plain(significant(1.5e-7))).toBe('1.50 × 10⁻⁷');
    expect(plain(significant(-2e12))).toBe('−2.00 × 10¹²');
  });

  it('have units', () => {
    expect(plain(kilobytes(4004))).toBe('3.91 KB');
    expect([1, 2].map((n) => plain(counted(n, 'byte')))).toEqual(['1 byte', '2 bytes']);
    expect([4.21, 214.3, 7512].map((s) => plain(duration(s)))).toEqual(['4.2 s', '3 min 34 s', '2 h 5 min']);
  });

  it('say where nothing was measured', () => {
    for (const format of [count, percent, points, significant, exact, kilobytes, duration]) {
      for (const nothing of [NaN, Infinity, null, undefined]) expect(format(nothing)).toBe(absent);
    }
  });
});
