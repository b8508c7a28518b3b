import { Random } from '../math/index.js';
import { DataError } from './errors.js';
import type { Sequences } from './sequences.js';
import { labelOf, type Stretch } from './windows.js';

/** Streams of the random generator, one a use, so that no use shifts the numbers of another. */
export const splitStreams = { validation: 1001, test: 1002, limit: 1003 } as const;

/**
 * What is kept together when data are divided: recordings of each class alike (`random`), recordings whatever their class
 * (`recording`), whole groups such as persons (`group`), or each recording's beginning and its end (`time`).
 */
export type SplitBy = 'random' | 'recording' | 'group' | 'time';

/** How validation rows are chosen. */
export interface SplitOptions {
  /** The part to keep apart, in [0, 1). */
  readonly fraction: number;
  /** `official`: the sequences that the data's own makers keep apart, whatever the fraction; none where it is 0, and they are left alone. */
  readonly by: SplitBy | 'official';
  readonly seed: number;
}

/** Things to divide, such as recordings: of each its class and, where it is known, its group. */
export interface Units {
  readonly labels: Int32Array;
  readonly groups: Int32Array | undefined;
}

/**
 * Divides training sequences into those to train on and those to validate on. The same seed gives the same parts. Windows of
 * one recording stay together, but for `time`: there a recording's last windows validate, and windows that reach from one
 * part into the other are left out.
 *
 * By `random`, of each class round(fraction * count) are kept apart, at least one and never all; by `recording` of all
 * together; by `group`, round(fraction * groups) groups are, at least one and never all.
 *
 * @returns ascending indices into `train`
 * @throws DataError where groups are asked for and there are none, one only, or all of a class would go
 */
export function splitValidation(
  train: Pick<Sequences, 'labels' | 'groups' | 'recordings' | 'heldOut'> & Partial<Sequences>,
  options: SplitOptions,
): { train: Uint32Array; validation: Uint32Array } {
  const { fraction, by, seed } = options;
  const all = Uint32Array.from(train.labels, (_, i) => i);
  if (by === 'official') {
    const { heldOut } = train;
    if (heldOut === undefined) {
      throw new DataError(
        'data.validationBy: official, but these data have no validation part of their own; use random',
      );
    }
    return {
      train: all.filter((i) => heldOut[i] === 0),
      validation: fraction === 0 ? new Uint32Array() : all.filter((i) => heldOut[i] === 1),
    };
  }
  if (fraction === 0) return { train: all, validation: new Uint32Array() };
  if (by === 'time') return splitByTime(train as Sequences, fraction);
  const random = new Random(seed, splitStreams.validation);
  const { recordings } = train;
  if (recordings === undefined) {
    const { kept, apart } = split(train, fraction, by, random);
    return { train: kept, validation: apart };
  }
  // Recordings are divided, and their windows follow.
  const members = indicesBy(recordings);
  const names = [...members.keys()];
  const firsts = names.map((name) => members.get(name) as number[]);
  const units = {
    labels: Int32Array.from(firsts, (windows) =>
      labelOf(
        Int32Array.from(windows, (i) => train.labels[i]),
        'majority',
      ),
    ),
    groups: train.groups && Int32Array.from(firsts, ([first]) => (train.groups as Int32Array)[first]),
  };
  const { apart } = split(units, fraction, by, random);
  const isApart = new Set(Array.from(apart, (unit) => names[unit]));
  return {
    train: all.filter((i) => !isApart.has(recordings[i])),
    validation: all.filter((i) => isApart.has(recordings[i])),
  };
}

/** Of each recording the windows before a point in time, and those after it. */
function splitByTime(train: Sequences, fraction: number): { train: Uint32Array; validation: Uint32Array } {
  const { recordings, starts, lengths, stepStride, features } = train;
  if (recordings === undefined) {
    throw new DataError(
      'data.validationBy: time divides long recordings, but each sequence here is a recording of its own; use random or group',
    );
  }
  const endOf = (i: number) => starts[i] + (lengths[i] - 1) * stepStride + features;
  const kept: number[] = [];
  const apart: number[] = [];
  for (const windows of indicesBy(recordings).values()) {
    const first = windows.reduce((least, i) => Math.min(least, starts[i]), Infinity);
    const last = windows.reduce((most, i) => Math.max(most, endOf(i)), 0);
    const cut = first + (1 - fraction) * (last - first);
    for (const i of windows) {
      if (endOf(i) <= cut) kept.push(i);
      else if (starts[i] >= cut) apart.push(i);
    }
  }
  if (kept.length === 0 || apart.length === 0) {
    throw new DataError(
      `data.validationBy: time leaves ${kept.length} windows to train on and ${apart.length} to validate on; use shorter windows (data.window.length) or another part (data.validation)`,
    );
  }
  const chosen = (indices: number[]) => Uint32Array.from(indices).sort();
  return { train: chosen(kept), validation: chosen(apart) };
}

/** Divides things in two; see `splitValidation`. */
export function split(
  units: Units,
  fraction: number,
  by: Exclude<SplitBy, 'time'>,
  random: Random,
): { kept: Uint32Array; apart: Uint32Array } {
  const { labels, groups } = units;
  const isApart = new Uint8Array(labels.length);
  if (fraction > 0) {
    if (by === 'group') chooseGroups(groups, fraction, random, isApart);
    else chooseOfEachClass(by === 'random' ? labels : new Int32Array(labels.length), fraction, random, isApart);
  }
  const all = Uint32Array.from(labels, (_, i) => i);
  const kept = all.filter((i) => isApart[i] === 0);
  const left = new Set(Array.from(kept, (i) => labels[i]));
  if (labels.some((label) => !left.has(label))) {
    throw new DataError(
      `data.validationBy: keeping whole ${by === 'group' ? 'groups' : 'recordings'} apart would leave a class without training recordings; use random, or record each class with more people`,
    );
  }
  return { kept, apart: all.filter((i) => isApart[i] === 1) };
}

/**
 * Divides recordings in two before they are cut into windows, so that no frame is in both parts.
 *
 * @param lengths frames of each recording
 */
export function divideRecordings(
  lengths: readonly number[],
  units: Units,
  options: { readonly fraction: number; readonly by: SplitBy; readonly random: Random },
): { kept: Stretch[]; apart: Stretch[] } {
  const { fraction, by, random } = options;
  const whole = (recording: number): Stretch => ({ recording, from: 0, to: lengths[recording] });
  if (by === 'time') {
    const cuts = lengths.map((length) => Math.round((1 - fraction) * length));
    return {
      kept: cuts.map((cut, recording) => ({ recording, from: 0, to: cut })),
      apart: cuts.map((cut, recording) => ({ recording, from: cut, to: lengths[recording] })),
    };
  }
  const { kept, apart } = split(units, fraction, by, random);
  return { kept: Array.from(kept, whole), apart: Array.from(apart, whole) };
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
