import type { Graph } from '../graph.js';
import { activations } from '../nonlinearity.js';
import { recurrent } from '../recurrent.js';
import { scan, type States } from '../scan.js';
import { addMap, applied, multiplied } from '../weight.js';
import { addCandidate } from './candidate.js';
import type { Pass } from './pass.js';

/** Equation (1). */
export function addRNN(graph: Graph, pass: Pass): States {
  return addOperatorRNN(graph, pass) ?? addScanRNN(graph, pass);
}

function addScanRNN(graph: Graph, pass: Pass): States {
  const { architecture, numbers, backward } = pass;
  const u = addMap(graph, numbers.map('U'), 'U');
  const { x, candidateOf } = addCandidate(graph, pass);
  return scan(graph, {
    ...{ xs: [x], hiddenSize: architecture.hiddenSize, backward, states: ['h'] },
    body: (body, [wx], [h]) => [candidateOf(body, body.node('Add', [wx, multiplied(body, h, u, 'U')], 'a'))],
  });
}

/** ONNX's RNN, where U is of full rank and the operator knows the nonlinearity; the inner product of a W of low rank comes before it. */
export function addOperatorRNN(graph: Graph, { architecture, numbers, x, backward }: Pass): States | undefined {
  const { hiddenSize, update } = architecture;
  const known = activations([update]);
  const u = numbers.map('U');
  if (u.second || !known || architecture.recurrence === 'EURNN') return undefined;
  const w = numbers.map('W');
  const inputs = w.second ? applied(graph, x, { first: w.second, second: undefined }, 'W2') : x;
  return recurrent(graph, 'RNN', {
    ...{ x: inputs, hiddenSize, backward, attributes: known },
    ...{ w: [w.first], u: [u.first] },
    biases: { w: [numbers.bias('bias')], u: [undefined] },
  });
}
