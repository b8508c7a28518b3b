/** What the host must offer. `#platform` resolves to `node.ts` or `browser.ts`; both export exactly these functions (`whole.ts` checks it). */
export interface Platform {
  /** The bytes of the WASM kernels that are committed with the package. */
  readKernels(): Promise<Uint8Array>;
  /** The native kernels' addon, as its C source describes it (kernels/native/addon.c); or why there is none, and what to do. */
  loadNativeAddon(): Promise<unknown>;
  /** The bytes of a file, or of a `file:` or `http(s):` URL. Throws `HostError` that names the path when it can't be read. */
  readFile(path: string): Promise<Uint8Array>;
  /** Writes to a temporary name beside `path`, then renames, so that a crash or a full disk leaves the old file whole. */
  writeFile(path: string, bytes: Uint8Array | string): Promise<void>;
  /** Removes a file; a missing one is no error. */
  removeFile(path: string): Promise<void>;
  /** 'file', 'directory', or undefined where there is neither. */
  kindOf(path: string): Promise<'file' | 'directory' | undefined>;
  /** Names in a directory, sorted by code unit so that every machine sees the same order. */
  listDirectory(path: string): Promise<string[]>;
  /** Bytes of a file and when it was written or touched last, in ms since 1970; undefined where there is none. */
  fileFacts(path: string): Promise<FileFacts | undefined>;
  /** Sets the time of a file to now. */
  touchFile(path: string): Promise<void>;
  /** Where files are kept that can be made again: FASTGRNN_CACHE, else the host's folder for such; undefined where there is none. */
  cacheDirectory(): string | undefined;
  /** Joins path segments. */
  joinPath(...segments: string[]): string;
  /** A path that holds from any working folder. */
  absolutePath(path: string): string;
  /** An environment variable, or undefined. */
  environment(name: string): string | undefined;
  /** The directory of an installed npm package as seen from this one, or undefined. */
  packageDirectory(name: string): string | undefined;
  /** A path inside this package, e.g. `packageFile('recipes/digits.yaml')`. */
  packageFile(path: string): string;
  /** Lower-case hexadecimal SHA-256. */
  sha256(bytes: Uint8Array): Promise<string>;
  /** Lower-case hexadecimal SHA-1: for divisions of data that are defined by it, never for trust. */
  sha1(bytes: Uint8Array): Promise<string>;
  /** Milliseconds on a monotonic clock. For progress and timings only: never reaches a model. */
  now(): number;
  /** How many threads run at once here. */
  parallelism(): number;
  /** What `doctor` and `metrics.json` say of the host. */
  describeHost(): { node: string; cpu: string; os: string };
  /** Runs an external program where the host can (a cross compiler); undefined when it isn't there. */
  runProgram(command: string, args: readonly string[], options?: ProgramOptions): Promise<ProgramResult | undefined>;
  /** A directory for temporary files, removed by `dispose`. */
  temporaryDirectory(): Promise<{ path: string; dispose(): Promise<void> }>;
  /** Inside a worker: the data that it was started with. */
  workerInput(): Promise<unknown>;
  /** Inside a worker: sends a message to whoever started it; it is cloned. */
  tellStarter(message: unknown): void;
  /** Lets timers, signals and messages be served between two pieces of long work. */
  breathe(): Promise<void>;
  /**
   * Waits while `words[index]` in shared memory is `value`, for `most` milliseconds or less: until `Atomics.notify`, or as
   * long as the host likes. Messages and signals are served where it takes long.
   */
  waitForChange(words: Int32Array, index: number, value: number, most: number): Promise<void>;
}

/**
 * `#workers` resolves to `node-workers.ts` or `browser-workers.ts`. It stands apart from `#platform`, because a worker imports
 * that, and bundlers don't bundle what starts itself.
 */
export interface Workers {
  /** Starts a thread of a training (`training/worker.ts`) on `data`, which is cloned. */
  startTrainingWorker(data: unknown): WorkerHandle;
}

export interface FileFacts {
  readonly bytes: number;
  readonly time: number;
}

export interface ProgramOptions {
  /** Where it runs. */
  readonly directory?: string;
  /** After which it is killed; its code is then -1. */
  readonly milliseconds?: number;
}

export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface WorkerHandle {
  /** Called once with the error when the worker dies before it is stopped. */
  onError(listener: (error: Error) => void): void;
  /** Called with each message of the worker (`tellStarter`). */
  onMessage(listener: (message: unknown) => void): void;
  stop(): Promise<void>;
}

/** The host refused: a file is missing or unreadable, the disk is full, a feature is absent. The message says what to do. */
export class HostError extends Error {
  override name = 'HostError';
}
