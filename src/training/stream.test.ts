import { describe, expect, it } from 'vitest';
import { loadKernels } from '../kernels/index.js';
import { NetworkEngine, tensorsOf, type Architecture } from '../network/index.js';
import { toyTask, type ToyOptions } from '../testing/index.js';
import { Gather } from './gather.js';
import { engineLimits } from './loop.js';
import { firingRows } from './mining.js';
import type { TrainingState } from './state.js';
import { Joins, streamLabels, type Joined, type StreamSettings } from './stream.js';
import type { TrainingTask } from './task.js';
import { train } from './train.js';

const settings: StreamSettings = { before: 4, history: 0, roll: false, wordSteps: 2, mineEvery: 2, mineTimes: 3 };
const wake = [1];

/** The toy task of class 1 in streams. */
function streamTask(options: ToyOptions, stream: StreamSettings, output: Architecture['output']): TrainingTask {
  const task = toyTask({ ...options, network: { output } });
  const { sequences } = task;
  const frameLabels = streamLabels(sequences, wake, stream.wordSteps);
  return {
    ...task,
    wake,
    sequences: output === 'every' ? { ...sequences, frameLabels } : sequences,
    training: { ...task.training, stream },
  };
}

async function setUp(task: TrainingTask): Promise<{ engine: NetworkEngine; gather: Gather; joins: Joins }> {
  const { stream } = task.training;
  if (!stream) throw new Error('no stream');
  const engine = new NetworkEngine(await loadKernels(), task.architecture, engineLimits(task));
  const joins = new Joins(stream, task.sequences, task.trainRows, wake, task.seed);
  const { augment } = task.training;
  const change = { augment, seed: task.seed, lsb: task.lsb, joins };
  return { engine, joins, gather: new Gather(task.sequences, task.architecture, task, change) };
}

describe('a row in a stream', () => {
  it('comes behind the end of another, with the labels of both', async () => {
    const task = streamTask({ rows: 30 }, settings, 'every');
    const { engine, gather, joins } = await setUp(task);
    const { sequences, normalisation } = task;
    const { values, starts, labels } = sequences;
    const joined: Joined = { other: 0, before: 0, own: 0 };
    const seen = new Set<number>();
    let rested = 0;
    for (let epoch = 0; epoch < 4; epoch++) {
      const order = Uint32Array.of(4, 1, 17, 9, 10, 0, 3, 5, 6);
      const steps = gather.training(engine, order, 0, order.length, epoch);
      for (const [b, row] of order.entries()) {
        joins.draw(joined, epoch, row);
        seen.add(joined.before);
        expect(engine.lengths[b]).toBe(joined.before + 6);
        for (let t = 0; t < steps; t++) {
          const own = t - joined.before;
          const from = own < 0 ? joined.other : row;
          const step = own < 0 ? 6 + own : own;
          const at = t * order.length + b;
          const resting = own >= 0 && own < 2 && joined.before > 0 && labels[joined.other] === 1;
          const labelled = step < 6 && (labels[from] !== 1 || step >= 4);
          const counts = labelled && !resting;
          if (labelled && resting) rested++;
          expect(engine.labels[at]).toBe(counts ? labels[from] : -1);
          if (step >= 6) continue;
          for (let d = 0; d < 3; d++) {
            const expected = Math.fround(values[starts[from] + step * 3 + d] * normalisation.scale[0]);
            expect(engine.input[at * engine.inputStride + d]).toBe(expected);
          }
        }
      }
    }
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(rested).toBeGreaterThan(0); // else the rest after a wake word made no difference
  });

  it('ends anywhere where it is rolled, but for a wake word', async () => {
    const task = streamTask({ rows: 60 }, { ...settings, before: 0, roll: true }, 'last');
    const { joins } = await setUp(task);
    const joined: Joined = { other: 0, before: 0, own: 0 };
    const lengths = new Map<number, Set<number>>();
    for (let row = 0; row < 60; row++) {
      const label = task.sequences.labels[row];
      joins.draw(joined, 3, row);
      lengths.set(label, (lengths.get(label) ?? new Set()).add(joined.own));
    }
    expect([...(lengths.get(1) ?? [])]).toEqual([6]);
    expect([...(lengths.get(0) ?? [])].sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('has the class of a word at its end alone', () => {
    const { sequences } = toyTask({ rows: 6, validationRows: 0 });
    const labels = streamLabels(sequences, wake, 2);
    expect(Array.from(labels.subarray(0, 18))).toEqual([0, 0, 0, 0, 0, 0, -1, -1, -1, -1, 1, 1, 2, 2, 2, 2, 2, 2]);
  });
});

describe('hard negatives', () => {
  it('are all rows without a wake word where the network always fires, and none where it never does', async () => {
    for (const output of ['every', 'last'] as const) {
      const task = streamTask({ rows: 48 }, settings, output);
      const { engine, gather, joins } = await setUp(task);
      const bias = tensorsOf(task.architecture).find(({ name }) => name === 'classifierBias');
      if (!bias) throw new Error('no bias');
      const found = (value: number) => {
        engine.parameters.fill(0);
        engine.parameters[bias.offset + 1] = value;
        return firingRows(engine, gather, joins, task.trainRows, wake, 2);
      };
      expect(found(1)).toEqual(Array.from(task.trainRows).filter((row) => task.sequences.labels[row] !== 1));
      expect(found(-1)).toEqual([]);
    }
  });

  it('are drawn more often, in a training that gives the same bits with any number of workers, stopped or not', async () => {
    const options: ToyOptions = {
      rows: 120,
      separation: 0.5,
      epochs: [9, 0, 0],
      training: { balance: 'sampling', learningRate: 0.1 },
    };
    const task = () => streamTask(options, { ...settings, wordSteps: 0 }, 'every');
    const states: TrainingState[] = [];
    const onEpoch = (_: unknown, state: TrainingState) => void states.push(structuredClone(state));
    const one = await train(task(), { workers: 1, onEpoch });
    const two = await train(task(), { workers: 2 });
    expect(two.parameters).toEqual(one.parameters);
    expect(states[1].hard).toEqual([]);
    expect(states[6].hard.length).toBeGreaterThan(0);
    expect(states[6].hard.every((row) => task().sequences.labels[row] !== 1)).toBe(true);
    const rest = await train(task(), { workers: 1, state: states[6] });
    expect(rest.parameters).toEqual(one.parameters);
    const without = await train(streamTask(options, { ...settings, wordSteps: 0, mineEvery: 0 }, 'every'), {
      workers: 1,
    });
    expect(without.parameters).not.toEqual(one.parameters);
  });
});
