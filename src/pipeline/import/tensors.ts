import { joinPath, kindOf, listDirectory, readFile, sha256 } from '#platform';
import { DataError, readNpy, readNpz, type NpyArray } from '../../data/index.js';
import { ImportError } from './errors.js';
import type { ForeignTensor, ForeignWeights } from './foreign.js';
import { readForeignSafetensors } from './safetensors.js';

/**
 * Reads a `.safetensors` or `.npz` file, or a folder of `.npy` files (a tensor is called as its file).
 *
 * @throws ImportError where there are no such files, or one holds what isn't a finite number
 * @throws DataError, ModelFileError where a file is damaged
 */
export async function readWeights(path: string): Promise<ForeignWeights> {
  const kind = await kindOf(path);
  if (kind === 'directory') return readFolder(path);
  const file = baseName(path);
  const lower = file.toLowerCase();
  if (!lower.endsWith('.npz') && !lower.endsWith('.safetensors')) {
    throw new ImportError(`${path}${kind ? '' : ' is not there'}: ${readable(lower)}`);
  }
  const bytes = await readFile(path);
  const tensors = lower.endsWith('.npz')
    ? [...(await readNpz(bytes, path))].map(([name, array]) => fromNumpy(name, array, path))
    : readForeignSafetensors(bytes, path);
  return { path, files: [{ name: file, sha256: await sha256(bytes) }], tensors: checked(tensors, path) };
}

async function readFolder(path: string): Promise<ForeignWeights> {
  const names = (await listDirectory(path)).filter((name) => name.toLowerCase().endsWith('.npy'));
  if (names.length === 0) {
    throw new ImportError(
      `${path} holds no .npy files; name a folder that does, or a .npz or .safetensors file with the weights`,
    );
  }
  const files: { name: string; sha256: string }[] = [];
  const tensors: ForeignTensor[] = [];
  for (const name of names) {
    const file = joinPath(path, name);
    const bytes = await readFile(file);
    files.push({ name, sha256: await sha256(bytes) });
    tensors.push(fromNumpy(name.slice(0, -'.npy'.length), readNpy(bytes, file), file));
  }
  return { path, files, tensors: checked(tensors, path) };
}

function fromNumpy(name: string, { shape, data, dtype }: NpyArray, path: string): ForeignTensor {
  if (Array.isArray(data)) throw new DataError(`${path}: ${name} holds texts (${dtype}), not weights`);
  return { name, shape, data: Float64Array.from(data) };
}

function checked(tensors: readonly ForeignTensor[], path: string): ForeignTensor[] {
  const used = tensors.filter(({ data }) => data.length > 0);
  for (const { name, data } of used) {
    const at = data.findIndex((value) => !Number.isFinite(Math.fround(value)));
    if (at < 0) continue;
    throw new ImportError(
      `${path}: ${name} holds ${data[at]} at entry ${at}; weights are finite numbers of float32: save them from an epoch before the training diverged`,
    );
  }
  return used;
}

/** What can be imported, and how to get there from a file of that name. */
function readable(name: string): string {
  const torch = /\.(pt|pth|bin|ckpt)$/.test(name);
  const how = torch
    ? 'save them in Python by numpy.savez(file, **{k: v.numpy() for k, v in model.state_dict().items()})'
    : 'save them in Python by numpy.savez(file, W=…, U=…), or with the safetensors package';
  return `import reads .safetensors, .npz, and folders of .npy; ${how}`;
}

function baseName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
}
