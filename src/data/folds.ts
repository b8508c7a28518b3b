import { Random } from '../math/index.js';
import { DataError } from './errors.js';
import type { Sequences } from './sequences.js';

/** How many folds, or one a group. */
export type FoldCount = number | 'group';

/** How data are divided into folds, each of which is the test part once. */
export interface Folds {
  /** What stays together: whole groups, whole recordings, or single sequences. */
  readonly by: 'group' | 'recording' | 'sequence';
  /** Ascending indices of each fold's sequences; every sequence is in one fold. */
  readonly folds: readonly Uint32Array[];
  /** Of each fold the groups in it, by number; empty where folds aren't made of groups. */
  readonly groups: readonly (readonly number[])[];
}

/** The random stream of the division. */
const foldStream = 1004;

/**
 * Divides sequences into folds. The same seed gives the same ones. Data that have as many folds of their own keep them.
 *
 * `group`, or a number with `byGroup`: whole groups; the largest are dealt first, each into the fold with the fewest sequences so
 * far. Else: recordings (or sequences, where each is a recording), of each class alike.
 *
 * @throws DataError where there are fewer groups or recordings than folds
 */
export function makeFolds(
  sequences: Pick<Sequences, 'count' | 'labels' | 'groups' | 'recordings' | 'folds'>,
  count: FoldCount,
  byGroup: boolean,
  seed: number,
): Folds {
  const random = new Random(seed, foldStream);
  const given = membersOf(sequences.folds ?? new Int32Array(0));
  given.delete(-1);
  if (given.size === count) {
    const own = Array.from(given.values(), ascending);
    return { by: 'sequence', folds: own, groups: own.map(() => []) };
  }
  if (count === 'group' || byGroup) return groupFolds(sequences, count, random);
  const { recordings, labels } = sequences;
  const by = recordings ? 'recording' : 'sequence';
  const units = membersOf(recordings ?? Int32Array.from({ length: sequences.count }, (_, i) => i));
  if (units.size < count) {
    throw new DataError(
      `--folds: ${count} folds need as many recordings, these data have ${units.size}; take fewer folds${recordings ? ', or cut long recordings into files' : ''}`,
    );
  }
  const names = Array.from(units.keys());
  random.shuffle(names);
  const labelOf = (name: number) => labels[(units.get(name) as number[])[0]];
  names.sort((a, b) => labelOf(a) - labelOf(b)); // stable: within a class the order stays random
  const folds = Array.from({ length: count }, () => [] as number[]);
  names.forEach((name, i) => folds[i % count].push(...(units.get(name) as number[])));
  return { by, folds: folds.map(ascending), groups: folds.map(() => []) };
}

function groupFolds({ groups }: Pick<Sequences, 'groups'>, count: FoldCount, random: Random): Folds {
  const members = membersOf(groups ?? new Int32Array(0));
  const names = Array.from(members.keys());
  if (names.length < 2 || (count !== 'group' && names.length < count)) {
    const wanted =
      count === 'group'
        ? 'folds by group need at least two groups'
        : `${count} folds of whole groups need as many groups`;
    throw new DataError(
      `--folds: ${wanted} (persons, devices), these data have ${names.length}; set data.validationBy to random for folds of recordings`,
    );
  }
  if (count === 'group') {
    return {
      by: 'group',
      folds: names.map((name) => ascending(members.get(name) as number[])),
      groups: names.map((name) => [name]),
    };
  }
  const sizeOf = (name: number) => (members.get(name) as number[]).length;
  random.shuffle(names);
  names.sort((a, b) => sizeOf(b) - sizeOf(a));
  const folds = Array.from({ length: count }, () => ({ sequences: [] as number[], groups: [] as number[] }));
  for (const name of names) {
    const smallest = folds.reduce((least, fold) => (fold.sequences.length < least.sequences.length ? fold : least));
    smallest.sequences.push(...(members.get(name) as number[]));
    smallest.groups.push(name);
  }
  return {
    by: 'group',
    folds: folds.map((fold) => ascending(fold.sequences)),
    groups: folds.map((fold) => fold.groups.sort((a, b) => a - b)),
  };
}

/** Indices by what stands there, in ascending order of it. */
function membersOf(keys: Int32Array): Map<number, number[]> {
  const members = new Map<number, number[]>();
  for (const key of Int32Array.from(new Set(keys)).sort()) members.set(key, []);
  keys.forEach((key, i) => members.get(key)?.push(i));
  return members;
}

function ascending(indices: readonly number[]): Uint32Array {
  return Uint32Array.from(indices).sort();
}
