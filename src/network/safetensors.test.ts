import { describe, expect, test } from 'vitest';
import { decodeSafetensors, ModelFileError, type Tensor } from './safetensors.js';
import { encodeSafetensors } from './safetensors-encode.js';

/** A file with the given header and `size` bytes of data. */
function file(header: unknown, size: number, padding = ''): Uint8Array {
  const json = new TextEncoder().encode((typeof header === 'string' ? header : JSON.stringify(header)) + padding);
  const bytes = new Uint8Array(8 + json.length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  for (let i = 0; i < size; i++) bytes[8 + json.length + i] = i;
  return bytes;
}

test('a file of another writer: other order, no padding, no metadata', () => {
  const bytes = file(
    { b: { dtype: 'I16', shape: [2], data_offsets: [1, 5] }, a: { dtype: 'U8', shape: [1, 1], data_offsets: [0, 1] } },
    5,
  );
  const { tensors, metadata } = decodeSafetensors(bytes, 'f');
  expect(metadata).toEqual({});
  expect(tensors).toEqual([
    { name: 'a', dtype: 'U8', shape: [1, 1], data: Uint8Array.of(0) },
    { name: 'b', dtype: 'I16', shape: [2], data: Int16Array.of(0x0201, 0x0403) },
  ]);
});

test('the layout: length, JSON padded with spaces to a multiple of 8, each tensor aligned to its type', () => {
  const tensors: Tensor[] = [
    { name: 'bytes', dtype: 'I8', shape: [3], data: Int8Array.of(1, -2, 3) },
    { name: 'floats', dtype: 'F32', shape: [], data: Float32Array.of(0.5) },
    { name: 'words', dtype: 'U16', shape: [1], data: Uint16Array.of(513) },
  ];
  const bytes = encodeSafetensors(tensors, { note: 'é' });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  expect(text.trimEnd()).toBe(
    '{"__metadata__":{"note":"é"},"bytes":{"data_offsets":[6,9],"dtype":"I8","shape":[3]},' +
      '"floats":{"data_offsets":[0,4],"dtype":"F32","shape":[]},"words":{"data_offsets":[4,6],"dtype":"U16","shape":[1]}}',
  );
  expect(Array.from(bytes.subarray(8 + length))).toEqual([0, 0, 0, 63, 1, 2, 1, 254, 3]);
});

describe('what is no such file', () => {
  const tensor = { dtype: 'U8', shape: [2], data_offsets: [0, 2] };
  test.each<[string, Uint8Array]>([
    ['5 bytes are too few', new Uint8Array(5)],
    ['a header of 18446744073709551615 bytes was announced, 0 follow', new Uint8Array(8).fill(255)],
    ["its header isn't JSON", file('{"a"', 0)],
    ["its header isn't a map", file([], 0)],
    ["__metadata__ isn't a map of texts", file({ __metadata__: { a: 1 } }, 0)],
    ["the header's a isn't a tensor", file({ a: 3 }, 0)],
    ['tensor a has the type "F64"', file({ a: { ...tensor, dtype: 'F64' } }, 2)],
    ['tensor a has the type "toString"', file({ a: { ...tensor, dtype: 'toString' } }, 2)],
    ['tensor a has the shape [-2]', file({ a: { ...tensor, shape: [-2] } }, 2)],
    ['tensor a has the shape "2"', file({ a: { ...tensor, shape: '2' } }, 2)],
    ['tensor a has the offsets [0]', file({ a: { ...tensor, data_offsets: [0] } }, 2)],
    ['tensor a has 3 bytes', file({ a: { ...tensor, data_offsets: [0, 3] } }, 3)],
    ['tensor a starts at 1, not at 0', file({ a: { ...tensor, data_offsets: [1, 3] } }, 3)],
    ['tensor b starts at 1, not at 2', file({ a: tensor, b: { ...tensor, data_offsets: [1, 3] } }, 3)],
    ['tensor a ends after the file', file({ a: tensor }, 1)],
    ['1 bytes follow the last tensor', file({ a: tensor }, 3)],
  ])('%s', (message, bytes) => {
    expect(() => decodeSafetensors(bytes, 'f')).toThrow(ModelFileError);
    expect(() => decodeSafetensors(bytes, 'f')).toThrow(message);
  });
});
