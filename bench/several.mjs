// Several short trainings of one size: with both threads inside each, one after the other, or one in a thread, side by side (`severalRuns` picks).
//   npm run bench:several [-- --trainings N] [-- --data DIR]
import { parseArgs } from 'node:util';
import { loadDataset } from '../dist/data/index.js';
import { severalRuns } from '../dist/pipeline/index.js';
import { allRows, trainingTask } from '../dist/pipeline/prepare.js';
import { loadRecipe } from '../dist/recipe/index.js';
import { stagesOf, train } from '../dist/training/index.js';
import { median } from './statistics.mjs';
import { stopwatch } from './stopwatch.mjs';

const { values: options } = parseArgs({
  options: {
    trainings: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    data: { type: 'string' },
  },
});
const count = Number(options.trainings);
const threads = 2;

/** Seconds of the clock and of the processor. */
async function timed(run) {
  const elapsed = stopwatch();
  await run();
  const { ms, processorMs } = elapsed();
  return { clock: ms / 1000, processor: processorMs / 1000 };
}

for (const [name, sets] of Object.entries({
  'digits-2k': ['training.epochs=[2,0,0]', 'data.limit=30000'],
  har2: ['training.epochs=[6,0,0]'],
})) {
  const { recipe } = await loadRecipe(name, sets);
  const dataset = await loadDataset(recipe.data, { dataDirectory: options.data, sound: recipe.features.sound });
  const task = trainingTask(recipe, dataset, allRows(dataset), stagesOf(recipe.training.epochs));
  const ways = {
    'all threads inside each': async () => {
      for (let seed = 1; seed <= count; seed++) await train({ ...task, seed }, { workers: threads });
    },
    'one in a thread': () => severalRuns(count, (index, trainer) => trainer({ ...task, seed: index + 1 }), threads),
  };
  const times = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [way, run] of Object.entries(ways)) times[way].push(await timed(run));
  }
  for (const [way, list] of Object.entries(times)) {
    const clock = median(list.map((time) => time.clock)).toFixed(2);
    const processor = median(list.map((time) => time.processor)).toFixed(2);
    console.log(
      `${name}, ${count} trainings, ${way}: ${clock} s, of the processor ${processor} s (medians of ${list.length})`,
    );
  }
}
