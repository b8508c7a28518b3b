import { wasm } from './wasm.js';

/** The functions of kernels/step, each over a structure of words in its memory. */
interface StepExports extends WebAssembly.Exports {
  readonly memory: WebAssembly.Memory;
  readonly __heap_base: WebAssembly.Global;
  readonly float_step: (network: number) => void;
  readonly float_logits: (network: number, state: number) => void;
  readonly float_sigmoid: (length: number, values: number) => void;
  readonly float_residual: (length: number, alpha: number, scalars: number, beta: number) => void;
  readonly integer_step: (network: number) => void;
  readonly integer_logits: (network: number, state: number) => void;
}

/** The engine can't run the runtime. The message says what is missing and what to do. */
export class RuntimeError extends Error {
  override name = 'RuntimeError';
}

/** Compiles the step functions, some 14 KB of WASM with 128-bit vectors. */
export async function compileStep(): Promise<WebAssembly.Module> {
  const bytes = Uint8Array.from(atob(wasm), (character) => character.charCodeAt(0));
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new RuntimeError(
      "this engine can't compile the runtime: it needs WebAssembly with SIMD (Chrome 91, Firefox 89, Safari 16.4 or newer, or Node) and, in a page with a content security policy, 'wasm-unsafe-eval'",
      { cause },
    );
  }
}

type Numbers = Int8Array | Int16Array | Int32Array | Float32Array;

/**
 * A stream's own memory: the constructor gives each array its place, aligned to 16 bytes and with
 * 16 bytes to spare behind it, since vectors may reach beyond an end.
 */
export class Memory {
  readonly exports: StepExports;
  private readonly addresses = new Map<Numbers, number>();
  private at: number;

  constructor(module: WebAssembly.Module, arrays: readonly Numbers[]) {
    this.exports = new WebAssembly.Instance(module).exports as StepExports;
    const { memory, __heap_base } = this.exports;
    this.at = Number(__heap_base.value);
    for (const array of arrays) this.addresses.set(array, this.reserve(array.byteLength));
    const missing = Math.ceil((this.at - memory.buffer.byteLength) / 65536);
    if (missing > 0) memory.grow(missing);
    for (const [array, address] of this.addresses) {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      new Uint8Array(memory.buffer).set(bytes, address);
    }
  }

  private reserve(bytes: number): number {
    const address = Math.ceil(this.at / 16) * 16;
    this.at = address + bytes + 16;
    return address;
  }

  /** Where an array of the constructor's stands; 0 for none. */
  address(array: Numbers | undefined): number {
    return array ? (this.addresses.get(array) ?? 0) : 0;
  }

  /** The living twin of an array of the constructor's. */
  view<A extends Numbers>(array: A): A {
    const kind = array.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => A;
    return new kind(this.exports.memory.buffer, this.address(array), array.length);
  }
}

/** `length` rounded up to a multiple of `unit`. */
export function padded(length: number, unit: number): number {
  return Math.ceil(length / unit) * unit;
}
