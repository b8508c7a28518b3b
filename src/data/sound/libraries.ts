import { DataError } from '../errors.js';

/** A package that isn't installed. */
function isMissing(error: unknown): boolean {
  return ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes((error as { code?: string }).code ?? '');
}

/**
 * A decoder that is a package of its own, loaded when the first file needs it.
 *
 * @param load imports it
 * @throws DataError that says how to install it
 */
export async function decoderPackage<T>(name: string, file: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new DataError(`${file} needs the package ${name}, which isn't installed: npm install ${name}`, {
      cause: error,
    });
  }
}
