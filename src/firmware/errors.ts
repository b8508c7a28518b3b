/** A network can't be exported as asked: a bad option, or it doesn't fit the part. The message names the need and the limit. */
export class ExportError extends Error {
  override name = 'ExportError';
}

/** Bytes that should be a firmware image or a model blob are not. The message says where and why. */
export class ImageError extends Error {
  override name = 'ImageError';
}
