import type { Architecture, ModelMetadata } from '../../network/index.js';
import { attribute, type Graph } from './graph.js';
import type { NetworkNumbers } from './source.js';
import { addWeight } from './weight.js';

/** The largest int64, which stands for the end of an axis. */
const end = 2n ** 63n - 1n;

/**
 * The graph's input and what makes x [T, N, D] of it: tokens [N, T] through the embedding, or physical values [N, frames, channels]
 * stacked and normalised.
 */
export function addInputs(
  graph: Graph,
  facts: Pick<ModelMetadata, 'architecture' | 'features' | 'input'>,
  numbers: NetworkNumbers,
): string {
  return numbers.embedding ? addTokens(graph, facts.architecture, numbers) : addValues(graph, facts, numbers);
}

/** Rows of the embedding; a token outside the vocabulary counts as the nearest in it. */
function addTokens(graph: Graph, { vocabulary }: Architecture, numbers: NetworkNumbers): string {
  const tokens = graph.input('tokens', 'int64', ['batch', 'time'], `[batch, time], tokens from 0 to ${vocabulary - 1}`);
  const limits = [0n, BigInt(vocabulary - 1)].map((x, i) =>
    graph.constant(['first_token', 'last_token'][i], BigInt64Array.of(x), []),
  );
  const inside = graph.node('Clip', [tokens, ...limits], 'known_tokens');
  const byTime = graph.node('Transpose', [inside], 'tokens_by_time', { perm: attribute.ints([1, 0]) });
  return graph.node('Gather', [addWeight(graph, 'embedding', numbers.embedding!), byTime], 'x_by_time');
}

function addValues(
  graph: Graph,
  { architecture, features, input }: Pick<ModelMetadata, 'architecture' | 'features' | 'input'>,
  { affine }: NetworkNumbers,
): string {
  const channels = input.channelNames.length;
  const described = input.channelNames.map((name, c) => (input.units[c] === '' ? name : `${name} (${input.units[c]})`));
  const values = graph.input(
    'x',
    'float',
    ['batch', 'time', channels],
    `[batch, time, channels], physical values: ${described.join(', ')}`,
  );
  const steps = features.stack ? addStack(graph, values, features.stack) : values;
  // (x / lsb - centre) scale, with the division taken into the other two.
  const inputs = Array.from({ length: architecture.inputSize }, (_, i) => i);
  const of = (list: readonly number[], i: number) => list[i % list.length];
  const lsb = (i: number) => input.lsb[i % channels];
  const centre = Float32Array.from(inputs, (i) => of(affine.centre, i) * lsb(i));
  const scale = Float32Array.from(inputs, (i) => of(affine.scale, i) / lsb(i));
  const shifted = graph.node('Sub', [steps, graph.constant('centre', centre, [inputs.length])], 'x_centred');
  const normalised = graph.node('Mul', [shifted, graph.constant('scale', scale, [inputs.length])], 'x_normalised');
  return graph.node('Transpose', [normalised], 'x_by_time', { perm: attribute.ints([1, 0, 2]) });
}

/** A step is `frames` frames side by side, the oldest first, and begins `stride` frames after the one before. */
function addStack(graph: Graph, x: string, { frames, stride }: { frames: number; stride: number }): string {
  if (frames === 1 && stride === 1) return x;
  const axis = graph.ints('time_axis', 1);
  const step = graph.ints('stack_stride', stride);
  const parts = Array.from({ length: frames }, (_, k) => {
    const first = graph.ints('stack_first', k);
    const after = graph.constant('stack_end', BigInt64Array.of(k === frames - 1 ? end : BigInt(k + 1 - frames)), [1]);
    return graph.node('Slice', [x, first, after, axis, step], 'stack_frame');
  });
  return graph.node('Concat', parts, 'x_stacked', { axis: attribute.int(2) });
}
