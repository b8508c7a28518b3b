/** A batch, an option or the order of calls is wrong. The message names the field, its value and the remedy. */
export class ApiError extends Error {
  override name = 'ApiError';
}
