import { directionsOf, layersOf, type Architecture } from '../../network/index.js';
import { attribute, type Graph } from './graph.js';
import { activate, activations } from './nonlinearity.js';
import { scan, type States } from './scan.js';
import type { CellNumbers, NetworkNumbers } from './source.js';
import { addMap, addWeight, applied, multiplied } from './weight.js';

/** A cell over x [T, N, n], forwards or from the end. */
interface Pass {
  readonly architecture: Architecture;
  readonly numbers: CellNumbers;
  readonly x: string;
  readonly backward: boolean;
}

/** Puts all cells over x [T, N, D] into the graph; what comes out are the states of the last layer, both directions' side by side. */
export function addCells(graph: Graph, architecture: Architecture, numbers: NetworkNumbers, x: string): States {
  let below = x;
  let states: States = { all: x, last: x };
  for (let layer = 0; layer < layersOf(architecture); layer++) {
    const directions = Array.from({ length: directionsOf(architecture) }, (_, direction) =>
      addCell(graph, { architecture, numbers: numbers.cell(layer, direction), x: below, backward: direction === 1 }),
    );
    states = joined(graph, directions);
    below = states.all;
  }
  return states;
}

function joined(graph: Graph, directions: readonly States[]): States {
  if (directions.length === 1) return directions[0];
  const join = (part: keyof States, hint: string) =>
    graph.node(
      'Concat',
      directions.map((states) => states[part]),
      hint,
      { axis: attribute.int(-1) },
    );
  return { all: join('all', 'states_of_both'), last: join('last', 'last_of_both') };
}

function addCell(graph: Graph, pass: Pass): States {
  return pass.architecture.cell === 'FastGRNN'
    ? addFastGRNN(graph, pass)
    : (addRNN(graph, pass) ?? addFastRNN(graph, pass));
}

/** Equation (6): W x of all steps in one product before the Scan, then U h, gate and update step by step. */
function addFastGRNN(graph: Graph, { architecture, numbers, x, backward }: Pass): States {
  const { hiddenSize, gate, update } = architecture;
  const u = addMap(graph, numbers.map('U'), 'U');
  const biasGate = graph.constant('biasGate', numbers.bias('biasGate'), [hiddenSize]);
  const biasUpdate = graph.constant('biasUpdate', numbers.bias('biasUpdate'), [hiddenSize]);
  const one = graph.scalar('one', 1);
  const zeta = graph.scalar('zeta', numbers.scalars[0]);
  const nu = graph.scalar('nu', numbers.scalars[1]);
  return scan(graph, {
    ...{ x: applied(graph, x, numbers.map('W'), 'W'), columns: hiddenSize, hiddenSize, backward, states: ['h'] },
    body: (body, wx, [h]) => {
      const a = body.node('Add', [wx, multiplied(body, h, u, 'U')], 'a');
      const z = activate(body, gate, body.node('Add', [a, biasGate], 'a_gate'), 'z');
      const candidate = activate(body, update, body.node('Add', [a, biasUpdate], 'a_update'), 'candidate');
      const rest = body.node('Mul', [zeta, body.node('Sub', [one, z], 'rest')], 'zeta_rest');
      const fresh = body.node('Mul', [body.node('Add', [rest, nu], 'weight'), candidate], 'fresh');
      return [body.node('Add', [fresh, body.node('Mul', [z, h], 'kept')], 'h')];
    },
  });
}

/** Equation (2). */
function addFastRNN(graph: Graph, { architecture, numbers, x, backward }: Pass): States {
  const { hiddenSize, update } = architecture;
  const u = addMap(graph, numbers.map('U'), 'U');
  const bias = graph.constant('bias', numbers.bias('bias'), [hiddenSize]);
  const alpha = graph.scalar('alpha', numbers.scalars[0]);
  const beta = graph.scalar('beta', numbers.scalars[1]);
  const wx = graph.node('Add', [applied(graph, x, numbers.map('W'), 'W'), bias], 'W_biased');
  return scan(graph, {
    ...{ x: wx, columns: hiddenSize, hiddenSize, backward, states: ['h'] },
    body: (body, step, [h]) => {
      const a = body.node('Add', [step, multiplied(body, h, u, 'U')], 'a');
      const fresh = body.node('Mul', [alpha, activate(body, update, a, 'candidate')], 'fresh');
      return [body.node('Add', [fresh, body.node('Mul', [beta, h], 'kept')], 'h')];
    },
  });
}

/** Equation (1) by ONNX's RNN: a FastRNN with alpha 1 and beta 0, U of full rank and a nonlinearity that the operator knows. */
function addRNN(graph: Graph, { architecture, numbers, x, backward }: Pass): States | undefined {
  const { hiddenSize, update } = architecture;
  const known = activations([update]);
  const u = numbers.map('U');
  const [alpha, beta] = numbers.scalars;
  if (alpha !== 1 || beta !== 0 || u.second || !known) return undefined;
  const w = numbers.map('W');
  const inputs = w.second ? applied(graph, x, { first: w.second, second: undefined }, 'W2') : x;
  const bias = new Float32Array(2 * hiddenSize);
  bias.set(numbers.bias('bias'));
  return recurrent(graph, 'RNN', {
    ...{ x: inputs, hiddenSize, backward },
    w: addWeight(graph, 'W', w.first, 'direction'),
    r: addWeight(graph, 'U', u.first, 'direction'),
    bias: graph.constant('bias', bias, [1, bias.length]),
    attributes: known,
  });
}

/** A recurrent operator of ONNX with one direction, its outputs as those of a Scan. */
function recurrent(
  graph: Graph,
  operator: 'RNN' | 'GRU' | 'LSTM',
  o: {
    readonly x: string;
    readonly hiddenSize: number;
    readonly backward: boolean;
    readonly w: string;
    readonly r: string;
    readonly bias: string;
    readonly attributes: Parameters<Graph['node']>[3];
  },
): States {
  const attributes = {
    ...o.attributes,
    hidden_size: attribute.int(o.hiddenSize),
    direction: attribute.text(o.backward ? 'reverse' : 'forward'),
  };
  const [all, last] = graph.nodeWith(
    operator,
    [o.x, o.w, o.r, o.bias],
    ['states_by_direction', 'last_by_direction'],
    attributes,
  );
  return {
    all: graph.node('Squeeze', [all, graph.ints('direction_axis', 1)], 'states'),
    last: graph.node('Squeeze', [last, graph.ints('direction_axis', 0)], 'h_last'),
  };
}
