import { HostError } from '#platform';
import { DataError } from '../errors.js';
import { findFile, readMaybeGzipped } from '../files.js';
import type { Recording } from '../recording.js';
import { recordingsOf, type NamedArray } from './arrays.js';
import { complete } from './complete.js';
import { describeRecordings } from './facts.js';
import { plainName, type FormatReader } from './format.js';
import { readNpy } from './npy.js';
import { namesInNpz, readNpz } from './npz.js';

const labelFiles = ['y.npy', 'labels.npy'];

/** Whether a file holds the labels of its neighbour's recordings rather than recordings: `y.npy`, `labels.npy`. */
export function isLabelFile(file: string): boolean {
  return labelFiles.includes(plainName(file).replace(/^.*[/\\]/, ''));
}

/** Arrays of NumPy, one a file. Three dimensions take their labels from `y.npy` or `labels.npy` in the same folder. */
export const npyReader: FormatReader = {
  name: 'NPY',
  endings: ['.npy'],
  read: async (bytes, file, { missing }) => (await npyRecordings(bytes, file)).map((each) => complete(each, missing)),
  describe: (bytes, file) => describeRecordings('NPY', file, () => npyRecordings(bytes, file)),
};

/** Archives of NumPy: X, x or data with the values; y or labels, groups and lengths beside them. */
export const npzReader: FormatReader = {
  name: 'NPZ',
  endings: ['.npz'],
  read: async (bytes, file, { missing }) => (await npzRecordings(bytes, file)).map((each) => complete(each, missing)),
  describe: (bytes, file) => describeRecordings('NPZ', file, () => npzRecordings(bytes, file)),
};

async function npyRecordings(bytes: Uint8Array, file: string): Promise<Recording[]> {
  if (isLabelFile(file)) {
    throw new DataError(
      `${file} holds labels by its name; read the recordings beside it, or rename it if it holds recordings`,
    );
  }
  const array = readNpy(bytes, file);
  const labels = array.shape.length === 3 ? await labelsBeside(file) : undefined;
  return recordingsOf({ name: file, array }, file, { labels });
}

async function labelsBeside(file: string): Promise<NamedArray | undefined> {
  const path = await neighbour(file.replace(/[^/\\]*$/, ''));
  return path === undefined ? undefined : { name: path, array: readNpy(await readMaybeGzipped(path), path) };
}

async function neighbour(directory: string): Promise<string | undefined> {
  try {
    return await findFile(directory, ...labelFiles);
  } catch (error) {
    if (error instanceof HostError) return undefined; // a browser has no folders: the bytes are all there is
    throw error;
  }
}

const roles = {
  values: ['X', 'x', 'data'],
  labels: ['y', 'labels'],
  groups: ['groups'],
  lengths: ['lengths'],
};

async function npzRecordings(bytes: Uint8Array, file: string): Promise<Recording[]> {
  const there = namesInNpz(bytes, file);
  const find = (names: readonly string[]) => names.find((name) => there.includes(name));
  const values = find(roles.values);
  if (values === undefined) {
    throw new DataError(
      `${file} holds no array X, x or data, but ${there.map((name) => JSON.stringify(name)).join(', ') || 'none at all'}; ` +
        'name the values X and the labels y: numpy.savez(file, X=…, y=…)',
    );
  }
  const arrays = await readNpz(bytes, file, Object.values(roles).flat());
  const named = (names: readonly string[]): NamedArray | undefined => {
    const name = find(names);
    return name === undefined ? undefined : { name: `${file}: ${name}`, array: arrays.get(name)! };
  };
  return recordingsOf(named(roles.values)!, file, {
    labels: named(roles.labels),
    groups: named(roles.groups),
    lengths: named(roles.lengths),
  });
}
