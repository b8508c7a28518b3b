import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochPosition, epochTicks, linearAxis, logAxis, percentTick, powerAxis, wholeAxis } from './axes.js';

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const positive = fc.double({ min: 1e-6, max: 1e9, noNaN: true });

describe('a linear axis', () => {
  it('holds its values and has two to eight ticks in order', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const { position, ticks } = linearAxis(low, high, String);
        // A span far below the values' own precision is held to that precision only.
        expect(position(low)).toBeGreaterThanOrEqual(-1e-6);
        expect(position(high)).toBeLessThanOrEqual(1 + 1e-6);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(8);
        expect(ticks.map(({ at }) => at)).toEqual(ticks.map(({ at }) => at).toSorted((x, y) => x - y));
      }),
    );
  });

  it('puts ticks where their values lie', () => {
    const { position, ticks } = linearAxis(0.62, 0.98, (x) => String(Number(x.toPrecision(6))));
    for (const { at, text } of ticks) expect(position(Number(text))).toBeCloseTo(at, 9);
  });

  it('holds a single value: at the top, so that an accuracy of 1 has nothing above it', () => {
    const { position, ticks } = linearAxis(1, 1, String);
    expect(position(1)).toBe(1);
    expect(ticks).toHaveLength(2);
  });
});

describe('ticks of fractions', () => {
  it('are told apart, with no more digits than that takes', () => {
    const texts = (low: number, high: number) =>
      linearAxis(low, high, percentTick).ticks.map(({ text }) => text.replace('\u00a0', ' '));
    expect(texts(0.2, 0.9)[0]).toBe('20 %');
    expect(texts(0.488, 0.492)).toEqual(['48.8 %', '48.9 %', '49.0 %', '49.1 %', '49.2 %']);
    expect(texts(0.49001, 0.49004)[0]).toBe('49.001 %');
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.9, noNaN: true }),
        fc.double({ min: 1e-6, max: 0.09, noNaN: true }),
        (low, span) => {
          const all = texts(low, low + span);
          expect(new Set(all).size).toBe(all.length);
        },
      ),
    );
  });
});

describe('a logarithmic axis', () => {
  it('has short labels, however large or small its values are', () => {
    const texts = [logAxis(1e-9, 1e-4), logAxis(0.01, 10), logAxis(100, 1e13)].map(({ ticks }) =>
      ticks.map(({ text }) => text),
    );
    for (const text of texts.flat()) expect(text.length).toBeLessThanOrEqual(7);
    expect(texts[0]).toContain('1e-9');
    expect(texts[1]).toContain('0.1');
    expect(texts[2].at(-1)).toMatch(/^1e1\d$/);
  });

  it('holds its values and has ticks in order, on their values', () => {
    fc.assert(
      fc.property(positive, positive, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        fc.pre(high > low);
        const { position, ticks } = logAxis(low, high);
        expect(position(low)).toBeGreaterThanOrEqual(0);
        expect(position(high)).toBeLessThanOrEqual(1);
        expect(ticks.length).toBeGreaterThanOrEqual(1);
        for (const { at, text } of ticks) expect(position(Number(text))).toBeCloseTo(at, 9);
      }),
    );
  });
});

describe('an axis of powers', () => {
  const texts = (low: number, high: number) => powerAxis(low, high).ticks.map(({ text }) => text);

  it('has whole powers of ten alone, or plain numbers where it spans less than two', () => {
    expect(texts(0.0004, 300)).toEqual(['10⁻⁴', '10⁻³', '10⁻²', '10⁻¹', '10⁰', '10¹', '10²', '10³']);
    expect(texts(0.004, 300)).toEqual(['0.001', '0.01', '0.1', '1', '10', '100', '1000']);
    expect(texts(1, 1e15)).toEqual(['10⁰', '10³', '10⁶', '10⁹', '10¹²', '10¹⁵']);
    expect(texts(1.5e-9, 4e-9)).toEqual(['10⁻⁹', '2 × 10⁻⁹', '5 × 10⁻⁹']);
    expect(texts(1, 37)).toEqual(['1', '2', '5', '10', '20', '50']);
  });

  it('holds its values, however far apart, and has few ticks', () => {
    const power = fc.double({ min: -300, max: 300, noNaN: true });
    fc.assert(
      fc.property(power, power, (a, b) => {
        const [low, high] = [10 ** Math.min(a, b), 10 ** Math.max(a, b)];
        const { position, ticks } = powerAxis(low, high);
        expect(position(low)).toBeGreaterThanOrEqual(-1e-9);
        expect(position(high)).toBeLessThanOrEqual(1 + 1e-9);
        expect(ticks.length).toBeGreaterThanOrEqual(1);
        expect(ticks.length).toBeLessThanOrEqual(9);
        expect(position(0)).toBeLessThan(0);
      }),
    );
  });
});

describe('an axis of whole numbers', () => {
  it('begins and ends with them', () => {
    expect(wholeAxis(0, 128).ticks.map(({ text }) => text)).toEqual(['0', '20', '40', '60', '80', '100', '128']);
    expect(wholeAxis(1, 64).ticks.map(({ text }) => text)).toEqual(['1', '10', '20', '30', '40', '50', '64']);
    expect(wholeAxis(2, 4).ticks.map(({ text }) => text)).toEqual(['2', '3', '4']);
    for (let high = 1; high < 400; high++) {
      const { position, ticks } = wholeAxis(0, high);
      expect([position(0), position(high)]).toEqual([0, 1]);
      expect(ticks.length).toBeLessThanOrEqual(10);
      for (const { at, text } of ticks) expect(at).toBeCloseTo(position(Number(text)), 12);
    }
  });
});

describe('the axis of epochs', () => {
  it('gives every epoch an equal part', () => {
    expect(epochPosition(1, 1)).toBe(0.5);
    expect([1, 2].map((epoch) => epochPosition(epoch, 2))).toEqual([0.25, 0.75]);
  });

  it('has ticks at whole epochs, never more than seven', () => {
    for (let epochs = 1; epochs < 2000; epochs++) {
      const ticks = epochTicks(epochs);
      expect(ticks.length).toBeGreaterThanOrEqual(1);
      expect(ticks.length).toBeLessThanOrEqual(7);
      for (const { at, text } of ticks) expect(at).toBeCloseTo(epochPosition(Number(text), epochs), 12);
    }
  });
});
