import { HostError, type Platform, type ProgramResult, type WorkerHandle } from './types.js';

export { HostError } from './types.js';
export type { ProgramResult, WorkerHandle } from './types.js';

const packageRoot = new URL('../../', import.meta.url);

function noFiles(action: string, file: string): HostError {
  return new HostError(`can't ${action} ${file}: a browser has no file system; pass the bytes instead`);
}

export async function readKernels(): Promise<Uint8Array> {
  return readFile(packageFile('kernels/kernels.wasm'));
}

export async function readFile(file: string): Promise<Uint8Array> {
  const response = await fetch(file);
  if (!response.ok) throw new HostError(`can't fetch ${file}: HTTP ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

export async function writeFile(file: string): Promise<void> {
  throw noFiles('write', file);
}

export async function removeFile(file: string): Promise<void> {
  throw noFiles('remove', file);
}

export async function kindOf(file: string): Promise<'file' | 'directory' | undefined> {
  throw noFiles('look at', file);
}

export async function listDirectory(directory: string): Promise<string[]> {
  throw noFiles('list', directory);
}

export function joinPath(...segments: string[]): string {
  return segments.join('/').replaceAll(/\/{2,}/g, '/');
}

export function absolutePath(file: string): string {
  return file;
}

export function environment(): undefined {
  return undefined;
}

export function packageDirectory(): undefined {
  return undefined;
}

export function packageFile(file: string): string {
  return new URL(file, packageRoot).href;
}

export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function now(): number {
  return performance.now();
}

export function parallelism(): number {
  return navigator.hardwareConcurrency;
}

export function describeHost(): { node: string; cpu: string; os: string } {
  return { node: '', cpu: navigator.userAgent, os: navigator.platform };
}

export async function runProgram(): Promise<ProgramResult | undefined> {
  return undefined;
}

export async function temporaryDirectory(): Promise<never> {
  throw noFiles('make', 'a temporary directory');
}

export function startWorker(module: string, data: unknown): WorkerHandle {
  const worker = new Worker(new URL(`dist/${module}.js`, packageRoot), { type: 'module' });
  worker.postMessage(data);
  return {
    onError(listener) {
      worker.addEventListener('error', (event) => listener(new Error(event.message)), { once: true });
    },
    async stop() {
      worker.terminate();
    },
  };
}

export function workerInput(): Promise<unknown> {
  return new Promise((resolve) => {
    addEventListener('message', (event) => resolve(event.data), { once: true });
  });
}

export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

// The compiler checks here that this module is a whole Platform.
({
  readKernels,
  readFile,
  writeFile,
  removeFile,
  kindOf,
  listDirectory,
  joinPath,
  absolutePath,
  environment,
  packageDirectory,
  packageFile,
  sha256,
  now,
  parallelism,
  describeHost,
  runProgram,
  temporaryDirectory,
  startWorker,
  workerInput,
  breathe,
}) satisfies Platform;
