import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { learningRateAt, type ScheduleSettings } from './schedule.js';

const base = { learningRate: 0.01, finalLearningRate: 0.0001 };

describe('the learning rate', () => {
  it('of a cosine falls from the largest to the last along half a cosine', () => {
    const settings: ScheduleSettings = { ...base, schedule: 'cosine', warmup: 1 };
    const at = (epoch: number) => learningRateAt(settings, epoch, 11);
    expect(at(1)).toBe(0.01);
    expect(at(6)).toBeCloseTo((0.01 + 0.0001) / 2, 15);
    expect(at(3.5)).toBeCloseTo(0.0001 + (0.0099 / 2) * (1 + Math.SQRT1_2), 15);
    expect(at(11)).toBeCloseTo(0.0001, 15);
  });

  it('rises linearly from zero over the epochs of warmup', () => {
    for (const schedule of ['cosine', 'step', 'constant'] as const) {
      const at = (epoch: number) => learningRateAt({ ...base, schedule, warmup: 4 }, epoch, 100);
      expect([at(0), at(1), at(2), at(4)], schedule).toEqual([0, 0.0025, 0.005, 0.01]);
    }
  });

  it('of a step is a tenth in the last third', () => {
    const at = (epoch: number) => learningRateAt({ ...base, schedule: 'step', warmup: 0 }, epoch, 300);
    expect([at(0), at(199.9), at(200), at(300)]).toEqual([0.01, 0.01, 0.001, 0.001]);
  });

  it('of a constant schedule stays', () => {
    const at = (epoch: number) => learningRateAt({ ...base, schedule: 'constant', warmup: 0 }, epoch, 9);
    expect([at(0), at(4.5), at(9)]).toEqual([0.01, 0.01, 0.01]);
  });

  it('is never negative nor above the largest, even with a warmup longer than the run', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('cosine' as const, 'step' as const, 'constant' as const),
        fc.double({ min: 0, max: 20, noNaN: true }),
        fc.integer({ min: 1, max: 10 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (schedule, warmup, total, part) => {
          const rate = learningRateAt({ ...base, schedule, warmup }, part * total, total);
          expect(rate).toBeGreaterThanOrEqual(0);
          expect(rate).toBeLessThanOrEqual(0.01);
        },
      ),
    );
  });
});
