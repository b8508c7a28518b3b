/** A model file that can't be read or written. The message names the file, what is wrong and what to do. */
export class ModelFileError extends Error {
  override name = 'ModelFileError';
}

/** The types of numbers that model files hold, as safetensors calls them. */
export const arrays = {
  F32: Float32Array,
  I32: Int32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const;

/** A type of numbers that model files hold, as safetensors calls it. */
export type TensorType = keyof typeof arrays;
/** The numbers of a tensor, in the array of its type. */
export type TensorData = Float32Array | Int32Array | Int16Array | Uint16Array | Int8Array | Uint8Array;

/** A named array of numbers, row-major. A shape of [] is a single number. */
export interface Tensor {
  readonly name: string;
  readonly dtype: TensorType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export const metadataKey = '__metadata__';

/** A safetensors file taken apart. */
export interface SafetensorsFile {
  readonly tensors: readonly Tensor[];
  readonly metadata: Readonly<Record<string, string>>;
  /** The bytes before the tensors: length and header. */
  readonly headerEnd: number;
}

/**
 * Takes a safetensors file apart; the tensors' data are copies.
 *
 * @param path what messages call the file
 * @throws ModelFileError where anything isn't as the format says
 */
export function decodeSafetensors(bytes: Uint8Array, path: string): SafetensorsFile {
  if (bytes.length < 8) throw broken(path, `${bytes.length} bytes are too few`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getBigUint64(0, true);
  if (headerLength > BigInt(bytes.length - 8)) {
    throw broken(path, `a header of ${headerLength} bytes was announced, ${bytes.length - 8} follow`);
  }
  const headerEnd = 8 + Number(headerLength);
  const header = parseHeader(bytes.subarray(8, headerEnd), path);
  const { [metadataKey]: metadata = {}, ...entries } = header;
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw broken(path, `${metadataKey} isn't a map of texts`);
  }
  const places = Object.entries(entries)
    .map(([name, entry]) => placeOf(name, entry, path))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  let end = 0;
  const tensors = places.map((place) => {
    if (place.start !== end) throw broken(path, `tensor ${place.name} starts at ${place.start}, not at ${end}`);
    end = place.end;
    if (headerEnd + end > bytes.length) throw broken(path, `tensor ${place.name} ends after the file`);
    const { name, dtype, shape } = place;
    const copy = Uint8Array.from(bytes.subarray(headerEnd + place.start, headerEnd + end));
    return { name, dtype, shape, data: new arrays[dtype](copy.buffer) };
  });
  if (headerEnd + end !== bytes.length) {
    throw broken(path, `${bytes.length - headerEnd - end} bytes follow the last tensor`);
  }
  return { tensors, metadata: metadata as Record<string, string>, headerEnd };
}

function broken(path: string, what: string): ModelFileError {
  return new ModelFileError(`${path} is damaged or no safetensors file: ${what}; fetch or make it again`);
}

function parseHeader(bytes: Uint8Array, path: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ModelFileError(
      `${path} is damaged or no safetensors file: its header isn't JSON; fetch or make it again`,
      {
        cause: error,
      },
    );
  }
  if (!isObject(header)) throw broken(path, "its header isn't a map");
  return header;
}

interface Place {
  readonly name: string;
  readonly dtype: TensorType;
  readonly shape: number[];
  readonly start: number;
  readonly end: number;
}

function placeOf(name: string, entry: unknown, path: string): Place {
  if (!isObject(entry)) throw broken(path, `the header's ${name} isn't a tensor`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(arrays, dtype)) {
    throw broken(
      path,
      `tensor ${name} has the type ${JSON.stringify(dtype)}, not one of ${Object.keys(arrays).join(', ')}`,
    );
  }
  if (!isSizes(shape)) throw broken(path, `tensor ${name} has the shape ${JSON.stringify(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw broken(path, `tensor ${name} has the offsets ${JSON.stringify(offsets)}`);
  }
  const type = dtype as TensorType;
  const [start, end] = offsets;
  if (end - start !== sizeOf(shape) * arrays[type].BYTES_PER_ELEMENT) {
    throw broken(path, `tensor ${name} has ${end - start} bytes, ${dtype} [${shape.join(', ')}] needs others`);
  }
  return { name, dtype: type, shape, start, end };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((length) => Number.isSafeInteger(length) && length >= 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
