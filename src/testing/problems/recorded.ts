/** int16 or float64 values as words. */
export const words = (values: Int16Array | Float64Array) =>
  new Int32Array(values.buffer.slice(0), 0, Math.floor(values.byteLength / 4));

/**
 * Channel c of a frame whose axes are turned: of each three channels physical values by a matrix, the one or two that are left
 * times `size`; kernels/axes.h.
 *
 * @param at counts of a channel
 * @param matrix [3][3]
 * @param lsb [channels]
 */
export function turned(
  at: (channel: number) => number,
  c: number,
  { matrix, size }: { readonly matrix: readonly number[]; readonly size: number },
  lsb: readonly number[],
): number {
  const first = c - (c % 3);
  if (lsb.length - first < 3) return at(c) * size;
  return [0, 1, 2].reduce((sum, k) => sum + matrix[3 * (c % 3) + k] * at(first + k) * lsb[first + k], 0) / lsb[c];
}
