import { nearest } from '../recipe/index.js';
import { DataError } from './errors.js';

/** Classes after some were merged: the new names and, for each old class, the index of its new one. */
export interface Merged {
  readonly classNames: readonly string[];
  readonly indices: Int32Array;
}

/**
 * Merges classes as `data.merge` says; the new classes stand in the order in which it names them.
 *
 * @throws DataError where a member is no class, or a class is in no new one or in two
 */
export function mergeClasses(
  classNames: readonly string[],
  merge: Readonly<Record<string, readonly string[]>> | undefined,
): Merged {
  if (merge === undefined) return { classNames, indices: Int32Array.from(classNames, (_, i) => i) };
  const indices = new Int32Array(classNames.length).fill(-1);
  const names = Object.keys(merge);
  names.forEach((name, newIndex) => {
    for (const member of merge[name]) {
      const index = classNames.indexOf(member);
      if (index < 0) {
        const near = nearest(member, classNames);
        throw new DataError(
          `data.merge.${name}: there is no class ${member}${near ? `; did you mean ${near}?` : ''}; classes: ${classNames.join(', ')}`,
        );
      }
      if (indices[index] >= 0)
        throw new DataError(`data.merge.${name}: the class ${member} is already in ${names[indices[index]]}`);
      indices[index] = newIndex;
    }
  });
  const left = classNames.filter((_, i) => indices[i] < 0);
  if (left.length > 0)
    throw new DataError(`data.merge: ${left.join(', ')} in none of the new classes; add each to one`);
  if (names.length < 2) throw new DataError(`data.merge: one class alone, ${names[0]}; there must be two at least`);
  return { classNames: names, indices };
}
