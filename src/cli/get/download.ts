import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HostError } from '#platform';

/** Told how many bytes are there, and of how many where that is known. */
export type OnBytes = (bytes: number, total: number | undefined) => void;

export interface DownloadOptions {
  readonly url: string;
  /** Where the file goes when it is whole; until then it stands beside it, its name ending in `.part`. */
  readonly file: string;
  /** What its SHA-256 must be, where that is known. */
  readonly sha256?: string | undefined;
  readonly onBytes?: OnBytes;
  /** Told of interruptions and new tries. */
  readonly tell?: (text: string) => void;
  /** Tries after the first without a new byte in between. Default 5. */
  readonly retries?: number;
  /** Milliseconds before the first new try; each waits twice as long. Default 1000. */
  readonly pause?: number;
  /** Milliseconds without a byte after which a connection counts as dead. Default 60 000. */
  readonly patience?: number;
}

/** What is known of a file that isn't whole yet: whose beginning it is. */
interface Begun {
  readonly url: string;
  /** The server's name for this edition of the file. */
  readonly etag: string | undefined;
}

/**
 * Fetches a file. What an interrupted fetch has got is gone on from, where the server still has the same edition of it (ETag) and can give a
 * part (Range); else it begins anew. The file appears under its name when it is whole and its checksum is right.
 *
 * @returns its SHA-256
 * @throws HostError where the server refuses, the disk is full, or the checksum differs (the file is then removed)
 */
export async function download(options: DownloadOptions): Promise<string> {
  const { url, file, retries = 5, pause = 1000, tell = () => undefined } = options;
  const part = `${file}.part`;
  await mkdir(path.dirname(file), { recursive: true });
  for (let failed = 0; ;) {
    const before = await sizeOf(part);
    try {
      await fetchRest(options, part);
      break;
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      failed = (await sizeOf(part)) > before ? 1 : failed + 1;
      if (failed > retries) {
        throw new HostError(
          `can't fetch ${url}: ${error.message}, ${retries + 1} times in a row; what is there stays, and the same command goes on from it`,
          { cause: error },
        );
      }
      tell(`interrupted (${error.message}); going on`);
      await new Promise((resolve) => {
        setTimeout(resolve, pause * 2 ** (failed - 1));
      });
    }
  }
  const sum = await sha256Of(part);
  if (options.sha256 !== undefined && sum !== options.sha256) {
    await rm(part, { force: true });
    await rm(`${part}.json`, { force: true });
    throw new HostError(
      `${url} has the SHA-256 ${sum}, ${options.sha256} expected: the server's file is another, or it was damaged on the way; it is removed, try again`,
    );
  }
  await rename(part, file);
  await rm(`${part}.json`, { force: true });
  return sum;
}

/** A connection that broke: another try may do. */
class Interrupted extends Error {
  override name = 'Interrupted';
}

async function fetchRest({ url, onBytes, patience = 60_000 }: DownloadOptions, part: string): Promise<void> {
  const begun = await beginningOf(part, url);
  const have = begun ? await sizeOf(part) : 0;
  const controller = new AbortController();
  const watch = setTimeout(() => controller.abort(new Interrupted(`no byte for ${patience / 1000} s`)), patience);
  try {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (have > 0) {
      headers['range'] = `bytes=${have}-`;
      if (begun?.etag !== undefined) headers['if-range'] = begun.etag;
    }
    const response = await broken(fetch(url, { headers, signal: controller.signal }));
    if (response.status === 416 && have > 0) return finished(response, have, part);
    if (response.status >= 500 || response.status === 429) throw new Interrupted(`HTTP ${response.status}`);
    if (!response.ok || !response.body) {
      throw new HostError(`can't fetch ${url}: HTTP ${response.status} ${response.statusText}`);
    }
    const start = response.status === 206 ? startOf(response) : 0;
    if (start !== 0 && start !== have) {
      throw new HostError(
        `can't fetch ${url}: asked for the bytes from ${have} on, the server gave those from ${start}`,
      );
    }
    const length = response.headers.get('content-length');
    const total = length === null ? undefined : start + Number(length);
    await checkRoom(part, (total ?? start) - start, url);
    await writeFile(`${part}.json`, JSON.stringify({ url, etag: strongTag(response) } satisfies Begun));
    await append(response.body, { part, start, total, onBytes, alive: () => watch.refresh() });
  } finally {
    clearTimeout(watch);
  }
}

/** What was begun from the same address; undefined where that isn't known. */
async function beginningOf(part: string, url: string): Promise<Begun | undefined> {
  try {
    const begun = JSON.parse(await readFile(`${part}.json`, 'utf8')) as Begun;
    return begun.url === url ? begun : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The rest is nothing: the file was whole, or it is longer than the server's, which begins anew. */
async function finished(response: Response, have: number, part: string): Promise<void> {
  const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (Number(total) === have) return;
  await rm(`${part}.json`, { force: true });
  throw new Interrupted(`what is there has ${have} bytes, the server's file ${total ?? 'others'}`);
}

function startOf(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? NaN);
}

/** Weak tags don't promise the same bytes. */
function strongTag(response: Response): string | undefined {
  const tag = response.headers.get('etag');
  return tag === null || tag.startsWith('W/') ? undefined : tag;
}

/** What fails of the network is an interruption. */
async function broken<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const { cause } = error as { cause?: { code?: string; message?: string } };
    throw new Interrupted(cause?.code ?? cause?.message ?? (error instanceof Error ? error.message : String(error)), {
      cause: error,
    });
  }
}

/** How many bytes are written between two looks at the free room. */
const roomEvery = 1 << 28;

async function append(
  body: ReadableStream<Uint8Array>,
  to: {
    readonly part: string;
    readonly start: number;
    readonly total: number | undefined;
    readonly onBytes: OnBytes | undefined;
    readonly alive: () => void;
  },
): Promise<void> {
  const { part, start, total, onBytes, alive } = to;
  const handle = await onDisk(part, () => open(part, start === 0 ? 'w' : 'r+'));
  try {
    const reader = body.getReader();
    let at = start;
    let looked = start;
    for (;;) {
      const { done, value } = await broken(reader.read());
      if (done) break;
      await onDisk(part, async () => {
        for (let from = 0; from < value.length;)
          from += (await handle.write(value, from, value.length - from, at + from)).bytesWritten;
      });
      at += value.length;
      alive();
      onBytes?.(at, total);
      if (total !== undefined && at - looked >= roomEvery) {
        looked = at;
        await checkRoom(part, total - at, part);
      }
    }
    if (total !== undefined && at !== total) throw new Interrupted(`${at} of ${total} bytes came`);
    await onDisk(part, () => handle.sync());
  } finally {
    await handle.close();
  }
}

/** Refuses what won't fit before it fills the disk. */
export async function checkRoom(file: string, bytes: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(path.dirname(file));
  if (bavail * bsize >= bytes) return;
  throw new HostError(
    `${what} needs ${megabytes(bytes)} more in ${path.dirname(file)}, ${megabytes(bavail * bsize)} are free; make room, or name another folder by --data`,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** What a disk refuses is told in words; what is there stays. */
export async function onDisk<T>(file: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOSPC' || code === 'EDQUOT'
        ? 'the disk is full; free some space'
        : code === 'EFBIG'
          ? 'the file would be larger than the system allows here'
          : (error as Error).message;
    throw new HostError(`can't write ${file}: ${why}; the same command goes on from what is there`, { cause: error });
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/** SHA-256 of a file of any size. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Uint8Array);
  return hash.digest('hex');
}
