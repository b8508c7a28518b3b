import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { initialise, plainHead, referenceForward, tensorsOf, type Architecture } from '../network/index.js';
import { randomNetwork } from '../testing/random-network.js';
import {
  calibrate,
  checkIntegerNetwork,
  convert,
  equalSequences,
  IntegerInterpreter,
  integerLayers,
  integerModelParts,
  integerNetworkFrom,
  lastLayer,
  stateSize,
  stepInputs,
  type IntegerNetwork,
} from './index.js';

/** Each layer as a network of one layer; what is above the first reads int16 through an affine that changes nothing. */
function alone(network: IntegerNetwork): IntegerNetwork[] {
  const { upper: _, ...first } = network;
  const none = { classifier: { rows: 1, columns: 1, values: new Int8Array(1), fractionBits: 0 } };
  return integerLayers(network).map((layer, i): IntegerNetwork => {
    if (i === 0) return first;
    const identity = { centre: Int16Array.of(0), multiplier: Int16Array.of(1), inputShift: 0, embedding: undefined };
    return { ...first, ...layer, ...identity, ...(layer === lastLayer(network) ? {} : none) };
  });
}

describe('a stack of integer layers', () => {
  test.each([false, true])('is its layers one after the other (extreme: %s)', (extreme) => {
    const random = new Random(21);
    for (let i = 0; i < 60; i++) {
      const vocabulary = i % 4 === 0 ? 20 : 0;
      const network = randomNetwork(random, { extreme, vocabulary, mean: i % 3 === 0, layers: 1 + (i % 3) });
      checkIntegerNetwork(network);
      const whole = new IntegerInterpreter(network);
      const layers = alone(network).map((layer) => new IntegerInterpreter(layer));
      for (let t = 0; t < 30; t++) {
        const x = Int16Array.from({ length: stepInputs(network) }, () => random.below(65536) - 32768);
        whole.step(x);
        let below: Int16Array = x;
        for (const layer of layers) {
          layer.step(below);
          below = layer.h;
        }
        expect([...whole.h]).toEqual(layers.flatMap(({ h }) => [...h]));
        expect([...whole.r]).toEqual(layers.flatMap(({ r }) => [...r]));
      }
      expect(whole.h.length).toBe(stateSize(network));
      // The head is the last layer's, and so is the mean.
      expect(whole.logits()).toEqual(layers.at(-1)?.logits());
      whole.reset();
      expect(whole.h.every((value) => value === 0)).toBe(true);
    }
  });

  test('reads the new state of the layer below, not the old one', () => {
    const network = randomNetwork(new Random(3), { cell: 'FastGRNN', layers: 2, density: 1 });
    const [first, second] = alone(network).map((layer) => new IntegerInterpreter(layer));
    const whole = new IntegerInterpreter(network);
    const x = new Int16Array(network.inputSize).fill(900);
    let differs = false;
    for (let t = 0; t < 10; t++) {
      whole.step(x);
      second.step(first.h); // the state before this step
      first.step(x);
      differs ||= whole.h.slice(first.h.length).some((value, j) => value !== second.h[j]);
    }
    expect(differs).toBe(true);
  });

  test('comes back from a model file', () => {
    const random = new Random(5);
    for (const layers of [1, 2, 3]) {
      const network = randomNetwork(random, { layers, hiddenSize: 6, inputSize: 6, wRank: 2, uRank: 0 });
      const { settings, tensors } = integerModelParts(network);
      const { cell, inputSize, hiddenSize, wRank, uRank, classes, gate, update } = network;
      const architecture: Architecture = {
        ...{ cell, inputSize, hiddenSize, wRank, uRank, classes, gate, update, ...plainHead },
        residual: 'free',
        ...(layers > 1 ? { layers } : {}),
      };
      expect(integerNetworkFrom(architecture, settings, tensors)).toEqual(network);
      expect(() => integerNetworkFrom({ ...architecture, layers: layers + 1 }, settings, tensors)).toThrow(
        `layer${layers + 1}.`,
      );
    }
  });

  test.each([
    [{ inputSize: 9 }, 'layer 2, w1 is'],
    [{ inputLimit: 7 }, 'layer 2, inputLimit is 7'],
    [{ inputBits: -3 }, 'layer 2, inputBits is -3'],
    [{ update: 'relu' }, 'layer 2, update is relu, it must be that of the first layer, tanh'],
  ] as const)('that breaks a rule is refused: %o', (change, message) => {
    const shape = {
      cell: 'FastGRNN',
      hiddenSize: 5,
      wRank: 0,
      uRank: 0,
      layers: 2,
      update: 'tanh',
      gate: 'sigmoid',
    } as const;
    const network = randomNetwork(new Random(2), shape);
    const upper = [{ ...(network.upper ?? [])[0], ...change }];
    expect(() => checkIntegerNetwork({ ...network, upper })).toThrow(message);
  });
});

describe('conversion of a stack', () => {
  const random = new Random(8);
  const architecture: Architecture = {
    ...{ cell: 'FastGRNN', inputSize: 4, hiddenSize: 12, layers: 3, wRank: 0, uRank: 5, classes: 3, ...plainHead },
    ...{ gate: 'hardSigmoid4', update: 'hardTanh', residual: 'free' },
  };
  const parameters = initialise(architecture, random);
  for (const { role, offset, size } of tensorsOf(architecture)) {
    if (role === 'matrix') for (let i = offset; i < offset + size; i++) parameters[i] = 0.4 * random.normal();
  }
  const [count, steps] = [20, 25];
  const values = Int16Array.from({ length: count * steps * 4 }, () => Math.round(1000 * random.normal()));
  const sequences = equalSequences(values, { count, steps, channels: 4 });
  const normalisation = { centre: Int16Array.of(0), scale: Float64Array.of(1 / 1000) };
  const rows = Uint32Array.from({ length: count }, (_, i) => i);
  const ranges = calibrate(architecture, parameters, normalisation, sequences, rows);

  test('has ranges of each layer, and states that stay near the float network’s', () => {
    expect(ranges.upper).toHaveLength(2);
    const network = convert(architecture, parameters, normalisation, ranges, 1.25);
    const interpreter = new IntegerInterpreter(network);
    const layers = integerLayers(network);
    let worst = 0;
    for (const row of rows) {
      const inputs = Array.from({ length: steps }, (_, t) =>
        Float64Array.from({ length: 4 }, (__, d) => values[(row * steps + t) * 4 + d] / 1000),
      );
      const { layerStates } = referenceForward(architecture, parameters, inputs);
      interpreter.reset();
      for (let t = 0; t < steps; t++) {
        interpreter.step(values, (row * steps + t) * 4);
        layers.forEach(({ stateBits }, layer) => {
          for (let j = 0; j < 12; j++) {
            const actual = interpreter.h[layer * 12 + j] / 2 ** stateBits;
            worst = Math.max(worst, Math.abs(actual - layerStates[layer][0][t + 1][j]));
          }
        });
      }
    }
    // Weights of 8 bits err by 2^-8 of the largest; states reach 2 and more here.
    expect(worst).toBeLessThan(0.1);
    expect(worst).toBeGreaterThan(0);
  });

  test('is refused in words: too many units, both directions, ranges that are missing', () => {
    const refused = (change: Partial<Architecture>, own = ranges) => {
      const arch = { ...architecture, ...change };
      return () => convert(arch, initialise(arch, new Random(1)), normalisation, own, 1.25);
    };
    expect(refused({ hiddenSize: 100 })).toThrow('network.layers is 3, of network.hiddenSize 100 each');
    expect(refused({ bidirectional: true })).toThrow('gives nothing before the whole sequence is there');
    const { upper: _, ...first } = ranges;
    expect(refused({}, first)).toThrow('the ranges of layer 2 are missing');
  });
});
