import { DataError } from '../errors.js';

/** An array from an IDX file, the format of MNIST (http://yann.lecun.com/exdb/mnist). */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly values: Uint8Array;
}

/**
 * Reads an IDX file of unsigned bytes: two zero bytes, the type 8, the number of dimensions, each dimension as a
 * big-endian int32, then the values.
 *
 * @throws DataError where the file is something else or has another length than it says
 */
export function parseIdx(bytes: Uint8Array, dimensions: number, file: string): IdxArray {
  const header = 4 + 4 * dimensions;
  if (bytes.length < header)
    throw new DataError(`${file}: ${bytes.length} bytes are too few for an IDX file; fetch it again`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  if (magic !== 0x0800 + dimensions) {
    throw new DataError(
      `${file}: starts with 0x${magic.toString(16).padStart(8, '0')}, an IDX file of bytes with ${dimensions} dimension(s) with 0x0000080${dimensions}`,
    );
  }
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, length) => product * length, 1);
  if (bytes.length !== header + size) {
    throw new DataError(
      `${file}: ${bytes.length - header} bytes of values, ${shape.join(' x ')} were announced; fetch it again`,
    );
  }
  return { shape, values: bytes.subarray(header) };
}
