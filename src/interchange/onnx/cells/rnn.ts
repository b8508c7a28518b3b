import type { Graph } from '../graph.js';
import { activate, activations } from '../nonlinearity.js';
import { recurrent } from '../recurrent.js';
import { scan, type States } from '../scan.js';
import { addMap, applied, multiplied } from '../weight.js';
import { biasedInputs, type Pass } from './pass.js';

/** Equation (1). */
export function addRNN(graph: Graph, pass: Pass): States {
  return addOperatorRNN(graph, pass) ?? addScanRNN(graph, pass);
}

function addScanRNN(graph: Graph, pass: Pass): States {
  const { architecture, numbers, backward } = pass;
  const { hiddenSize, update } = architecture;
  const u = addMap(graph, numbers.map('U'), 'U');
  return scan(graph, {
    ...{ xs: [biasedInputs(graph, pass, '')], hiddenSize, backward, states: ['h'] },
    body: (body, [wx], [h]) => [activate(body, update, body.node('Add', [wx, multiplied(body, h, u, 'U')], 'a'), 'h')],
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
