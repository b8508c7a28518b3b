import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { crc32, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HostError } from '#platform';
import type { DataArchive } from '../../data/index.js';
import { temporaryFolder, tar, writeUciHar, zip } from '../../testing/index.js';
import { download } from './download.js';
import { getArchive } from './get.js';

const sum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** Bytes without a pattern: two megabytes, so that a connection has many pieces. */
const content = Uint8Array.from(
  { length: 2_000_003 },
  (_, i) => (Math.imul(i ^ (i >> 3), 2_654_435_761) >>> 24) & 0xff,
);

interface Behaviour {
  body: Uint8Array;
  etag?: string;
  ranges?: boolean;
  /** Bytes after which each connection breaks. */
  breakAfter?: number;
  /** How many connections break. */
  breaks?: number;
  status?: number;
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: Server;
let url: string;
let behaviour: Behaviour;
let requests: { range: string | undefined; sent: number }[];

/** A file server that does as it is told. */
function serve(request: IncomingMessage, response: ServerResponse): void {
  const { body, etag, ranges = true, breakAfter, breaks = Infinity, status } = behaviour;
  const { range, 'if-range': ifRange } = request.headers;
  const log = { range, sent: 0 };
  requests.push(log);
  if (status !== undefined) return void response.writeHead(status).end();
  const start = ranges && range && (ifRange === undefined || ifRange === etag) ? Number(/\d+/.exec(range)![0]) : 0;
  if (start > body.length || (start === body.length && start > 0)) {
    return void response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
  }
  const rest = body.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': rest.length,
    ...(etag ? { etag } : {}),
    ...(start > 0 ? { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` } : {}),
  });
  if (breakAfter !== undefined && requests.length <= breaks && rest.length > breakAfter) {
    log.sent = breakAfter;
    response.write(rest.subarray(0, breakAfter), () => setTimeout(() => response.destroy(), 20));
  } else {
    log.sent = rest.length;
    response.end(rest);
  }
}

beforeEach(async () => {
  folder = await temporaryFolder();
  requests = [];
  behaviour = { body: content, etag: '"one"' };
  server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data.bin`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await folder.remove();
});

const quick = { pause: 1, patience: 5000 };
const target = () => path.join(folder.path, 'data.bin');
const get = (more: Partial<Parameters<typeof download>[0]> = {}) =>
  download({ url, file: target(), ...quick, ...more });
const there = async () => (await readdir(folder.path)).sort();

describe('a download', () => {
  test('comes in one piece', async () => {
    const seen: number[] = [];
    expect(await get({ sha256: sum(content), onBytes: (bytes) => seen.push(bytes) })).toBe(sum(content));
    expect(new Uint8Array(await readFile(target())).every((byte, i) => byte === content[i])).toBe(true);
    expect(seen.at(-1)).toBe(content.length);
    expect(await there()).toEqual(['data.bin']);
  });

  test('goes on where connections broke, by Range', async () => {
    behaviour = { ...behaviour, breakAfter: 600_000, breaks: 3 };
    expect(await get({ sha256: sum(content) })).toBe(sum(content));
    // A broken connection may lose what was sent last, so each goes on from where the one before it came to, or a little before.
    const starts = requests.map(({ range }) => Number(range?.match(/\d+/)?.[0] ?? 0));
    expect(starts.length).toBeGreaterThanOrEqual(4);
    starts.slice(1).forEach((start, i) => {
      expect(start).toBeGreaterThan(starts[i]!);
      expect(start).toBeLessThanOrEqual(starts[i]! + 600_000);
    });
  });

  test('goes on in another run of the program', async () => {
    behaviour = { ...behaviour, breakAfter: 700_000, breaks: 1 };
    await expect(get({ retries: 0 })).rejects.toThrow(/the same command goes on from it/);
    expect(await there()).toEqual(['data.bin.part', 'data.bin.part.json']);
    const { size } = await stat(`${target()}.part`);
    expect(await get({ sha256: sum(content) })).toBe(sum(content));
    expect(requests[1]!.range).toBe(`bytes=${size}-`);
  });

  test('begins anew where the server has another edition meanwhile', async () => {
    behaviour = { ...behaviour, breakAfter: 700_000, breaks: 1 };
    await expect(get({ retries: 0 })).rejects.toThrow(HostError);
    const other = content.map((byte) => byte ^ 0xff);
    behaviour = { body: other, etag: '"two"' };
    expect(await get()).toBe(sum(other));
    expect(requests[1]!.sent).toBe(other.length);
  });

  test('begins anew where the server knows no Range', async () => {
    behaviour = { ...behaviour, ranges: false, breakAfter: 900_000, breaks: 2 };
    expect(await get({ sha256: sum(content) })).toBe(sum(content));
    expect(requests.map(({ sent }) => sent)).toEqual([900_000, 900_000, content.length]);
  });

  test('that is whole but was never renamed is taken as it is', async () => {
    await writeFile(`${target()}.part`, content);
    await writeFile(`${target()}.part.json`, JSON.stringify({ url, etag: '"one"' }));
    expect(await get({ sha256: sum(content) })).toBe(sum(content));
  });

  test('with a wrong checksum is removed', async () => {
    await expect(get({ sha256: sum(content.subarray(1)) })).rejects.toThrow(/has the SHA-256 .* expected/);
    expect(await there()).toEqual([]);
  });

  test('that the server refuses says how; one that fails for a while is tried again', async () => {
    behaviour = { ...behaviour, status: 404 };
    await expect(get()).rejects.toThrow(/HTTP 404/);
    expect(requests.length).toBe(1);
    behaviour = { ...behaviour, status: 503 };
    await expect(get({ retries: 2 })).rejects.toThrow(/HTTP 503, 3 times in a row/);
    expect(requests.length).toBe(4);
  });

  test('that hangs counts as broken', async () => {
    server.removeAllListeners('request');
    server.on('request', (_, response) => void response.writeHead(200, { 'content-length': 10 }).write('abc'));
    await expect(get({ retries: 1, patience: 60 })).rejects.toThrow(/no byte for 0.06 s|2 times in a row/);
  });
});

test('more than the disk has room for is told before anything is written', async () => {
  server.removeAllListeners('request');
  server.on('request', (_, response) => void response.writeHead(200, { 'content-length': 4e15 }).flushHeaders());
  const file = path.join(folder.path, 'data.bin');
  await expect(download({ url, file, ...quick })).rejects.toThrow(/needs 4000000000 MB more in .*, \d+ MB are free/);
  expect(await there()).toEqual([]);
});

test.runIf(process.platform === 'linux')('a disk that fills up is told', async () => {
  const file = path.join(folder.path, 'data.bin');
  await symlink('/dev/full', `${file}.part`);
  await expect(download({ url, file, ...quick })).rejects.toThrow(/the disk is full; free some space/);
});

const run = promisify(execFile);
/** A small disk of its own, where the machine lets one be mounted. */
const disk = await temporaryFolder();
const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk.path]).then(
  () => true,
  () => false,
);
afterAll(async () => {
  if (mounted) await run('umount', [disk.path]);
  await disk.remove();
});

test.runIf(mounted)('what came before a small disk was full is kept', async () => {
  const file = path.join(disk.path, 'data.bin');
  await expect(download({ url, file, ...quick })).rejects.toThrow(/needs 2 MB more in .*, 1 MB are free/);
  server.removeAllListeners('request');
  server.on('request', (_, response) => void response.writeHead(200).end(content)); // no length beforehand
  await expect(download({ url, file, ...quick })).rejects.toThrow(/the disk is full; free some space/);
  expect((await stat(`${file}.part`)).size).toBeGreaterThan(500_000);
});

describe('archives', () => {
  const words = tar({ './yes/a_nohash_0.wav': 'yes', './testing_list.txt': 'yes/a_nohash_0.wav\n' });
  const archive = (body: Uint8Array, more: Partial<DataArchive> = {}): DataArchive => ({
    name: 'words',
    url,
    packed: 'tar.gz',
    folder: 'words',
    marks: ['testing_list.txt', 'yes'],
    unpacked: 1000,
    sha256: sum(body),
    ...more,
  });
  const into = () => ({ into: folder.path, ...quick });

  test('are fetched, unpacked and not fetched again', async () => {
    behaviour.body = gzipSync(words);
    const got = await getArchive(archive(behaviour.body), into());
    expect(got).toMatchObject({ wasThere: false, published: true, sha256: sum(behaviour.body) });
    expect(await readFile(path.join(folder.path, 'words/yes/a_nohash_0.wav'), 'utf8')).toBe('yes');
    expect(await there()).toEqual(['words']);
    expect(await getArchive(archive(behaviour.body), into())).toMatchObject({ wasThere: true });
    expect(requests.length).toBe(1);
  });

  test('without a published checksum: what came is written down', async () => {
    behaviour.body = gzipSync(words);
    const told: string[] = [];
    const { sha256, ...unpublished } = archive(behaviour.body);
    await getArchive(unpublished, { ...into(), tell: (text) => told.push(text) });
    expect(told.join()).toContain(`no checksum of data.bin is published; what came has the SHA-256 ${sha256}`);
    expect(JSON.parse(await readFile(path.join(folder.path, 'words/fastgrnn-source.json'), 'utf8'))).toMatchObject({
      sha256,
      published: false,
    });
  });

  test.each([
    ['cut off', () => gzipSync(words).subarray(0, gzipSync(words).length >> 1), /is damaged|cut off/],
    ['of another kind', () => gzipSync(tar({ 'readme.txt': 'hello' })), /holds no testing_list.txt/],
    ['that lead out of the folder', () => gzipSync(tar({ '../evil.txt': 'x' })), /would lie outside/],
  ])('%s leave nothing behind', async (_, body, message) => {
    behaviour.body = body();
    await expect(getArchive(archive(behaviour.body), into())).rejects.toThrow(message);
    expect((await there()).filter((name) => name !== 'data.bin')).toEqual([]);
  });

  test('a ZIP archive in a ZIP archive, as UCI HAR is packed, loads', async () => {
    const source = path.join(folder.path, 'source');
    const window = (activity: number, person: number) => ({ activity, person, value: () => 0.5 });
    await writeUciHar(source, { train: [window(0, 1), window(1, 2)], test: [window(0, 3)] }, { steps: 4, gzip: false });
    const root = path.join(source, 'uci-har');
    const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const inner: Record<string, Uint8Array> = {};
    for (const entry of files) {
      const file = path.join(entry.parentPath, entry.name);
      inner[`UCI HAR Dataset/${path.relative(root, file)}`] = new Uint8Array(await readFile(file));
    }
    behaviour.body = zip({ 'UCI HAR Dataset.zip': zip(inner, crc32) }, crc32);
    const har = archive(behaviour.body, {
      packed: 'zip',
      folder: 'uci-har',
      marks: ['activity_labels.txt', 'train', 'test'],
    });
    await getArchive(har, into());
    expect(await readFile(path.join(folder.path, 'uci-har/train/y_train.txt'), 'utf8')).toBe('1\n2\n');
  });
});
