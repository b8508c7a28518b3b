import { sha256 } from '#platform';
import { canonicalJson } from '../recipe/index.js';
import { tensorsOf } from './architecture.js';
import { contradiction, metadataSchema, type ModelMetadata } from './model-metadata.js';
import { decodeSafetensors, encodeSafetensors, ModelFileError, type Tensor } from './safetensors.js';

/** The version of the layout of model files that this package writes, and the newest that it reads. */
export const modelFileVersion = 1;

/** The one key in the `__metadata__` of a model file; its value is JSON text. */
const key = 'fastgrnn';

const noHash = '0'.repeat(64);

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
  const checked = checkMetadata({ ...metadata }, 'the model');
  checkTensors(checked, tensors, 'the model');
  const encode = (hash: string) =>
    encodeSafetensors(tensors, { [key]: canonicalJson({ ...checked, version: modelFileVersion, sha256: hash }) });
  return encode(await sha256(encode(noHash)));
}

/**
 * Takes a model file apart and checks all of it, the hash first.
 *
 * @param path what messages call the file
 * @throws ModelFileError where the file is cut short, changed, of another kind or from a newer version
 */
export async function decodeModel(bytes: Uint8Array, path: string): Promise<ModelFile> {
  const file = decodeSafetensors(bytes, path);
  const text = file.metadata[key];
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
  const checked = checkMetadata(metadata, path);
  checkTensors(checked, file.tensors, path);
  return { metadata: checked, tensors: file.tensors, sha256: hash };
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

function checkMetadata(metadata: unknown, path: string): ModelMetadata {
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

/** A float network has exactly the tensors of its architecture. An integer network's are checked where it is built. */
function checkTensors(metadata: ModelMetadata, tensors: readonly Tensor[], path: string): void {
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
