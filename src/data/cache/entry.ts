import { sha256 } from '#platform';
import { canonicalJson } from '../../recipe/index.js';

/** What is kept: numbers by name, and facts that JSON can hold. */
export interface CacheEntry {
  readonly facts: unknown;
  readonly arrays: Readonly<Record<string, CachedArray>>;
}

export type CachedArray = Uint8Array | Int16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** A change of the layout, or of what any maker of entries computes, needs a new version: entries of others are made anew. */
export const cacheVersion = 1;

const mark = 'fastgrnn cache\n';
const kinds = { Uint8Array, Int16Array, Int32Array, Uint32Array, Float32Array, Float64Array } as const;
type Kind = keyof typeof kinds;

interface Header {
  readonly version: number;
  readonly key: string;
  readonly facts: unknown;
  readonly arrays: readonly { readonly name: string; readonly kind: Kind; readonly length: number }[];
  /** SHA-256 of each piece of what follows the header. */
  readonly pieces: readonly string[];
}

const pieceBytes = 1 << 25;

/** An entry as a file: the mark, the header's length in 8 digits, the header, and from the next multiple of 8 on the arrays, each padded to 8 bytes. */
export async function encodeEntry(key: object, { facts, arrays }: CacheEntry): Promise<Uint8Array> {
  const listed = Object.entries(arrays).map(([name, array]) => ({
    name,
    kind: kindOfArray(array),
    length: array.length,
  }));
  const size = Object.values(arrays).reduce((sum, array) => sum + padded(array.byteLength), 0);
  const body = new Uint8Array(size);
  let at = 0;
  for (const array of Object.values(arrays)) {
    body.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += padded(array.byteLength);
  }
  const header: Header = {
    version: cacheVersion,
    key: canonicalJson(key),
    facts,
    arrays: listed,
    pieces: await digests(body),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = padded(mark.length + 8 + text.length);
  const file = new Uint8Array(start + size);
  file.set(new TextEncoder().encode(mark + String(text.length).padStart(8, '0')));
  file.set(text, mark.length + 8);
  file.set(body, start);
  return file;
}

/** The entry in a file, or undefined where it is another's, of another version, cut off or damaged. */
export async function decodeEntry(key: object, file: Uint8Array): Promise<CacheEntry | undefined> {
  const text = (from: number, to: number) => new TextDecoder().decode(file.subarray(from, to));
  if (text(0, mark.length) !== mark) return undefined;
  const length = Number(text(mark.length, mark.length + 8));
  const start = padded(mark.length + 8 + length);
  if (!(length >= 0) || start > file.length) return undefined;
  let header: Header;
  try {
    header = JSON.parse(text(mark.length + 8, mark.length + 8 + length)) as Header;
  } catch {
    return undefined; // damaged, so it is made anew
  }
  if (header.version !== cacheVersion || header.key !== canonicalJson(key)) return undefined;
  const body = file.subarray(start);
  const pieces = await digests(body);
  if (pieces.length !== header.pieces.length || pieces.some((piece, i) => piece !== header.pieces[i])) return undefined;
  const arrays: Record<string, CachedArray> = {};
  let at = file.byteOffset + start;
  for (const { name, kind, length: count } of header.arrays) {
    const array = viewOf(kind, file.buffer as ArrayBuffer, at, count);
    arrays[name] = array;
    at += padded(array.byteLength);
  }
  return { facts: header.facts, arrays };
}

/** A view where the place is a multiple of the element's size, as it is in a file that was read whole; else a copy. */
function viewOf(kind: Kind, buffer: ArrayBuffer, at: number, length: number): CachedArray {
  const array = kinds[kind];
  return at % array.BYTES_PER_ELEMENT === 0
    ? new array(buffer, at, length)
    : new array(buffer.slice(at, at + length * array.BYTES_PER_ELEMENT));
}

function kindOfArray(array: CachedArray): Kind {
  const found = (Object.keys(kinds) as Kind[]).find((kind) => array instanceof kinds[kind]);
  if (found === undefined) throw new Error('the cache keeps no such array');
  return found;
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function digests(bytes: Uint8Array): Promise<string[]> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, i) =>
    bytes.subarray(i * pieceBytes, (i + 1) * pieceBytes),
  );
  return Promise.all(pieces.map((piece) => sha256(piece)));
}
