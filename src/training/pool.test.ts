import { describe, expect, it } from 'vitest';
import { toyTask } from '../testing/index.js';
import { TrainingStopped } from './exchange.js';
import { TrainingPool } from './pool.js';
import type { TrainingState } from './state.js';
import { TrainingError } from './task.js';
import { train } from './train.js';

const task = toyTask({ epochs: [3, 0, 0] });

describe('a pool of trainings', () => {
  it('gives what train gives, bit for bit, epoch for epoch', async () => {
    const pool = new TrainingPool();
    const tasks = [1, 2, 3].map((seed) => ({ ...task, seed }));
    const results = await Promise.all(tasks.map((one) => pool.train(one)));
    for (const [i, one] of tasks.entries()) {
      const alone = await train(one, { workers: 1 });
      expect(results[i].parameters).toEqual(alone.parameters);
      expect(results[i].history).toEqual(alone.history);
      expect(results[i].chosenEpochs).toEqual(alone.chosenEpochs);
      expect(results[i].backend).toBe(alone.backend);
      expect(results[i].workers).toBe(1);
    }
  });

  it('tells its epochs in order, with a state to go on from', async () => {
    const pool = new TrainingPool();
    const whole = await pool.train(task);
    const epochs: number[] = [];
    let saved: TrainingState | undefined;
    const stopped = pool.train(task, {
      onEpoch: async ({ epoch }, state) => {
        await new Promise((resolve) => setTimeout(resolve, 20)); // the next one waits for this
        epochs.push(epoch);
        saved ??= state;
      },
    });
    await stopped;
    expect(epochs).toEqual([1, 2, 3]);
    expect(saved?.epoch).toBe(1);
    const { parameters, history } = await pool.train(task, { ...(saved ? { state: saved } : {}) });
    expect(parameters).toEqual(whole.parameters);
    expect(history).toEqual(whole.history);
  });

  it('passes on what is wrong with a training, and what its listener throws', async () => {
    const pool = new TrainingPool();
    const wild = { ...task, training: { ...task.training, optimiser: 'sgd' as const, learningRate: 1e30, clip: 0 } };
    await expect(pool.train(wild)).rejects.toThrow(TrainingError);
    await expect(pool.train(wild)).rejects.toThrow('training diverged');
    const full = () => {
      throw new Error('the disk is full');
    };
    await expect(pool.train(task, { onEpoch: full })).rejects.toThrow('the disk is full');
  });

  it('that is stopped ends what runs and starts no more', async () => {
    const pool = new TrainingPool();
    const stages = [{ name: 'dense' as const, epochs: 1_000_000, stopAfter: 1_000_000 }];
    const long = pool.train({ ...task, stages }, { onStart: () => void pool.stop() });
    await expect(long).rejects.toThrow(TrainingStopped);
    await expect(pool.train(task)).rejects.toThrow(TrainingStopped);
  });
});
