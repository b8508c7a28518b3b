import {
  cacheDirectory,
  environment,
  fileFacts,
  HostError,
  joinPath,
  kindOf,
  listDirectory,
  readFile,
  removeFile,
  sha256,
  touchFile,
  writeFile,
} from '#platform';
import { canonicalJson } from '../../recipe/index.js';
import { DataError } from '../errors.js';
import { cacheVersion, decodeEntry, encodeEntry, type CacheEntry } from './entry.js';

/** Told what takes long, and what could not be kept. */
export type Tell = (text: string) => void;

/** Entries' names end in this; nothing else in the folder is touched. */
const ending = '.cached';
/** Whatever a killed run leaves: temporary files of `writeFile`. */
const leftOver = /\.cached\.[0-9a-f]+\.tmp$/;
const defaultLimit = 10;

/**
 * What `make` gives, from the cache where it is there and whole. The key must name everything that the entry depends on: hashes of the
 * files that it is made of, the settings. Where the host has no place to keep files nothing is kept.
 */
export async function cached(
  kind: string,
  key: object,
  make: () => Promise<CacheEntry>,
  tell: Tell = () => undefined,
): Promise<CacheEntry> {
  const directory = cacheDirectory();
  if (directory === undefined) return make();
  const hash = await sha256(new TextEncoder().encode(canonicalJson({ ...key, kind, cacheVersion })));
  const file = joinPath(directory, `${kind}-${hash.slice(0, 32)}${ending}`);
  if ((await kindOf(file)) === 'file') {
    const found = await decodeEntry(key, await readFile(file));
    if (found !== undefined) {
      await touchFile(file).catch(noWriting);
      return found;
    }
    tell(`${file} is damaged or of another version: it is made anew`);
  }
  const made = await make();
  try {
    await writeFile(file, await encodeEntry(key, made));
    await shrink(directory, limitBytes(), file);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    tell(`not kept for the next time: ${error.message}`);
  }
  return made;
}

/** A cache that can be read and not written to serves as it is. */
function noWriting(error: unknown): void {
  if (!(error instanceof HostError)) throw error;
}

/** The size that the cache may have: FASTGRNN_CACHE_LIMIT in GB, 10 without it. */
export function limitBytes(): number {
  const text = environment('FASTGRNN_CACHE_LIMIT') || String(defaultLimit);
  const limit = Number(text);
  if (!(limit >= 0)) {
    throw new DataError(`FASTGRNN_CACHE_LIMIT: ${JSON.stringify(text)} must be a number of GB, 0 or above`);
  }
  return limit * 1e9;
}

/** A file of the cache. */
export interface CachedFile {
  readonly file: string;
  readonly bytes: number;
  /** When it was made or used last, in ms since 1970. */
  readonly time: number;
}

/** The cache's folder and what is in it, the longest unused first; no folder where the host has none. */
export async function cacheContent(): Promise<{ directory: string | undefined; files: CachedFile[] }> {
  const directory = cacheDirectory();
  return { directory, files: directory === undefined ? [] : await contentOf(directory) };
}

async function contentOf(directory: string): Promise<CachedFile[]> {
  if ((await kindOf(directory)) !== 'directory') return [];
  const files: CachedFile[] = [];
  for (const name of await listDirectory(directory)) {
    if (!name.endsWith(ending) && !leftOver.test(name)) continue;
    const file = joinPath(directory, name);
    const facts = await fileFacts(file);
    if (facts) files.push({ file, ...facts });
  }
  return files.sort((a, b) => a.time - b.time);
}

/** Removes all entries, and only them. */
export async function clearCache(): Promise<readonly CachedFile[]> {
  const { files } = await cacheContent();
  for (const { file } of files) await removeFile(file);
  return files;
}

/** Removes what wasn't used for longest until the rest fits; `newest` stays, and what a run killed an hour ago had begun goes. */
async function shrink(directory: string, limit: number, newest: string): Promise<void> {
  const files = await contentOf(directory);
  const hourAgo = Math.max(...files.map(({ time }) => time)) - 3_600_000;
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { file, bytes, time } of files) {
    const dead = leftOver.test(file) && time < hourAgo;
    if (!dead && (total <= limit || file === newest || leftOver.test(file))) continue;
    await removeFile(file);
    total -= bytes;
  }
}
