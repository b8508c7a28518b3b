import { describe, expect, it } from 'vitest';
import { loadKernels } from '../kernels/index.js';
import { Random } from '../math/index.js';
import { parameterCount, referenceForward, type Architecture } from '../network/index.js';
import { randomNetwork } from '../testing/random-network.js';
import { toySequences, toyTask } from '../testing/toy-task.js';
import { IntegerInterpreter } from '../integer/index.js';
import { floatLogits, integerLogits, outputsOf } from './logits.js';
import { labelledRows } from './rows.js';
import type { LabelledSequences } from './task.js';

/** Toy sequences of several lengths, a class for most frames, and targets with a gap. */
function ragged(count: number): LabelledSequences {
  const plain = toySequences(count);
  const lengths = plain.lengths.map((length, i) => 1 + (i % length));
  return {
    ...plain,
    lengths,
    frameLabels: Int32Array.from({ length: count * 6 }, (_, f) => (f % 5 === 0 ? -1 : f % 3)),
    targets: Float32Array.from({ length: count * 3 }, (_, i) => (i === 7 ? NaN : i)),
  };
}

describe('logits of rows', () => {
  const data = ragged(150); // more than two blocks
  const { normalisation } = toyTask();
  const random = new Random(9);

  it.each(['last', 'every', 'mean'] as const)('of a float network read at %s are the reference’s', async (output) => {
    const architecture: Architecture = { ...toyTask().architecture, output };
    const parameters = Float32Array.from({ length: parameterCount(architecture) }, () => 0.3 * random.normal());
    const rows = labelledRows(data, { head: 'softmax', output, size: 3 });
    const logits = floatLogits(await loadKernels(), { architecture, parameters, normalisation }, rows);
    expect(rows.rows).toBeGreaterThan(output === 'every' ? 300 : 149);
    for (let row = 0; row < rows.rows; row++) {
      const i = rows.sequences[row];
      const inputs = Array.from({ length: data.lengths[i] }, (_, t) =>
        Array.from(
          data.values.subarray(data.starts[i] + 3 * t, data.starts[i] + 3 * t + 3),
          (x) => (x - normalisation.centre[0]) * normalisation.scale[0],
        ),
      );
      const reference = referenceForward(architecture, parameters, inputs).logits;
      const at = output === 'every' ? rows.steps[row] : 0;
      // float32 sums of a few terms against float64
      for (let l = 0; l < 3; l++) expect(Math.abs(logits[3 * row + l] - reference[3 * at + l])).toBeLessThan(1e-4);
    }
  });

  it('leave out what has no label or target', () => {
    const every = labelledRows(data, { head: 'softmax', output: 'every', size: 3 });
    expect(every.labels.every((label) => label >= 0)).toBe(true);
    expect(every.rows).toBeLessThan(data.lengths.reduce((a, b) => a + b));
    const values = labelledRows(data, { head: 'regression', output: 'last', size: 3 });
    expect(values.rows).toBe(149);
    expect(values.sequences.includes(2)).toBe(false);
  });

  it('of an integer network are the interpreter’s, in the units of its bits', () => {
    const network = randomNetwork(new Random(2), { inputSize: 3, classes: 3 });
    const rows = labelledRows(data, { head: 'softmax', output: 'every', size: 3 });
    const logits = integerLogits(network, rows);
    const interpreter = new IntegerInterpreter(network);
    const bits = network.classifier.fractionBits + network.stateBits;
    for (const row of [0, 1, 50, rows.rows - 1]) {
      interpreter.reset();
      for (let t = 0; t <= rows.steps[row]; t++) {
        interpreter.step(data.values, data.starts[rows.sequences[row]] + 3 * t);
      }
      expect([...logits.subarray(3 * row, 3 * row + 3)]).toEqual(
        Array.from(interpreter.logits(), (z) => z / 2 ** bits),
      );
    }
  });

  it('of a regression become values in their units', () => {
    const rows = labelledRows(data, { head: 'regression', output: 'last', size: 3 }, Uint32Array.of(4));
    const { logits } = outputsOf(rows, Float64Array.of(1, 2, -1), { centre: [10, 0, 5], scale: [2, 1, 3] });
    expect([...logits]).toEqual([12, 2, 2]);
  });
});
