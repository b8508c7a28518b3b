/**
 * Hard thresholding: the projection onto matrices with at most `kept` nonzeros (paper, section 3.2.1). The `kept` entries of
 * largest magnitude stay, the first of equals in row-major order; all others become exactly 0.
 *
 * @param values a matrix's entries, changed in place
 * @param support the mask of kept entries, 1 or 0, written in place
 * @param magnitudes room for as many numbers, where nothing is to be allocated
 */
export function hardThreshold(
  values: Float32Array,
  support: Float32Array,
  kept: number,
  magnitudes: Float32Array = new Float32Array(values.length),
): void {
  if (kept >= values.length) {
    support.fill(1);
    return;
  }
  for (let i = 0; i < values.length; i++) magnitudes[i] = Math.abs(values[i]) || 0; // NaN is no number to compare
  const smallestKept = kept > 0 ? largest(magnitudes, kept) : Infinity;
  let ties = kept;
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) > smallestKept) ties--;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i]);
    const keep = magnitude > smallestKept || (magnitude === smallestKept && ties-- > 0);
    support[i] = keep ? 1 : 0;
    if (!keep) values[i] = 0;
  }
}

/** The k-th largest of the values, which change their order (Hoare's algorithm 65, Find): time grows with their number alone. */
function largest(values: Float32Array, k: number): number {
  const wanted = values.length - k; // its index, were they sorted
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (pivot < values[j]) j--;
      if (i > j) break;
      const value = values[i];
      values[i++] = values[j];
      values[j--] = value;
    }
    // What stands before i isn't larger than the pivot, what stands behind j isn't smaller, and between them are pivots.
    if (wanted <= j) high = j;
    else if (wanted >= i) low = i;
    else break;
  }
  return values[wanted];
}

/** How many entries of `size` the fraction `s` keeps: round(s * size), at least one. */
export function keptEntries(size: number, s: number): number {
  return Math.max(1, Math.round(s * size));
}
