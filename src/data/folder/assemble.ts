import { DataError } from '../errors.js';
import type { PhysicalValues, Recorded } from '../recorded.js';
import { titleOf, type Recording } from '../recording.js';
import { labelOf, windowsOf, type Stretch, type WindowSettings } from '../windows.js';

/** Recordings of one folder with the names that their labels and groups have in common. */
export interface Labelled {
  readonly recordings: readonly Recording[];
  /** [recordings]: the class of a whole recording, or of each of its frames; -1 for none. */
  readonly labels: readonly (number | Int32Array)[];
  /** [recordings] */
  readonly groups: Int32Array | undefined;
}

/**
 * Cuts stretches of recordings into windows. Each window lies wholly inside one stretch, so that what is in one part of the
 * data is in no other.
 */
export function assemble(
  { recordings, labels, groups }: Labelled,
  stretches: readonly Stretch[],
  window: WindowSettings | undefined,
): { recorded: Recorded; dropped: { short: number; unlabelled: number } } {
  const channels = recordings[0].channelNames.length;
  const byFrame = labels.some((own) => typeof own !== 'number');
  const given = recordings[0].targets;
  const outputs = given ? given.names.length : 0;
  const pieces: PhysicalValues[] = [];
  const frameLabels: Int32Array[] = [];
  const targets: number[] = [];
  const frameTargets: Float32Array[] = [];
  const chosen: { start: number; length: number; label: number; recording: number }[] = [];
  const dropped = { short: 0, unlabelled: 0 };
  let frames = 0;
  for (const stretch of stretches) {
    const { recording, from, to } = stretch;
    const { values, targets: own } = recordings[recording];
    const classes = labels[recording];
    const windows = windowsOf(stretch, window);
    if (windows.length === 0) dropped.short++;
    let used = 0;
    for (const { from: start, to: end } of windows) {
      const label =
        typeof classes === 'number' ? classes : labelOf(classes.subarray(start, end), window?.label ?? 'majority');
      if (label < 0 && outputs === 0) {
        dropped.unlabelled++;
        continue;
      }
      used++;
      chosen.push({ start: (frames + start - from) * channels, length: end - start, label, recording });
      if (own?.every === 'recording') targets.push(...own.values);
    }
    if (used === 0) continue;
    pieces.push(values.subarray(from * channels, to * channels));
    if (byFrame)
      frameLabels.push(
        typeof classes === 'number' ? new Int32Array(to - from).fill(classes) : classes.subarray(from, to),
      );
    if (own?.every === 'step') frameTargets.push(Float32Array.from(own.values.subarray(from * outputs, to * outputs)));
    frames += to - from;
  }
  return {
    recorded: {
      count: chosen.length,
      steps: chosen.reduce((most, { length }) => Math.max(most, length), 0),
      channels,
      features: channels,
      stepStride: channels,
      pieces,
      starts: Uint32Array.from(chosen, ({ start }) => start),
      lengths: Uint32Array.from(chosen, ({ length }) => length),
      labels: Int32Array.from(chosen, ({ label }) => label),
      groups: groups && Int32Array.from(chosen, ({ recording }) => groups[recording]),
      ...(window ? { recordings: Int32Array.from(chosen, ({ recording }) => recording) } : {}),
      ...(byFrame ? { frameLabels: joined(frameLabels, new Int32Array(frames)) } : {}),
      ...(given?.every === 'recording' ? { targets: Float32Array.from(targets) } : {}),
      ...(given?.every === 'step' ? { frameTargets: joined(frameTargets, new Float32Array(frames * outputs)) } : {}),
    },
    dropped,
  };
}

/** The parts one after the other, in `whole`. */
function joined<A extends Int32Array | Float32Array>(parts: readonly A[], whole: A): A {
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether a channel's name is one that readers make up. */
function isNumbered(name: string): boolean {
  return /^(column|channel) \d+$/.test(name);
}

/** All recordings must have the same channels and targets. */
export function checkAlike(recordings: readonly Recording[]): void {
  const [first] = recordings;
  for (const recording of recordings) {
    const { channelNames, targets } = recording;
    const title = titleOf(recording);
    if (channelNames.length !== first.channelNames.length) {
      throw new DataError(
        `${title} has ${channelNames.length} columns, ${titleOf(first)} has ${first.channelNames.length}; all recordings need the same channels`,
      );
    }
    const [numbered, others] = [channelNames, first.channelNames].map((names) => names.every(isNumbered));
    if (numbered !== others) {
      const [without, named] = numbered ? [title, titleOf(first)] : [titleOf(first), title];
      throw new DataError(`${without} begins with numbers, ${named} with names; give all recordings a header, or none`);
    }
    const differs = channelNames.findIndex((name, i) => name !== first.channelNames[i]);
    if (differs >= 0) {
      throw new DataError(
        `${title}, column ${differs + 1} is "${channelNames[differs]}", in ${titleOf(first)} "${first.channelNames[differs]}"; all recordings need the same channels in the same order`,
      );
    }
    if (targets?.names.join() !== first.targets?.names.join() || targets?.every !== first.targets?.every) {
      throw new DataError(
        `${title} has the targets ${targets?.names.join(', ') ?? '(none)'}, ${titleOf(first)} ${first.targets?.names.join(', ') ?? '(none)'}; all recordings need the same`,
      );
    }
  }
}
