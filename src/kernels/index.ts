/** The kernels: SIMD programs over arenas. `loadKernels` picks the build; `ProgramBuilder` writes what it runs. */
import { readKernels } from '#platform';
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
}

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
  return loadWasm(await readKernels());
}
