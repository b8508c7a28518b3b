import { KernelError, memoryError, type Arena, type Kernels } from './backend.js';

const PAGE = 65536;

/** (module (func (result v128) (v128.const i32x4 0 0 0 0))): valid only where simd128 is. */
const SIMD_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 22, 1, 20, 0, 253, 12],
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11],
);

interface KernelExports extends WebAssembly.Exports {
  readonly memory: WebAssembly.Memory;
  readonly __heap_base: WebAssembly.Global;
  readonly run: (arena: number, program: number) => void;
}

/** The kernels as WASM with 128-bit vectors, the reference for every other backend. */
export async function loadWasm(bytes: Uint8Array): Promise<Kernels> {
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(SIMD_PROBE)) {
    throw new KernelError(
      'this engine has no WebAssembly SIMD, which the kernels need: use Chrome 91, Firefox 89, Safari 16.4 or newer, or Node',
    );
  }
  const module = await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
  return { backend: 'wasm', lanes: 4, fma: false, arena: (size) => wasmArena(module, size) };
}

/** Each arena is an instance of its own with a memory of its own. */
function wasmArena(module: WebAssembly.Module, bytes: number): Arena {
  const { memory, run, __heap_base } = new WebAssembly.Instance(module).exports as KernelExports;
  const start = Math.ceil(Number(__heap_base.value) / 64) * 64;
  const missing = Math.ceil((start + bytes - memory.buffer.byteLength) / PAGE);
  try {
    if (missing > 0) memory.grow(missing);
  } catch (cause) {
    throw memoryError(bytes, cause);
  }
  const { buffer } = memory;
  return {
    bytes,
    f32: (offset, length) => new Float32Array(buffer, start + offset * 4, length),
    i32: (offset, length) => new Int32Array(buffer, start + offset * 4, length),
    run: (offset) => run(start, offset),
  };
}
