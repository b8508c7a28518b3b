import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { writeTree } from './folder.js';

/** An IDX file of unsigned bytes. */
export function idx(shape: readonly number[], values: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length, 0);
  shape.forEach((length, i) => header.writeUInt32BE(length, 4 + 4 * i));
  return Buffer.concat([header, values]);
}

/**
 * Writes `mnist` below `root`: `train` and `test` images with labels 0, 1, ..., 9, 0, ... and the pixel
 * (label * 20 + row) where row == column, 0 elsewhere.
 */
export async function writeMnist(root: string, train: number, test: number, gzip = false): Promise<void> {
  const pack = (bytes: Uint8Array) => (gzip ? gzipSync(bytes) : bytes);
  for (const [part, count] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    const images = new Uint8Array(count * 784);
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    labels.forEach((label, i) => {
      for (let row = 0; row < 28; row++) images[i * 784 + row * 29] = label * 20 + row;
    });
    const ending = gzip ? '.gz' : '';
    await writeTree(root, {
      [`mnist/${part}-images-idx3-ubyte${ending}`]: pack(idx([count, 28, 28], images)),
      [`mnist/${part}-labels-idx1-ubyte${ending}`]: pack(idx([count], labels)),
    });
  }
}
