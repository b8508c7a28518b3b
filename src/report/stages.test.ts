import { describe, expect, it } from 'vitest';
import { stagesOf, type EpochRecord } from '../training/index.js';
import { stageMetrics } from './stages.js';

const record = (stage: number, epoch: number, loss: number, validation?: number): EpochRecord => ({
  stage,
  epoch,
  loss,
  learningRate: 0.01,
  skipped: 0,
  ...(validation === undefined ? {} : { validation }),
});

describe('the stages of metrics.json', () => {
  it('tell of the chosen epoch', () => {
    const history = [record(0, 1, 2, 0.5), record(0, 2, 1, 0.6), record(1, 1, 0.9, 0.8), record(1, 2, 0.8, 0.7)];
    expect(stageMetrics(stagesOf([2, 2, 0]), history, [2, 1])).toEqual([
      { name: 'dense', epochs: 2, loss: 1, validation: 0.6, chosen: 2 },
      { name: 'thresholding', epochs: 2, loss: 0.9, validation: 0.8, chosen: 1 },
    ]);
  });

  it('tell of the last epoch where none was chosen, and have null for what was not measured', () => {
    expect(stageMetrics(stagesOf([1, 0, 3]), [record(0, 1, NaN)], [])).toEqual([
      { name: 'dense', epochs: 1, loss: null, validation: null, chosen: 1 },
      { name: 'fixed support', epochs: 0, loss: null, validation: null },
    ]);
  });
});
