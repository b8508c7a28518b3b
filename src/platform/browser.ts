import { HostError, type ProgramResult } from './types.js';

export { HostError } from './types.js';
export type { ProgramResult } from './types.js';

/** Under a name of its own, lest bundlers take what is asked for at run time as files to bring along. */
const here = import.meta.url;

function noFiles(action: string, file: string): HostError {
  return new HostError(`can't ${action} ${file}: a browser has no file system; pass the bytes instead`);
}

export async function readKernels(): Promise<Uint8Array> {
  // In these very words bundlers see the file and bring it along.
  return readFile(new URL('../../kernels/kernels.wasm', import.meta.url).href);
}

export async function loadNativeAddon(): Promise<unknown> {
  return 'a browser runs WebAssembly';
}

export async function readFile(file: string): Promise<Uint8Array> {
  try {
    const response = await fetch(file);
    if (!response.ok) throw new HostError(`can't fetch ${file}: HTTP ${response.status} ${response.statusText}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    if (cause instanceof HostError) throw cause;
    throw new HostError(`can't fetch ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
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

export async function fileFacts(file: string): Promise<undefined> {
  throw noFiles('look at', file);
}

export async function touchFile(file: string): Promise<void> {
  throw noFiles('touch', file);
}

export function cacheDirectory(): undefined {
  return undefined;
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
  return new URL(`../../${file}`, here).href;
}

export function sha256(bytes: Uint8Array): Promise<string> {
  return hexDigest('SHA-256', bytes);
}

export function sha1(bytes: Uint8Array): Promise<string> {
  return hexDigest('SHA-1', bytes);
}

async function hexDigest(algorithm: 'SHA-1' | 'SHA-256', bytes: Uint8Array): Promise<string> {
  if (!isSecureContext) {
    throw new HostError(
      `can't hash on ${location.origin}: browsers hash in secure contexts only; serve the page by https, or from localhost`,
    );
  }
  // Shared memory could change meanwhile, so browsers hash copies of it alone.
  const own = bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
  const digest = await crypto.subtle.digest(algorithm, own);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function now(): number {
  return performance.now();
}

export function parallelism(): number {
  return crossOriginIsolated ? navigator.hardwareConcurrency : 1; // threads need shared memory
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

export function workerInput(): Promise<unknown> {
  // What rejects in a worker's module isn't told to the page by itself.
  addEventListener('unhandledrejection', ({ reason }) => reportError(reason));
  return new Promise((resolve) => {
    addEventListener('message', (event) => resolve(event.data), { once: true });
  });
}

export function tellStarter(message: unknown): void {
  (globalThis as unknown as Worker).postMessage(message);
}

export function breathe(): Promise<void> {
  // A message, for timers of a page that isn't seen are delayed by a second.
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}

export async function waitForChange(words: Int32Array, index: number, value: number, most: number): Promise<void> {
  const { waitAsync } = Atomics as { waitAsync?: WaitAsync };
  if (typeof document === 'undefined') {
    if (Atomics.wait(words, index, value, most) === 'timed-out') await breathe();
  } else if (waitAsync) await waitAsync(words, index, value, most).value;
  else await breathe();
}

/** A page must not block, so it waits like this; the compiler's library of this year doesn't know it yet. */
type WaitAsync = (words: Int32Array, index: number, value: number, most: number) => { value: Promise<string> | string };
