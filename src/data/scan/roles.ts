import type { ColumnFacts, TimeUnit } from '../formats/format.js';
import { isTimeName, secondsOf, unitOfName } from '../formats/time.js';
import type { FileScan, Roles } from './facts.js';

const labelNames =
  /^(labels?|class(es)?|class_?(name|label|id)|activit(y|ies)|activity_?(name|label|id)|gestures?|targets?|events?|state|y|ground_?truth|annotation)$/i;
const groupNames =
  /^(subject|person|user|participant|volunteer|patient|device|who|rider|driver|operator|subj)(_?(id|name|no|nr|number))?$/i;
const recordingNames =
  /^(recording|session|trial|run|segment|sequence|series|experiment|rep(etition)?|take|file|id|sample_?id|window_?id)(_?(id|name|no|nr|number))?$/i;
const counterNames =
  /^(|index|idx|row|row_?(no|nr|number|id)|line|sample|sample_?(no|nr|number|index)|step|unnamed.*|seq|counter|frame|column 1)$/i;

/** A column over all files that have the same columns. */
interface Seen {
  readonly name: string;
  readonly all: readonly ColumnFacts[];
}

/** How much a clock's steps may vary, as a part of the usual one. */
const steadyJitter = 0.5;

/**
 * Guesses the roles of columns by their names and by what they hold.
 *
 * @param tables files with the same columns
 * @param needsLabel nothing else says the classes, so that even an unnamed column may
 */
export function findRoles(tables: readonly FileScan[], needsLabel: boolean): Roles {
  const columns = (tables[0]?.facts.columns ?? []).map(({ name }, i): Seen => ({
    name,
    all: tables.map(({ facts }) => facts.columns[i]),
  }));
  const taken = new Set<string>();
  const take = (column: Seen | undefined) => {
    if (column) taken.add(column.name);
    return column;
  };
  const free = (test: (column: Seen) => boolean) => columns.find((column) => !taken.has(column.name) && test(column));
  const time = take(
    free((column) => is(column, 'time') || (is(column, 'number') && isTimeName(column.name) && !isLabelLike(column))) ??
      (columns[0] && isClock(columns[0]) ? columns[0] : undefined),
  );
  const label = take(
    free((column) => labelNames.test(column.name) && isLabelLike(column)) ?? guessLabel(columns, taken, needsLabel),
  );
  const group = take(free((column) => groupNames.test(column.name) && isLabelLike(column)));
  const recording = take(free((column) => recordingNames.test(column.name) && staysForLong(column)));
  const counters = columns.filter((column) => !taken.has(column.name) && isCounter(column)).map(({ name }) => name);
  const words = columns.filter((column) => !taken.has(column.name) && !is(column, 'number')).map(({ name }) => name);
  const ignored = [...counters, ...words];
  return {
    time: time?.name,
    timeUnit: time && is(time, 'number') ? unitOf(time) : undefined,
    label: label?.name,
    group: group?.name,
    recording: recording?.name,
    channels: columns.map(({ name }) => name).filter((name) => !taken.has(name) && !ignored.includes(name)),
    ignored,
  };
}

/** Without a name that says so: the one column of words, or the last one of few whole numbers that seldom change. */
function guessLabel(columns: readonly Seen[], taken: ReadonlySet<string>, needed: boolean): Seen | undefined {
  const words = columns.filter((column) => !taken.has(column.name) && is(column, 'text') && isLabelLike(column));
  if (words.length === 1 && (needed || changesWithin(words[0]))) return words[0];
  const last = columns.at(-1);
  if (!needed || columns.length < 2 || !last || taken.has(last.name)) return undefined;
  return is(last, 'number') && isLabelLike(last) && staysForLong(last) && changesWithin(last) ? last : undefined;
}

function is({ all }: Seen, kind: ColumnFacts['kind']): boolean {
  return (
    all.some((facts) => facts.kind === kind) && all.every((facts) => facts.kind === kind || facts.kind === 'empty')
  );
}

/** Few different words or whole numbers. */
function isLabelLike({ all }: Seen): boolean {
  return all.every(
    ({ kind, distinct, whole }) => kind === 'empty' || (distinct !== undefined && (kind === 'text' || whole)),
  );
}

function changesWithin({ all }: Seen): boolean {
  return all.some(({ changes }) => changes > 0);
}

/** It changes less than once in ten rows. */
function staysForLong({ all }: Seen): boolean {
  return all.every(({ changes, counts = [] }) => {
    const rows = counts.reduce((sum, count) => sum + count, 0);
    return changes === 0 || 10 * changes < rows;
  });
}

/** It rises from row to row in every file, by steps of much the same size: a clock under a name of another language. */
function isClock(column: Seen): boolean {
  return (
    is(column, 'number') &&
    !isLabelLike(column) &&
    column.all.every(
      ({ ascending, spacing, min = -1 }) =>
        ascending && min >= 0 && spacing !== undefined && spacing.jitter < steadyJitter && spacing.median !== 1,
    )
  );
}

/** Whole numbers, each one more than the one above. */
function isCounter({ name, all }: Seen): boolean {
  return (
    counterNames.test(name) &&
    all.every(
      ({ whole, spacing, min }) =>
        whole && spacing?.median === 1 && spacing.jitter === 0 && (min === 0 || min === 1 || name !== 'column 1'),
    )
  );
}

/** The unit of times that are numbers; see `guessTimeUnit`. */
function unitOf({ name, all }: Seen): TimeUnit {
  const told = unitOfName(name);
  if (told) return told;
  const largest = Math.max(...all.map(({ max = 0 }) => Math.abs(max)));
  if (largest >= 1e17) return 'ns';
  if (largest >= 1e14) return 'us';
  if (largest >= 1e11) return 'ms';
  const step = all.find(({ spacing }) => spacing)?.spacing?.median ?? 1;
  if (largest >= 1e8 && step < 100) return 's';
  const whole = all.every((facts) => facts.whole);
  if (!whole || step < 2) return step >= 2 ? 'ms' : 's';
  return step <= 1000 ? 'ms' : step <= 1e6 ? 'us' : 'ns';
}

/** Steps a second of one file, by its time or its format. */
export function rateOfFile({ facts }: FileScan, { time, timeUnit }: Roles): number | undefined {
  if (facts.rate !== undefined) return facts.rate;
  const column = facts.columns.find(({ name }) => name === time);
  const seconds = column?.kind === 'time' ? 1 : secondsOf[timeUnit ?? 's'];
  return column?.spacing && 1 / (column.spacing.median * seconds);
}

/** How irregular the steps of one file are. */
export function jitterOfFile({ facts }: FileScan, { time }: Roles): number {
  return facts.columns.find(({ name }) => name === time)?.spacing?.jitter ?? 0;
}
