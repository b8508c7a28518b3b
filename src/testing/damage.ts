import fc from 'fast-check';

/** Copies of a file in which some bytes are others, or whose end is missing. */
export function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const byte = fc.tuple(fc.nat(bytes.length - 1), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x2a));
  const end = fc.oneof({ weight: 3, arbitrary: fc.constant(bytes.length) }, fc.nat(bytes.length));
  return fc.tuple(fc.array(byte, { minLength: 1, maxLength: 4 }), end).map(([changes, length]) => {
    const copy = bytes.slice();
    for (const [place, value] of changes) copy[place] = value;
    return copy.slice(0, length);
  });
}

/** Whether an error is one that a user may see, or there is none. */
export async function errorOf(run: () => Promise<unknown>): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error;
  }
}
