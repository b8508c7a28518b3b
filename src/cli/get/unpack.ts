import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import { listZip, readZipEntry, TarReader, type TarFile } from '../../data/index.js';
import { HostError } from '#platform';
import { onDisk } from './download.js';

/**
 * Unpacks an archive into a folder that appears when all of it is there; what a killed one left is removed first. A ZIP archive within a ZIP
 * archive is unpacked too, and a single folder that holds all the rest is left out.
 *
 * @throws HostError where the archive is damaged, holds a path that leads out of the folder, or the disk is full
 */
export async function unpack(
  archive: string,
  packed: 'tar.gz' | 'zip',
  folder: string,
  onFile: (count: number) => void,
): Promise<void> {
  const temporary = `${folder}.unpacking`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  const made = new Set<string>();
  let count = 0;
  const put = async ({ name, bytes }: TarFile) => {
    const target = inside(temporary, name, archive);
    const parent = path.dirname(target);
    await onDisk(target, async () => {
      if (!made.has(parent)) await mkdir(parent, { recursive: true });
      made.add(parent);
      await writeFile(target, bytes);
    });
    count++;
    if (count % 500 === 0) onFile(count);
  };
  try {
    if (packed === 'tar.gz') await unpackTar(archive, put);
    else await unpackZip(await readFile(archive), archive, put);
    await onDisk(folder, () => rename(temporary, folder));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function unpackTar(archive: string, put: (file: TarFile) => Promise<void>): Promise<void> {
  const reader = new TarReader(archive);
  const unzipped = createReadStream(archive).pipe(createGunzip());
  try {
    for await (const piece of unzipped) for (const file of reader.add(piece as Uint8Array)) await put(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^Z_|^ERR_ZLIB/.test(code)) throw error;
    throw new HostError(`${archive} is damaged (${(error as Error).message}); remove it and fetch it again`, {
      cause: error,
    });
  }
  reader.end();
}

async function unpackZip(bytes: Uint8Array, title: string, put: (file: TarFile) => Promise<void>): Promise<void> {
  const entries = listZip(bytes, title).filter(
    ({ name }) => !name.endsWith('/') && !/(^|\/)(__MACOSX|\.DS_Store)/.test(name),
  );
  const common = commonFolder(entries.map(({ name }) => name));
  for (const entry of entries) {
    const content = await readZipEntry(bytes, entry, title);
    if (entry.name.endsWith('.zip')) await unpackZip(content, `${title} (${entry.name})`, put);
    else await put({ name: entry.name.slice(common.length), bytes: content });
  }
}

/** The folder that all names begin with, with its slash; '' where there is none. */
function commonFolder(names: readonly string[]): string {
  const folder = /^[^/]+\//.exec(names[0] ?? '')?.[0] ?? '';
  return names.every((name) => name.startsWith(folder)) ? folder : '';
}

/** A path below the folder: an archive that names another is not trusted. */
function inside(folder: string, name: string, archive: string): string {
  const target = path.resolve(folder, name);
  if (target.startsWith(path.resolve(folder) + path.sep)) return target;
  throw new HostError(
    `${archive} holds ${JSON.stringify(name)}, which would lie outside of its folder; it is not unpacked`,
  );
}
