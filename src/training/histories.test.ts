import { describe, expect, it } from 'vitest';
import { loadKernels } from '../kernels/index.js';
import { Random } from '../math/index.js';
import { initialise, NetworkEngine, parameterCount, tensorsOf, type Architecture } from '../network/index.js';
import { toyTask, type ToyOptions } from '../testing/index.js';
import { Gather } from './gather.js';
import { Histories } from './histories.js';
import { engineLimits } from './loop.js';
import { Joins, streamLabels } from './stream.js';
import type { TrainingState } from './state.js';
import type { TrainingTask } from './task.js';
import { train } from './train.js';

const wake = [1];

/** The toy task of class 1 in streams of up to `history` rows. */
function streamTask(history: number, network: Partial<Architecture> = {}, options: ToyOptions = {}): TrainingTask {
  const task = toyTask({ rows: 120, separation: 0.5, ...options, network: { output: 'every', ...network } });
  const stream = { before: 2, history, roll: false, wordSteps: 2, mineEvery: 2, mineTimes: 3 };
  const frameLabels = streamLabels(task.sequences, wake, stream.wordSteps);
  return { ...task, wake, sequences: { ...task.sequences, frameLabels }, training: { ...task.training, stream } };
}

describe('what a row begins with', () => {
  it.each([{}, { cell: 'LSTM' as const }, { layers: 2 }])(
    'is what rows of the data, one behind the other, leave: $cell, $layers layers',
    async (network) => {
      const task = streamTask(3, network);
      const kernels = await loadKernels();
      const engine = new NetworkEngine(kernels, task.architecture, engineLimits(task));
      engine.parameters.set(initialise(task.architecture, new Random(3)));
      const gather = new Gather(task.sequences, task.architecture, task);
      const stream = { before: 0, history: 3, roll: false, wordSteps: 0, mineEvery: 0, mineTimes: 1 };
      const joins = new Joins(stream, task.sequences, task.trainRows, wake, task.seed);
      const histories = new Histories(engine, gather, task.trainRows, joins, task.seed);
      histories.start(5);
      histories.batch(8);
      const order = Uint32Array.from({ length: 32 }, (_, i) => i);
      gather.plain(engine, order, 0, order.length);
      histories.begin(order, 0, order.length, 5);
      const begun = engine.handedOn.map((states) => states.slice(0, order.length * engine.stateStride));

      // Every state that 1 to 20 rows in a row leave, from each row of the data on.
      const longest = 20;
      const known = new Set<string>();
      const bits = (k: number, values: Float32Array) => `${k}: ${values.join()}`;
      const alone = new NetworkEngine(kernels, task.architecture, { ...engineLimits(task), rows: 1 });
      alone.parameters.set(engine.parameters);
      for (const first of task.trainRows) {
        for (let i = 0; i < longest; i++) {
          const steps = gather.plain(alone, Uint32Array.of((first + i) % task.trainRows.length), 0, 1);
          alone.forward(1, steps, i === 0 ? 'new' : 'resumed');
          alone.handedOn.forEach((states, k) => {
            const last = states.subarray(steps * alone.stateStride, (steps + 1) * alone.stateStride);
            known.add(bits(k, last));
            states.copyWithin(0, steps * alone.stateStride, (steps + 1) * alone.stateStride);
          });
        }
      }
      const met = new Set<string>();
      for (const [k, states] of begun.entries()) {
        for (let b = 0; b < order.length; b++) {
          const own = bits(k, states.subarray(b * engine.stateStride, (b + 1) * engine.stateStride));
          expect(known).toContain(own);
          met.add(own);
        }
      }
      expect(met.size).toBeGreaterThan(order.length / 2);
    },
  );

  it('makes a training that gives the same bits with any number of workers, stopped or not', async () => {
    const options: ToyOptions = {
      epochs: [7, 0, 0],
      training: { balance: 'sampling', learningRate: 0.1, roundedEpochs: 3, earlyStopping: false },
    };
    const task = () => streamTask(4, {}, options);
    const states: TrainingState[] = [];
    const onEpoch = (_: unknown, state: TrainingState) => void states.push(structuredClone(state));
    const one = await train(task(), { workers: 1, onEpoch });
    const two = await train(task(), { workers: 2 });
    expect(two.parameters).toEqual(one.parameters);
    expect(states[8].stage).toBeGreaterThan(0);
    for (const stopped of [states[4], states[8]]) {
      const rest = await train(task(), { workers: 1, state: stopped });
      expect(rest.parameters).toEqual(one.parameters);
      expect(rest.history).toEqual(one.history);
    }
    const without = await train(streamTask(0, {}, options), { workers: 1 });
    expect(without.parameters).not.toEqual(one.parameters);
  });
});

describe('a tied residual', () => {
  it('keeps zeta 1 and nu 0 through a training, and so every state between -1 and 1', async () => {
    const training = { learningRate: 0.1, weightDecay: 0.1 };
    const task = streamTask(4, { residual: 'tied', gate: 'sigmoid', update: 'tanh' }, { epochs: [6, 0, 0], training });
    const { parameters } = await train(task, { workers: 1 });
    expect(parameters).toHaveLength(parameterCount(task.architecture));
    for (const { name, offset } of tensorsOf(task.architecture)) {
      if (name === 'zeta') expect(parameters[offset]).toBe(100);
      if (name === 'nu') expect(parameters[offset]).toBe(-100);
    }
    const engine = new NetworkEngine(await loadKernels(), task.architecture, engineLimits(task));
    engine.parameters.set(parameters);
    engine.input.fill(3);
    for (let i = 0; i < 1000; i++) {
      engine.forward(1, 6, i === 0 ? 'new' : 'resumed');
      engine.states.copyWithin(0, 6 * engine.stateStride, 7 * engine.stateStride);
    }
    const largest = engine.states
      .subarray(0, engine.arch.hiddenSize)
      .reduce((most, h) => Math.max(most, Math.abs(h)), 0);
    expect(largest).toBeGreaterThan(0.1);
    expect(largest).toBeLessThanOrEqual(1);
  });
});
