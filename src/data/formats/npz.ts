import { DataError } from '../errors.js';
import { readNpy, type NpyArray } from './npy.js';
import { listZip, readZipEntry } from './zip.js';

/**
 * The arrays of a `.npz` file (numpy.savez, numpy.savez_compressed) by name, in the file's order.
 *
 * @param only names of the arrays that are wanted; all without
 * @throws DataError where the archive or one of its arrays can't be read
 */
export async function readNpz(
  bytes: Uint8Array,
  file = 'the .npz file',
  only?: readonly string[],
): Promise<Map<string, NpyArray>> {
  const arrays = new Map<string, NpyArray>();
  const entries = listZip(bytes, file).filter(({ name }) => name.endsWith('.npy'));
  if (entries.length === 0) throw new DataError(`${file} holds no arrays; save them with numpy.savez`);
  for (const entry of entries) {
    const name = entry.name.slice(0, -'.npy'.length);
    if (only !== undefined && !only.includes(name)) continue;
    arrays.set(name, readNpy(await readZipEntry(bytes, entry, file), `${file}: ${name}`));
  }
  return arrays;
}

/** The names of the arrays in a `.npz` file. */
export function namesInNpz(bytes: Uint8Array, file = 'the .npz file'): string[] {
  return listZip(bytes, file)
    .filter(({ name }) => name.endsWith('.npy'))
    .map(({ name }) => name.slice(0, -'.npy'.length));
}
