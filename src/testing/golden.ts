import { readdirSync, readFileSync } from 'node:fs';
import { plainHead, tensorsOf, type Architecture } from '../network/index.js';

/** What all golden files of networks have. */
interface Golden {
  readonly formatVersion: number;
  readonly architecture: Architecture;
}

/** Numbers by tensor, each flat and row-major. */
export type Tensors = Record<string, number[]>;

/** The names of a folder's golden files. */
export function goldenFiles(folder: URL): string[] {
  return readdirSync(folder).filter((file) => file.endsWith('.json'));
}

/** A golden file; what its architecture leaves out is as most networks have it. */
export function readGolden<T extends Golden>(folder: URL, file: string): T {
  const golden = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as T;
  if (golden.formatVersion !== 1) throw new Error(`${file}: format ${golden.formatVersion}, these tests read 1`);
  return { ...golden, architecture: { ...plainHead, ...golden.architecture } };
}

/** A file's tensors as the flat vector that our network has; they must be just the network's, in its order. */
export function flattened(architecture: Architecture, tensors: Readonly<Tensors>): Float64Array {
  const text = (sizes: readonly (readonly [string, number])[]) => sizes.map((each) => each.join(': ')).join(', ');
  const expected = text(tensorsOf(architecture).map(({ name, size }) => [name, size]));
  const found = text(Object.entries(tensors).map(([name, { length }]) => [name, length]));
  if (found !== expected) throw new Error(`a golden file's tensors are ${found}; the network's are ${expected}`);
  return Float64Array.from(Object.values(tensors).flat());
}

/** The largest distance of as many numbers as are expected. */
export function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  return Array.from(expected).reduce((most, x, i) => Math.max(most, Math.abs(actual[i] - x)), 0);
}
