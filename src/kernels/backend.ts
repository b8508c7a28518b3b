/** A block of memory that kernels work in. Private to one owner; its size never changes, so views stay valid. */
export interface Arena {
  readonly bytes: number;
  /** `length` floats from word `offset` on. */
  f32(offset: number, length: number): Float32Array;
  /** `length` int32 from word `offset` on. */
  i32(offset: number, length: number): Int32Array;
  /** Runs the program that stands at word `offset` (see `ProgramBuilder`). */
  run(offset: number): void;
}

/** One build of the kernels. All builds without `fma` give the same bits. */
export interface Kernels {
  /** As it is written into `metrics.json`: `wasm`, or `native-` and the instruction set. */
  readonly backend: string;
  /** Floats in a vector. */
  readonly lanes: number;
  /** Whether products and sums are fused: such a build gives bits of its own. */
  readonly fma: boolean;
  /** A new arena of at least `bytes` bytes, zeroed. Throws `KernelError` when there is no such memory. */
  arena(bytes: number): Arena;
}

/** Kernels can't be loaded or an arena can't be had. The message says what is missing and what to do. */
export class KernelError extends Error {
  override name = 'KernelError';
}

/** There is no memory for an arena of so many bytes. */
export function memoryError(bytes: number, cause: unknown): KernelError {
  const megabytes = Math.ceil(bytes / 2 ** 20);
  return new KernelError(`no memory for an arena of ${megabytes} MB: use smaller batches or shorter sequences`, {
    cause,
  });
}
