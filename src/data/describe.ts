import { joinPath, kindOf, readFile, sha256 } from '#platform';
import { benchmark } from './benchmarks.js';
import { dataDirectoryOf, type LoadOptions } from './load.js';
import type { DatasetDescription } from './source.js';

/** Facts about a benchmark. Throws DataError where there is none of that name. */
export function describeDataset(name: string): DatasetDescription {
  return benchmark(name).description;
}

/** How one file of a benchmark compares with its checksum. */
export interface FileCheck {
  readonly file: string;
  readonly status: 'right' | 'differs' | 'missing';
}

/** What `verifyDataset` found. */
export interface DatasetCheck {
  /** Where the files lie; undefined where the data set isn't there at all. */
  readonly directory: string | undefined;
  readonly files: readonly FileCheck[];
}

/**
 * Compares the files of a benchmark with the committed SHA-256 checksums. A file that differs need not be wrong: it may
 * be packed another way, or come from another edition.
 */
export async function verifyDataset(name: string, options: LoadOptions = {}): Promise<DatasetCheck> {
  const { checksums, directory } = benchmark(name);
  const folder = await directory(dataDirectoryOf(options));
  if (folder === undefined) return { directory: undefined, files: [] };
  const files: FileCheck[] = [];
  for (const [file, checksum] of Object.entries(checksums)) {
    const path = joinPath(folder, file);
    if ((await kindOf(path)) !== 'file') files.push({ file, status: 'missing' });
    else files.push({ file, status: (await sha256(await readFile(path))) === checksum ? 'right' : 'differs' });
  }
  return { directory: folder, files };
}
