import { DataError } from '../errors.js';

/** A file of a tar archive. */
export interface TarFile {
  readonly name: string;
  /** Where the archive was read whole, a view into it. */
  readonly bytes: Uint8Array;
}

const block = 512;

/** The files of an uncompressed tar archive, in its order; directories and links are passed over. */
export function readTar(bytes: Uint8Array, file: string): TarFile[] {
  const reader = new TarReader(file);
  const files = reader.add(bytes);
  reader.end();
  return files;
}

/** Reads a tar archive (POSIX ustar, GNU's long names) that comes in pieces. */
export class TarReader {
  private readonly file: string;
  /** What came and isn't used yet. */
  private rest: Uint8Array = new Uint8Array();
  /** Bytes before it. */
  private place = 0;
  private longName: string | undefined;
  private ended = false;

  /** @param file how messages call the archive */
  constructor(file: string) {
    this.file = file;
  }

  /**
   * The files that are whole with this piece.
   *
   * @throws DataError where a header is damaged
   */
  add(piece: Uint8Array): TarFile[] {
    const bytes = this.rest.length === 0 ? piece : joined(this.rest, piece);
    const files: TarFile[] = [];
    let at = 0;
    while (!this.ended && at + block <= bytes.length) {
      if (bytes[at] === 0) {
        this.ended = true; // blocks of zeros stand at the end
        break;
      }
      const header = bytes.subarray(at, at + block);
      const size = parseInt(text(header, 124, 12).trim(), 8);
      if (!Number.isInteger(size) || size < 0 || !isWhole(header)) {
        throw new DataError(
          `${this.file} is damaged at byte ${this.place + at}: that is no header of a tar archive; fetch it again`,
        );
      }
      const next = at + block + Math.ceil(size / block) * block;
      if (next > bytes.length) break;
      this.take(header, bytes.subarray(at + block, at + block + size), files);
      at = next;
    }
    this.rest = bytes.subarray(at);
    this.place += at;
    return files;
  }

  /** @throws DataError where the archive ends within a file */
  end(): void {
    if (!this.ended && this.rest.length > 0) {
      throw new DataError(`${this.file} is cut off at byte ${this.place + this.rest.length}; fetch it again`);
    }
  }

  private take(header: Uint8Array, content: Uint8Array, files: TarFile[]): void {
    const kind = header[156];
    const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
    const name = this.longName ?? (prefix === '' ? '' : `${prefix}/`) + text(header, 0, 100);
    this.longName = kind === 76 ? text(content, 0, content.length) : undefined; // 'L': the name of the next entry
    if (kind === 0 || kind === 48) files.push({ name: name.replace(/^\.\//, ''), bytes: content });
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
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
