import { expect, test } from 'vitest';
import { NetworkEngine, type Architecture } from '../network/index.js';
import { toyTask } from '../testing/index.js';
import { engineLimits } from './loop.js';
import type { TrainingTask } from './task.js';

const GIBIBYTE = 2 ** 30;

/** The long sequences that memory is planned for: 1000 steps in batches of 128, 256 hidden units. */
function longTask(network: Partial<Architecture>, training: Readonly<Record<string, unknown>> = {}): TrainingTask {
  const task = toyTask({ rows: 128, validationRows: 128, network: { hiddenSize: 256, ...network } });
  const channels = task.architecture.inputSize;
  return {
    ...task,
    training: { ...task.training, batchSize: 128, ...training },
    sequences: { ...task.sequences, steps: 1000, channels, features: channels, stepStride: channels },
  };
}

const engineBytes = (task: TrainingTask) => NetworkEngine.arenaBytes(task.architecture, engineLimits(task));

const networks: readonly Partial<Architecture>[] = [32, 256].flatMap((inputSize) => [
  { inputSize, wRank: 0, uRank: 0 },
  { inputSize, wRank: 16, uRank: 32 },
  { inputSize, wRank: Math.min(inputSize, 64), uRank: 64 },
]);

test.each(networks)('long sequences train in less than a gibibyte, whatever the workers: %o', (network) => {
  const task = longTask(network);
  for (const workers of [1, 2, 4]) expect(workers * engineBytes(task)).toBeLessThan(GIBIBYTE);
});

test.each(networks)('and so do whole batches that are not cut into shards: %o', (network) => {
  const noisy = { rotate: 5, shift: 2, scale: 0.1, noise: 0.1 };
  expect(engineBytes(longTask(network, { shards: 1, augment: noisy }))).toBeLessThan(GIBIBYTE);
});

test('four workers with whole batches would take more', () => {
  expect(4 * engineBytes(longTask(networks[5], { shards: 1 }))).toBeGreaterThan(GIBIBYTE);
});
