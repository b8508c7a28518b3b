import { DataError } from '../errors.js';

/** More than this doesn't come out of a packed file: a few packed kilobytes can hold terabytes of zeros. */
export const unpackedLimit = 4 * 2 ** 30;

/**
 * Unpacks gzip (several members one after the other as well).
 *
 * @param file what messages call the file
 * @throws DataError where the bytes are cut off, damaged, no gzip, or unpack to more than `limit` bytes
 */
export async function gunzip(bytes: Uint8Array, file: string, limit = unpackedLimit): Promise<Uint8Array> {
  if (bytes.length < 2 || bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    throw new DataError(
      `${file} is no gzip: ${bytes.length === 0 ? 'it is empty' : "it doesn't begin with 1f 8b"}; rename it without .gz if it isn't packed, or fetch it again`,
    );
  }
  return unpack(bytes, 'gzip', { what: file, limit });
}

/**
 * Unpacks by the host's own `DecompressionStream`, which checks gzip's checksum. Takes only as much memory as comes out.
 *
 * @param what what messages call the packed thing
 * @throws DataError as `gunzip`
 */
export async function unpack(
  bytes: Uint8Array,
  method: 'gzip' | 'deflate-raw',
  { what, limit }: { readonly what: string; readonly limit: number },
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const reader = packed.pipeThrough(new DecompressionStream(method)).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > limit) break;
      chunks.push(value);
    }
  } catch (error) {
    throw new DataError(`${what} is cut off or damaged: it doesn't unpack; fetch it again`, { cause: error });
  }
  if (size > limit) {
    await reader.cancel();
    throw new DataError(`${what} unpacks to more than ${limit} bytes; unpack it and cut it into several files`);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
