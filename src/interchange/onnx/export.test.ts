import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { Random } from '../../math/index.js';
import { parameterCount, plainHead, type Architecture, type ModelFacts } from '../../network/index.js';
import { randomNetwork } from '../../testing/random-network.js';
import { toOnnx } from '../index.js';
import { ModelProtoSchema, type GraphProto } from './onnx_pb.js';

const architecture: Architecture = {
  ...{ cell: 'FastGRNN', inputSize: 3, hiddenSize: 5, wRank: 2, uRank: 0, gate: 'sigmoid', update: 'tanh' },
  ...{ residual: 'free', classes: 2, ...plainHead },
};
const hash = 'a'.repeat(64);
const facts: ModelFacts = {
  architecture,
  classNames: ['idle', 'shake'],
  features: { normalise: 'channel', centre: [1, 2, 3], scale: [0.1, 0.2, 0.3] },
  input: { steps: 10, lsb: [0.5, 0.5, 0.5], units: ['g', 'g', ''], channelNames: ['x', 'y', 'z'] },
  provenance: { recipe: 'test', recipeHash: hash, dataHash: hash, version: '1.2.3', seed: 7, fma: false },
};
const parameters = Float32Array.from({ length: parameterCount(architecture) }, (_, i) => Math.sin(i));
const decoded = (bytes: Uint8Array) => fromBinary(ModelProtoSchema, bytes);

/** All nodes, those of bodies too. */
function nodesOf(graph: GraphProto | undefined): GraphProto['node'] {
  return (graph?.node ?? []).flatMap((node) => [node, ...node.attribute.flatMap(({ g }) => nodesOf(g))]);
}

/** Every name that some node, input or constant gives. */
function namesOf(graph: GraphProto): string[] {
  const own = [...graph.input, ...graph.initializer].map(({ name }) => name);
  const outputs = graph.node.flatMap(({ output }) => output.filter((name) => name !== ''));
  const bodies = graph.node.flatMap(({ attribute }) => attribute.flatMap(({ g }) => (g ? namesOf(g) : [])));
  return [...own, ...outputs, ...bodies];
}

describe('an exported file', () => {
  const model = decoded(toOnnx({ kind: 'float', facts, parameters }));

  it('has standard operators of one operator set, and gives each name once', () => {
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([['', 17n]]);
    const names = namesOf(model.graph!);
    expect(new Set(names).size).toBe(names.length);
    const given = new Set([...names, '']);
    const read = nodesOf(model.graph).flatMap(({ input }) => input);
    expect(read.filter((name) => !given.has(name))).toEqual([]);
  });

  it('says where it comes from, and what goes in and out', () => {
    expect(model.producerVersion).toBe('1.2.3');
    const [{ key, value }] = model.metadataProps;
    expect([key, JSON.parse(value)]).toEqual(['fastgrnn', { kind: 'float', ...facts }]);
    expect(model.graph!.input.map(({ docString }) => docString)).toEqual([
      '[batch, time, channels], physical values: x (g), y (g), z',
    ]);
    expect(model.graph!.output.map(({ name, docString }) => [name, docString])).toEqual([
      ['logits', 'idle, shake'],
      ['probabilities', 'idle, shake'],
    ]);
  });

  it('is the same for the same model', () => {
    expect(toOnnx({ kind: 'float', facts, parameters })).toEqual(toOnnx({ kind: 'float', facts, parameters }));
  });

  it("keeps an integer network's bytes", () => {
    const sizes = { cell: 'FastGRNN', inputSize: 3, hiddenSize: 5, wRank: 2, uRank: 0, classes: 2 } as const;
    const network = randomNetwork(new Random(3), { ...sizes, mean: false });
    const { graph } = decoded(toOnnx({ kind: 'integer', facts, network }));
    const int8 = new Map(graph!.initializer.filter(({ dataType }) => dataType === 3).map((t) => [t.name, t]));
    expect([...int8.keys()]).toEqual(['U_int8', 'W1_int8', 'W2_int8', 'classifier_int8']);
    const { u1 } = network;
    const stored = new Int8Array(int8.get('U_int8')!.rawData);
    // Stored [in, out].
    expect(stored.length).toBe(25);
    for (let i = 0; i < 5; i++) for (let j = 0; j < 5; j++) expect(stored[j * 5 + i]).toBe(u1.values[i * 5 + j]);
    expect(nodesOf(graph).filter(({ opType }) => opType === 'DequantizeLinear')).toHaveLength(4);
  });
});
