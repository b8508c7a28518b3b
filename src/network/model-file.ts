import { sha256 } from '#platform';
import { canonicalJson } from '../recipe/light.js';
import { checkTensors, metadataKeyOf, modelFileVersion, noHash, openModel } from './container.js';
import type { ModelMetadata } from './model-metadata.js';
import { encodeSafetensors } from './safetensors-encode.js';
import { ModelFileError, type Tensor } from './safetensors.js';

/** A model file taken apart. */
export interface ModelFile {
  readonly metadata: ModelMetadata;
  readonly tensors: readonly Tensor[];
  /** The SHA-256 of the file, taken with this field as 64 zeros. */
  readonly sha256: string;
}

/**
 * The bytes of a model file: safetensors whose `__metadata__` has one key, `fastgrnn`, JSON text with the version, the
 * metadata and the SHA-256 of the whole file taken with that field as 64 zeros. Equal content gives equal bytes.
 *
 * @throws ModelFileError where metadata and tensors contradict themselves
 */
export async function encodeModel(metadata: ModelMetadata, tensors: readonly Tensor[]): Promise<Uint8Array> {
  const checked = await checkMetadata({ ...metadata }, 'the model');
  checkTensors(checked, tensors, 'the model');
  const encode = (hash: string) =>
    encodeSafetensors(tensors, {
      [metadataKeyOf]: canonicalJson({ ...checked, version: modelFileVersion, sha256: hash }),
    });
  return encode(await sha256(encode(noHash)));
}

/**
 * Takes a model file apart and checks all of it, the hash first.
 *
 * @param path what messages call the file
 * @throws ModelFileError where the file is cut short, changed, of another kind or from a newer version
 */
export async function decodeModel(bytes: Uint8Array, path: string): Promise<ModelFile> {
  const { metadata, tensors, sha256: hash } = await openModel(bytes, path);
  const checked = await checkMetadata(metadata, path);
  checkTensors(checked, tensors, path);
  return { metadata: checked, tensors, sha256: hash };
}

/** The schema's library is loaded where a file is read or written, not where this room is imported. */
async function checkMetadata(metadata: unknown, path: string): Promise<ModelMetadata> {
  const { contradiction, metadataSchema } = await import('./model-metadata.js');
  const result = metadataSchema.safeParse(metadata);
  if (!result.success) {
    const [issue] = result.error.issues;
    const field = issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys].join('.') : issue.path.join('.');
    const problem = issue.code === 'unrecognized_keys' ? 'is unknown' : 'is missing or wrong';
    throw new ModelFileError(`${path}: the metadata field ${field} ${problem}`);
  }
  const wrong = contradiction(result.data);
  if (wrong !== undefined) throw new ModelFileError(`${path}: ${wrong}`);
  return result.data;
}
