import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { HostError, type FileFacts, type ProgramOptions, type ProgramResult } from './types.js';

export { HostError } from './types.js';
export type { ProgramResult } from './types.js';

/** `src/platform` and `dist/platform` lie at the same depth, so this is the package's root from either. */
const root = fileURLToPath(new URL('../../', import.meta.url));

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory, a file is needed',
  ENOTDIR: 'a part of the path is a file, not a directory',
  ENOSPC: 'the disk is full; free some space and run the same command again',
  EFBIG: 'the file would be larger than the system allows here',
  EEXIST: 'something is there already',
  EROFS: 'the file system is read-only',
  EDQUOT: 'the disk quota is used up; free some space and run the same command again',
};

function hostError(action: string, file: string, error: unknown): HostError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const reason = reasons[code] ?? (error instanceof Error ? error.message : String(error));
  return new HostError(`can't ${action} ${file}: ${reason}`, { cause: error });
}

export async function readKernels(): Promise<Uint8Array> {
  return readFile(packageFile('kernels/kernels.wasm'));
}

export async function loadNativeAddon(): Promise<unknown> {
  const file = packageFile('kernels/build/kernels.node');
  if ((await kindOf(file)) !== 'file') return 'they are not built here: npm run build:native, in a clone, builds them';
  try {
    return createRequire(import.meta.url)(file);
  } catch (error) {
    return `${file} can't be loaded (${error instanceof Error ? error.message : String(error)}): npm run build:native builds it anew`;
  }
}

export async function readFile(file: string): Promise<Uint8Array> {
  if (/^https?:/.test(file)) return fetchBytes(file);
  try {
    return await fs.readFile(file.startsWith('file:') ? fileURLToPath(file) : file);
  } catch (error) {
    throw hostError('read', file, error);
  }
}

async function fetchBytes(url: string): Promise<Uint8Array> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new HostError(`can't fetch ${url}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  if (!response.ok) throw new HostError(`can't fetch ${url}: HTTP ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

export async function writeFile(file: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(temporary, bytes, { flush: true });
    await fs.rename(temporary, file);
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
    throw hostError('write', file, error);
  }
}

export async function removeFile(file: string): Promise<void> {
  try {
    await fs.rm(file, { force: true });
  } catch (error) {
    throw hostError('remove', file, error);
  }
}

export async function kindOf(file: string): Promise<'file' | 'directory' | undefined> {
  try {
    return (await fs.stat(file)).isDirectory() ? 'directory' : 'file';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw hostError('look at', file, error);
  }
}

export async function listDirectory(directory: string): Promise<string[]> {
  try {
    return (await fs.readdir(directory)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  } catch (error) {
    throw hostError('list', directory, error);
  }
}

export async function fileFacts(file: string): Promise<FileFacts | undefined> {
  try {
    const { size, mtimeMs } = await fs.stat(file);
    return { bytes: size, time: mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw hostError('look at', file, error);
  }
}

export async function touchFile(file: string): Promise<void> {
  const time = new Date();
  try {
    await fs.utimes(file, time, time);
  } catch (error) {
    throw hostError('touch', file, error);
  }
}

export function cacheDirectory(): string | undefined {
  const { FASTGRNN_CACHE: own, XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env;
  if (own) return own === 'off' ? undefined : own;
  if (process.platform === 'win32' && local) return path.join(local, 'fastgrnn', 'Cache');
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library', 'Caches', 'fastgrnn');
  return path.join(xdg || path.join(os.homedir(), '.cache'), 'fastgrnn');
}

export function joinPath(...segments: string[]): string {
  return path.join(...segments);
}

export function absolutePath(file: string): string {
  return path.resolve(file);
}

export function environment(name: string): string | undefined {
  return process.env[name];
}

export function packageDirectory(name: string): string | undefined {
  try {
    return path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return undefined; // not installed: the caller says what to do
  }
}

export function packageFile(file: string): string {
  return path.join(root, file);
}

export async function sha256(bytes: Uint8Array): Promise<string> {
  return createHash('sha256').update(bytes).digest('hex');
}

export async function sha1(bytes: Uint8Array): Promise<string> {
  return createHash('sha1').update(bytes).digest('hex');
}

export function now(): number {
  return performance.now();
}

export function parallelism(): number {
  return os.availableParallelism();
}

export function describeHost(): { node: string; cpu: string; os: string } {
  return {
    node: process.version,
    cpu: os.cpus()[0]?.model.trim() ?? process.arch,
    os: `${os.type()} ${os.release()} ${process.arch}`,
  };
}

export function runProgram(
  command: string,
  args: readonly string[],
  { directory, milliseconds = 0 }: ProgramOptions = {},
): Promise<ProgramResult | undefined> {
  const options = {
    maxBuffer: 64 * 1024 * 1024,
    timeout: milliseconds,
    ...(directory !== undefined && { cwd: directory }),
  };
  return new Promise((resolve, reject) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      const { code, killed, signal } = error ?? {};
      if (code === 'ENOENT') resolve(undefined);
      else if (killed) resolve({ code: -1, stdout, stderr: `${stderr}\nstopped after ${milliseconds} ms` });
      else if (signal) resolve({ code: -1, stdout, stderr: `${stderr}\nended by ${signal}` });
      else if (error && typeof code !== 'number') reject(hostError('run', command, error));
      else resolve({ code: typeof code === 'number' ? code : 0, stdout, stderr });
    });
  });
}

export async function temporaryDirectory(): Promise<{ path: string; dispose(): Promise<void> }> {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'fastgrnn-'));
  return { path: directory, dispose: () => fs.rm(directory, { recursive: true, force: true }) };
}

export async function workerInput(): Promise<unknown> {
  return workerData;
}

export function tellStarter(message: unknown): void {
  parentPort?.postMessage(message);
}

export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export async function waitForChange(words: Int32Array, index: number, value: number, most: number): Promise<void> {
  if (Atomics.wait(words, index, value, most) === 'timed-out') await breathe();
}
