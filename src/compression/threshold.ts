/**
 * Hard thresholding: the projection onto matrices with at most `kept` nonzeros (paper, section 3.2.1). The `kept` entries of
 * largest magnitude stay, the first of equals in row-major order; all others become exactly 0.
 *
 * @param values a matrix's entries, changed in place
 * @param support the mask of kept entries, 1 or 0, written in place
 */
export function hardThreshold(values: Float32Array, support: Float32Array, kept: number): void {
  if (kept >= values.length) {
    support.fill(1);
    return;
  }
  const magnitudes = Float32Array.from(values, Math.abs).sort();
  const smallestKept = kept > 0 ? magnitudes[magnitudes.length - kept] : Infinity;
  let ties = kept;
  for (const value of values) if (Math.abs(value) > smallestKept) ties--;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i]);
    const keep = magnitude > smallestKept || (magnitude === smallestKept && ties-- > 0);
    support[i] = keep ? 1 : 0;
    if (!keep) values[i] = 0;
  }
}

/** How many entries of `size` the fraction `s` keeps: round(s * size), at least one. */
export function keptEntries(size: number, s: number): number {
  return Math.max(1, Math.round(s * size));
}
