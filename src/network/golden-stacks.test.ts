import { describe, expect, test } from 'vitest';
import { everyBackend } from '../testing/backends.js';
import { distance, flattened, goldenFiles, readGolden, type Tensors } from '../testing/golden.js';
import { NetworkEngine, referenceForward, type Architecture } from './index.js';

/** What tools/golden/stacks.py writes. Parameters and inputs are exact in float32. */
interface Golden {
  readonly formatVersion: number;
  readonly architecture: Architecture;
  /** [rows][steps of the row][inputSize] */
  readonly inputs: number[][][];
  /** [rows][steps of the row]; of the last step where there is one output. */
  readonly labels: number[][];
  /** By tensor, each flat and row-major, in our order. */
  readonly parameters: Readonly<Tensors>;
  /** [rows][outputs][classes] */
  readonly logits: number[][][];
  readonly gradients: Readonly<Tensors>;
}

const folder = new URL('./golden/stacks/', import.meta.url);
const files = goldenFiles(folder).map((file) => ({ file, golden: readGolden<Golden>(folder, file) }));
const backends = await everyBackend();

/** Values of magnitude 1 after a few steps of three layers, in float32. */
const TOLERANCE = 3e-6;

/** The largest differences of logits and gradient. `lengths` are the rows' own, or other ones for what must be found. */
function run({ architecture, ...golden }: Golden, { kernels }: (typeof backends)[number], lengths?: number[]) {
  const rows = golden.inputs.length;
  const steps = Math.max(...golden.inputs.map(({ length }) => length));
  const engine = new NetworkEngine(kernels, architecture, { rows, steps, training: true });
  const every = architecture.output === 'every';
  engine.parameters.set(flattened(architecture, golden.parameters));
  engine.lengths.set(lengths ?? golden.inputs.map(({ length }) => length));
  golden.inputs.forEach((sequence, r) =>
    sequence.forEach((x, t) => {
      engine.input.set(x, (t * rows + r) * engine.inputStride);
      engine.labels[every ? t * rows + r : r] = golden.labels[r][t]; // the last one stays
    }),
  );
  engine.lossAndGradient(rows, steps, { batchRows: rows });
  const logits = golden.logits.map((outputs, r) =>
    outputs.map((y, o) => distance(engine.logits.subarray((every ? o * rows + r : r) * engine.logitStride), y)),
  );
  return {
    logits: Math.max(...logits.flat()),
    gradient: distance(engine.gradient, flattened(architecture, golden.gradients)),
  };
}

describe.each(files)("$file: the library's own layers", ({ golden }) => {
  test.each(backends)('have the logits and gradients of $name', (backend) => {
    const { logits, gradient } = run(golden, backend);
    expect(logits).toBeLessThan(TOLERANCE);
    expect(gradient).toBeLessThan(TOLERANCE);
  });

  test('have the logits of the float64 reference', () => {
    const { architecture, parameters, inputs, logits } = golden;
    const own = flattened(architecture, parameters);
    inputs.forEach((sequence, r) => {
      expect(distance(referenceForward(architecture, own, sequence).logits, logits[r].flat())).toBeLessThan(1e-12);
    });
  });
});

describe('what is wrong is found', () => {
  const of = (name: string) => files.find(({ file }) => file === name)!.golden;

  test.each(['rnn-1-both.json', 'lstm-2-both.json'])('rows turned round at the end of the pass: %s', (name) => {
    const golden = of(name);
    const found = run(
      golden,
      backends[0],
      golden.inputs.map(() => 6),
    );
    expect(found.logits).toBeGreaterThan(100 * TOLERANCE);
    expect(found.gradient).toBeGreaterThan(100 * TOLERANCE);
  });

  test('two layers in each other’s place', () => {
    const golden = of('gru-2-both-every.json');
    const { parameters } = golden;
    const moved = { ...parameters, UGate: parameters['layer2.UGate'], 'layer2.UGate': parameters['UGate'] };
    expect(run({ ...golden, parameters: moved }, backends[0]).logits).toBeGreaterThan(100 * TOLERANCE);
  });
});
