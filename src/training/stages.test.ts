import { describe, expect, it } from 'vitest';
import { keptEntries } from '../compression/index.js';
import { tensorsOf } from '../network/index.js';
import { toyTask, type ToyOptions } from '../testing/index.js';
import { learningRateAt } from './schedule.js';
import type { TrainingState } from './state.js';
import { stagesOf, type EpochRecord, type TrainingTask } from './task.js';
import { train } from './train.js';

/** Classes that overlap and a high learning rate, so that epochs differ in accuracy. */
const overlapping: ToyOptions = {
  validationRows: 60,
  separation: 1.2,
  epochs: [3, 6, 6],
  training: { learningRate: 0.05, schedule: 'constant' },
  compression: { wSparsity: 0.4, uSparsity: 0.3, thresholdEvery: 2 },
};

interface Snapshot {
  readonly record: EpochRecord;
  readonly parameters: Float32Array;
  readonly support: Float32Array;
}

/** Trains and copies what stands after each epoch; after a stage's last one that is the epoch that was chosen. */
async function watch(task: TrainingTask) {
  const snapshots: Snapshot[] = [];
  const result = await train(task, {
    workers: 1,
    onEpoch: (record, { parameters, support }) =>
      void snapshots.push({ record, parameters: parameters.slice(), support: support.slice() }),
  });
  return { result, snapshots, of: (stage: number) => snapshots.filter(({ record }) => record.stage === stage) };
}

function matricesOf(task: TrainingTask) {
  return tensorsOf(task.architecture)
    .filter(({ role }) => role === 'matrix')
    .map(({ name, offset, size }) => ({
      name,
      kept: keptEntries(size, name.startsWith('W') ? 0.4 : 0.3),
      of: (values: Float32Array) => values.subarray(offset, offset + size),
    }));
}

/** The epoch of best validation accuracy, of equals the one with the lower loss: straight from the history. */
function bestEpoch(history: readonly EpochRecord[], stage: number): number {
  const records = history.filter((record) => record.stage === stage);
  const accuracy = Math.max(...records.map(({ validation = NaN }) => validation));
  const best = records.filter(({ validation }) => validation === accuracy);
  const loss = Math.min(...best.map(({ validationLoss = NaN }) => validationLoss));
  return best.find(({ validationLoss }) => validationLoss === loss)?.epoch ?? NaN;
}

describe('stages 2 and 3', () => {
  it('keep exactly the nonzeros that the sparsity allows, after every epoch', async () => {
    const task = toyTask(overlapping);
    const { snapshots } = await watch(task);
    for (const { record, parameters, support } of snapshots) {
      for (const { name, kept, of } of matricesOf(task)) {
        const all = of(parameters).length;
        const nonzeros = of(parameters).filter((value) => value !== 0).length;
        expect(nonzeros, `${name}, stage ${record.stage}, epoch ${record.epoch}`).toBe(record.stage === 0 ? all : kept);
        if (record.stage > 0) expect(of(parameters).map((value) => (value === 0 ? 0 : 1))).toEqual(of(support));
      }
    }
  });

  it('keep them though an epoch has fewer batches than lie between two projections', async () => {
    const task = toyTask({
      ...overlapping,
      epochs: [1, 2, 1],
      compression: { wSparsity: 0.4, uSparsity: 0.3, thresholdEvery: 1000 },
    });
    const { of } = await watch(task);
    for (const { parameters } of of(1)) {
      for (const { kept, of: entries } of matricesOf(task)) {
        expect(entries(parameters).filter((value) => value !== 0)).toHaveLength(kept);
      }
    }
  });

  it('keep them though a batch has no finite gradient, be it the last', async () => {
    const compression = { wSparsity: 0.4, uSparsity: 0.3, thresholdEvery: 1000 };
    for (let row = 0; row < 96; row += 5) {
      const task = toyTask({ epochs: [0, 1, 0], validationRows: 0, compression, training: { earlyStopping: false } });
      const { values } = task.sequences;
      // One row overflows float32 when it is normalised, the others don't; a third of these rows is in the last of three batches.
      values.forEach((value, i) => (values[i] = Math.floor(i / 18) === row ? 30000 : Math.sign(value)));
      const broken = { ...task, normalisation: { ...task.normalisation, scale: Float64Array.of(1e35) } };
      const { history, parameters } = await train(broken, { workers: 1 });
      expect(history).toMatchObject([{ skipped: 1 }]);
      for (const { name, kept, of } of matricesOf(task)) {
        expect(of(parameters).filter((value) => value !== 0).length, `${name}, row ${row}`).toBe(kept);
      }
    }
  });

  it('leave all that is no matrix of the cell dense', async () => {
    const task = toyTask(overlapping);
    const { result } = await watch(task);
    for (const { role, offset, size, name } of tensorsOf(task.architecture)) {
      if (role === 'matrix') continue;
      expect([...result.support.subarray(offset, offset + size)], name).toEqual(new Array(size).fill(1));
      expect(result.parameters.subarray(offset, offset + size).includes(0), name).toBe(false);
    }
  });

  it('let weights come back in stage 2, and none in stage 3', async () => {
    // Decay keeps the weights of the support about as large as one step, so that others can overtake them.
    const training = { ...overlapping.training, weightDecay: 10 };
    const { of } = await watch(toyTask({ ...overlapping, separation: 4, epochs: [1, 8, 3], training }));
    const [first, ...later] = of(1);
    expect(later.some(({ parameters }) => parameters.some((value, i) => value !== 0 && first.support[i] === 0))).toBe(
      true,
    );
    for (const { support } of of(2)) expect(support).toEqual(later[later.length - 1].support);
  });

  it('train the weights that are left', async () => {
    const compression = { wSparsity: 0.7, uSparsity: 0.5 };
    const task = toyTask({ separation: 6, epochs: [15, 15, 15], compression });
    const { result } = await watch(task);
    expect(result.history.at(-1)?.validation).toBe(1);
  });

  it('count from the first stage that has epochs', async () => {
    for (const epochs of [
      [0, 2, 1],
      [0, 1, 0],
      [0, 0, 2],
    ] as const) {
      const sparse = epochs[1] > 0;
      const options = { ...overlapping, epochs, compression: sparse ? overlapping.compression : {} } as ToyOptions;
      const task = toyTask(options);
      const { result } = await watch(task);
      expect(task.stages.map((stage) => stage.name)).toEqual(
        ['dense', 'thresholding', 'fixed support'].filter((_, i) => epochs[i] > 0),
      );
      expect(result.chosenEpochs).toHaveLength(task.stages.length);
      for (const { kept, of } of matricesOf(task)) {
        const nonzeros = of(result.parameters).filter((value) => value !== 0).length;
        expect(nonzeros).toBe(sparse ? kept : of(result.parameters).length);
      }
    }
  });
});

describe('early stopping', () => {
  it('keeps the epoch of best validation accuracy', async () => {
    let notTheLast = 0;
    for (const seed of [1, 2, 3, 4]) {
      const { result, of } = await watch(toyTask({ ...overlapping, seed }));
      const { history, chosenEpochs, parameters, support } = result;
      expect(chosenEpochs).toEqual([3, bestEpoch(history, 1), bestEpoch(history, 2)]);
      if (chosenEpochs[2] === 6) continue;
      notTheLast++;
      const kept = of(2)[chosenEpochs[2] - 1];
      expect(kept.record.epoch).toBe(chosenEpochs[2]);
      expect(parameters).toEqual(kept.parameters);
      expect(support).toEqual(kept.support);
      expect(parameters).toEqual(of(2)[5].parameters); // the state says so already after the last epoch
    }
    expect(notTheLast).toBeGreaterThan(1); // else nothing was tested
  });

  it('of equally accurate epochs keeps the one of lower loss, wherever it stands', async () => {
    let between = 0;
    for (const seed of [3, 4, 5]) {
      // Few rows to validate with, so that many epochs are equals.
      const { result } = await watch(toyTask({ ...overlapping, validationRows: 12, seed }));
      const { history, chosenEpochs } = result;
      for (const stage of [1, 2]) {
        const chosen = chosenEpochs[stage];
        expect(chosen).toBe(bestEpoch(history, stage));
        const records = history.filter((record) => record.stage === stage);
        const equals = records.filter(({ validation }) => validation === records[chosen - 1].validation);
        if (equals[0].epoch < chosen && chosen < equals[equals.length - 1].epoch) between++;
      }
    }
    expect(between).toBeGreaterThan(0); // else the first or the last of equals would do
  });

  it('goes on to stage 3 from the epoch that it kept', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const { of } = await watch(toyTask({ ...overlapping, seed }));
      expect(of(2)[0].support).toEqual(of(1)[5].support);
    }
  });

  it('can be turned off, and needs validation rows', async () => {
    const last = [3, 6, 6];
    const off = { ...overlapping.training, earlyStopping: false };
    expect((await watch(toyTask({ ...overlapping, training: off }))).result.chosenEpochs).toEqual(last);
    const { result } = await watch(toyTask({ ...overlapping, training: off, validationRows: 0 }));
    expect(result.chosenEpochs).toEqual(last);
    expect(result.history[0]).not.toHaveProperty('validation');
  });
});

describe('stages that stop early', () => {
  it('keep the schedule of the whole', async () => {
    const training = { learningRate: 0.01, schedule: 'cosine', finalLearningRate: 0, warmup: 1 } as const;
    const task = toyTask({ epochs: [3, 4, 2], training });
    const stages = stagesOf([3, 4, 2]).map((stage, i) => ({ ...stage, stopAfter: [3, 2, 1][i] }));
    const { history, chosenEpochs } = await train(
      { ...task, stages, validationRows: new Uint32Array() },
      { workers: 1 },
    );
    expect(chosenEpochs).toEqual([3, 2, 1]);
    const ends = [1, 2, 3, 4, 5, 8]; // epochs 6 and 7 are left out
    expect(history.map(({ learningRate }) => learningRate)).toEqual(
      ends.map((end) => learningRateAt(training, end, 9)),
    );
  });
});

describe('the stage of rounded weights', () => {
  const options: ToyOptions = {
    validationRows: 60,
    separation: 3,
    epochs: [6, 0, 0],
    training: { learningRate: 0.02, roundedEpochs: 8 },
    integer: { weightBits: 4 },
  };
  const valuesOf = (task: TrainingTask, parameters: Float32Array) =>
    tensorsOf(task.architecture)
      .filter(({ role }) => role === 'matrix' || role === 'classifier')
      .map(({ offset, size }) => new Set(parameters.subarray(offset, offset + size)));

  it('ends with few values a matrix', async () => {
    const task = toyTask(options);
    const { result } = await watch(task);
    expect(task.stages.map(({ name }) => name)).toEqual(['dense', 'rounded weights']);
    for (const values of valuesOf(task, result.parameters)) expect(values.size).toBeLessThanOrEqual(15);
  });

  it('trains them', async () => {
    const training = { learningRate: 0.02, roundedEpochs: 25 };
    const { result } = await watch(toyTask({ ...options, separation: 6, epochs: [15, 0, 0], training }));
    expect(result.history.at(-1)?.validation).toBe(1);
  });

  it('steps with the weights behind the rounded ones, which move by less than a level at once', async () => {
    const task = toyTask(options);
    const { of } = await watch(task);
    const [first, second] = of(1);
    expect(valuesOf(task, first.parameters).some(({ size }) => size > 15)).toBe(true);
    expect(first.parameters).not.toEqual(second.parameters);
  });

  it('goes on from a saved state as if it had never stopped', async () => {
    const task = toyTask({ ...options, validationRows: 0 });
    const states: TrainingState[] = [];
    const whole = await train(task, { workers: 1, onEpoch: (_, state) => void states.push(structuredClone(state)) });
    for (const state of [states[5], states[6], states[9]]) {
      const resumed = await train(task, { workers: 1, state });
      expect(resumed.parameters).toEqual(whole.parameters);
    }
  });
});
