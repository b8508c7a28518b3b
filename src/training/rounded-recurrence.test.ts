import { describe, expect, it } from 'vitest';
import { equalSequences } from '../integer/index.js';
import { isRounded, recurrentLevels, withRoundedU } from '../integer/rounding.js';
import { loadKernels } from '../kernels/index.js';
import { parameterCount, tensorsByName, withPlainMatrix } from '../network/index.js';
import { toyTask, type ToyOptions } from '../testing/index.js';
import { evaluateFloat } from './evaluation.js';
import { TrainingPool } from './pool.js';
import type { TrainingState } from './state.js';
import { train } from './train.js';

const recurrences = [
  { recurrence: 'oRNN', reflectors: 6 },
  { recurrence: 'oRNN', reflectors: 2 },
  { recurrence: 'SpectralRNN', reflectors: 6 },
  { recurrence: 'FactoredRNN', orthogonality: 'soft' },
  { recurrence: 'FactoredRNN' },
] as const;

const options = (network: ToyOptions['network']): ToyOptions => ({
  ...{ validationRows: 60, separation: 2, epochs: [3, 2, 1] },
  training: { roundedEpochs: 3, weightDecay: 0.01 },
  compression: { wSparsity: 0.5, thresholdEvery: 1 },
  integer: { weightBits: 4 },
  network: { cell: 'RNN', update: 'tanh', uRank: 0, layers: 2, ...network },
});

describe.each(recurrences)('rounded weights of %j', (recurrence) => {
  const task = toyTask(options(recurrence));

  it('end with a plain matrix of few values, near the one that the parameters make', async () => {
    const { parameters } = await train(task, { workers: 1 });
    expect(parameters.length).toBe(parameterCount(task.architecture));
    const rounded = withRoundedU(task.architecture, parameters, 4);
    expect(rounded.architecture.recurrence).toBeUndefined();
    expect(isRounded(rounded.architecture, rounded.parameters, 4)).toBe(true);
    const made = tensorsByName(task.architecture, parameters);
    const exact = withPlainMatrix(task.architecture, parameters).parameters;
    const whole = tensorsByName(rounded.architecture, exact);
    const unit = Math.max(...recurrentLevels(task.architecture, parameters, 4).filter((_, i) => i % 3 === 1));
    for (const [name, values] of tensorsByName(rounded.architecture, rounded.parameters)) {
      const own = made.get(name);
      if (own) expect(values, name).toEqual(own);
      else
        values.forEach((u, i) =>
          expect(Math.abs(u - whole.get(name)![i])).toBeLessThanOrEqual(Math.abs(u) < 7 * unit ? unit / 2 : unit),
        );
    }
  });

  it('are what validation sees, U’s too', async () => {
    const { parameters, history } = await train(
      { ...task, training: { ...task.training, earlyStopping: false } },
      { workers: 1 },
    );
    const rows = Array.from(task.validationRows);
    const { values, steps, channels } = task.sequences;
    const size = steps * channels;
    const validation = {
      ...equalSequences(Int16Array.from(rows.flatMap((row) => [...values.subarray(row * size, (row + 1) * size)])), {
        ...{ count: rows.length, steps, channels },
      }),
      labels: Int32Array.from(rows, (row) => task.sequences.labels[row]),
    };
    const kernels = await loadKernels();
    const lossOf = (network: ReturnType<typeof withRoundedU>) =>
      evaluateFloat(kernels, network.architecture, network.parameters, task.normalisation, validation).loss;
    const seen = history.at(-1)!.validationLoss!;
    const off = (network: ReturnType<typeof withRoundedU>) => Math.abs(lossOf(network) / seen - 1);
    expect(off(withRoundedU(task.architecture, parameters, 4))).toBeLessThan(5e-6);
    expect(off({ architecture: task.architecture, parameters })).toBeGreaterThan(1e-5);
  });

  it('have the same bits with more workers, in a pool, and of a training that was stopped after any epoch', async () => {
    const states: TrainingState[] = [];
    const whole = await train(task, { workers: 1, onEpoch: (_, state) => void states.push(structuredClone(state)) });
    const same = (other: typeof whole) => {
      expect(other.parameters).toEqual(whole.parameters);
      expect(other.history).toEqual(whole.history);
      expect(other.chosenEpochs).toEqual(whole.chosenEpochs);
    };
    same(await train(task, { workers: 2 }));
    const pool = new TrainingPool();
    same(await pool.train(task));
    await pool.stop();
    for (const state of states) same(await train(task, { workers: 1, state }));
  });
});

it('a network whose U is a parameter stays as it is', () => {
  const { architecture } = toyTask();
  const parameters = new Float32Array(parameterCount(architecture)).fill(0.3);
  expect(withRoundedU(architecture, parameters, 4)).toEqual({ architecture, parameters });
});
