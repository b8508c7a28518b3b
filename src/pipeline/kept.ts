import { kindOf, readFile } from '#platform';

/** What is kept in a file of JSON, so that it needn't be made again. */
export interface Kept {
  /** What it is the result of; another's is never taken up. */
  readonly identity: string;
}

/** The result in a file, where it is that of `identity`; undefined where there is none, or the file is damaged. */
export async function keptResult<T extends Kept>(file: string, identity: string): Promise<T | undefined> {
  if ((await kindOf(file)) !== 'file') return undefined;
  const text = new TextDecoder().decode(await readFile(file));
  let saved: T | null;
  try {
    saved = JSON.parse(text) as T | null;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // damaged: made again
    throw error;
  }
  return saved?.identity === identity ? saved : undefined;
}
