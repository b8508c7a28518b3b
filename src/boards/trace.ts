/**
 * The program counters of QEMU's log of executed blocks, one an instruction: `Trace 0: 0x7f… [00800400/00000200/…] name`; between the
 * first two slashes it stands, in as many digits as the processor has.
 */
export function traceAddresses(log: Uint8Array): Float64Array {
  const addresses: number[] = [];
  const [bracket, slash, newline] = [0x5b, 0x2f, 0x0a];
  for (let at = log.indexOf(bracket); at >= 0; at = log.indexOf(bracket, at)) {
    let value = 0;
    for (let k = log.indexOf(slash, at) + 1; log[k] !== slash; k++) {
      value = value * 16 + (log[k] < 0x3a ? log[k] - 0x30 : log[k] - 0x57);
    }
    addresses.push(value);
    at = log.indexOf(newline, at);
    if (at < 0) break;
  }
  return Float64Array.from(addresses);
}

/** A function's pieces of work in such a trace: from its first address to that of any function among `entries`. */
export function* piecesOf<Name>(
  addresses: ArrayLike<number>,
  entries: ReadonlyMap<number, Name>,
): Generator<{ readonly name: Name; readonly from: number; readonly to: number }> {
  let from = -1;
  for (let k = 0; k <= addresses.length; k++) {
    if (k < addresses.length && !entries.has(addresses[k])) continue;
    const name = from < 0 ? undefined : entries.get(addresses[from]);
    if (name !== undefined) yield { name, from, to: k };
    from = k;
  }
}
