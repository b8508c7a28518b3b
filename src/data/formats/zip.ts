import { DataError } from '../errors.js';
import { unpack, unpackedLimit } from './gzip.js';

/** A file within a ZIP archive, as the archive's directory tells it. */
export interface ZipEntry {
  readonly name: string;
  /** 0: stored, 8: deflated. */
  readonly method: number;
  readonly packedSize: number;
  readonly size: number;
  readonly checksum: number;
  /** Where the entry's own header begins. */
  readonly offset: number;
}

const signatures = { local: 0x04034b50, entry: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator: 0x07064b50 };

/**
 * The directory of a ZIP archive (PKWARE's APPNOTE 4.3), ZIP64 as well, since NumPy always writes its extra fields.
 *
 * @throws DataError where it is none, or cut off
 */
export function listZip(bytes: Uint8Array, file: string): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (what: string) => new DataError(`${file} is cut off or damaged: ${what}; copy or save it again`);
  if (bytes.length === 0) throw new DataError(`${file} is empty; save it again`);
  if (bytes.length < 22) throw damaged('no ZIP archive is that short');
  let end = bytes.length - 22;
  const last = Math.max(0, end - 0xffff);
  while (end >= last && view.getUint32(end, true) !== signatures.end) end--;
  if (end < last) {
    const begins = view.getUint16(0, true) === 0x4b50; // PK
    throw begins
      ? damaged('its directory is missing')
      : new DataError(`${file} is no ZIP archive; save it with numpy.savez`);
  }
  let count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const locator = end - 20;
  if (locator >= 0 && view.getUint32(locator, true) === signatures.locator) {
    const end64 = Number(view.getBigUint64(locator + 8, true));
    if (end64 + 56 > bytes.length || view.getUint32(end64, true) !== signatures.end64)
      throw damaged('its directory is');
    count = Number(view.getBigUint64(end64 + 32, true));
    at = Number(view.getBigUint64(end64 + 48, true));
  }
  const entries: ZipEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== signatures.entry) throw damaged('its directory is');
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > bytes.length) throw damaged('its directory is');
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    if ((view.getUint16(at + 8, true) & 1) === 1)
      throw new DataError(`${file}: ${name} is encrypted; save it without a password`);
    const sizes = {
      size: view.getUint32(at + 24, true),
      packedSize: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    };
    const extra = new DataView(bytes.buffer, bytes.byteOffset + at + 46 + nameLength, extraLength);
    entries.push({
      name,
      method: view.getUint16(at + 10, true),
      checksum: view.getUint32(at + 16, true),
      ...widened(sizes, extra),
    });
    at = next;
  }
  return entries;
}

/** Sizes that don't fit into 32 bits stand in the extra field 1, in this order, and only those that are marked so. */
function widened<Sizes extends { size: number; packedSize: number; offset: number }>(
  sizes: Sizes,
  extra: DataView,
): Sizes {
  const result = { ...sizes };
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    let value = at + 4;
    for (const key of ['size', 'packedSize', 'offset'] as const) {
      if (result[key] !== 0xffffffff || value + 8 > extra.byteLength) continue;
      result[key] = Number(extra.getBigUint64(value, true));
      value += 8;
    }
  }
  return result;
}

/**
 * The bytes of one entry, checked against the archive's own checksum.
 *
 * @throws DataError where they are damaged or packed otherwise than by deflate
 */
export async function readZipEntry(bytes: Uint8Array, entry: ZipEntry, file: string): Promise<Uint8Array> {
  const what = `${file}: ${entry.name}`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = new DataError(`${what} is cut off or damaged; copy or save the file again`);
  const { offset, packedSize, size, method } = entry;
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== signatures.local) throw damaged;
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + packedSize > bytes.length) throw damaged;
  const packed = bytes.subarray(start, start + packedSize);
  if (method !== 0 && method !== 8) {
    throw new DataError(`${what} is packed by method ${method}; save it with numpy.savez or numpy.savez_compressed`);
  }
  const data =
    method === 0 ? packed : await unpack(packed, 'deflate-raw', { what, limit: Math.min(size, unpackedLimit) });
  if (data.length !== size || crc32(data) !== entry.checksum) throw damaged;
  return data;
}

const checksums = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** The checksum of ZIP: CRC-32 with the reflected polynomial 0xedb88320. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = checksums[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
