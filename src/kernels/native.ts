import { loadNativeAddon } from '#platform';
import { KernelError, memoryError, type Arena, type Kernels } from './backend.js';

/** Instruction sets with native kernels, by the number of floats in a vector. */
const lanes: Readonly<Record<NativeVariant, number>> = { avx512: 16, avx2: 8, sse2: 4, neon: 4 };

/** An instruction set that the native kernels are built for. */
export type NativeVariant = 'avx512' | 'avx2' | 'sse2' | 'neon';

/** What kernels/native/addon.c gives. */
interface Addon {
  /** Names that this processor can run, widest first; those that fuse a product and a sum end in `-fma`. */
  variants(): string[];
  /** Address modulo 64. */
  misalignment(bytes: ArrayBuffer): number;
  bind(variant: string, arena: Uint8Array): (program: number) => void;
  /** The SHA-256 of the WASM kernels that the addon was built beside. */
  readonly builtBeside: string;
}

/** The variants of the native kernels that this processor runs, widest first; or none, and why. */
export interface NativeVariants {
  readonly variants: readonly NativeVariant[];
  /** Those that can run with `fma` as well. */
  readonly fused: readonly NativeVariant[];
  /** Why there are none, and what to do. */
  readonly reason?: string;
}

/** The native kernels' addon and what this processor runs of it; without an addon, why there is none. */
export interface NativeKernels extends NativeVariants {
  readonly addon?: Addon;
}

/**
 * Looks for the native kernels.
 *
 * @param wasmHash the SHA-256 of the WASM kernels: an addon that was built beside others is of other sources, and isn't used
 */
export async function findNative(wasmHash: string): Promise<NativeKernels> {
  const found = await loadNativeAddon();
  if (typeof found === 'string') return { variants: [], fused: [], reason: found };
  const addon = found as Addon;
  if (addon.builtBeside !== wasmHash) {
    const reason =
      'the native kernels were built from other sources than this package has: npm run build:native builds them anew';
    return { variants: [], fused: [], reason };
  }
  const names = addon.variants();
  const every = Object.keys(lanes) as NativeVariant[];
  const variants = every.filter((variant) => names.includes(variant));
  return { addon, variants, fused: variants.filter((variant) => names.includes(`${variant}-fma`)) };
}

/**
 * The native kernels of an instruction set. Throws `KernelError` when they aren't there.
 *
 * @param variant without one, the widest that there is
 * @param fma whether products and sums may be fused: faster, and another machine may then give other bits
 */
export function nativeKernels(
  { addon, variants, fused, reason }: NativeKernels,
  variant: NativeVariant | undefined,
  fma: boolean,
): Kernels {
  if (!addon) throw new KernelError(`no native kernels: ${reason}`);
  const possible = fma ? fused : variants;
  const chosen = variant ?? possible[0];
  if (chosen === undefined || !possible.includes(chosen)) {
    const what = `${chosen ?? 'native'} kernels${fma ? ' with fused multiply-add' : ''}`;
    throw new KernelError(`this processor can't run ${what}: it has ${possible.join(', ') || 'none'}`);
  }
  const name = fma ? `${chosen}-fma` : chosen;
  return {
    backend: `native-${chosen}`,
    lanes: lanes[chosen],
    fma,
    arena: (bytes) => nativeArena(addon, name, bytes),
  };
}

/** The bytes of an arena start on 64 bytes in an ArrayBuffer of its own; the function that runs programs keeps it alive. */
function nativeArena(addon: Addon, variant: string, bytes: number): Arena {
  let buffer: ArrayBuffer;
  try {
    buffer = new ArrayBuffer(bytes + 64);
  } catch (cause) {
    throw memoryError(bytes, cause);
  }
  const start = (64 - addon.misalignment(buffer)) % 64;
  const run = addon.bind(variant, new Uint8Array(buffer, start, bytes));
  return {
    bytes,
    f32: (offset, length) => new Float32Array(buffer, start + offset * 4, length),
    i32: (offset, length) => new Int32Array(buffer, start + offset * 4, length),
    run,
  };
}
