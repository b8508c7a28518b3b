import { joinPath, kindOf, readFile } from '#platform';
import { gunzip } from './formats/gzip.js';

/** Which of `names` in `directory` is there as a file, plain or with `.gz`; its path, or undefined. */
export async function findFile(directory: string, ...names: string[]): Promise<string | undefined> {
  for (const name of names.flatMap((plain) => [plain, `${plain}.gz`])) {
    const path = joinPath(directory, name);
    if ((await kindOf(path)) === 'file') return path;
  }
  return undefined;
}

/** The bytes of a file, unpacked where its name ends in `.gz`. */
export async function readMaybeGzipped(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path);
  return path.toLowerCase().endsWith('.gz') ? gunzip(bytes, path) : bytes;
}
