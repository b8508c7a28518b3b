import { DataError } from '../errors.js';
import type { ColumnFacts, TimeUnit } from './format.js';

/** Seconds in a unit. */
export const secondsOf: Readonly<Record<TimeUnit, number>> = { s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 };

const bare = /^(time|times|timestamps?|time_?stamp|date|date_?time|datetime|t|epoch|utc|unix_?time|clock|elapsed)$/;

/** Whether a column is called as columns of time are. */
export function isTimeName(name: string): boolean {
  return bare.test(baseOf(name)) || unitOfName(name) !== undefined;
}

/** The unit that a column's name says: `time_ms`, `t [us]`, `millis`, `seconds`. */
export function unitOfName(name: string): TimeUnit | undefined {
  const lower = name.trim().toLowerCase();
  if (/^(milliseconds?|millis|msecs?|ms)$/.test(lower)) return 'ms';
  if (/^(microseconds?|micros|usecs?)$/.test(lower)) return 'us';
  if (/^(nanoseconds?|nanos|nsecs?)$/.test(lower)) return 'ns';
  if (/^(seconds?|secs?)$/.test(lower)) return 's';
  const [, base, unit] =
    /^(.+?)[\s_.-]*[([_\s.-]\s*(s|sec|seconds|ms|msec|millis|us|µs|usec|micros|ns|nsec)\s*[)\]]?$/.exec(lower) ?? [];
  if (base === undefined || !bare.test(baseOf(base))) return undefined;
  return unit.startsWith('ms') || unit === 'millis'
    ? 'ms'
    : unit.startsWith('n')
      ? 'ns'
      : /^(u|µ|mic)/.test(unit)
        ? 'us'
        : 's';
}

function baseOf(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s.-]+/g, '_');
}

/**
 * The unit of times that are numbers, guessed: of those since 1970 by their size, of others by their steps. Whole numbers
 * with steps of 1 are taken as seconds; steps of 2 to 1000 as milliseconds, to a million as microseconds, beyond as
 * nanoseconds.
 */
export function guessTimeUnit(times: Float64Array): TimeUnit {
  const largest = Math.abs(times[times.length - 1] ?? 0);
  if (largest >= 1e17) return 'ns';
  if (largest >= 1e14) return 'us';
  if (largest >= 1e11) return 'ms';
  if (largest >= 1e8 && largest < 1e10 && !isMicroseconds(times)) return 's';
  const step = medianStep(times);
  if (step < 2 || !times.subarray(0, 1000).every(Number.isInteger)) return step >= 2 ? 'ms' : 's';
  return step <= 1000 ? 'ms' : step <= 1e6 ? 'us' : 'ns';
}

/** Whole numbers that leave 0 far behind but step by hundreds: a counter of microseconds rather than seconds since 1970. */
function isMicroseconds(times: Float64Array): boolean {
  return medianStep(times) >= 100 && times.every(Number.isInteger);
}

/** The median of the steps from one time to the next (of at most the first 10 000). */
export function medianStep(times: Float64Array): number {
  const count = Math.min(times.length, 10_001) - 1;
  if (count < 1) return 0;
  const steps = Float64Array.from({ length: count }, (_, i) => Math.abs(times[i + 1] - times[i])).sort();
  return steps[count >> 1];
}

/** How regular times are. */
export interface RateFacts {
  /** Steps a second: one over the median step. */
  readonly rate: number;
  /** The largest deviation of a step from the median step, as a fraction of it, among all but the 1 % worst. */
  readonly jitter: number;
  /** The longest step in median steps. */
  readonly longestGap: number;
}

/** The rate and regularity of ascending times in seconds; undefined for fewer than two. */
export function rateOf(times: Float64Array): RateFacts | undefined {
  if (times.length < 2) return undefined;
  const steps = Float64Array.from({ length: times.length - 1 }, (_, i) => times[i + 1] - times[i]).sort();
  const median = steps[steps.length >> 1];
  if (!(median > 0)) return undefined;
  const deviations = steps.map((step) => Math.abs(step - median) / median).sort();
  return {
    rate: 1 / median,
    jitter: deviations[Math.floor(0.99 * (deviations.length - 1))],
    longestGap: steps[steps.length - 1] / median,
  };
}

/** The spacing of ascending times or values, as `describe` tells it. */
export function spacingOf(times: Float64Array): ColumnFacts['spacing'] {
  const facts = rateOf(times);
  return facts && { median: 1 / facts.rate, jitter: facts.jitter, longestGap: facts.longestGap };
}

/** Throws where a time isn't a number or lies before the one above it; `place` names a row for the message. */
export function checkAscending(times: Float64Array, place: (row: number) => string, what: string): void {
  for (let row = 0; row < times.length; row++) {
    if (Number.isNaN(times[row])) {
      throw new DataError(`${place(row)}, ${what}: the time is missing; fill it in, or take the line out`);
    }
    if (row > 0 && times[row] < times[row - 1]) {
      throw new DataError(
        `${place(row)}, ${what}: the time goes back; sort the rows by time, or name the column in data.recordingColumn that tells its recordings apart`,
      );
    }
  }
}
