import { halfToNumber } from '../../data/index.js';
import { ModelFileError } from '../../network/index.js';
import { ImportError } from './errors.js';
import type { ForeignTensor } from './foreign.js';

type Get = (view: DataView, at: number) => number;

/** The types that other programs keep weights in: bytes of one, and how it is read. */
const types: Readonly<Record<string, readonly [bytes: number, get: Get]>> = {
  F64: [8, (view, at) => view.getFloat64(at, true)],
  F32: [4, (view, at) => view.getFloat32(at, true)],
  F16: [2, (view, at) => halfToNumber(view.getUint16(at, true))],
  BF16: [2, (view, at) => bfloat16(view.getUint16(at, true))],
  I64: [8, (view, at) => Number(view.getBigInt64(at, true))],
  I32: [4, (view, at) => view.getInt32(at, true)],
  I16: [2, (view, at) => view.getInt16(at, true)],
  I8: [1, (view, at) => view.getInt8(at)],
  U8: [1, (view, at) => view.getUint8(at)],
};

/** The tensors of a safetensors file of another program. */
export function readForeignSafetensors(bytes: Uint8Array, path: string): ForeignTensor[] {
  const { header, start } = headerOf(bytes, path);
  const { __metadata__: metadata, ...entries } = header;
  if (isMap(metadata) && 'fastgrnn' in metadata) {
    throw new ImportError(`${path} is a model of fastgrnn already: use it as it is, as in fastgrnn inspect ${path}`);
  }
  return Object.entries(entries).map(([name, entry]) => {
    if (!isMap(entry)) throw damaged(path, `the header's ${name} isn't a tensor`);
    const { dtype, shape, data_offsets: offsets } = entry;
    if (typeof dtype !== 'string' || !Object.hasOwn(types, dtype)) {
      throw new ImportError(
        `${path}: ${name} is of type ${JSON.stringify(dtype)}; ${Object.keys(types).join(', ')} are read: convert it to F32`,
      );
    }
    if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
      throw damaged(path, `${name} has no shape or no place`);
    }
    const [size, get] = types[dtype];
    const count = shape.reduce((product, length) => product * length, 1);
    const [from, to] = offsets;
    if (to - from !== count * size || start + to > bytes.length) {
      throw damaged(path, `${name} is ${dtype} [${shape.join(', ')}], but its bytes are ${from} to ${to}`);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset + start + from, count * size);
    return { name, shape, data: Float64Array.from({ length: count }, (_, i) => get(view, i * size)) };
  });
}

function headerOf(bytes: Uint8Array, path: string): { header: Record<string, unknown>; start: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? 0n : view.getBigUint64(0, true);
  if (length < 2n || length > BigInt(bytes.length - 8)) throw damaged(path, 'its header is cut off');
  const start = 8 + Number(length);
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, start)));
    if (isMap(header)) return { header, start };
  } catch (error) {
    throw new ModelFileError(`${path} is damaged or no safetensors file: its header isn't JSON; save it again`, {
      cause: error,
    });
  }
  throw damaged(path, "its header isn't a map");
}

/** A bfloat16 is the upper half of a float32. */
function bfloat16(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
}

function damaged(path: string, what: string): ModelFileError {
  return new ModelFileError(`${path} is damaged or no safetensors file: ${what}; save it again`);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((length) => Number.isSafeInteger(length) && length >= 0);
}
