import type { Graph } from '../graph.js';
import { activate, activations } from '../nonlinearity.js';
import { recurrent } from '../recurrent.js';
import { scan, type States } from '../scan.js';
import { addMap, multiplied } from '../weight.js';
import { biasedInputs, type Pass } from './pass.js';

/** c = f c + i c~, h = o update(c), without peepholes. */
export function addLSTM(graph: Graph, pass: Pass): States {
  return addOperatorLSTM(graph, pass) ?? addScanLSTM(graph, pass);
}

/** ONNX's LSTM has the gates in the order i, o, f, c. */
function addOperatorLSTM(graph: Graph, { architecture, numbers, x, backward }: Pass): States | undefined {
  const { hiddenSize, gate, update } = architecture;
  const known = activations([gate, update, update]);
  const order = ['Input', 'Output', 'Forget', 'Update'];
  const [w, u] = ['W', 'U'].map((letter) => order.map((name) => numbers.map(`${letter}${name}`)));
  if (!known || [...w, ...u].some(({ second }) => second)) return undefined;
  return recurrent(graph, 'LSTM', {
    ...{ x, hiddenSize, backward, attributes: known },
    w: w.map(({ first }) => first),
    u: u.map(({ first }) => first),
    biases: { w: order.map((name) => numbers.bias(`bias${name}`)), u: order.map(() => undefined) },
  });
}

function addScanLSTM(graph: Graph, pass: Pass): States {
  const { architecture, numbers, backward } = pass;
  const { hiddenSize, gate, update } = architecture;
  const order = ['Input', 'Forget', 'Update', 'Output'];
  const us = order.map((name) => addMap(graph, numbers.map(`U${name}`), `U${name}`));
  return scan(graph, {
    ...{ xs: order.map((name) => biasedInputs(graph, pass, name)), hiddenSize, backward, states: ['h', 'c'] },
    body: (body, xs, [h, c]) => {
      const [i, f, candidate, o] = order.map((name, k) =>
        activate(
          body,
          name === 'Update' ? update : gate,
          body.node('Add', [xs[k], multiplied(body, h, us[k], 'U')], `a_${name}`),
          name.toLowerCase(),
        ),
      );
      const kept = body.node('Mul', [f, c], 'kept');
      const memory = body.node('Add', [kept, body.node('Mul', [i, candidate], 'fresh')], 'c');
      return [body.node('Mul', [o, activate(body, update, memory, 'shown')], 'h'), memory];
    },
  });
}
