import { canonicalJson } from '../recipe/light.js';
import { arrays, metadataKey, ModelFileError, sizeOf, type Tensor } from './safetensors.js';

/**
 * The bytes of a safetensors file: the length of the header in 8 bytes (little-endian), the header in JSON padded with
 * spaces to a multiple of 8, the tensors one after the other, larger number types first so that each lies aligned, then
 * by name. Equal content gives equal bytes.
 *
 * @throws ModelFileError where a tensor's data don't fit its type and shape, or a name occurs twice
 */
export function encodeSafetensors(tensors: readonly Tensor[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const ordered = [...tensors].sort(
    (a, b) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || (a.name < b.name ? -1 : 1),
  );
  const entries: Record<string, unknown> = { [metadataKey]: metadata };
  let end = 0;
  for (const { name, dtype, shape, data } of ordered) {
    if (Object.hasOwn(entries, name)) throw new ModelFileError(`the tensor name ${name} occurs twice or is reserved`);
    if (!(data instanceof arrays[dtype]) || data.length !== sizeOf(shape)) {
      throw new ModelFileError(
        `tensor ${name}: ${data.length} numbers in a ${data.constructor.name} aren't ${dtype} [${shape.join(', ')}]`,
      );
    }
    entries[name] = { dtype, shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const json = new TextEncoder().encode(canonicalJson(entries));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + end).fill(0x20, 8, 8 + headerLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, 8);
  let at = 8 + headerLength;
  for (const { data } of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}
