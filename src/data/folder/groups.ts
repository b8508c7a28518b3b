import { DataError } from '../errors.js';
import { titleOf, type Recording } from '../recording.js';
import type { DataSettings } from '../source.js';

/** The group of one recording, as the settings say where it stands. */
export function groupOf(
  recording: Recording,
  subfolder: string | undefined,
  { from, pattern }: DataSettings['groupBy'],
): string | undefined {
  if (from === 'none') return undefined;
  if (from === 'folder') return subfolder ?? recording.group;
  if (from === 'column') return recording.group;
  const name = recording.file.replace(/^.*\//, '');
  const match = new RegExp(pattern ?? '').exec(name);
  if (match?.[1] === undefined) {
    throw new DataError(
      `${recording.file}: data.groupBy.pattern ${pattern} finds no group in its name; change the pattern, or take the file out`,
    );
  }
  return match[1];
}

/** Numbers for the groups of all recordings; undefined where there are none. */
export function numberGroups(recordings: readonly Recording[]): Int32Array | undefined {
  const names = [...new Set(recordings.flatMap(({ group }) => group ?? []))].sort();
  if (names.length === 0) return undefined;
  const without = recordings.find(({ group }) => group === undefined);
  if (without) {
    throw new DataError(
      `${titleOf(without)} is in no group, others are; move it into a subfolder for its person or device`,
    );
  }
  const indexOf = new Map(names.map((name, i) => [name, i]));
  return Int32Array.from(recordings, ({ group }) => indexOf.get(group as string) as number);
}
