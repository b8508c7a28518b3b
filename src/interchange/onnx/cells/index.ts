import { directionsOf, layersOf, tensorPrefix, type Architecture } from '../../../network/index.js';
import { attribute, type Graph } from '../graph.js';
import type { States } from '../scan.js';
import type { NetworkNumbers } from '../source.js';
import { addFastGRNN } from './fastgrnn.js';
import { addFastRNN, addResidual } from './fastrnn.js';
import { addGRU } from './gru.js';
import { addLSTM } from './lstm.js';
import type { AddCell } from './pass.js';
import { addRNN } from './rnn.js';
import { addUGRNN } from './ugrnn.js';

const cells: Readonly<Record<Architecture['cell'], AddCell>> = {
  FastGRNN: addFastGRNN,
  FastRNN: addFastRNN,
  'FastRNN-vector': addResidual,
  RNN: addRNN,
  UGRNN: addUGRNN,
  GRU: addGRU,
  LSTM: addLSTM,
};

/** Puts all cells over x [T, N, D] into the graph; what comes out are the states of the last layer, both directions' side by side. */
export function addCells(graph: Graph, architecture: Architecture, numbers: NetworkNumbers, x: string): States {
  let below = x;
  let states: States = { all: x, last: x };
  for (let layer = 0; layer < layersOf(architecture); layer++) {
    const directions = Array.from({ length: directionsOf(architecture) }, (_, direction) =>
      graph.within(tensorPrefix(layer, direction), () =>
        cells[architecture.cell](graph, {
          ...{ architecture, numbers: numbers.cell(layer, direction), x: below },
          backward: direction === 1,
        }),
      ),
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
