import { Random } from '../math/index.js';
import { DataError } from './errors.js';
import type { Sequences } from './sequences.js';

/** Streams of the random generator, one a use, so that no use shifts the numbers of another. */
export const splitStreams = { validation: 1001, test: 1002, limit: 1003 } as const;

export interface SplitOptions {
  /** The part to keep apart, in [0, 1). */
  readonly fraction: number;
  /** `random`: of each class alike. `group`: whole groups, such as persons. */
  readonly by: 'random' | 'group';
  readonly seed: number;
}

/**
 * Divides training sequences into those to train on and those to validate on. The same seed gives the same parts.
 *
 * By `random`, of each class round(fraction * count) are kept apart, at least one and never all. By `group`,
 * round(fraction * groups) groups are, at least one and never all.
 *
 * @returns ascending indices into `train`
 * @throws DataError where groups are asked for and there are none, one only, or all of a class would go
 */
export function splitValidation(
  train: Pick<Sequences, 'labels' | 'groups'>,
  options: SplitOptions,
): { train: Uint32Array; validation: Uint32Array } {
  const { kept, apart } = split(train, options.fraction, options.by, new Random(options.seed, splitStreams.validation));
  return { train: kept, validation: apart };
}

/** Divides sequences in two; see `splitValidation`. */
export function split(
  sequences: Pick<Sequences, 'labels' | 'groups'>,
  fraction: number,
  by: 'random' | 'group',
  random: Random,
): { kept: Uint32Array; apart: Uint32Array } {
  const { labels, groups } = sequences;
  const isApart = new Uint8Array(labels.length);
  if (fraction > 0) {
    if (by === 'group') chooseGroups(groups, fraction, random, isApart);
    else chooseOfEachClass(labels, fraction, random, isApart);
  }
  const all = Uint32Array.from(labels, (_, i) => i);
  const kept = all.filter((i) => isApart[i] === 0);
  const left = new Set(Array.from(kept, (i) => labels[i]));
  if (labels.some((label) => !left.has(label))) {
    throw new DataError(
      'data.validationBy: keeping whole groups apart would leave a class without training recordings; use random, or record each class with more people',
    );
  }
  return { kept, apart: all.filter((i) => isApart[i] === 1) };
}

function chooseOfEachClass(labels: Int32Array, fraction: number, random: Random, isApart: Uint8Array): void {
  for (const members of indicesBy(labels).values()) {
    random.shuffle(members);
    for (const index of members.slice(0, share(fraction, members.length))) isApart[index] = 1;
  }
}

function chooseGroups(groups: Int32Array | undefined, fraction: number, random: Random, isApart: Uint8Array): void {
  const members = indicesBy(groups ?? new Int32Array(0));
  const names = [...members.keys()];
  if (names.length < 2) {
    throw new DataError(
      `data.validationBy: group needs recordings of at least two groups (persons, devices), these have ${names.length}; use random, or a subfolder for each group in the class folders`,
    );
  }
  random.shuffle(names);
  for (const name of names.slice(0, share(fraction, names.length))) {
    for (const index of members.get(name) ?? []) isApart[index] = 1;
  }
}

/** Indices by what stands there, in ascending order of it. */
function indicesBy(keys: Int32Array): Map<number, number[]> {
  const members = new Map<number, number[]>();
  for (const key of Int32Array.from(new Set(keys)).sort()) members.set(key, []);
  keys.forEach((key, i) => members.get(key)?.push(i));
  return members;
}

/** round(fraction * count), at least one, never all. */
function share(fraction: number, count: number): number {
  return Math.min(count - 1, Math.max(1, Math.round(fraction * count)));
}
