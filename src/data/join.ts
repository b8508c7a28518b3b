import { sharedInt16, type Sequences } from './sequences.js';

/**
 * Two parts of one data set as one, those of `a` first. Where they aren't views of one buffer their values are copied into one.
 * Numbers of groups and recordings mean the same in both.
 */
export function joinSequences(a: Sequences, b: Sequences): Sequences {
  const shared = a.values === b.values;
  const offset = shared ? 0 : a.values.length;
  let { values, frameLabels, frameTargets } = a;
  if (!shared) {
    values = sharedInt16(a.values.length + b.values.length);
    values.set(a.values);
    values.set(b.values, offset);
    frameLabels = joined(Int32Array, a.frameLabels, b.frameLabels);
    frameTargets = joined(Float32Array, a.frameTargets, b.frameTargets);
  }
  return {
    ...a,
    count: a.count + b.count,
    steps: Math.max(a.steps, b.steps),
    values,
    frameLabels,
    frameTargets,
    starts: ofBoth(
      Uint32Array,
      a.starts,
      b.starts.map((start) => start + offset),
    ),
    lengths: ofBoth(Uint32Array, a.lengths, b.lengths),
    labels: ofBoth(Int32Array, a.labels, b.labels),
    groups: joined(Int32Array, a.groups, b.groups),
    recordings: joined(Int32Array, a.recordings, b.recordings),
    heldOut: joined(Uint8Array, a.heldOut, b.heldOut),
    folds: joined(Int32Array, a.folds, b.folds),
    targets: joined(Float32Array, a.targets, b.targets),
  };
}

type Numbers = Uint8Array | Int32Array | Uint32Array | Float32Array;

function ofBoth<T extends Numbers>(kind: new (length: number) => T, a: T, b: T): T {
  const both = new kind(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Undefined unless both have it. */
function joined<T extends Numbers>(kind: new (length: number) => T, a: T | undefined, b: T | undefined): T | undefined {
  return a && b && ofBoth(kind, a, b);
}
