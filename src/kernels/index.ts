/** The kernels: SIMD programs over arenas. `loadKernels` picks the build; `ProgramBuilder` writes what it runs. */
import { readFile, readKernels } from '#platform';
import { KernelError, type Kernels } from './backend.js';
import { loadWasm } from './wasm.js';

export { KernelError, type Arena, type Kernels } from './backend.js';
export { Layout } from './layout.js';
export { NONLINEARITIES, type Nonlinearity } from './nonlinearity.js';
export { packedWords, rowStride, shift, within, wholeGroups, type Matrix, type Operand } from './operand.js';
export { ProgramBuilder } from './program.js';
export type { Span } from './program-words.js';

/** Which kernels run. */
export interface KernelOptions {
  /** 'auto' takes the fastest that is there; the others insist. Default 'auto'. */
  readonly backend?: 'auto' | 'wasm' | 'native';
  /** The package's `kernels/kernels.wasm`, where it doesn't lie beside the package: its bytes, or its URL. */
  readonly wasm?: KernelSource;
}

/** The bytes of `kernels.wasm`, or where to fetch them; a text is relative to the page. */
export type KernelSource = Uint8Array | URL | string;

/**
 * Loads the kernels. Throws `KernelError` when the engine has no WASM SIMD (there is no slow replacement), or when the
 * native kernels are asked for and absent.
 */
export async function loadKernels(options: KernelOptions = {}): Promise<Kernels> {
  if (options.backend === 'native') {
    throw new KernelError(
      "native kernels aren't built here: use the backend 'wasm' or 'auto', which give the same bits",
    );
  }
  return loadWasm(options.wasm === undefined ? await readKernels() : await kernelBytes(options.wasm));
}

/** The bytes of kernels that stand elsewhere. */
export async function kernelBytes(source: KernelSource): Promise<Uint8Array> {
  return source instanceof Uint8Array ? source : readFile(String(source));
}
