/** Where an operand of a kernel lies: words (4 bytes) from the arena's start at time step 0, and words from one step to the next. */
export interface Operand {
  readonly offset: number;
  readonly step: number;
}

/** A row-major matrix: `stride` words from one row to the next. */
export interface Matrix extends Operand {
  readonly stride: number;
}

/** The same operand `steps` time steps later (earlier when negative). */
export function shift<T extends Operand>(operand: T, steps: number): T {
  return { ...operand, offset: operand.offset + steps * operand.step };
}

/** The same operand `words` further on: an element of a vector, a tensor in a flat vector of parameters. */
export function within(operand: Operand, words: number): Operand {
  return { offset: operand.offset + words, step: operand.step };
}

/** Words in a group that every backend can process whole: the widest vector, AVX-512's 16 floats. */
export const GROUP = 16;

/** `n` rounded up to whole groups. */
export function wholeGroups(n: number): number {
  return Math.ceil(n / GROUP) * GROUP;
}

/**
 * The distance between rows of a matrix of `columns` columns: whole groups, and never a multiple of 256 bytes, since rows
 * a power of two apart fall on the same cache sets.
 */
export function rowStride(columns: number): number {
  const words = wholeGroups(columns);
  return words > 0 && words % 64 === 0 ? words + GROUP : words;
}

/** Words that a packed matrix takes: panels of `inner` rows, the columns in whole groups. */
export function packedWords(inner: number, columns: number): number {
  return inner * wholeGroups(columns);
}
