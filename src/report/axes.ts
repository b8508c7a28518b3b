import { exact, percent, powerOfTen } from './format.js';

/** A tick of an axis. */
export interface Tick {
  /** 0 at the axis's start to 1 at its end. */
  readonly at: number;
  readonly text: string;
}

/** Where values lie on a vertical axis. */
export interface Axis {
  /** 0 at the bottom to 1 at the top; values that the axis leaves out lie below 0. */
  readonly position: (value: number) => number;
  readonly ticks: readonly Tick[];
}

/** The round step (1, 2 or 5 times a power of ten) that cuts a span into at most `most` pieces. */
function roundStep(span: number, most: number): number {
  const least = span / most;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10);
}

/** An axis of whole numbers (steps, epochs) that begins and ends with them; ticks at both ends, and at round ones that are not near them. */
export function wholeAxis(low: number, high: number): Axis {
  const span = Math.max(1, high - low);
  const step = Math.max(1, roundStep(span, 8));
  const first = Math.ceil(low / step) * step;
  const round = Array.from({ length: Math.max(0, Math.ceil((high - first) / step)) }, (_, i) => first + i * step);
  const inside = round.filter((value) => Math.min(value - low, high - value) >= 0.6 * step);
  const position = (value: number) => (value - low) / span;
  return {
    position,
    ticks: [...new Set([low, ...inside, high])].map((value) => ({ at: position(value), text: exact(value) })),
  };
}

/**
 * A logarithmic axis that holds `low` and `high`, both above zero, however large: whole powers of ten, at most eight of them,
 * in plain numbers from 0.001 to 10000; 1, 2 and 5 times powers of ten where it spans less than two.
 */
export function powerAxis(low: number, high: number): Axis {
  const [from, to] = [Math.log10(low), Math.log10(high)];
  if (to - from < 2) {
    const { position, ticks } = logAxis(low, Math.max(high, low * 1.01));
    const named = ticks.map(({ at, text }) => ({ at, text: text.replace(/^(?:1|(\d))e(.+)$/, inPowers) }));
    return { position: (value) => (value > 0 ? position(value) : -1), ticks: named };
  }
  const every = Math.ceil((to - from) / 6);
  const first = Math.floor(from / every + 1e-9) * every;
  const last = Math.ceil(to / every - 1e-9) * every;
  const powers = Array.from({ length: (last - first) / every + 1 }, (_, i) => first + i * every);
  const plain = first >= -3 && last <= 4;
  return {
    position: (value) => (value > 0 ? (Math.log10(value) - first) / (last - first) : -1),
    ticks: powers.map((power) => ({
      at: (power - first) / (last - first),
      text: plain ? exact(Number(`1e${power}`)) : powerOfTen(power),
    })),
  };
}

/** 5 × 10⁻⁹ of 5e-9, 10⁻⁹ of 1e-9. */
function inPowers(_: string, factor: string | undefined, exponent: string): string {
  return `${factor === undefined ? '' : `${factor} × `}${powerOfTen(Number(exponent))}`;
}

/** Values closer than this part of their size are drawn as one value, and sizes below `smallest` as zero. */
const narrowest = 1e-9;
const smallest = 1e-100;

/** An axis in equal steps from the round number at or below `low` to the one at or above `high`. */
export function linearAxis(low: number, high: number, format: (value: number, step: number) => string): Axis {
  const size = Math.max(Math.abs(low), Math.abs(high));
  const span = size < smallest ? 1 : high - low > size * narrowest ? high - low : size;
  const step = roundStep(span, 5);
  let first = Math.floor(low / step + 1e-9);
  let last = Math.ceil(high / step - 1e-9);
  if (first === last && high > 0) first--;
  if (first === last) last++;
  const position = (value: number) => (value / step - first) / (last - first);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => {
    const value = (first + i) * step;
    return { at: i / (last - first), text: format(value, step) };
  });
  return { position, ticks };
}

/** A tick of an axis of fractions, with as many digits as tell it from the next. */
export function percentTick(value: number, step: number): string {
  const digits = Math.ceil(-Math.log10(100 * step) - 1e-9);
  return percent(Number(value.toPrecision(12)), Math.max(0, digits));
}

/** A logarithmic axis that holds `low` and `high`, both above zero; ticks at 1, 2 and 5 times powers of ten, as many as fit. */
export function logAxis(low: number, high: number): Axis {
  const factors = (candidates: readonly number[]) => {
    const values: number[] = [];
    for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)); power++) {
      for (const factor of candidates) values.push(Number(`${factor}e${power}`));
    }
    const first = values.findLastIndex((value) => value <= low);
    const last = values.findIndex((value) => value >= high);
    return values.slice(first, last + 1);
  };
  const fine = factors([1, 2, 5]);
  const [start, end] = [Math.log10(fine[0]), Math.log10(fine[fine.length - 1])];
  const position = (value: number) => (value > 0 ? (Math.log10(value) - start) / (end - start) : 0);
  const decades = factors([1]).filter((value) => value >= fine[0] && value <= fine[fine.length - 1]);
  const sparse = decades.filter((_, i) => i % Math.ceil(decades.length / 6) === 0);
  const shown = fine.length <= 7 ? fine : sparse;
  return { position, ticks: shown.map((value) => ({ at: position(value), text: decade(value) })) };
}

/** A tick's value in little room: 100000, 1e13. */
function decade(value: number): string {
  return value < 1e-5 || value >= 1e7 ? value.toExponential().replace('+', '') : exact(value);
}

/** Ticks at round epochs. Each epoch has an equal part of the axis and lies in its middle. */
export function epochTicks(epochs: number): Tick[] {
  const step = Math.max(1, roundStep(epochs, 6));
  const ticks: Tick[] = [];
  for (let epoch = step; epoch <= epochs; epoch += step) {
    ticks.push({ at: epochPosition(epoch, epochs), text: String(epoch) });
  }
  return ticks;
}

/** Where an epoch (from 1) lies on the horizontal axis, 0 to 1. */
export function epochPosition(epoch: number, epochs: number): number {
  return (epoch - 0.5) / epochs;
}
