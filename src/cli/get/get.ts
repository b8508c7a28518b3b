import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HostError } from '#platform';
import type { DataArchive } from '../../data/index.js';
import { checkRoom, download, sha256Of, type DownloadOptions } from './download.js';
import { unpack } from './unpack.js';

export interface GetOptions extends Pick<DownloadOptions, 'tell' | 'retries' | 'pause' | 'patience'> {
  /** The folder of data sets. */
  readonly into: string;
  /** Keep the archive beside what it is unpacked to. */
  readonly keep?: boolean;
  /** Told of what is done and how far it is. */
  readonly progress?: (text: string) => void;
}

/** What was got of an archive. */
export interface Got {
  readonly folder: string;
  readonly sha256: string;
  /** Whether there was a published checksum to compare with. */
  readonly published: boolean;
  /** Nothing was fetched: it was there. */
  readonly wasThere: boolean;
}

/** What is written beside an unpacked archive. */
const record = 'fastgrnn-source.json';

/** Fetches one archive and unpacks it. What is there is left as it is; what was begun is gone on with. */
export async function getArchive(archive: DataArchive, options: GetOptions): Promise<Got> {
  const { into, keep = false, tell = () => undefined, progress = () => undefined } = options;
  const folder = path.join(into, archive.folder);
  const published = archive.sha256 !== undefined;
  const before = await recordOf(folder);
  if (before !== undefined) return { folder, sha256: before.sha256, published, wasThere: true };
  if (await isThere(folder)) {
    throw new HostError(
      `${folder} is there, but wasn't put there by this command; move it away, or name another folder by --data`,
    );
  }
  await mkdir(into, { recursive: true });
  const name = decodeURIComponent(archive.url.replace(/.*\//, ''));
  const file = path.join(into, name);
  await checkRoom(file, (archive.bytes ?? 0) + archive.unpacked, archive.name);
  const sha256 = (await isThere(file)) ? await checked(file, archive) : await fetched(file, archive, options);
  progress(`unpacking ${name}`);
  await unpack(file, archive.packed, folder, (count) => progress(`unpacking ${name}: ${count} files`));
  for (const mark of archive.marks) {
    if (await isThere(path.join(folder, mark))) continue;
    await rm(folder, { recursive: true, force: true });
    throw new HostError(`${archive.url} holds no ${mark}: that is another archive; ${file} stays for you to look at`);
  }
  if (!published)
    tell(`no checksum of ${name} is published; what came has the SHA-256 ${sha256}, which is written down`);
  await writeFile(
    path.join(folder, record),
    `${JSON.stringify({ url: archive.url, sha256, published }, undefined, 2)}\n`,
  );
  if (!keep) await rm(file, { force: true });
  return { folder, sha256, published, wasThere: false };
}

/** An archive that is there already, from `--keep` or put there by hand. */
async function checked(file: string, { sha256 }: DataArchive): Promise<string> {
  const own = await sha256Of(file);
  if (sha256 === undefined || sha256 === own) return own;
  throw new HostError(`${file} has the SHA-256 ${own}, ${sha256} expected; remove it and run the same command again`);
}

function fetched(file: string, { url, sha256, bytes }: DataArchive, options: GetOptions): Promise<string> {
  const { progress = () => undefined, tell, retries, pause, patience } = options;
  const started = performance.now();
  let first: number | undefined;
  return download({
    url,
    file,
    sha256,
    ...Object.fromEntries(
      Object.entries({ tell, retries, pause, patience }).filter(([, value]) => value !== undefined),
    ),
    onBytes: (at, total = bytes) => {
      first ??= at;
      const speed = (at - first) / (performance.now() - started) / 1000; // MB/s
      const of = total === undefined ? '' : ` of ${(total / 1e6).toFixed(0)}`;
      const left = total === undefined || speed === 0 ? '' : `, ${Math.ceil((total - at) / 1e6 / speed)} s left`;
      progress(`${path.basename(file)}: ${(at / 1e6).toFixed(0)}${of} MB, ${speed.toFixed(1)} MB/s${left}`);
    },
  });
}

async function recordOf(folder: string): Promise<{ readonly sha256: string } | undefined> {
  try {
    return JSON.parse(await readFile(path.join(folder, record), 'utf8')) as { sha256: string };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
