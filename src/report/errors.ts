/** Figures that don't fit together. The message names them. */
export class ReportError extends Error {
  override name = 'ReportError';
}
