import { attribute, Graph } from './graph.js';

/** What a recurrence leaves: all states [T, N, H], and the last one [N, H]. */
export interface States {
  readonly all: string;
  readonly last: string;
}

/**
 * A recurrence as ONNX's Scan: the body maps the states [N, H] before a step and that step's inputs [N, H] to the states after it, the
 * first of which is h. States begin at 0.
 */
export function scan(
  graph: Graph,
  o: {
    /** Inputs of all steps, [T, N, H] each. */
    readonly xs: readonly string[];
    readonly hiddenSize: number;
    /** Whether the sequence is read from its end; the states stand at the steps that they were made of. */
    readonly backward: boolean;
    readonly states: readonly string[];
    readonly body: (body: Graph, xs: readonly string[], states: readonly string[]) => readonly string[];
  },
): States {
  const { xs, hiddenSize } = o;
  const body = new Graph(graph);
  const before = o.states.map((name) => body.input(`${name}_before`, 'float', ['batch', hiddenSize]));
  const inputs = xs.map(() => body.input('x_step', 'float', ['batch', hiddenSize]));
  const after = o.body(body, inputs, before);
  for (const state of after) body.output(state, 'float', ['batch', hiddenSize]);
  const written = body.node('Identity', [after[0]], 'h_written');
  body.output(written, 'float', ['batch', hiddenSize]);

  const zero = zeroState(graph, xs[0], hiddenSize);
  const outputs = graph.nodeWith(
    'Scan',
    [...o.states.map(() => zero), ...xs],
    [...o.states.map((name) => `${name}_last`), 'states'],
    {
      body: attribute.graph(body.build('step')),
      num_scan_inputs: attribute.int(xs.length),
      ...(o.backward
        ? { scan_input_directions: attribute.ints(xs.map(() => 1)), scan_output_directions: attribute.ints([1]) }
        : {}),
    },
  );
  return { last: outputs[0], all: outputs[o.states.length] };
}

/** [N, H] of zeros, for x [T, N, n]. */
function zeroState(graph: Graph, x: string, hiddenSize: number): string {
  const batch = graph.node('Shape', [x], 'batch_size', { start: attribute.int(1), end: attribute.int(2) });
  const shape = graph.node('Concat', [batch, graph.ints('hidden_size', hiddenSize)], 'state_shape', {
    axis: attribute.int(0),
  });
  return graph.node('ConstantOfShape', [shape], 'state_zero');
}
