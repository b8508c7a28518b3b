import { describe, expect, it } from 'vitest';
import { toyTask } from '../testing/index.js';
import { train } from '../training/index.js';
import { severalRuns, type Trainer } from './several.js';

const task = toyTask({ epochs: [1, 0, 0] });

/** Which of the runs had all threads for themselves. */
async function inside(count: number, threads: number): Promise<boolean[]> {
  return severalRuns(count, async (_, trainer) => trainer === train, threads);
}

describe('several runs', () => {
  it('get a thread each while there is one for each thread, then all threads', async () => {
    expect(await inside(5, 2)).toEqual([false, false, false, false, true]);
    expect(await inside(4, 4)).toEqual([false, false, false, false]);
    expect(await inside(3, 4)).toEqual([true, true, true]);
    expect(await inside(3, 1)).toEqual([true, true, true]);
    expect(await inside(0, 2)).toEqual([]);
  });

  it('give the same bits either way', async () => {
    const run = async (seed: number, trainer: Trainer) => (await trainer({ ...task, seed }, { workers: 2 })).parameters;
    expect(await severalRuns(3, run, 2)).toEqual(await severalRuns(3, run, 1));
  });

  it('never more at a time than there are threads', async () => {
    let running = 0;
    let most = 0;
    await severalRuns(
      6,
      async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running--;
      },
      3,
    );
    expect(most).toBe(3);
  });

  it('end with the first error, and no other is started', async () => {
    const started: number[] = [];
    const runs = severalRuns(
      6,
      async (index) => {
        started.push(index);
        if (index === 0) throw new Error('no memory');
        await new Promise((resolve) => setTimeout(resolve, 5));
      },
      2,
    );
    await expect(runs).rejects.toThrow('no memory');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(started).toEqual([0, 1]);
  });
});
