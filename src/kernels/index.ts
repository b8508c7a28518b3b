/** The kernels: SIMD programs over arenas. `loadKernels` picks the build; `ProgramBuilder` writes what it runs. */
import { readFile, readKernels, sha256 } from '#platform';
import { KernelError, type Kernels } from './backend.js';
import { findNative, nativeKernels, type NativeVariant, type NativeVariants } from './native.js';
import { loadWasm } from './wasm.js';

export { KernelError, type Arena, type Kernels } from './backend.js';
export { Layout } from './layout.js';
export type { NativeVariant, NativeVariants } from './native.js';
export { NONLINEARITIES, type Nonlinearity } from './nonlinearity.js';
export { packedWords, rowStride, shift, within, wholeGroups, type Matrix, type Operand } from './operand.js';
export { measurePeak, peakProbe, type PeakProbe } from './peak.js';
export { ProgramBuilder } from './program.js';
export { OPCODES, WORDS, type Span } from './program-words.js';

/** What can be asked for: `auto` takes the fastest that is there, `native` the widest vectors; the others insist on one build. */
export const BACKENDS = [
  'auto',
  'native',
  'wasm',
  'native-avx512',
  'native-avx2',
  'native-sse2',
  'native-neon',
] as const;

/** A build of the kernels, or a rule to choose one. */
export type Backend = (typeof BACKENDS)[number];

/** Which kernels run. */
export interface KernelOptions {
  /** Default 'auto'. All give the same bits. */
  readonly backend?: Backend;
  /** Lets native kernels fuse products and sums: faster, but another machine may then give other weights. Default false. */
  readonly fma?: boolean;
  /** The package's `kernels/kernels.wasm`, where it doesn't lie beside the package: its bytes, or its URL. */
  readonly wasm?: KernelSource;
}

/** The bytes of `kernels.wasm`, or where to fetch them; a text is relative to the page. */
export type KernelSource = Uint8Array | URL | string;

/**
 * Loads the kernels. Throws `KernelError` when the engine has no WASM SIMD (there is no slow replacement), or when native
 * kernels, or `fma`, which only those have, are asked for and absent.
 */
export async function loadKernels(options: KernelOptions = {}): Promise<Kernels> {
  const { backend = 'auto', fma = false, wasm } = options;
  if (backend === 'wasm' && fma) {
    throw new KernelError(
      "the backend 'wasm' gives the same bits everywhere and never fuses: fma needs native kernels",
    );
  }
  if (backend === 'wasm' || (backend === 'auto' && wasm !== undefined && !fma)) {
    return loadWasm(wasm === undefined ? await readKernels() : await kernelBytes(wasm));
  }
  const bytes = await readKernels();
  const native = await findNative(await sha256(bytes));
  if (backend === 'auto' && !fma && native.variants.length === 0) return loadWasm(bytes);
  const variant = /^native-(.*)$/.exec(backend)?.[1] as NativeVariant | undefined;
  return nativeKernels(native, variant, fma);
}

/** The native kernels that this machine can run. */
export async function nativeVariants(): Promise<NativeVariants> {
  const { addon: _, ...facts } = await findNative(await sha256(await readKernels()));
  return facts;
}

/** The bytes of kernels that stand elsewhere. */
export async function kernelBytes(source: KernelSource): Promise<Uint8Array> {
  return source instanceof Uint8Array ? source : readFile(String(source));
}
