// A short training of the digits recipe on one worker and on two, in turn: seconds, and how much faster two are.
//   npm run bench:workers [-- --rounds N]
import { parseArgs } from 'node:util';
import { loadDataset } from '../dist/data/index.js';
import { allRows, trainingTask } from '../dist/pipeline/prepare.js';
import { loadRecipe } from '../dist/recipe/index.js';
import { stagesOf, train } from '../dist/training/index.js';
import { median } from './statistics.mjs';

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });

const { recipe } = await loadRecipe('digits', ['training.epochs=[6,0,0]', 'data.limit=30000']);
const dataset = await loadDataset(recipe.data);
const task = trainingTask(recipe, dataset, allRows(dataset), stagesOf(recipe.training.epochs));
const seconds = { 1: [], 2: [] };
let reference;
for (let round = 0; round < Number(options.rounds); round++) {
  for (const workers of [1, 2]) {
    const result = await train(task, { workers });
    seconds[workers].push(result.seconds);
    reference ??= result.parameters;
    if (!result.parameters.every((value, i) => value === reference[i])) throw new Error('workers changed the result');
  }
}
const ratios = seconds[1].map((one, i) => one / seconds[2][i]);
console.log(
  `1 worker: ${median(seconds[1]).toFixed(2)} s, 2 workers: ${median(seconds[2]).toFixed(2)} s (medians of ${options.rounds})`,
);
console.log(
  `two are ${median(ratios).toFixed(2)} times as fast (pairs from ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}), with the same bits`,
);
