import type { Graph } from '../graph.js';
import { activate } from '../nonlinearity.js';
import { scan, type States } from '../scan.js';
import { addMap, multiplied } from '../weight.js';
import { addWeights, biasOf, inputs, type Pass } from './pass.js';

/** Equation (6): W x of all steps in one product before the Scan, then U h, gate and update step by step. */
export function addFastGRNN(graph: Graph, pass: Pass): States {
  const { architecture, numbers, backward } = pass;
  const { hiddenSize, gate, update } = architecture;
  const u = addMap(graph, numbers.map('U'), 'U');
  const [biasGate, biasUpdate] = ['biasGate', 'biasUpdate'].map((name) => biasOf(graph, numbers, name));
  const one = graph.scalar('one', 1);
  const [zeta, nu] = addWeights(graph, pass, ['zeta', 'nu']);
  return scan(graph, {
    ...{ xs: [inputs(graph, pass, '')], hiddenSize, backward, states: ['h'] },
    body: (body, [wx], [h]) => {
      const a = body.node('Add', [wx, multiplied(body, h, u, 'U')], 'a');
      const z = activate(body, gate, body.node('Add', [a, biasGate], 'a_gate'), 'z');
      const candidate = activate(body, update, body.node('Add', [a, biasUpdate], 'a_update'), 'candidate');
      const rest = body.node('Mul', [zeta, body.node('Sub', [one, z], 'rest')], 'zeta_rest');
      const fresh = body.node('Mul', [body.node('Add', [rest, nu], 'weight'), candidate], 'fresh');
      return [body.node('Add', [fresh, body.node('Mul', [z, h], 'kept')], 'h')];
    },
  });
}
