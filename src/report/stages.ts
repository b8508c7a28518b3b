import type { EpochRecord, Stage } from '../training/index.js';
import type { StageMetrics } from './metrics.js';

const orNull = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null);

/**
 * A training's stages for `metrics.json`: epochs run, and loss and validation accuracy of the chosen epoch.
 * `chosen` holds for each stage the epoch, from 1, whose weights went on; where it holds nothing, the last epoch counts.
 */
export function stageMetrics(
  stages: readonly Stage[],
  history: readonly EpochRecord[],
  chosen: readonly number[],
): StageMetrics[] {
  return stages.map((stage, i) => {
    const records = history.filter((record) => record.stage === i);
    const epoch = chosen[i] ?? records.at(-1)?.epoch;
    const record = records.find((candidate) => candidate.epoch === epoch);
    return {
      name: stage.name,
      epochs: records.length,
      loss: orNull(record?.loss),
      validation: orNull(record?.validation),
      ...(epoch === undefined ? {} : { chosen: epoch }),
    };
  });
}
