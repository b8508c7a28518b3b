import { describe, expect, it, vi } from 'vitest';
import { equalSequences } from '../integer/index.js';
import { loadKernels } from '../kernels/index.js';
import { initialise } from '../network/index.js';
import { Random } from '../math/index.js';
import { toyTask, type ToyOptions } from '../testing/index.js';
import { streams } from './batches.js';
import { evaluateFloat } from './evaluation.js';
import { Exchange, exchangeBuffers } from './exchange.js';
import { TrainingLoop } from './loop.js';
import type { Progress } from './progress.js';
import { initialState, type TrainingState } from './state.js';
import { TrainingError, type TrainingTask } from './task.js';
import { train } from './train.js';

async function accuracyOf(task: TrainingTask, parameters: Float32Array): Promise<number> {
  return evaluateFloat(await loadKernels(), task.architecture, parameters, task.normalisation, task.sequences).accuracy;
}

/** Runs the loop in this thread alone; gives the epochs that it reports after each batch. */
async function batchReports(task: TrainingTask): Promise<number[]> {
  const state = initialState(initialise(task.architecture, new Random(task.seed, streams.initialise)));
  const exchange = new Exchange(exchangeBuffers(1, task.training.shards, state.parameters.length, 9), 0);
  const reports: number[] = [];
  await new TrainingLoop(await loadKernels(), task, exchange, state).run({
    onBatch: (epochs) => void reports.push(epochs),
  });
  return reports;
}

describe('training', () => {
  for (const [name, training] of Object.entries({
    adam: { optimiser: 'adam', learningRate: 0.02 },
    momentum: { optimiser: 'momentum', learningRate: 0.3 },
    sgd: { optimiser: 'sgd', learningRate: 2 },
  })) {
    it(`with ${name} learns what can be told apart`, async () => {
      const task = toyTask({ epochs: [30, 0, 0], training });
      const before = initialise(task.architecture, new Random(task.seed, streams.initialise));
      expect(await accuracyOf(task, before)).toBeLessThan(0.7); // there is something to learn
      const { parameters, history } = await train(task, { workers: 1 });
      // Six deviations between the classes, four steps: a mistake has a probability far below 1e-6.
      expect(await accuracyOf(task, parameters)).toBe(1);
      expect(history.at(-1)?.validation).toBe(1);
      expect(history[history.length - 1].loss).toBeLessThan(0.2 * history[0].loss);
    });
  }

  it('gives a FastRNN as well', async () => {
    const task = toyTask({ epochs: [30, 0, 0], network: { cell: 'FastRNN', wRank: 0, uRank: 0, update: 'tanh' } });
    expect(await accuracyOf(task, (await train(task, { workers: 1 })).parameters)).toBe(1);
  });

  it('records its epochs', async () => {
    const task = toyTask({
      epochs: [2, 1, 1],
      training: { schedule: 'step', learningRate: 0.01, finalLearningRate: 0 },
    });
    const { history } = await train(task, { workers: 1 });
    expect(history.map(({ stage, epoch }) => [stage, epoch])).toEqual([[0, 1], [0, 2], [1, 1], [2, 1]]); // prettier-ignore
    expect(history.map(({ learningRate }) => learningRate)).toEqual([0.01, 0.01, 0.001, 0.001]);
    for (const { validation, validationLoss, skipped } of history) {
      expect(validation).toBeGreaterThanOrEqual(0);
      expect(validationLoss).toBeGreaterThan(0);
      expect(skipped).toBe(0);
    }
  });

  it('validates on the rows kept apart, as they are', async () => {
    const task = toyTask({ epochs: [3, 0, 0], training: { augment: { rotate: 30, noise: 1 } }, validationRows: 70 });
    const { parameters, history } = await train(task, { workers: 1 });
    const { steps, features, values, labels } = task.sequences;
    const rows = {
      ...equalSequences(values.slice(96 * steps * features), { count: 70, steps, channels: features }),
      labels: labels.slice(96),
    };
    const kernels = await loadKernels();
    const { accuracy, loss } = evaluateFloat(kernels, task.architecture, parameters, task.normalisation, rows);
    expect(history.at(-1)).toMatchObject({ validation: accuracy, validationLoss: loss });
  });

  it('tells how far it is, in epochs that it will run', async () => {
    const task = toyTask({ epochs: [2, 4, 1] });
    const [dense, thresholding, fixed] = task.stages;
    const stages = [dense, { ...thresholding, stopAfter: 1 }, fixed];
    const reports = await batchReports({ ...task, stages });
    expect(reports).toEqual(Array.from({ length: 12 }, (_, i) => expect.closeTo((i + 1) / 3, 12)));
    const progress: Progress[] = [];
    await train({ ...task, stages }, { workers: 1, onProgress: (p) => progress.push(p) });
    expect(progress[0]).toMatchObject({ totalEpochs: 4, stage: 'dense' });
    for (const { secondsLeft } of progress) expect(secondsLeft < 0).toBe(false);
  });
});

describe('few recordings', () => {
  for (const rows of [1, 3, 17]) {
    it(`${rows} of them are trained on, by any number of workers`, async () => {
      const options: ToyOptions = { rows, validationRows: rows > 5 ? 1 : 0, epochs: [2, 2, 1], compression: { wSparsity: 0.5, uSparsity: 0.5 }, training: { earlyStopping: rows > 5 } }; // prettier-ignore
      const one = await train(toyTask(options), { workers: 1 });
      const three = await train(toyTask(options), { workers: 3 });
      expect(one.history).toHaveLength(5);
      expect(one.parameters.every(Number.isFinite)).toBe(true);
      expect(three.parameters).toEqual(one.parameters);
    });
  }
});

describe('divergence', () => {
  /** States of large weights overflow, though the weights are finite. */
  const overflowing = {
    cell: 'RNN',
    residual: 'fixed',
    alpha: 1,
    beta: 0,
    update: 'relu',
    wRank: 0,
    uRank: 0,
  } as const;

  /** A training and its states, from 0 (before it) on. */
  async function recorded(task: TrainingTask, from?: TrainingState) {
    const start = from ?? initialState(initialise(task.architecture, new Random(task.seed, streams.initialise)));
    const states = [start];
    const onEpoch = (_: unknown, state: TrainingState) => void states.push(structuredClone(state));
    return { ...(await train(task, { workers: 1, state: start, onEpoch })), states };
  }

  /** One row overflows float32 when it is normalised, the others don't. */
  function poisoned(rows: readonly number[]): TrainingTask {
    const task = toyTask({ epochs: [20, 0, 0] });
    const { sequences } = task;
    for (const row of rows) sequences.values.fill(30000, row * 18, row * 18 + 18);
    const values = sequences.values.map((value) => (value === 30000 ? value : Math.sign(value)));
    const scale = Float64Array.of(1e35);
    return {
      ...task,
      sequences: { ...sequences, values },
      normalisation: { ...task.normalisation, scale },
    };
  }

  it('of some batches leaves them out and counts them', async () => {
    const { history, parameters } = await train(poisoned([4]), { workers: 1 });
    expect(history.map(({ skipped }) => skipped)).toEqual(new Array(20).fill(1));
    for (const { loss } of history) expect(Number.isFinite(loss)).toBe(true);
    expect(parameters.every(Number.isFinite)).toBe(true);
  });

  it('of all batches ends the training, with what to do', async () => {
    const run = train(poisoned(Array.from({ length: 96 }, (_, i) => i)), { workers: 2 });
    await expect(run).rejects.toThrow(TrainingError);
    await expect(run).rejects.toThrow(
      /^training diverged in epoch 1: 3 of 3 batches have no finite gradient, at 1\/8 of the learning rate too; lower training\.learningRate \(now 0\.02\)/,
    );
  });

  it('goes back to where the lost epoch began, at half the rate, in each of the three stages and wherever it was stopped', async () => {
    const options: ToyOptions = {
      ...{ epochs: [2, 3, 2], validationRows: 0, compression: { wSparsity: 0.5, uSparsity: 0.5, thresholdEvery: 3 } },
      training: { batchSize: 8, schedule: 'constant', learningRate: 0.02, earlyStopping: false },
    };
    // Each step multiplies matrices by 1 - rate * decay = -10, and an overflow leaves them finite; halved three times, by -0.375.
    const wild = { learningRate: 10, weightDecay: 1.1, clip: 1 };
    const task = toyTask({ ...options, network: overflowing });
    const tame = await recorded(task);
    for (const stage of [0, 1, 2]) {
      const from = tame.states.find((state) => state.stage === stage);
      const rough = { ...task, training: { ...task.training, ...wild } };
      const whole = await recorded(rough, from);
      const own = whole.history.filter((record) => record.stage === stage);
      expect(own[0].halvings).toBeGreaterThan(0);
      for (const { halvings = 0, learningRate } of own) expect(learningRate).toBe(10 / 2 ** halvings);
      for (const [at, state] of whole.states.slice(0, -1).entries()) {
        const { history, parameters } = await train(rough, { workers: 1 + (at % 2), state: state });
        expect(history).toEqual(whole.history);
        expect(parameters).toEqual(whole.parameters);
      }
    }
  });

  it('that begins in the last batches of an epoch is noticed there, and a broken recording there is none', async () => {
    // Rates rise through the first epoch, so that a later step goes too far.
    const training = { learningRate: 10, weightDecay: 1.1, warmup: 1, batchSize: 8, schedule: 'constant' };
    const skipped: number[] = [];
    const whole = await train(toyTask({ epochs: [3, 0, 0], training, network: overflowing }), {
      workers: 1,
      onEpoch: (record) => void skipped.push(record.skipped),
    });
    expect(whole.history[0].halvings).toBeGreaterThan(0);
    expect(skipped).toEqual([0, 0, 0]);
    for (let row = 0; row < 96; row += 5) {
      const { history } = await train(poisoned([row]), { workers: 1 });
      for (const record of history) expect(record).toMatchObject({ skipped: 1 });
      for (const record of history) expect(record).not.toHaveProperty('halvings');
    }
  });

  it('in the very last step is noticed too', async () => {
    // alpha 0: the state stays 0 and gradients are finite, whatever W is. Decay takes 1000 times a weight away.
    const network = { cell: 'FastRNN', residual: 'fixed', alpha: 0, beta: 1, wRank: 0 } as const;
    const training = { optimiser: 'sgd', schedule: 'constant', learningRate: 10, weightDecay: 100, batchSize: 96 };
    const task = toyTask({ epochs: [1, 0, 0], training, network });
    const parameters = initialise(task.architecture, new Random(1));
    const done = (state: TrainingState) => train(task, { workers: 1, state });
    expect((await done(initialState(parameters))).history).toMatchObject([{ skipped: 0 }]);
    await expect(done(initialState(parameters.fill(1e37, 0, 18)))).rejects.toThrow(
      /diverged in epoch 1: a weight is not finite, .*; lower .* training\.weightDecay \(now 100\)/,
    );
  });
});

describe('stopping', () => {
  it('by an exception of a listener stops the other workers and passes it on', async () => {
    const stop = new Error('enough');
    const run = train(toyTask({ training: { batchSize: 96 } }), {
      workers: 3,
      onEpoch: ({ epoch }) => {
        if (epoch === 2) throw stop;
      },
    });
    await expect(run).rejects.toBe(stop);
  });
});

describe('a worker that dies', () => {
  it('ends the training instead of leaving the others to wait', async () => {
    vi.resetModules();
    vi.doMock('#workers', () => ({
      startTrainingWorker: () => ({
        onError: (listener: (error: Error) => void) => void setImmediate(() => listener(new Error('out of memory'))),
        stop: () => Promise.resolve(),
      }),
    }));
    const { train: trainHere } = await import('./train.js');
    vi.doUnmock('#workers');
    const run = trainHere(toyTask(), { workers: 2 });
    await expect(run).rejects.toThrow('a worker thread failed: out of memory');
  });
});
