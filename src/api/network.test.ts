import { describe, expect, it } from 'vitest';
import { loadKernels } from '../kernels/index.js';
import { Random } from '../math/index.js';
import { initialise, NetworkEngine } from '../network/index.js';
import { encode } from '../pipeline/index.js';
import { soundSettings } from '../recipe/index.js';
import { learningRateAt, streams } from '../training/index.js';
import { toySequences } from '../testing/index.js';
import { convert, FastGRNN, FastRNN, train, type Batch } from './index.js';
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
  const batches = own.batches(dataset.train, { batchSize: 16 });
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

describe('every head and output', () => {
  const every = { rows: 5, steps: 7 };
  const random = new Random(11);
  const values = (n: number) => Float32Array.from({ length: n }, () => random.normal());
  const batch: Batch = {
    ...every,
    inputs: values(5 * 7 * 3),
    lengths: [7, 3, 5, 1, 7],
    labels: [0, 1, 2, -1, 1],
    targets: values(5 * 2),
  };

  it('reads the state at each sequence’s own end, and nothing behind it', async () => {
    const network = await FastGRNN.create(shape);
    const logits = network.forward(batch).slice();
    const inputs = Float32Array.from(batch.inputs ?? []).fill(NaN, (7 + 3) * 3, 2 * 7 * 3);
    expect(network.forward({ ...batch, inputs })).toEqual(logits);
    const own = network.forward({ steps: 3, inputs: inputs.subarray(7 * 3, (7 + 3) * 3) });
    expect(own).toEqual(logits.subarray(3, 6));
  });

  it.each([
    ['last', 1],
    ['every', 1],
    ['mean', 1],
    ['last', 3],
    ['every', 2],
  ] as const)('streams as the batch goes, output %s, %i layers', async (output, layers) => {
    const network = await FastGRNN.create({ ...shape, output, layers });
    const { labels: _, ...inputs } = batch;
    const logits = network.forward(inputs).slice();
    const stream = network.stream();
    for (let r = 0; r < 5; r++) {
      stream.reset();
      const length = (batch.lengths as number[])[r];
      for (let t = 0; t < length; t++) {
        stream.step((batch.inputs as Float32Array).subarray((r * 7 + t) * 3, (r * 7 + t + 1) * 3));
        const at = output === 'every' ? r * 7 + t : r;
        const expected = logits.subarray(at * 3, at * 3 + 3);
        if (output === 'every' || (output === 'last' && t === length - 1)) expect(stream.logits()).toEqual(expected);
        // A mean of seven float32 states, added up in another order.
        if (output === 'mean' && t === length - 1) {
          stream.logits().forEach((logit, l) => expect(Math.abs(logit - expected[l])).toBeLessThan(1e-6));
        }
      }
      if (output === 'last') expect(stream.predict()).toBe(network.predict(inputs)[r]);
    }
  });

  it('in both directions gives batches, and no stream', async () => {
    const network = await FastGRNN.create({ ...shape, bidirectional: true });
    const { labels: _, ...inputs } = batch;
    expect(network.forward(inputs)).toHaveLength(15);
    expect(Object.keys(network.tensors)).toContain('backward.U1');
    expect(() => network.stream()).toThrow('needs whole sequences: use forward or predict');
  });

  it.each(['sigmoid', 'regression'] as const)('%s learns targets', async (head) => {
    const network = await FastGRNN.create({ ...shape, classes: 2, head });
    const targets = head === 'sigmoid' ? [0, 1, 1, 1, 0, 0, 1, 0, 0, 1] : (batch.targets as Float32Array);
    const labelled = { ...batch, targets, labels: [0, 0, 0, 0, 0] };
    const optimiser = network.optimiser({ learningRate: 0.05, weightDecay: 0 });
    const first = network.evaluate(labelled).loss;
    for (let i = 0; i < 300; i++) {
      network.lossAndGradient(labelled);
      optimiser.step();
    }
    expect(network.evaluate(labelled).loss).toBeLessThan(0.1 * first);
    const logits = network.forward(labelled).slice();
    if (head === 'sigmoid') expect(Array.from(logits, (logit) => Number(logit > 0))).toEqual(targets);
    // A row with the label -1 has no target.
    const without = network.evaluate({ ...labelled, labels: [0, 0, 0, 0, -1] }).loss;
    const four = network.evaluate({ ...labelled, rows: 4 }).loss;
    expect(without * 5).toBeCloseTo(four * 4, 6);
  });

  it.each([
    { head: 'softmax', output: 'last', classes: 3 },
    { head: 'sigmoid', output: 'every', classes: 2 },
    { head: 'regression', output: 'mean', classes: 1 },
    { head: 'softmax', output: 'last', classes: 3, vocabulary: 9 },
  ] as const)('becomes integers: %j', async (options) => {
    const network = await FastGRNN.create({ ...shape, ...options });
    // Larger values than the first ones, so that there is something to compare.
    for (let i = 0; i < network.parameters.length; i++) network.parameters[i] += 0.3 * random.normal();
    const outputs = options.head === 'regression' ? { centre: [5], scale: [2] } : undefined;
    const tokens = Array.from({ length: 35 }, (_, i) => (i * i) % 9);
    const source = 'vocabulary' in options ? { tokens } : { inputs: batch.inputs as Float32Array };
    await network.calibrate({ steps: 7, ...source }, outputs ? { outputs } : {});
    const integer = network.convert();
    const [float, stream] = [network.stream(), integer.stream()];
    let largest = 0;
    for (let t = 0; t < 7; t++) {
      const x = 'vocabulary' in options ? [tokens[t]] : (batch.inputs as Float32Array).subarray(t * 3, t * 3 + 3);
      float.step(x);
      stream.step(integer.counts(x));
      const found = integer.values(stream.logits());
      float.logits().forEach((logit, l) => {
        const expected = outputs ? outputs.centre[l] + outputs.scale[l] * logit : logit;
        // Seven bits of weights in sums of six and three: errors of some hundredths where logits are about one.
        expect(Math.abs(found[l] - expected)).toBeLessThan(0.1);
        largest = Math.max(largest, Math.abs(expected));
      });
    }
    expect(largest).toBeGreaterThan(0.3);
    const loaded = await FastGRNN.load(await network.save());
    expect(await loaded.convert().save()).toEqual(await integer.save());
  });

  it('embeds tokens', async () => {
    const network = await FastGRNN.create({ ...shape, vocabulary: 9 });
    expect(network.tensors['embedding']).toHaveLength(27);
    const tokens = Array.from({ length: 10 }, (_, i) => i % 9);
    const logits = network.forward({ steps: 5, tokens });
    const stream = network.stream();
    for (let t = 0; t < 5; t++) stream.step(tokens[5 + t]);
    expect(stream.logits()).toEqual(logits.subarray(3));
    expect(() => network.forward({ steps: 5, tokens: tokens.with(7, 9) })).toThrow(
      'batch.tokens: 9 in row 1, step 2 must be an integer from 0 to 8',
    );
  });
});

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
    // What a data set's frames were made of stays with the network: its firmware makes them, too.
    const sound = soundSettings();
    const { centre, scale } = mine.facts.features;
    const normalisation = { centre: Int16Array.from(centre), scale: Float64Array.from(scale) };
    await own.calibrate({ ...dataset, sound }, { normalisation });
    expect(own.model().facts.features).toEqual({ ...mine.facts.features, sound });
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

describe('errors name field, value and remedy', () => {
  const inputs = new Float32Array(24);
  it.each<[Batch, RegExp]>([
    [{ steps: 0, inputs }, /batch\.steps: 0 must be an integer above 0/],
    [{ steps: 5, inputs }, /batch\.inputs: 24 values .* must be rows \* 15/],
    [{ steps: 2, rows: 5, inputs }, /batch\.inputs: 24 values for 5 rows of 2 steps of 3/],
    [{ steps: 2 }, /batch\.inputs: missing; give 3 values a step/],
    [{ steps: 2, inputs, lengths: [2, 2, 3, 1] }, /batch\.lengths\[2\]: 3 must be an integer from 1 to 2/],
    [{ steps: 2, inputs, labels: [1, 2] }, /batch\.labels: 2 values, but 4 rows need 4/],
    [{ steps: 2, inputs }, /batch\.labels: missing/],
    [{ steps: 2, inputs, labels: [0, 1, 2, 3] }, /label 3 of row 3 is no class/],
  ])('%j', async (batch, message) => {
    const network = await FastGRNN.create(shape);
    expect(() => network.lossAndGradient(batch)).toThrow(message);
  });

  it('of options', async () => {
    await expect(FastGRNN.create({ ...shape, wRank: 4 })).rejects.toThrow(/wRank is 4: must be an integer from 0 to 3/);
    await expect(FastGRNN.create({ ...shape, classes: 0 })).rejects.toThrow(/classes: 0 must be/);
    const mistyped = { ...shape, gaet: 'tanh' } as unknown as Parameters<typeof FastGRNN.create>[0];
    await expect(FastGRNN.create(mistyped)).rejects.toThrow(/network\.gaet: unknown field; did you mean gate\?/);
    const network = await FastGRNN.create(shape);
    expect(() => network.optimiser({ learningRate: 11 })).toThrow(/training\.learningRate: 11 must be/);
    expect(() => network.threshold({ uSparsity: 0 })).toThrow(/uSparsity: 0 must be/);
    expect(() => network.convert()).toThrow(/call await network\.calibrate\(batch\)/);
    await expect(network.calibrate({ steps: 2, inputs }, { units: ['g'] })).rejects.toThrow(/units: 1 names for 3/);
  });

  it('of models', async () => {
    const network = await FastGRNN.create(shape);
    await network.calibrate({ steps: 2, inputs: inputs.map((_, i) => i / 4) });
    const bytes = await network.save();
    await expect(FastRNN.load(bytes)).rejects.toThrow('the model is a FastGRNN, so use FastGRNN instead of FastRNN');
    await expect(FastGRNN.load(bytes.with(900, bytes[900] ^ 1))).rejects.toThrow(/its hash is wrong|damaged|changed/);
    const loaded = await FastGRNN.load(bytes);
    loaded.tensors['nu'][0] = 1;
    await expect(loaded.save()).rejects.toThrow(/the parameters have changed since the model was loaded/);
  });
});
