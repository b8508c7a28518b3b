import { DataError } from '../errors.js';

/** A file of a tar archive. */
export interface TarEntry {
  readonly name: string;
  /** A view into the archive. */
  readonly bytes: Uint8Array;
}

/**
 * The files of an uncompressed tar archive, in its order; directories and links are passed over.
 *
 * @throws DataError where a header is damaged, or the archive ends within a file
 */
export function* readTar(bytes: Uint8Array, file: string): Generator<TarEntry> {
  let longName: string | undefined;
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const header = bytes.subarray(at, at + 512);
    const size = parseInt(text(header, 124, 12).trim(), 8);
    if (!Number.isInteger(size) || size < 0 || !isWhole(header)) {
      throw new DataError(`${file} is damaged at byte ${at}: that is no header of a tar archive; fetch it again`);
    }
    const content = bytes.subarray(at + 512, at + 512 + size);
    if (content.length < size) throw new DataError(`${file} is cut off at byte ${bytes.length}; fetch it again`);
    const kind = header[156];
    const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
    const name = longName ?? (prefix === '' ? '' : `${prefix}/`) + text(header, 0, 100);
    longName = undefined;
    if (kind === 76)
      longName = text(content, 0, size); // 'L': the name of the entry that follows
    else if (kind === 0 || kind === 48) yield { name: name.replace(/^\.\//, ''), bytes: content };
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

/** The text of a field, up to its first zero. */
function text(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** Whether the header's checksum is right: the sum of its bytes, its own eight taken as blanks. */
function isWhole(header: Uint8Array): boolean {
  let sum = 8 * 32;
  header.forEach((byte, i) => {
    if (i < 148 || i >= 156) sum += byte;
  });
  return sum === parseInt(text(header, 148, 8).trim(), 8);
}
