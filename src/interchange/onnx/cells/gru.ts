import { attribute, type Graph } from '../graph.js';
import { resetOf } from '../../../network/index.js';
import { activate, activations } from '../nonlinearity.js';
import { recurrent } from '../recurrent.js';
import { scan, type States } from '../scan.js';
import { addMap, multiplied } from '../weight.js';
import { biasedInputs, biasOf, type Pass } from './pass.js';

/** The reset gate after the recurrent product, as in PyTorch, or before it; h = (1 - z) h~ + z h. */
export function addGRU(graph: Graph, pass: Pass): States {
  return addOperatorGRU(graph, pass) ?? addScanGRU(graph, pass);
}

/** ONNX's GRU has the gates in the order z, r, h. */
function addOperatorGRU(graph: Graph, { architecture, numbers, x, backward }: Pass): States | undefined {
  const { hiddenSize, gate, update } = architecture;
  const known = activations([gate, update]);
  const order = ['Gate', 'Reset', 'Update'];
  const [w, u] = ['W', 'U'].map((letter) => order.map((name) => numbers.map(`${letter}${name}`)));
  if (!known || [...w, ...u].some(({ second }) => second)) return undefined;
  const after = resetOf(architecture) === 'after';
  return recurrent(graph, 'GRU', {
    ...{ x, hiddenSize, backward },
    attributes: { ...known, linear_before_reset: attribute.int(after ? 1 : 0) },
    w: w.map(({ first }) => first),
    u: u.map(({ first }) => first),
    biases: {
      w: order.map((name) => numbers.bias(`bias${name}`)),
      u: [undefined, undefined, after ? numbers.bias('biasRecurrent') : undefined],
    },
  });
}

function addScanGRU(graph: Graph, pass: Pass): States {
  const { architecture, numbers, backward } = pass;
  const { hiddenSize, gate, update } = architecture;
  const order = ['Gate', 'Reset', 'Update'];
  const [uGate, uReset, uUpdate] = order.map((name) => addMap(graph, numbers.map(`U${name}`), `U${name}`));
  const one = graph.scalar('one', 1);
  const after = resetOf(architecture) === 'after';
  const biasRecurrent = after ? biasOf(graph, numbers, 'biasRecurrent') : '';
  return scan(graph, {
    ...{ xs: order.map((name) => biasedInputs(graph, pass, name)), hiddenSize, backward, states: ['h'] },
    body: (body, [xGate, xReset, xUpdate], [h]) => {
      const through = (x: string, u: typeof uGate, hint: string) =>
        activate(body, gate, body.node('Add', [x, multiplied(body, h, u, 'U')], `a_${hint}`), hint);
      const z = through(xGate, uGate, 'z');
      const r = through(xReset, uReset, 'r');
      const recurrentPart = after
        ? body.node('Mul', [r, body.node('Add', [multiplied(body, h, uUpdate, 'U'), biasRecurrent], 'biased')], 'reset')
        : multiplied(body, body.node('Mul', [r, h], 'reset'), uUpdate, 'U');
      const candidate = activate(body, update, body.node('Add', [xUpdate, recurrentPart], 'a_update'), 'candidate');
      const fresh = body.node('Mul', [body.node('Sub', [one, z], 'rest'), candidate], 'fresh');
      return [body.node('Add', [fresh, body.node('Mul', [z, h], 'kept')], 'h')];
    },
  });
}
