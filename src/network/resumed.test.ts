import { expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { everyBackend } from '../testing/backends.js';
import { centralDifferences, worstDeviation } from '../testing/gradients.js';
import { initialise, NetworkEngine, plainHead, tensorsOf, type Architecture } from './index.js';
import { referenceForward } from './reference.js';

const rows = 3;
const steps = 4;
const base: Architecture = {
  ...{ cell: 'FastGRNN', inputSize: 3, hiddenSize: 6, wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
  ...{ residual: 'free', ...plainHead, classes: 3, output: 'every' },
};
const backends = await everyBackend();

/** Parameters, inputs and states to begin with, [rows][layers][h, c]. */
function problem(arch: Architecture) {
  const random = new Random(7);
  const parameters = initialise(arch, random);
  for (const { offset, size } of tensorsOf(arch)) {
    for (let i = offset; i < offset + size; i++) parameters[i] = 0.6 * random.normal();
  }
  const values = (length: number) => Float32Array.from({ length }, () => random.normal());
  const inputs = Array.from({ length: rows }, () => Array.from({ length: steps }, () => values(arch.inputSize)));
  const starts = inputs.map(() =>
    Array.from({ length: arch.layers ?? 1 }, () => [values(arch.hiddenSize), values(arch.hiddenSize)]),
  );
  return { parameters, inputs, starts, labels: inputs.map((_, row) => row % arch.classes) };
}

/** Mean over rows and steps of the loss in float64, from the states that rows begin with. */
function referenceLoss(arch: Architecture, parameters: Float64Array, p: ReturnType<typeof problem>): number {
  let sum = 0;
  for (const [row, inputs] of p.inputs.entries()) {
    const { logits } = referenceForward(arch, parameters, inputs, undefined, p.starts[row]);
    for (let t = 0; t < steps; t++) {
      const own = logits.subarray(t * arch.classes, (t + 1) * arch.classes);
      sum += Math.log(own.reduce((s, x) => s + Math.exp(x - own[p.labels[row]]), 0));
    }
  }
  return sum / (rows * steps);
}

const cases: Partial<Architecture>[] = [
  {},
  { wRank: 2, uRank: 3 },
  { cell: 'FastRNN', uRank: 3 },
  { cell: 'RNN' },
  { cell: 'FastRNN-vector' },
  { cell: 'UGRNN', uRank: 2 },
  { cell: 'GRU', uRank: 2 },
  { cell: 'GRU', reset: 'before' },
  { cell: 'LSTM', uRank: 3 },
  { layers: 2 },
  { cell: 'FastRNN', recurrence: 'EURNN' },
];

test.each(cases)(
  'from another state than 0, $cell $recurrence: loss and gradients are those of the reference',
  (own) => {
    const arch = { ...base, ...own };
    const p = problem(arch);
    const expected = centralDifferences((parameters) => referenceLoss(arch, parameters, p), p.parameters);
    for (const { name, kernels } of backends) {
      const engine = new NetworkEngine(kernels, arch, { rows, steps, training: true });
      engine.parameters.set(p.parameters);
      for (let at = 0; at < rows * steps; at++) engine.labels[at] = p.labels[at % rows];
      p.inputs.forEach((sequence, r) =>
        sequence.forEach((x, t) => engine.input.set(x, (t * rows + r) * engine.inputStride)),
      );
      const each = engine.handedOn.length / (arch.layers ?? 1);
      p.starts.forEach((layers, r) =>
        layers.forEach((own2, layer) => {
          for (let k = 0; k < each; k++) engine.handedOn[layer * each + k].set(own2[k], r * engine.stateStride);
        }),
      );
      const loss = engine.lossAndGradient(rows, steps, { batchRows: rows, start: 'resumed' });
      expect(loss / rows, name).toBeCloseTo(referenceLoss(arch, Float64Array.from(p.parameters), p), 5);
      expect(worstDeviation(arch, engine.gradient, expected), name).toBeLessThan(3e-5);
      engine.lossAndGradient(rows, steps, { batchRows: rows });
      expect(worstDeviation(arch, engine.gradient, expected), name).toBeGreaterThan(1e-3);
    }
  },
);
