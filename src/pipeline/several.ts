import { parallelism } from '#platform';
import { train, TrainingPool } from '../training/index.js';

/** How a training is run: with its workers inside, or in one thread beside others. The bits are the same. */
export type Trainer = typeof train;

/**
 * Runs `count` trainings of about the same size, as fast as so many threads can: as long as there is one for each thread,
 * each gets one, since no thread then waits for another; what is left gets all threads together. Results stand in order.
 * The first error ends all.
 *
 * @param run the run with this number, whose trainings the given trainer is to make
 * @param threads by default one a core
 */
export async function severalRuns<T>(
  count: number,
  run: (index: number, trainer: Trainer) => Promise<T>,
  threads: number = parallelism(),
): Promise<T[]> {
  const results: T[] = [];
  const beside = threads > 1 ? count - (count % threads) : 0;
  const pool = new TrainingPool();
  let next = 0;
  const lane = async () => {
    while (next < beside && !pool.stopped) {
      const index = next++;
      results[index] = await run(index, pool.train);
    }
  };
  try {
    await Promise.all(Array.from({ length: beside > 0 ? threads : 0 }, lane));
  } finally {
    await pool.stop(); // where one failed, the others go no further
  }
  for (let index = beside; index < count; index++) results[index] = await run(index, train);
  return results;
}
