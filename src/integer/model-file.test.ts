import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import {
  decodeModel,
  encodeModel,
  plainHead,
  type Architecture,
  type IntegerSetting,
  type ModelMetadata,
  type Tensor,
} from '../network/index.js';
import { integerCellOf, randomNetwork } from '../testing/random-network.js';
import { integerModelParts, integerNetworkFrom } from './model-file.js';
import { IntegerNetworkError, type IntegerNetwork } from './network.js';

function architectureOf(network: IntegerNetwork): Architecture {
  const { cell, reset, zeta, inputSize, hiddenSize, wRank, uRank, classes, gate, update, upper = [] } = network;
  const more = {
    ...(reset ? { reset } : {}),
    ...(zeta ? { vectorZetaNu: true } : {}),
    ...(upper.length > 0 ? { layers: 1 + upper.length } : {}),
  };
  return { cell, ...more, inputSize, hiddenSize, wRank, uRank, classes, gate, update, residual: 'free', ...plainHead };
}

function metadataOf(network: IntegerNetwork, settings: Record<string, IntegerSetting>): ModelMetadata {
  const { classes, inputSize } = network;
  const names = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);
  return {
    kind: 'integer',
    architecture: architectureOf(network),
    classNames: names(classes),
    features: { normalise: 'global', centre: [0], scale: [1] },
    input: {
      steps: 1,
      lsb: names(inputSize).map(() => 1),
      units: names(inputSize),
      channelNames: names(inputSize),
    },
    provenance: {
      recipe: 'r',
      recipeHash: '0'.repeat(64),
      dataHash: '1'.repeat(64),
      version: '0.1.0',
      seed: 1,
      fma: false,
    },
    integer: settings,
  };
}

describe('an integer network in a model file', () => {
  test('comes back as it was, of every cell and of layers', async () => {
    for (let seed = 0; seed < 96; seed++) {
      // A rank of a factor is at most the sizes that it joins.
      const sizes = {
        inputSize: 8,
        hiddenSize: 9,
        wRank: seed % 2 ? 1 + (seed % 8) : 0,
        uRank: seed % 3 ? seed % 9 : 0,
      };
      const network = randomNetwork(new Random(seed), {
        ...integerCellOf(seed),
        ...sizes,
        extreme: seed % 5 < 3,
        layers: 1 + (seed % 2),
      });
      const { settings, tensors } = integerModelParts(network);
      const file = await decodeModel(await encodeModel(metadataOf(network, settings), tensors), 'm');
      const { architecture, integer = {} } = file.metadata;
      expect(integerNetworkFrom(architecture, integer, file.tensors), `seed ${seed}`).toEqual(network);
    }
  });
});

describe('a part that is missing or wrong is named', () => {
  const network = randomNetwork(new Random(3), {
    cell: 'FastGRNN',
    inputSize: 3,
    hiddenSize: 5,
    wRank: 2,
    uRank: 2,
    classes: 3,
  });
  const { settings, tensors } = integerModelParts(network);

  function refusal(changed: { settings?: Record<string, IntegerSetting>; tensors?: readonly Tensor[] }): string {
    try {
      integerNetworkFrom(architectureOf(network), changed.settings ?? settings, changed.tensors ?? tensors);
    } catch (error) {
      expect(error).toBeInstanceOf(IntegerNetworkError);
      return (error as IntegerNetworkError).message;
    }
    throw new Error('not refused');
  }

  test.each(Object.keys(settings))('setting %s', (name) => {
    const { [name]: value, ...others } = settings;
    expect(typeof value).toBe('number');
    expect(refusal({ settings: others })).toContain(name);
    // `w1Bits` in a file is `w1.fractionBits` of the network.
    const field = name === 'inputBits' || name === 'stateBits' ? name : name.replace(/Bits$/, '.fractionBits');
    for (const wrong of [0.5, NaN, 1e9, -1e9])
      expect(refusal({ settings: { ...settings, [name]: wrong } })).toContain(field);
    expect(refusal({ settings: { ...settings, [name]: '7' } })).toContain(name);
  });

  test.each(tensors.map((t) => [t.name, t] as const))('tensor %s', (name, tensor) => {
    const others = tensors.filter((t) => t !== tensor);
    expect(refusal({ tensors: others })).toContain(name);
    expect(refusal({ tensors: [...others, { ...tensor, dtype: 'F32', data: new Float32Array(15) }] })).toContain(name);
    const longer = tensor.shape.map((n, i) => (i === 0 ? n + 1 : n));
    const size = longer.reduce((a, b) => a * b, 1);
    const data = new (tensor.data.constructor as new (length: number) => Tensor['data'])(size);
    // `centre` may stand for all channels, so its length is also that of `multiplier`.
    expect(refusal({ tensors: [...others, { ...tensor, shape: longer, data }] })).toMatch(
      new RegExp(`${name}|multiplier`),
    );
  });

  test('a weight of -128', () => {
    const changed = tensors.map((t) => (t.name === 'u1' ? { ...t, data: new Int8Array(10).fill(-128) } : t));
    expect(refusal({ tensors: changed })).toContain('u1 holds -128');
  });

  test('a classifier bias of 2^30', () => {
    const data = Int32Array.of(0, 1073741824, 0);
    expect(refusal({ tensors: tensors.map((t) => (t.name === 'classifierBias' ? { ...t, data } : t)) })).toContain(
      'classifierBias[1] is 1073741824',
    );
  });

  test('parts too many', () => {
    const extra: Tensor = { name: 'w3', dtype: 'I8', shape: [1], data: Int8Array.of(1) };
    expect(refusal({ tensors: [...tensors, extra] })).toContain('the tensor w3');
    expect(refusal({ settings: { ...settings, gain: 2 } })).toContain('the setting gain');
  });
});
