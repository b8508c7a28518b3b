import { describe, expect, test } from 'vitest';
import { everyBackend } from '../testing/backends.js';
import { distance, flattened, goldenFiles, readGolden, type Tensors } from '../testing/golden.js';
import { NetworkEngine, referenceForward, type Architecture } from './index.js';

/** What tools/golden/cells.py writes. Parameters and inputs are exact in float32. */
interface Golden {
  readonly formatVersion: number;
  readonly source: { readonly tool: 'torch' | 'onnxruntime'; readonly dtype: 'float64' | 'float32' };
  readonly architecture: Architecture;
  /** [rows][steps][inputSize] */
  readonly inputs: number[][][];
  readonly labels: number[];
  /** By tensor, each flat and row-major. */
  readonly parameters: Readonly<Tensors>;
  /** [rows][steps][hiddenSize] */
  readonly states: number[][][];
  /** [rows][classes] */
  readonly logits: number[][];
  readonly gradients?: Readonly<Tensors>;
}

const folder = new URL('./golden/cells/', import.meta.url);
const files = goldenFiles(folder).map((file) => ({ file, golden: readGolden<Golden>(folder, file) }));
const backends = await everyBackend();

/** Values of magnitude 1 after some ten steps, in float32: each step's products err by a few 1e-7. */
const TOLERANCE = 3e-6;

function run(golden: Golden, backend: (typeof backends)[number], architecture = golden.architecture) {
  const { inputs, labels, parameters } = golden;
  const [rows, steps] = [inputs.length, inputs[0].length];
  const engine = new NetworkEngine(backend.kernels, architecture, { rows, steps, training: true });
  engine.parameters.set(flattened(golden.architecture, parameters));
  engine.labels.set(labels);
  inputs.forEach((sequence, r) => sequence.forEach((x, t) => engine.input.set(x, (t * rows + r) * engine.inputStride)));
  engine.lossAndGradient(rows, steps, { batchRows: rows });
  const part = (values: Float32Array, start: number, length: number) => values.subarray(start, start + length);
  const { hiddenSize, classes } = architecture;
  return {
    states: Math.max(
      ...golden.states.flatMap((sequence, r) =>
        sequence.map((h, t) => distance(part(engine.states, ((t + 1) * rows + r) * engine.stateStride, hiddenSize), h)),
      ),
    ),
    logits: Math.max(...golden.logits.map((y, r) => distance(part(engine.logits, r * engine.logitStride, classes), y))),
    gradient: golden.gradients ? distance(engine.gradient, flattened(golden.architecture, golden.gradients)) : 0,
  };
}

describe.each(files)("$file: the library's own cell", ({ golden }) => {
  test.each(backends)('has the states, logits and gradients of $name', (backend) => {
    const { states, logits, gradient } = run(golden, backend);
    expect(states).toBeLessThan(TOLERANCE);
    expect(logits).toBeLessThan(TOLERANCE);
    expect(gradient).toBeLessThan(TOLERANCE);
  });

  test('has the states of the float64 reference', () => {
    const { architecture, parameters, inputs, states, source } = golden;
    const own = flattened(architecture, parameters);
    inputs.forEach((sequence, r) => {
      const reference = referenceForward(architecture, own, sequence).states.slice(1);
      const worst = Math.max(...states[r].map((h, t) => distance(reference[t], h)));
      expect(worst).toBeLessThan(source.dtype === 'float64' ? 1e-12 : TOLERANCE);
    });
  });
});

describe('what is wrong is found', () => {
  const of = (name: string) => files.find(({ file }) => file === name)!.golden;

  test('a reset gate on the other side of the product', () => {
    const golden = of('onnxruntime-gru-before.json');
    const after = of('onnxruntime-gru-after.json');
    const { biasRecurrent: _, ...shared } = after.parameters;
    const wrong = { ...golden, parameters: shared, states: after.states, logits: after.logits, inputs: after.inputs };
    expect(run(wrong, backends[0]).states).toBeGreaterThan(100 * TOLERANCE);
  });

  test.each(['torch-gru.json', 'torch-lstm.json'])('gates in another order: %s', (name) => {
    const golden = of(name);
    const { WGate = [], WForget = [] } = golden.parameters;
    const swapped =
      WGate.length > 0
        ? { WReset: WGate, WGate: golden.parameters['WReset'] }
        : { WInput: WForget, WForget: golden.parameters['WInput'] };
    const found = run({ ...golden, parameters: { ...golden.parameters, ...swapped } }, backends[0]);
    expect(found.states).toBeGreaterThan(100 * TOLERANCE);
    expect(found.gradient).toBeGreaterThan(100 * TOLERANCE);
  });
});
