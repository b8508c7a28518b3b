import { expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { FastRNNVector, GRU, LSTM, RNN, UGRNN, type NetworkOptions } from './index.js';

const shape = { inputSize: 3, classes: 3, hiddenSize: 7, uRank: 4, gate: 'sigmoid', update: 'tanh' } as const;
const [ROWS, STEPS] = [5, 7];
const random = new Random(3);
const inputs = Float32Array.from({ length: ROWS * STEPS * 3 }, () => random.normal());
const labels = [0, 1, 2, 0, 1];
const batch = { inputs, labels, steps: STEPS };
const { gate: _, ...ungated } = shape;

test.each([
  ['RNN', RNN, ungated],
  ['FastRNNVector', FastRNNVector, ungated],
  ['UGRNN', UGRNN, shape],
  ['GRU', GRU, shape],
  ['GRU, reset before', GRU, { ...shape, reset: 'before' }],
  ['LSTM', LSTM, { ...shape, forgetBias: 2 }],
  ['LSTM of two layers', LSTM, { ...shape, layers: 2 }],
] as const)('%s learns, streams as the batch goes, and comes back from its file', async (__, Cell, options) => {
  const network = await Cell.create(options as NetworkOptions);
  const optimiser = network.optimiser({ learningRate: 0.03, weightDecay: 0 });
  const first = network.evaluate(batch).loss;
  for (let i = 0; i < 200; i++) {
    network.lossAndGradient(batch);
    optimiser.step();
  }
  expect(network.evaluate(batch).loss).toBeLessThan(0.1 * first);
  const logits = network.forward({ inputs, steps: STEPS }).slice();
  const stream = network.stream();
  for (let r = 0; r < ROWS; r++) {
    stream.reset();
    for (let t = 0; t < STEPS; t++) stream.step(inputs.subarray((r * STEPS + t) * 3, (r * STEPS + t + 1) * 3));
    expect(stream.logits()).toEqual(logits.subarray(r * 3, r * 3 + 3));
  }
  await network.calibrate({ inputs, steps: STEPS });
  const loaded = await Cell.load(await network.save());
  expect(loaded.parameters).toEqual(network.parameters);
});

test('what a cell lacks is told', async () => {
  const forgetful = { ...shape, forgetBias: 1 } as NetworkOptions;
  await expect(GRU.create(forgetful)).rejects.toThrow('network.forgetBias: only LSTM has it');
  const network = await GRU.create(shape);
  await network.calibrate({ inputs, steps: STEPS });
  const bytes = await network.save();
  await expect(LSTM.load(bytes)).rejects.toThrow('the model is a GRU, so use GRU instead of LSTM');
  expect(network.convert().network.cell).toBe('GRU');
});
