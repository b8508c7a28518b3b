import { describe, expect, test } from 'vitest';
import { loadKernels } from '../kernels/index.js';
import { equalSequences } from '../integer/index.js';
import { Random } from '../math/index.js';
import type { Architecture } from '../network/index.js';
import { toySequences, toyTask } from '../testing/index.js';
import { Answers, fitOutputs } from './answers.js';
import { evaluateFloat } from './evaluation.js';
import type { LabelledSequences, TrainingTask } from './task.js';
import { train } from './train.js';

/** The toy's sequences, each cut to a length of its own from 3 to 6 steps: the class shows from the third on. */
function ragged(rows: number): LabelledSequences {
  const whole = toySequences(rows);
  return { ...whole, lengths: whole.lengths.map((_, i) => 3 + (i % 4)) };
}

/** A task whose rows are all of `sequences`: the last quarter validates. */
function taskOf(
  sequences: LabelledSequences,
  network: Partial<Architecture>,
  more: Partial<TrainingTask> = {},
): TrainingTask {
  const count = Math.floor((3 * sequences.count) / 4);
  return {
    ...toyTask({ rows: count, validationRows: sequences.count - count, epochs: [60, 0, 0], network }),
    sequences,
    ...more,
  };
}

/** What a trained network scores on the rows that it validated on. */
async function trained(task: TrainingTask, workers = 1) {
  const result = await train(task, { workers });
  return { parameters: result.parameters, validation: result.history.at(-1)?.validation ?? NaN };
}

const frames = (sequences: LabelledSequences) => sequences.values.length / sequences.channels;

describe('what networks learn', () => {
  test('sequences of different lengths, the same with one and with two workers', async () => {
    for (const output of ['last', 'mean', 'every'] as const) {
      const task = taskOf(ragged(128), { output });
      const [one, two] = [await trained(task), await trained(task, 2)];
      expect(one.parameters).toEqual(two.parameters);
      expect(one.validation).toBe(two.validation);
      expect(one.validation).toBeGreaterThan(output === 'every' ? 0.4 : 0.9); // nothing shows in the first two steps
    }
  });

  test('a label for every step', async () => {
    const sequences = toySequences(128);
    // The class of a row from the step on which it shows, and nothing before.
    const frameLabels = Int32Array.from({ length: frames(sequences) }, (_, f) =>
      f % 6 < 2 ? -1 : sequences.labels[Math.floor(f / 6)],
    );
    const { validation } = await trained(taskOf({ ...sequences, frameLabels }, { output: 'every' }));
    expect(validation).toBeGreaterThan(0.95);
  });

  test('independent labels', async () => {
    const sequences = toySequences(128);
    // Two questions: is it class 0, is it class 2?
    const targets = Float32Array.from({ length: 256 }, (_, i) => Number(sequences.labels[i >> 1] === (i % 2) * 2));
    const { validation } = await trained(taskOf({ ...sequences, targets }, { head: 'sigmoid', classes: 2 }));
    expect(validation).toBeGreaterThan(0.95);
  });

  test('values, in units of their own', async () => {
    const sequences = toySequences(128);
    const targets = Float32Array.from(
      { length: 256 },
      (_, i) => (i % 2 ? -5000 : 1e-3) * (sequences.labels[i >> 1] - 3),
    );
    const network = { head: 'regression', classes: 2 } as const;
    const withTargets = { ...sequences, targets };
    const rows = Uint32Array.from({ length: 96 }, (_, i) => i);
    const outputs = fitOutputs(withTargets, { ...network, output: 'last' }, rows);
    expect(outputs.centre[0]).toBeCloseTo(-2e-3, 8);
    expect(outputs.scale[1]).toBeCloseTo(5000 * Math.sqrt(2 / 3), 1);
    const task = taskOf(withTargets, network, { outputs });
    const { parameters, validation } = await trained(task);
    expect(validation).toBeGreaterThan(0.9); // R^2
    const { loss } = evaluateFloat(
      await loadKernels(),
      task.architecture,
      parameters,
      task.normalisation,
      withTargets,
      outputs,
    );
    expect(loss).toBeLessThan(0.05);
  });

  test('tokens', async () => {
    const random = new Random(2);
    // The class is which of the tokens 5, 6, 7 comes, at any place among others.
    const [count, steps] = [160, 8];
    const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
    const values = Int16Array.from({ length: count * steps }, () => random.below(5));
    labels.forEach((label, i) => (values[i * steps + random.below(steps)] = 5 + label));
    const sequences = { ...equalSequences(values, { count, steps, channels: 1 }), labels };
    const task = taskOf(
      sequences,
      { vocabulary: 8, inputSize: 4, wRank: 0 },
      {
        normalisation: { centre: Int16Array.of(0), scale: Float64Array.of(1) },
      },
    );

    expect((await trained(task)).validation).toBeGreaterThan(0.9);
  });
});

describe('answers', () => {
  const sequences = { ...ragged(4), stepStride: 6, features: 6 }; // two frames a step
  const stacked = { ...sequences, lengths: Uint32Array.of(2, 1, 3, 1), starts: Uint32Array.of(0, 18, 36, 54) };
  const frameLabels = Int32Array.from({ length: 24 }, (_, f) => f);

  test('a step has the label of its last frame, what follows the end none', () => {
    const target = { labels: new Int32Array(3 * 4) };
    const answers = new Answers({ ...stacked, frameLabels }, { head: 'softmax', output: 'every', classes: 24 });
    for (let row = 0; row < 4; row++) answers.write(target, row, row, 4, 3);
    expect([...target.labels]).toEqual([1, 7, 13, 19, 3, -1, 15, -1, -1, -1, 17, -1]);
  });

  test('a sequence has its own targets, else those of its last frame', () => {
    const frameTargets = Float32Array.from({ length: 24 }, (_, f) => (f === 7 ? NaN : f));
    const shape = { head: 'sigmoid', output: 'last', classes: 1 } as const;
    const write = (from: LabelledSequences) => {
      const target = { labels: new Int32Array(4), targets: new Float32Array(4), targetStride: 1 };
      const answers = new Answers(from, shape);
      for (let row = 0; row < 4; row++) answers.write(target, row, row, 4, 3);
      return target;
    };
    const byFrame = write({ ...stacked, frameTargets });
    expect([[...byFrame.targets], [...byFrame.labels]]).toEqual([
      [3, 0, 17, 19],
      [0, -1, 0, 0],
    ]);
    const own = write({ ...stacked, frameTargets, targets: Float32Array.of(9, 8, 7, 6) });
    expect([...own.targets]).toEqual([9, 8, 7, 6]);
    expect(() => write(stacked)).toThrow('the sigmoid head needs targets');
  });
});
