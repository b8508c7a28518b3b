import { markup, type Markup } from './markup.js';

/** The name of class k, or its number where it has no name. */
export function className(names: readonly string[], k: number): string {
  return names[k] === undefined || names[k] === '' ? `class ${k}` : names[k];
}

/** A name that may be broken after its separators, since many class names are one long word. */
export function breakable(name: string): Markup {
  const pieces = name.split(/(?<=[_/.])(?=[^_/.])/);
  return markup`${pieces.map((piece, i) => (i === 0 ? markup`${piece}` : markup`<wbr>${piece}`))}`;
}
