import type { Architecture } from '../../../network/index.js';
import type { Graph } from '../graph.js';
import type { States } from '../scan.js';
import type { CellNumbers } from '../source.js';
import { applied } from '../weight.js';

/** A cell over x [T, N, n], forwards or from the end. */
export interface Pass {
  readonly architecture: Architecture;
  readonly numbers: CellNumbers;
  readonly x: string;
  readonly backward: boolean;
}

/** Puts a cell into the graph. */
export type AddCell = (graph: Graph, pass: Pass) => States;

/** W x of all steps, [T, N, H]. */
export function inputs(graph: Graph, { numbers, x }: Pass, suffix: string): string {
  return applied(graph, x, numbers.map(`W${suffix}`), `W${suffix}`);
}

/** W x + b of all steps, [T, N, H]: one product before the recurrence. `suffix` is what the gate's names end in. */
export function biasedInputs(graph: Graph, pass: Pass, suffix: string): string {
  const product = inputs(graph, pass, suffix);
  return graph.node('Add', [product, biasOf(graph, pass.numbers, `bias${suffix}`)], `W${suffix}_biased`);
}

/** The pass's weights of candidate and past as values of the graph: of every unit the same, or one each. */
export function addWeights(graph: Graph, { numbers }: Pass, names: readonly [string, string]): string[] {
  return numbers.weights.map((weight, i) =>
    typeof weight === 'number' ? graph.scalar(names[i], weight) : graph.constant(names[i], weight, [weight.length]),
  );
}

export function biasOf(graph: Graph, numbers: CellNumbers, name: string): string {
  const bias = numbers.bias(name);
  return graph.constant(name, bias, [bias.length]);
}
