import { describe, expect, it } from 'vitest';
import { toyTask, type ToyOptions } from '../testing/index.js';
import type { TrainingState } from './state.js';
import { train } from './train.js';

const options: ToyOptions = {
  validationRows: 60,
  separation: 1.2,
  epochs: [2, 3, 2],
  training: { learningRate: 0.05, roundedEpochs: 3, weightDecay: 0.01, augment: { rotate: 5, noise: 0.1 } },
  compression: { wSparsity: 0.4, uSparsity: 0.3, thresholdEvery: 2 },
};

/** Trains until `epochs` are done in all, and gives a copy of the state at that moment. */
async function stopAfter(epochs: number, optimiser: string): Promise<TrainingState | undefined> {
  let saved: TrainingState | undefined;
  const task = toyTask({ ...options, training: { ...options.training, optimiser } });
  const run = train(task, {
    workers: 1,
    onEpoch: (_, state) => {
      if (state.history.length < epochs) return;
      saved = structuredClone(state);
      throw new Error('stopped');
    },
  });
  await expect(run).rejects.toThrow('stopped');
  return saved;
}

describe('a training that was stopped', () => {
  for (const optimiser of ['adam', 'momentum']) {
    it(`with ${optimiser} after any epoch goes on to the same bits`, async () => {
      const task = toyTask({ ...options, training: { ...options.training, optimiser } });
      const whole = await train(task, { workers: 1 });
      for (let epochs = 1; epochs <= whole.history.length; epochs++) {
        const state = await stopAfter(epochs, optimiser);
        if (!state) throw new Error('no state was saved');
        const given = structuredClone(state);
        const rest = await train(task, { workers: epochs === 4 ? 2 : 1, state });
        expect(state).toEqual(given); // going on leaves it as it is
        expect(rest.parameters, `after ${epochs} epochs`).toEqual(whole.parameters);
        expect(rest.support).toEqual(whole.support);
        expect(rest.history).toEqual(whole.history);
        expect(rest.chosenEpochs).toEqual(whole.chosenEpochs);
      }
    });
  }
});
