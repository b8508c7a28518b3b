import { DataError } from '../../errors.js';
import type { Dialect } from '../format.js';

/** Text as UTF-8 (or another superset of ASCII) without byte order mark, lines ending in a line feed. */
export interface PlainText {
  readonly bytes: Uint8Array;
  readonly encoding: Dialect['encoding'];
}

/**
 * Makes the bytes of a text file plain: UTF-16 becomes UTF-8, a byte order mark goes, and single carriage returns at line
 * ends, as old programs write them, become line feeds.
 *
 * @throws DataError where the file is empty or isn't text
 */
export function plainText(bytes: Uint8Array, file: string): PlainText {
  if (bytes.length === 0) throw new DataError(`${file} is empty; take it out or record it again`);
  const wide = wideEncoding(bytes);
  if (wide) {
    const text = new TextDecoder(wide).decode(bytes);
    return { bytes: lineFeeds(new TextEncoder().encode(text)), encoding: wide };
  }
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const plain = marked ? bytes.subarray(3) : bytes;
  refuseBinary(plain, file);
  return { bytes: lineFeeds(plain), encoding: isUtf8(plain) ? 'utf-8' : 'latin1' };
}

/** Bytes as text; what isn't UTF-8 is taken as Western European. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes); // every byte is a letter there
  }
}

function wideEncoding(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  // Without a mark: digits, signs and delimiters have a zero byte each.
  const sample = Math.min(bytes.length & ~1, 256);
  if (sample < 4) return undefined;
  const zeros = [0, 0];
  for (let i = 0; i < sample; i++) if (bytes[i] === 0) zeros[i & 1]++;
  if (zeros[1] === sample / 2 && zeros[0] === 0) return 'utf-16le';
  if (zeros[0] === sample / 2 && zeros[1] === 0) return 'utf-16be';
  return undefined;
}

function refuseBinary(bytes: Uint8Array, file: string): void {
  let at = bytes.indexOf(0);
  if (at < 0) {
    // Control codes other than tab, line ends, form feed and escape are in no text.
    at = bytes.subarray(0, 4096).findIndex((byte) => byte < 9 || (byte > 13 && byte < 27) || byte === 127);
  }
  if (at < 0) return;
  throw new DataError(
    `${file} is not text: byte ${at} is 0x${bytes[at].toString(16).padStart(2, '0')}; export it as CSV again, or take it out`,
  );
}

/** Whether the beginning and the end are UTF-8; letters beyond ASCII stand in names, if anywhere. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, 65_536), { stream: true });
    return true;
  } catch {
    return false; // the caller takes it as Western European
  }
}

function lineFeeds(bytes: Uint8Array): Uint8Array {
  if (bytes.includes(10) || !bytes.includes(13)) return bytes;
  return bytes.map((byte) => (byte === 13 ? 10 : byte));
}
