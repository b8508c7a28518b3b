/** Weights from elsewhere that can't be taken over. The message names file and tensors, what is wrong, and the option that helps. */
export class ImportError extends Error {
  override name = 'ImportError';
}
