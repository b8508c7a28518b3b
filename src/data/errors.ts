/** Recordings that can't be used. The message names the file and place, what stands there and what to do. */
export class DataError extends Error {
  override name = 'DataError';
}
