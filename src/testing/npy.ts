/** Arrays as JSON of their values would be, written as `.npy` files of float64, little-endian whole numbers or texts. */
export function npy(
  shape: readonly number[],
  values: readonly number[] | readonly string[],
  dtype = '<f8',
): Uint8Array {
  const size = dtype.startsWith('<U') ? 4 * Number(dtype.slice(2)) : Number(dtype.slice(2));
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const header = new TextEncoder().encode(`${text.padEnd(117)}\n`);
  const bytes = new Uint8Array(10 + header.length + size * values.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(header, 10);
  const view = new DataView(bytes.buffer, 10 + header.length);
  values.forEach((value, i) => {
    if (typeof value === 'string') {
      [...value].forEach((letter, k) => view.setUint32(i * size + 4 * k, letter.codePointAt(0)!, true));
    } else if (dtype === '<f8') view.setFloat64(i * size, value, true);
    else if (dtype === '<i4') view.setInt32(i * size, value, true);
    else throw new RangeError(`no writer of ${dtype}`);
  });
  return bytes;
}

/** A ZIP archive of stored files, as numpy.savez makes it. */
export function zip(files: Readonly<Record<string, Uint8Array>>, checksum: (bytes: Uint8Array) => number): Uint8Array {
  const local: number[] = [];
  const directory: number[] = [];
  const u16 = (n: number) => [n & 255, (n >> 8) & 255];
  const u32 = (n: number) => [...u16(n), ...u16(n >>> 16)];
  for (const [name, bytes] of Object.entries(files)) {
    const facts = [
      ...u16(0),
      ...u16(0),
      ...u32(0),
      ...u32(checksum(bytes)),
      ...u32(bytes.length),
      ...u32(bytes.length),
    ];
    const encoded = [...new TextEncoder().encode(name)];
    directory.push(...u32(0x02014b50), ...u16(20), ...u16(20), ...facts, ...u16(encoded.length), ...u16(0));
    directory.push(...u16(0), ...u16(0), ...u16(0), ...u32(0), ...u32(local.length), ...encoded);
    local.push(...u32(0x04034b50), ...u16(20), ...facts, ...u16(encoded.length), ...u16(0), ...encoded, ...bytes);
  }
  const count = Object.keys(files).length;
  const end = [
    ...u32(0x06054b50),
    ...u32(0),
    ...u16(count),
    ...u16(count),
    ...u32(directory.length),
    ...u32(local.length),
  ];
  return Uint8Array.from([...local, ...directory, ...end, ...u16(0)]);
}
