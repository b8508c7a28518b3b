import { DataError } from '../errors.js';
import { titleOf, type Recording } from '../recording.js';
import type { DataSettings } from '../source.js';

/** The classes of recordings, and of each recording which one it is of. */
export interface Classes {
  /** In the order of their code units, so that every machine has the same order. */
  readonly classNames: readonly string[];
  /** [recordings]: the class of the whole recording, or of each of its frames; -1 for none. */
  readonly labels: readonly (number | Int32Array)[];
}

/** What frames without a class are called, where they are to be a class and no name is given. */
const namelessNull = 'none';

/**
 * Brings the labels of all recordings to one list of classes. Frames of the null class have no class, unless the settings keep
 * it: then frames without a label are of it.
 *
 * @param strict every recording must have a label
 * @throws DataError where a recording has no label
 */
export function classesOf(
  recordings: readonly Recording[],
  { nullClass, keepNull }: DataSettings['window'],
  strict: boolean,
): Classes {
  const found = new Set<string>();
  for (const recording of recordings) {
    if (recording.stepLabels) {
      const { names, indices } = recording.stepLabels;
      const used = new Uint8Array(names.length);
      for (const index of indices) if (index >= 0) used[index] = 1;
      names.forEach((name, i) => used[i] && found.add(name));
    } else if (recording.label !== undefined) found.add(recording.label);
    else if (strict) {
      throw new DataError(
        `${titleOf(recording)} has no label; give it one, take it out, or say where labels stand (data.labels)`,
      );
    }
  }
  const nothing = nullClass ?? namelessNull;
  if (keepNull) found.add(nothing);
  else if (nullClass !== undefined) found.delete(nullClass);
  const classNames = [...found].sort();
  const indexOf = new Map(classNames.map((name, i) => [name, i]));
  const unlabelled = keepNull ? (indexOf.get(nothing) as number) : -1;
  const labels = recordings.map(({ stepLabels, label }) => {
    if (!stepLabels) return label === undefined ? unlabelled : (indexOf.get(label) ?? -1);
    const own = Int32Array.from(stepLabels.names, (name) => indexOf.get(name) ?? -1);
    return stepLabels.indices.map((index) => (index < 0 ? unlabelled : own[index]));
  });
  return { classNames, labels };
}
