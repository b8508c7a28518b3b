import { describe, expect, it } from 'vitest';
import { loadKernels } from '../kernels/index.js';
import { Random } from '../math/index.js';
import { initialise, NetworkEngine } from '../network/index.js';
import { encode } from '../pipeline/index.js';
import { learningRateAt, streams } from '../training/index.js';
import { toySequences } from '../testing/index.js';
import { Batches, convert, FastGRNN, FastRNN, train, type Batch } from './index.js';
import { datasetFrom, type Dataset, type SequenceArray } from '../data/index.js';

/** The toy task's sequences as physical values, [steps][channels] each. */
function toyArrays(rows: number, seed = 7): { sequences: SequenceArray[]; labels: number[]; channels: number } {
  const { values, labels, steps, channels } = toySequences(rows, 6, seed);
  const size = steps * channels;
  return {
    sequences: Array.from({ length: rows }, (_, i) =>
      Float64Array.from(values.subarray(i * size, (i + 1) * size), (value) => value / 100),
    ),
    labels: [...labels],
    channels,
  };
}

/** A batch of random inputs. */
function randomBatch(
  rows: number,
  steps: number,
  inputSize: number,
  classes: number,
): Batch & { inputs: Float32Array } {
  const random = new Random(3);
  return {
    steps,
    inputs: Float32Array.from({ length: rows * steps * inputSize }, () => random.normal()),
    labels: Array.from({ length: rows }, () => random.below(classes)),
  };
}

const shape = { inputSize: 3, classes: 3, hiddenSize: 6, wRank: 2, uRank: 3 };

describe('a batch', () => {
  it("has the engine's loss and gradient", async () => {
    const network = await FastGRNN.create({ ...shape, seed: 5 });
    const batch = randomBatch(7, 4, 3, 3);
    const { loss, gradients } = network.lossAndGradient(batch, { labelSmoothing: 0.1 });

    const engine = new NetworkEngine(await loadKernels(), network.architecture, { rows: 7, steps: 4, training: true });
    engine.parameters.set(initialise(network.architecture, new Random(5, streams.initialise)));
    for (let r = 0; r < 7; r++) {
      engine.labels[r] = (batch.labels as number[])[r];
      for (let t = 0; t < 4; t++) {
        for (let d = 0; d < 3; d++) {
          engine.input[(t * 7 + r) * engine.inputStride + d] = batch.inputs[(r * 4 + t) * 3 + d];
        }
      }
    }
    expect(loss).toBe(engine.lossAndGradient(7, 4, { batchRows: 7, labelSmoothing: 0.1 }) / 7);
    expect(network.gradient).toEqual(engine.gradient);
    expect(gradients['U1'].length).toBe(18);
    expect(gradients['zeta'][0]).not.toBe(0);
    expect([...network.predict(batch)]).toEqual([...engine.predictions.subarray(0, 7)]);
  });

  it("has a gradient that is the loss's slope", async () => {
    const network = await FastRNN.create({ ...shape, update: 'tanh' });
    const batch = randomBatch(5, 6, 3, 3);
    const { gradients } = network.lossAndGradient(batch);
    const { bias } = network.tensors;
    const slope = (i: number) => {
      const [value, step] = [bias[i], 1 / 64];
      bias[i] = value + step;
      const above = network.evaluate(batch).loss;
      bias[i] = value - step;
      const below = network.evaluate(batch).loss;
      bias[i] = value;
      return (above - below) / (2 * step);
    };
    // Float32 losses of about 1 differ by 1e-7, over 1/32; the third derivative's part is smaller.
    for (let i = 0; i < bias.length; i++) expect(Math.abs(gradients['bias'][i] - slope(i))).toBeLessThan(3e-5);
    expect(gradients['bias'].some((value) => Math.abs(value) > 1e-3)).toBe(true);
  });

  it('may be time-major, in parts, and larger than the one before', async () => {
    const network = await FastGRNN.create(shape);
    const [rows, steps] = [6, 4];
    const batch = randomBatch(rows, steps, 3, 3);
    const labels = batch.labels as number[];
    const inputs = new Float32Array(batch.inputs.length);
    for (let r = 0; r < rows; r++) {
      for (let t = 0; t < steps; t++) {
        inputs.set(batch.inputs.subarray((r * steps + t) * 3, (r * steps + t + 1) * 3), (t * rows + r) * 3);
      }
    }
    const whole = network.lossAndGradient(batch);
    const gradient = network.gradient.slice();
    expect(network.lossAndGradient({ steps, inputs, labels, timeMajor: true })).toEqual(whole);
    expect(network.gradient).toEqual(gradient);

    const part = (from: number, to: number): Batch => ({
      steps,
      inputs: batch.inputs.subarray(from * steps * 3, to * steps * 3),
      labels: labels.slice(from, to),
    });
    const first = network.lossAndGradient(part(0, 4), { batchRows: rows }).loss;
    const second = network.lossAndGradient(part(4, 6), { batchRows: rows, accumulate: true }).loss;
    expect(first + second).toBeCloseTo(whole.loss, 6);
    // Sums of six rows in float32, in another order.
    network.gradient.forEach((value, i) => expect(value).toBeCloseTo(gradient[i], 6));

    const small = await FastGRNN.create(shape);
    small.predict(part(0, 1));
    expect(small.forward(batch)).toEqual(network.forward(batch));
  });

  it('counts for nothing where it has no label', async () => {
    const network = await FastGRNN.create(shape);
    const batch = randomBatch(4, 3, 3, 3);
    const labels = [...(batch.labels as number[])];
    const { loss } = network.evaluate({ ...batch, labels: [...labels.slice(0, 3), -1] });
    const part = { ...batch, rows: 3, labels: labels.slice(0, 3) };
    expect(loss * 4).toBeCloseTo(network.evaluate(part).loss * 3, 6);
    expect(network.evaluate(part).predictions).toHaveLength(3);
  });
});

/** Mean and deviation of the training rows are `train`'s own; the loop runs over the same rows in the same order. */
async function ownLoop(dataset: Dataset, epochs: readonly [number, number, number]) {
  const training = {
    ...{ epochs, batchSize: 16, shards: 1, learningRate: 0.02, warmup: 0, weightDecay: 0.01, earlyStopping: false },
  } as const;
  const compression = { wSparsity: 0.5, uSparsity: 0.5, thresholdEvery: 2 };
  const network = { hiddenSize: 6, wRank: 2, uRank: 3 };
  const { model } = await train({ dataset, validation: 0, network, compression, training: { ...training, epochs: [...epochs] }, workers: 1 }); // prettier-ignore

  const own = await FastGRNN.from(model);
  own.parameters.set(initialise(own.architecture, new Random(1, streams.initialise)));
  const normalisation = {
    centre: Int16Array.from(model.facts.features.centre),
    scale: Float64Array.from(model.facts.features.scale),
  };
  const batches = new Batches(dataset.train, { normalisation, batchSize: 16 });
  const optimiser = own.optimiser({ learningRate: 0.02, weightDecay: 0.01 });
  const total = epochs[0] + epochs[1] + epochs[2];
  const schedule = { schedule: 'cosine', learningRate: 0.02, finalLearningRate: 1e-4, warmup: 0 } as const;
  for (let epoch = 0; epoch < total; epoch++) {
    let i = 0;
    for (const batch of batches.epoch(epoch)) {
      i++;
      const learningRate = learningRateAt(schedule, epoch + i / batches.count, total);
      own.lossAndGradient(batch);
      if (epoch < epochs[0]) optimiser.step({ learningRate });
      else if (epoch < epochs[0] + epochs[1]) {
        const project = i === batches.count || i % 2 === 0;
        optimiser.step({ learningRate, support: project ? 'free' : 'keep' });
        if (project) own.threshold(compression);
      } else optimiser.step({ learningRate });
    }
  }
  return { model, own, dataset };
}

describe('a loop of one’s own', () => {
  it('gives the model that train gives, where it makes the same steps', async () => {
    const dataset = await datasetFrom({ ...toyArrays(50), test: 0, classNames: ['a', 'b', 'c'] });
    const { model, own } = await ownLoop(dataset, [2, 2, 2]);
    expect(own.parameters).toEqual(model.parameters);
    expect(own.parameters.some((value) => value === 0)).toBe(true);
    await own.calibrate(dataset);
    const mine = own.model();
    expect(mine.facts.provenance.dataHash).toBe(model.facts.provenance.dataHash);
    // A loop of one's own isn't the recipe that `train` had.
    const { provenance } = model.facts;
    expect(await encode({ ...mine, facts: { ...mine.facts, provenance } })).toEqual(await encode(model));
  });

  it('learns, converts and streams as the batch goes', async () => {
    const network = await FastGRNN.create({ ...shape, classes: ['a', 'b', 'c'] });
    const optimiser = network.optimiser({ learningRate: 0.03, weightDecay: 0 });
    const batchOf = (rows: number, seed: number) => {
      const { sequences, labels } = toyArrays(rows, seed);
      const inputs = Float32Array.from(sequences.flatMap((sequence) => Array.from(sequence as Float64Array)));
      return { steps: 6, inputs, labels };
    };
    for (let i = 0; i < 60; i++) {
      network.lossAndGradient(batchOf(32, 100 + i));
      optimiser.step();
    }
    const test = batchOf(60, 1);
    expect(network.evaluate(test).accuracy).toBe(1); // six deviations apart
    await network.calibrate(batchOf(60, 2));
    const integer = network.convert();
    const stream = integer.stream();
    const counts = new Int16Array(3);
    for (let r = 0; r < 60; r++) {
      stream.reset();
      for (let t = 0; t < 6; t++) {
        integer.counts(test.inputs.subarray((r * 6 + t) * 3, (r * 6 + t + 1) * 3), counts);
        stream.step(counts);
      }
      expect(stream.predict()).toBe(test.labels[r]);
    }
    const loaded = await FastGRNN.load(await network.save());
    expect(loaded.parameters).toEqual(network.parameters);
    expect(await convert(loaded).save()).toEqual(await integer.save());
  });
});
