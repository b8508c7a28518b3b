import { breathe, joinPath, kindOf, listDirectory, readFile, sha256 } from '#platform';
import { DataError } from '../errors.js';
import { gunzip } from '../formats/gzip.js';
import { isLabelFile } from '../formats/numpy.js';
import { isPaper, readerOf } from '../formats/readers.js';
import type { FileScan } from './facts.js';

/** Reads all files below a folder once. Hidden files and folders are passed over. */
export async function walk(root: string): Promise<{ scans: FileScan[]; passedOver: string[] }> {
  const scans: FileScan[] = [];
  const passedOver: string[] = [];
  const visit = async (folder: string, names: readonly string[]): Promise<void> => {
    for (const name of await listDirectory(folder)) {
      if (name.startsWith('.')) continue;
      const path = joinPath(folder, name);
      const kind = await kindOf(path);
      if (kind === 'directory') await visit(path, [...names, name]);
      if (kind !== 'file') continue;
      const file = [...names, name].join('/');
      if (isLabelFile(name)) continue; // read with the recordings beside it
      if (readerOf(name) && !isPaper(name)) scans.push(await scanFile(path, file, names, name));
      else if (!/\.ya?ml$/i.test(name)) passedOver.push(file);
    }
    await breathe();
  };
  await visit(root, []);
  return { scans, passedOver };
}

async function scanFile(path: string, file: string, names: readonly string[], name: string): Promise<FileScan> {
  const inPart = names[0] === 'train' || names[0] === 'test';
  const byName = /_(train|test)\.[a-z]+(\.gz)?$/i.exec(name)?.[1].toLowerCase() as FileScan['part'];
  const packed = await readFile(path);
  return {
    path,
    file,
    folders: inPart ? names.slice(1) : names,
    part: inPart ? (names[0] as 'train' | 'test') : byName,
    bytes: packed.length,
    hash: await sha256(packed),
    facts: await describeFile(packed, path, file),
  };
}

async function describeFile(packed: Uint8Array, path: string, file: string): Promise<FileScan['facts']> {
  const reader = readerOf(path);
  if (!reader) throw new Error(`${path} was listed and has no reader`);
  try {
    return await reader.describe(path.toLowerCase().endsWith('.gz') ? await gunzip(packed, path) : packed, path);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const what = error.message.replace(path, '').trim() || `${file} can't be read`;
    return { format: reader.name, columns: [], rows: 0, recordings: 0, problems: [{ what }] };
  }
}
