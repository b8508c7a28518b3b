import type { Graph } from '../graph.js';
import { activate } from '../nonlinearity.js';
import { scan, type States } from '../scan.js';
import { addMap, multiplied } from '../weight.js';
import { biasedInputs, type Pass } from './pass.js';

/** h = (1 - z) h~ + z h, with matrices of their own for z and h~. */
export function addUGRNN(graph: Graph, pass: Pass): States {
  const { architecture, numbers, backward } = pass;
  const { hiddenSize, gate, update } = architecture;
  const order = ['Gate', 'Update'];
  const [uGate, uUpdate] = order.map((name) => addMap(graph, numbers.map(`U${name}`), `U${name}`));
  const one = graph.scalar('one', 1);
  return scan(graph, {
    ...{ xs: order.map((name) => biasedInputs(graph, pass, name)), hiddenSize, backward, states: ['h'] },
    body: (body, [xGate, xUpdate], [h]) => {
      const z = activate(body, gate, body.node('Add', [xGate, multiplied(body, h, uGate, 'U')], 'a_gate'), 'z');
      const a = body.node('Add', [xUpdate, multiplied(body, h, uUpdate, 'U')], 'a_update');
      const rest = body.node('Sub', [one, z], 'rest');
      const fresh = body.node('Mul', [rest, activate(body, update, a, 'candidate')], 'fresh');
      return [body.node('Add', [fresh, body.node('Mul', [z, h], 'kept')], 'h')];
    },
  });
}
