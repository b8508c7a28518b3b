import { loadKernels, nativeVariants, type Backend, type Kernels } from '../kernels/index.js';

/** A backend of this machine, for suites that run on all of them: `describe.each(await everyBackend())('$name', ...)`. */
export interface TestedBackend {
  readonly name: string;
  readonly kernels: Kernels;
  /** What gives these kernels. */
  readonly options: { readonly backend: Backend; readonly fma: boolean };
  /** Whether it gives WASM's bits; others fuse multiply and add, and are held to bounds. */
  readonly exact: boolean;
}

/** Every backend of this machine; WASM, the reference, first. */
export async function everyBackend(): Promise<readonly TestedBackend[]> {
  const { variants, fused } = await nativeVariants();
  const all: TestedBackend['options'][] = [
    { backend: 'wasm', fma: false },
    ...variants.map((variant) => ({ backend: `native-${variant}`, fma: false }) as const),
    ...fused.map((variant) => ({ backend: `native-${variant}`, fma: true }) as const),
  ];
  return Promise.all(
    all.map(async (options) => ({
      name: options.fma ? `${options.backend}-fma` : options.backend,
      kernels: await loadKernels(options),
      options,
      exact: !options.fma,
    })),
  );
}
