import { describe, expect, it } from 'vitest';
import { resolveRecipe } from '../recipe/index.js';
import { Random } from '../math/index.js';
import { initialise, referenceForward, type Architecture } from '../network/index.js';
import { centralDifferences } from '../testing/gradients.js';
import { toyTask, type ToyOptions } from '../testing/index.js';
import { streams } from './batches.js';
import { drawnOrder, randomisedGradient } from './randomised.js';
import type { TrainingState } from './state.js';
import type { TrainingTask } from './task.js';
import { train } from './train.js';

const network: Partial<Architecture> = { cell: 'FastRNN', update: 'tanh', hiddenSize: 3, wRank: 0, uRank: 0 };
const options: ToyOptions = {
  ...{ rows: 24, validationRows: 0, separation: 2, network, epochs: [3, 0, 0] },
  training: { optimiser: 'rsg', batchSize: 8, dBar: 500 },
};

/** Algorithm 1 in float64, by central differences of the reference's loss; `iterate` counts from theta_1. */
function algorithm1(task: TrainingTask, iterate: number): Float64Array {
  const { architecture, seed, trainRows, sequences } = task;
  const { values, labels, steps, features } = sequences;
  const { stepSize } = randomisedGradient(task);
  const inputs = (row: number) =>
    Array.from({ length: steps }, (_, t) =>
      Float64Array.from({ length: features }, (__, d) => values[(row * steps + t) * features + d] / 300),
    );
  const theta = Float64Array.from(initialise(architecture, new Random(seed, streams.initialise)));
  for (let m = 1; m < iterate; m++) {
    const [epoch, batch] = [Math.floor((m - 1) / 3), (m - 1) % 3];
    const rows = [...drawnOrder(trainRows, seed, epoch).subarray(8 * batch, 8 * batch + 8)];
    const loss = (parameters: Float64Array) =>
      rows.reduce((sum, row) => {
        const { logits } = referenceForward(architecture, parameters, inputs(row));
        return sum + Math.log(logits.reduce((s, x) => s + Math.exp(x), 0)) - logits[labels[row]];
      }, 0) / rows.length;
    centralDifferences(loss, theta.slice()).forEach((slope, i) => (theta[i] -= stepSize * slope));
  }
  return theta;
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);

describe('randomised stochastic gradient', () => {
  it('gives the iterate of Algorithm 1 that was drawn, and no other', async () => {
    const drawn = new Set<number>();
    for (const seed of [1, 2, 3]) {
      const task = toyTask({ ...options, seed });
      const { iterate, epochs } = randomisedGradient(task);
      const { parameters, history } = await train(task, { workers: 1 });
      expect(distance(parameters, algorithm1(task, iterate))).toBeLessThan(1e-5);
      const other = iterate > 1 ? iterate - 1 : 2;
      expect(distance(parameters, algorithm1(task, other))).toBeGreaterThan(1e-3);
      expect(history).toHaveLength(epochs);
      expect(history.at(-1)?.learningRate).toBe(randomisedGradient(task).stepSize);
      drawn.add(iterate);
    }
    expect(drawn.size).toBeGreaterThan(1);
  });

  it('has the step size of Theorem 3.1, and draws every iterate as often', () => {
    const task = toyTask(options);
    const [alpha, T, M] = [1 / (1 + Math.exp(3)), 6, 9];
    expect(randomisedGradient(task).stepSize).toBeCloseTo(1 / (alpha * T), 12); // 500 / (T sqrt(M)) is more
    const small = toyTask({ ...options, training: { ...options.training, dBar: 2 } });
    expect(randomisedGradient(small).stepSize).toBeCloseTo(2 / (T * Math.sqrt(M)), 12);
    const rnn = toyTask({ ...options, network: { ...network, cell: 'RNN' } });
    expect(randomisedGradient(rnn).stepSize).toBeCloseTo(1 / T, 12);
    const counts = new Array<number>(M).fill(0);
    for (let seed = 0; seed < 9000; seed++) counts[randomisedGradient({ ...task, seed }).iterate - 1]++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(26.1); // 0.1 % of 8 degrees of freedom
  });

  it('goes on after a stop, with any number of workers, to the same bits', async () => {
    const seed = [1, 2, 3, 4, 5].find((s) => randomisedGradient(toyTask({ ...options, seed: s })).epochs === 3);
    const task = toyTask({ ...options, ...(seed && { seed }) });
    let saved: TrainingState | undefined;
    const stopped = train(task, {
      workers: 1,
      onEpoch: (_, state) => {
        saved = structuredClone(state);
        throw new Error('stopped');
      },
    });
    await expect(stopped).rejects.toThrow('stopped');
    const whole = await train(task, { workers: 1 });
    const rest = await train(task, { workers: 2, ...(saved && { state: saved }) });
    expect(whole.history).toHaveLength(3);
    expect(rest.parameters).toEqual(whole.parameters);
    expect(rest.history).toEqual(whole.history);
  });

  it('is refused where there is no alpha, or a second stage', () => {
    const rsg = { optimiser: 'rsg', epochs: [2, 1, 0] };
    expect(() => resolveRecipe({ training: rsg }, 'r')).toThrow(
      /training\.optimiser: rsg takes its steps from alpha[^]*FastGRNN[^]*training\.epochs: rsg has the first stage alone/,
    );
    expect(() => resolveRecipe({ training: { dBar: 2 } }, 'r')).toThrow('training.dBar: 2 is for the optimiser rsg');
  });
});
