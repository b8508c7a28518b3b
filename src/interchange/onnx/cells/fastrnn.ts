import type { Graph } from '../graph.js';
import { activate, addModReLU } from '../nonlinearity.js';
import { scan, type States } from '../scan.js';
import { addMap, multiplied } from '../weight.js';
import { biasedInputs, biasOf, inputs, type Pass } from './pass.js';
import { addOperatorRNN } from './rnn.js';

/** Equation (2): h = alpha h~ + beta h; with alpha 1 and beta 0 it is an RNN. */
export function addFastRNN(graph: Graph, pass: Pass): States {
  const [alpha, beta] = pass.numbers.scalars;
  const plain = alpha === 1 && beta === 0 ? addOperatorRNN(graph, pass) : undefined;
  return plain ?? addResidual(graph, pass, graph.scalar('alpha', alpha), graph.scalar('beta', beta));
}

/** Appendix G: alpha is a vector, and beta = zeta (1 - alpha) + nu. */
export function addFastRNNVector(graph: Graph, pass: Pass): States {
  const { numbers, architecture } = pass;
  const [alpha, beta] = ['alpha', 'beta'].map((name) =>
    graph.constant(name, numbers.vector(name), [architecture.hiddenSize]),
  );
  return addResidual(graph, pass, alpha, beta);
}

function addResidual(graph: Graph, pass: Pass, alpha: string, beta: string): States {
  const { architecture, numbers, backward } = pass;
  const { hiddenSize } = architecture;
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

/** What the Scan reads, and what becomes of it plus U h: update(a + b), or modReLU of the complex units of an EURNN. */
function addCandidate(
  graph: Graph,
  pass: Pass,
): { readonly x: string; readonly candidateOf: (body: Graph, a: string) => string } {
  const { update, recurrence } = pass.architecture;
  if (recurrence !== 'EURNN') {
    return { x: biasedInputs(graph, pass, ''), candidateOf: (body, a) => activate(body, update, a, 'candidate') };
  }
  const bias = biasOf(graph, pass.numbers, 'bias');
  return { x: inputs(graph, pass, ''), candidateOf: addModReLU(graph, bias) };
}
