import type { Recipe } from '../../../recipe/index.js';

/** Which classes Speech Commands is divided into. */
export type SpeechClasses = NonNullable<Recipe['data']['classes']>;

/** The ten commands of the 12-class task (Google-12). */
export const commands = ['yes', 'no', 'up', 'down', 'left', 'right', 'on', 'off', 'stop', 'go'] as const;

/** The class of all other words. */
export const unknown = '_unknown_';
/** The class of no word at all. */
export const silence = '_silence_';

/** The words of version 0.01, all 30: Google-30. */
export const words30 = [
  ...commands,
  ...['bed', 'bird', 'cat', 'dog', 'eight', 'five', 'four', 'happy', 'house', 'marvin', 'nine', 'one', 'seven'],
  ...['sheila', 'six', 'three', 'tree', 'two', 'wow', 'zero'],
] as const;

/** The words that version 0.02 adds. */
export const wordsOf002 = ['backward', 'follow', 'forward', 'learn', 'visual'] as const;

/** The names of the classes, in the order of their indices. */
export function classNamesOf(classes: SpeechClasses): readonly string[] {
  if (classes === 'google12') return [...commands, unknown, silence];
  return classes === 'google30' ? words30 : [...words30, ...wordsOf002];
}

/** The class of a word, or undefined where it has none. */
export function classOfWord(word: string, classes: SpeechClasses): string | undefined {
  const names = classNamesOf(classes);
  if (names.includes(word)) return word;
  return classes === 'google12' ? unknown : undefined;
}
