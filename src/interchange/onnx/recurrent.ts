import { attribute, type Attribute, type Graph } from './graph.js';
import type { States } from './scan.js';
import { addWeight, stacked, type Weight } from './weight.js';

/**
 * A recurrent operator of ONNX in one direction, its outputs as those of a Scan. Matrices and biases of the gates are in the order that the
 * operator wants; a bias that is undefined is 0.
 */
export function recurrent(
  graph: Graph,
  operator: 'RNN' | 'GRU' | 'LSTM',
  o: {
    readonly x: string;
    readonly hiddenSize: number;
    readonly backward: boolean;
    readonly w: readonly Weight[];
    readonly u: readonly Weight[];
    readonly biases: Readonly<Record<'w' | 'u', readonly (Float32Array | undefined)[]>>;
    readonly attributes: Readonly<Record<string, Attribute>>;
  },
): States {
  const { hiddenSize, biases } = o;
  const bias = new Float32Array(2 * o.w.length * hiddenSize);
  [...biases.w, ...biases.u].forEach((values, i) => values && bias.set(values, i * hiddenSize));
  const inputs = [
    o.x,
    addWeight(graph, 'W', stacked(o.w), 'direction'),
    addWeight(graph, 'U', stacked(o.u), 'direction'),
    graph.constant('bias', bias, [1, bias.length]),
  ];
  const [all, last] = graph.nodeWith(operator, inputs, ['states_by_direction', 'last_by_direction'], {
    ...o.attributes,
    hidden_size: attribute.int(hiddenSize),
    direction: attribute.text(o.backward ? 'reverse' : 'forward'),
  });
  return {
    all: graph.node('Squeeze', [all, graph.ints('direction_axis', 1)], 'states'),
    last: graph.node('Squeeze', [last, graph.ints('direction_axis', 0)], 'h_last'),
  };
}
