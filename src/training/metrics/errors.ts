/** Figures that don't fit together. The message names them. */
export class MetricError extends Error {
  override name = 'MetricError';
}
