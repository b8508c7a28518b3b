import { loadKernels, nativeVariants, type Backend, type Kernels } from '../kernels/index.js';

/** A backend of this machine, for suites that run on all of them: `describe.each(await everyBackend())('$name', ...)`. */
export interface TestedBackend {
  readonly name: string;
  readonly kernels: Kernels;
  /** Whether it gives WASM's bits; others fuse multiply and add, and are held to bounds. */
  readonly exact: boolean;
}

/** Every backend of this machine; WASM, the reference, first. */
export async function everyBackend(): Promise<readonly TestedBackend[]> {
  const { variants, fused } = await nativeVariants();
  const load = (backend: Backend, fma: boolean) => loadKernels({ backend, fma });
  const all = await Promise.all([
    load('wasm', false),
    ...variants.map((variant) => load(`native-${variant}`, false)),
    ...fused.map((variant) => load(`native-${variant}`, true)),
  ]);
  return all.map((kernels) => ({
    name: kernels.fma ? `${kernels.backend}-fma` : kernels.backend,
    kernels,
    exact: !kernels.fma,
  }));
}
