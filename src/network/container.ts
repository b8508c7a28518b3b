import { sha256 } from '#platform';
import { tensorsOf, type Architecture } from './architecture.js';
import { decodeSafetensors, ModelFileError, type Tensor } from './safetensors.js';

/** The version of the layout of model files that this package writes, and the newest that it reads. */
export const modelFileVersion = 1;

/** The one key in the `__metadata__` of a model file; its value is JSON text. */
export const metadataKeyOf = 'fastgrnn';

export const noHash = '0'.repeat(64);

/** A model file that is whole; what its metadata say isn't checked yet. */
export interface OpenedModel {
  readonly metadata: Record<string, unknown>;
  readonly tensors: readonly Tensor[];
  readonly sha256: string;
}

/**
 * Takes a model file apart: container, hash and version are checked, the metadata are not.
 *
 * @param path what messages call the file
 * @throws ModelFileError where the file is cut short, changed, of another kind or from a newer version
 */
export async function openModel(bytes: Uint8Array, path: string): Promise<OpenedModel> {
  const file = decodeSafetensors(bytes, path);
  const text = file.metadata[metadataKeyOf];
  if (text === undefined) {
    throw new ModelFileError(`${path} is no fastgrnn model; foreign files come in by "fastgrnn import"`);
  }
  const { version, sha256: hash, ...metadata } = parseMetadata(text, path);
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) {
    throw new ModelFileError(`${path} has no hash, so it can't be told whether it is whole; make it again`);
  }
  if ((await hashOf(bytes, file.headerEnd, hash)) !== hash) {
    throw new ModelFileError(`${path} was changed after it was written: its hash is wrong; fetch or make it again`);
  }
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw new ModelFileError(
      `${path} names no version of its layout but ${JSON.stringify(version)}; fetch or make it again`,
    );
  }
  if (version > modelFileVersion) {
    throw new ModelFileError(
      `${path} was written by a newer version of fastgrnn (layout ${String(version)}, this one reads up to ${modelFileVersion}); update fastgrnn`,
    );
  }
  return { metadata, tensors: file.tensors, sha256: hash };
}

/** The hash of a file in which `written` is replaced by zeros; undefined where that doesn't stand in the header just once. */
async function hashOf(bytes: Uint8Array, headerEnd: number, written: string): Promise<string | undefined> {
  const header = Array.from(bytes.subarray(0, headerEnd), (byte) => String.fromCharCode(byte)).join('');
  const at = header.indexOf(written);
  if (at < 0 || header.includes(written, at + 1)) return undefined;
  return sha256(Uint8Array.from(bytes).fill('0'.charCodeAt(0), at, at + written.length));
}

function parseMetadata(text: string, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch (error) {
    throw new ModelFileError(`${path} is damaged: its fastgrnn metadata aren't JSON; fetch or make it again`, {
      cause: error,
    });
  }
  throw new ModelFileError(`${path} is damaged: its fastgrnn metadata aren't a map; fetch or make it again`);
}

/** A float network has exactly the tensors of its architecture. An integer network's are checked where it is built. */
export function checkTensors(
  metadata: { readonly kind: 'float' | 'integer'; readonly architecture: Architecture },
  tensors: readonly Tensor[],
  path: string,
): void {
  let expected;
  try {
    expected = tensorsOf(metadata.architecture);
  } catch (error) {
    throw new ModelFileError(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  if (metadata.kind !== 'float') return;
  const found = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  for (const { name, shape } of expected) {
    const tensor = found.get(name);
    if (tensor === undefined) throw new ModelFileError(`${path}: the tensor ${name} is missing`);
    if (tensor.dtype !== 'F32' || tensor.shape.join() !== shape.join()) {
      throw new ModelFileError(
        `${path}: tensor ${name} is ${tensor.dtype} [${tensor.shape.join(', ')}], must be F32 [${shape.join(', ')}]`,
      );
    }
    found.delete(name);
  }
  const [extra] = found.keys();
  if (extra !== undefined) throw new ModelFileError(`${path}: the tensor ${extra} isn't one of this network`);
}
