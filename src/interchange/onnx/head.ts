import type { ModelMetadata } from '../../network/index.js';
import { attribute, type Graph } from './graph.js';
import type { States } from './scan.js';
import type { NetworkNumbers } from './source.js';
import { addWeight } from './weight.js';

/**
 * The graph's outputs: `logits`, and what they stand for: `probabilities` of classes or labels, or `values` of a regression. One a
 * sequence [N, L], or one a step [N, T, L].
 */
export function addHead(
  graph: Graph,
  { architecture, classNames, outputs }: Pick<ModelMetadata, 'architecture' | 'classNames' | 'outputs'>,
  numbers: NetworkNumbers,
  states: States,
): void {
  const { head, output, classes } = architecture;
  const read = stateRead(graph, output, states);
  const product = graph.node(
    'MatMul',
    [read, addWeight(graph, 'classifier', numbers.classifier, 'transposed')],
    'classifier_product',
  );
  const bias = graph.constant('classifierBias', numbers.classifierBias, [classes]);
  const logits = graph.node('Add', [product, bias], 'logits');
  const shape = output === 'every' ? ['batch', 'steps', classes] : ['batch', classes];
  const names = classNames.join(', ');
  graph.output(logits, 'float', shape, names);
  if (head === 'regression' && outputs) {
    const scale = graph.constant('value_scale', Float32Array.from(outputs.scale), [classes]);
    const centre = graph.constant('value_centre', Float32Array.from(outputs.centre), [classes]);
    const values = graph.node('Add', [graph.node('Mul', [logits, scale], 'scaled'), centre], 'values');
    graph.output(values, 'float', shape, names);
    return;
  }
  const [operator, attributes] =
    head === 'softmax' ? (['Softmax', { axis: attribute.int(-1) }] as const) : (['Sigmoid', {}] as const);
  graph.output(graph.node(operator, [logits], 'probabilities', attributes), 'float', shape, names);
}

function stateRead(graph: Graph, output: 'last' | 'every' | 'mean', states: States): string {
  switch (output) {
    case 'last':
      return states.last;
    case 'every':
      return graph.node('Transpose', [states.all], 'states_by_sequence', { perm: attribute.ints([1, 0, 2]) });
    case 'mean':
      return graph.node('ReduceMean', [states.all], 'mean_state', {
        axes: attribute.ints([0]),
        keepdims: attribute.int(0),
      });
  }
}
