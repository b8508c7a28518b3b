import { directionsOf, layersOf, tensorPrefix, type Architecture } from '../../../network/index.js';
import { attribute, type Graph } from '../graph.js';
import type { States } from '../scan.js';
import type { NetworkNumbers } from '../source.js';
import { addFastGRNN } from './fastgrnn.js';
import { addFastRNN } from './fastrnn.js';
import type { AddCell } from './pass.js';

const cells: Readonly<Partial<Record<Architecture['cell'], AddCell>>> = {
  FastGRNN: addFastGRNN,
  FastRNN: addFastRNN,
};

/** Puts all cells over x [T, N, D] into the graph; what comes out are the states of the last layer, both directions' side by side. */
export function addCells(graph: Graph, architecture: Architecture, numbers: NetworkNumbers, x: string): States {
  const add = cells[architecture.cell];
  if (add === undefined) {
    throw new Error(`network.cell is ${architecture.cell}: the ONNX export takes ${Object.keys(cells).join(' and ')}`);
  }
  let below = x;
  let states: States = { all: x, last: x };
  for (let layer = 0; layer < layersOf(architecture); layer++) {
    const directions = Array.from({ length: directionsOf(architecture) }, (_, direction) =>
      graph.within(tensorPrefix(layer, direction), () =>
        add(graph, {
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
