/** Of `count` things, the indices of at most `most`, evenly spread from the first on; of all where they are no more. */
export function evenlySpread(count: number, most: number): Uint32Array {
  const chosen = Math.min(count, most);
  return Uint32Array.from({ length: chosen }, (_, i) => Math.floor((i * count) / chosen));
}
