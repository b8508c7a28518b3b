import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { plainHead, tensorsOf, type Architecture } from './architecture.js';
import { decodeModel, encodeModel } from './model-file.js';
import type { ModelMetadata } from './model-metadata.js';
import { ModelFileError, type Tensor } from './safetensors.js';
import { encodeSafetensors } from './safetensors-encode.js';

const architecture: Architecture = {
  cell: 'FastGRNN',
  inputSize: 2,
  hiddenSize: 3,
  wRank: 1,
  uRank: 0,
  gate: 'hardSigmoid4',
  update: 'hardTanh',
  residual: 'free',
  ...plainHead,
  classes: 2,
};

const metadata: ModelMetadata = {
  kind: 'float',
  architecture,
  classNames: ['still "sha256":"', 'geht größer'],
  features: { normalise: 'channel', centre: [3, -4], scale: [0.1, 1 / 3] },
  input: { steps: 5, lsb: [0.25, 1], units: ['g', 'g'], channelNames: ['x', 'y'] },
  provenance: {
    recipe: 'r',
    recipeHash: '0'.repeat(64),
    dataHash: 'ab'.repeat(32),
    version: '0.1.0',
    seed: 4294967295,
    fma: false,
  },
};

const tensors: Tensor[] = tensorsOf(architecture).map(({ name, shape, size }) => ({
  name,
  shape,
  dtype: 'F32',
  data: Float32Array.from({ length: size }, (_, i) => Math.fround(name.length + i / 7)),
}));

describe('model files', () => {
  test('come back as they were', async () => {
    const bytes = await encodeModel(metadata, tensors);
    const file = await decodeModel(bytes, 'm');
    expect(file.metadata).toEqual(metadata);
    const byName = (a: Tensor, b: Tensor) => (a.name < b.name ? -1 : 1);
    expect([...file.tensors].sort(byName)).toEqual([...tensors].sort(byName));
  });

  test('are the same bytes whatever the order of tensors and keys', async () => {
    const { kind, ...rest } = metadata;
    const other = await encodeModel({ ...rest, provenance: { ...metadata.provenance }, kind }, tensors.toReversed());
    expect(other).toEqual(await encodeModel(metadata, tensors));
  });

  test('hold the SHA-256 of themselves with zeros in its place', async () => {
    const bytes = Buffer.from(await encodeModel(metadata, tensors));
    const { sha256 } = await decodeModel(bytes, 'm');
    const zeroed = Buffer.from(bytes.toString('latin1').replace(sha256, '0'.repeat(64)), 'latin1');
    expect(createHash('sha256').update(zeroed).digest('hex')).toBe(sha256);
  });

  test('cut short at any byte, or longer by one, are refused', async () => {
    const bytes = await encodeModel(metadata, tensors);
    for (let length = 0; length < bytes.length; length++) {
      await expect(decodeModel(bytes.subarray(0, length), 'm')).rejects.toBeInstanceOf(ModelFileError);
    }
    await expect(decodeModel(Uint8Array.of(...bytes, 0), 'm')).rejects.toBeInstanceOf(ModelFileError);
  });

  test('with any one bit flipped are refused', async () => {
    const bytes = await encodeModel(metadata, tensors);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit >> 3] ^= 1 << (bit & 7);
      await expect(decodeModel(bytes, 'm'), `bit ${bit}`).rejects.toBeInstanceOf(ModelFileError);
      bytes[bit >> 3] ^= 1 << (bit & 7);
    }
  });

  test('any bytes at all give a ModelFileError', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.uint8Array({ maxLength: 40 }), async (json, tail) => {
        const header = new TextEncoder().encode(json);
        const bytes = new Uint8Array(8 + header.length + tail.length);
        new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
        bytes.set(header, 8);
        bytes.set(tail, 8 + header.length);
        await expect(decodeModel(bytes, 'm')).rejects.toBeInstanceOf(ModelFileError);
      }),
    );
  });

  test('hold an integer network with its settings and byte tensors', async () => {
    const integer: ModelMetadata = {
      ...metadata,
      kind: 'integer',
      integer: { shift: 3, limits: [1, 2], name: 'q', none: null },
    };
    const odd: Tensor[] = [
      { name: 'b', dtype: 'I8', shape: [3], data: Int8Array.of(-128, 0, 127) },
      { name: 'a', dtype: 'I32', shape: [1, 1], data: Int32Array.of(-5) },
      { name: 'c', dtype: 'U16', shape: [], data: Uint16Array.of(65535) },
      { name: 'd', dtype: 'U8', shape: [0, 2], data: Uint8Array.of() },
    ];
    const file = await decodeModel(await encodeModel(integer, odd), 'm');
    expect(file.metadata).toEqual(integer);
    expect(file.tensors.map(({ name }) => name)).toEqual(
      ['a', 'c', 'd', 'b'].toSorted((x, y) => 'acbd'.indexOf(x) - 'acbd'.indexOf(y)),
    );
    expect(file.tensors.find(({ name }) => name === 'b')?.data).toEqual(Int8Array.of(-128, 0, 127));
  });
});

/** A file with a right hash whatever its metadata say. */
function forge(fields: Record<string, unknown>, with_: readonly Tensor[] = tensors): Uint8Array {
  const encode = (hash: string) => encodeSafetensors(with_, { fastgrnn: JSON.stringify({ ...fields, sha256: hash }) });
  return encode(
    createHash('sha256')
      .update(encode('0'.repeat(64)))
      .digest('hex'),
  );
}

describe('refusals tell what is wrong', () => {
  const whole = { ...metadata, version: 1 };
  test.each<[string, Uint8Array]>([
    [
      'm was written by a newer version of fastgrnn (layout 2, this one reads up to 1); update fastgrnn',
      forge({ ...whole, version: 2 }),
    ],
    [
      'm: the metadata field architecture.gate is missing or wrong',
      forge({ ...whole, architecture: { ...architecture, gate: 'x' } }),
    ],
    ['m: the metadata field colour is unknown', forge({ ...whole, colour: 1 })],
    ['m: 1 class names for 2 classes', forge({ ...whole, classNames: ['a'] })],
    [
      'm: the tensor nu is missing',
      forge(
        whole,
        tensors.filter(({ name }) => name !== 'nu'),
      ),
    ],
    [
      'm: tensor U is F32 [3, 3], must be F32 [4, 4]',
      forge({ ...whole, architecture: { ...architecture, hiddenSize: 4 } }, growW(tensors)),
    ],
    [
      "m: the tensor extra isn't one of this network",
      forge(whole, [...tensors, { name: 'extra', dtype: 'U8', shape: [1], data: Uint8Array.of(1) }]),
    ],
    [
      'm: wRank is 7: must be an integer from 0 to 2, as W is 3 by 2',
      forge({ ...whole, architecture: { ...architecture, wRank: 7 } }),
    ],
    [
      'm is no fastgrnn model; foreign files come in by "fastgrnn import"',
      encodeSafetensors(tensors, { format: 'pt' }),
    ],
  ])('%s', async (message, bytes) => {
    await expect(decodeModel(bytes, 'm')).rejects.toThrow(new ModelFileError(message));
  });

  test('the forge itself is sound', async () => {
    expect((await decodeModel(forge(whole), 'm')).metadata).toEqual(metadata);
  });

  test('a hash of another file, and none', async () => {
    const encode = (fields: object) =>
      encodeSafetensors(tensors, { fastgrnn: JSON.stringify({ ...whole, ...fields }) });
    await expect(decodeModel(encode({ sha256: 'ab'.repeat(32) }), 'm')).rejects.toThrow(
      'm was changed after it was written',
    );
    await expect(decodeModel(encode({}), 'm')).rejects.toThrow('m has no hash');
  });

  test('on writing too', async () => {
    await expect(encodeModel({ ...metadata, classNames: [] }, tensors)).rejects.toThrow(
      'the model: 0 class names for 2 classes',
    );
    await expect(encodeModel(metadata, tensors.slice(1))).rejects.toThrow('the model: the tensor W1 is missing');
    expect(() => encodeSafetensors([tensors[0], tensors[0]], {})).toThrow(
      'the tensor name W1 occurs twice or is reserved',
    );
    expect(() => encodeSafetensors([{ ...tensors[0], shape: [9] }], {})).toThrow(
      "tensor W1: 3 numbers in a Float32Array aren't F32 [9]",
    );
  });
});

function growW(from: readonly Tensor[]): Tensor[] {
  return from.map((tensor) =>
    tensor.name === 'W1' ? { ...tensor, shape: [4, 1], data: new Float32Array(4) } : tensor,
  );
}
