import { loadKernels, type Kernels } from '../kernels/index.js';

/** A backend of this machine, for suites that run on all of them: `describe.each(await everyBackend())('$name', ...)`. */
export interface TestedBackend {
  readonly name: string;
  readonly kernels: Kernels;
  /** Whether it gives WASM's bits; others fuse multiply and add, and are held to bounds. */
  readonly exact: boolean;
}

/** Every backend of this machine; WASM, the reference, first. */
export async function everyBackend(): Promise<readonly TestedBackend[]> {
  const wasm = await loadKernels({ backend: 'wasm' });
  return [{ name: wasm.backend, kernels: wasm, exact: true }];
}
