import type { Graph } from '../graph.js';
import { scan, type States } from '../scan.js';
import { addMap, multiplied } from '../weight.js';
import { addCandidate } from './candidate.js';
import { addWeights, type Pass } from './pass.js';
import { addOperatorRNN } from './rnn.js';

/** Equation (2): h = alpha h~ + beta h; with alpha 1 and beta 0 it is an RNN. */
export function addFastRNN(graph: Graph, pass: Pass): States {
  const [alpha, beta] = pass.numbers.weights;
  const plain = alpha === 1 && beta === 0 ? addOperatorRNN(graph, pass) : undefined;
  return plain ?? addResidual(graph, pass);
}

/** Equation (2), or appendix G, where alpha and beta are vectors. */
export function addResidual(graph: Graph, pass: Pass): States {
  const { architecture, numbers, backward } = pass;
  const { hiddenSize } = architecture;
  const [alpha, beta] = addWeights(graph, pass, ['alpha', 'beta']);
  const u = addMap(graph, numbers.map('U'), 'U');
  const { x, candidateOf } = addCandidate(graph, pass);
  return scan(graph, {
    ...{ xs: [x], hiddenSize, backward, states: ['h'] },
    body: (body, [wx], [h]) => {
      const a = body.node('Add', [wx, multiplied(body, h, u, 'U')], 'a');
      const fresh = body.node('Mul', [alpha, candidateOf(body, a)], 'fresh');
      return [body.node('Add', [fresh, body.node('Mul', [beta, h], 'kept')], 'h')];
    },
  });
}
