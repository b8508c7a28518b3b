// Trains google12-2k with each kind of augmentation, over three seeds, and writes the table of docs/speech.md.
//   npm run results:augmentation -- --data FOLDER [--seeds N] [--workers N]
// The schedule is shorter than the recipe's. A run that is finished is kept in results/augmentation/ and not made again.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { mean, standardError } from '../dist/math/index.js';
import { runRecipe, severalRuns } from '../dist/pipeline/index.js';
import { loadRecipe } from '../dist/recipe/index.js';
import { isFinished } from './finished-run.mjs';

const { values: options } = parseArgs({
  options: { data: { type: 'string' }, seeds: { type: 'string', default: '3' }, workers: { type: 'string' } },
});
const seeds = Number(options.seeds);

const base = 'google12-2k';
const shorter = ['training.epochs=[20,0,0]', 'training.roundedEpochs=10', 'targets=[]'];
const off = ['shift', 'stretch', 'warp', 'mixup'].map((field) => `training.augment.${field}=0`);
const shifted = off.slice(1);
const unmixed = off.slice(3);
/** What is measured: a name, fields to set, and the name of the row that it is compared with. */
const variants = [
  ['none', off, undefined],
  ['shift by up to 100 ms', shifted, 'none'],
  ['shift, stretch by up to 15 %', off.slice(2), 'shift by up to 100 ms'],
  ['shift, warp of the filters by up to 10 %', ['training.augment.stretch=0', ...unmixed], 'shift by up to 100 ms'],
  ['shift, loudness by up to 6 dB', [...shifted, 'training.augment.loudness=6'], 'shift by up to 100 ms'],
  [
    'shift, masks of up to 20 frames and 6 filters',
    [...shifted, 'training.augment.maskFrames=20', 'training.augment.maskChannels=6'],
    'shift by up to 100 ms',
  ],
  [
    'shift, background noise for half, 0 to 20 dB',
    [...shifted, 'training.augment.background={class: _silence_, share: 0.5, snr: [0, 20]}'],
    'shift by up to 100 ms',
  ],
  ['shift, rooms for half', [...shifted, 'training.augment.room=0.5'], 'shift by up to 100 ms'],
  ['shift, mixup for half', [...shifted, 'training.augment.mixup=0.5'], 'shift by up to 100 ms'],
  ['shift, label smoothing 0.1', [...shifted, 'training.labelSmoothing=0.1'], 'shift by up to 100 ms'],
  ['shift, stretch, warp', unmixed, 'shift by up to 100 ms'],
  ['shift, stretch, warp, mixup for 0.3 (the recipe)', [], 'shift, stretch, warp'],
  [
    'shift, stretch, warp, with google12-large for a teacher',
    [...unmixed, 'training.teacher={recipe: google12-large, temperature: 2, weight: 0.5}'],
    'shift, stretch, warp',
  ],
];

const runs = variants.flatMap(([name, sets]) =>
  Array.from({ length: seeds }, (_, i) => {
    const folder = `results/augmentation/${name.replace(/[^a-z0-9]+/gi, '-').replace(/-$/, '')}-${i + 1}`;
    return { name, folder, seed: i + 1, sets: [...shorter, ...sets] };
  }),
);
const missing = [];
for (const run of runs) {
  const kept = await isFinished(run.folder, await loadRecipe(base, run.sets, run.seed), options.data);
  if (!kept) missing.push(run);
}
const threads = options.workers ? Number(options.workers) : undefined;
const one = async (index, trainer) => {
  const { name, folder, seed, sets } = missing[index];
  const { metrics } = await runRecipe({
    ...{ recipe: base, sets, seed, out: folder, dataDirectory: options.data, workers: threads, trainer },
  });
  const { integer, training } = metrics;
  console.log(`${name}, seed ${seed}: ${(100 * integer.test).toFixed(2)} %, ${training.seconds.toFixed(0)} s`);
};
await severalRuns(missing.length, one, threads);

const tests = new Map();
const machines = new Set();
for (const { name, folder } of runs) {
  if (!existsSync(`${folder}/metrics.json`)) continue;
  const { integer, environment } = JSON.parse(await readFile(`${folder}/metrics.json`, 'utf8'));
  tests.set(name, [...(tests.get(name) ?? []), 100 * integer.test]);
  machines.add(`${environment.cpu}, Node ${environment.node}, ${environment.backend}`);
}
const rows = variants
  .filter(([name]) => tests.get(name)?.length === seeds)
  .map(([name, , against]) => {
    const own = tests.get(name);
    const gain = own.map((test, i) => test - (tests.get(against)?.[i] ?? NaN));
    const figure = (values) =>
      values.length > 1
        ? `${mean(values).toFixed(2)} \u00b1 ${standardError(values).toFixed(2)}`
        : `${values[0].toFixed(2)} (one seed)`;
    return [name, figure(own), against === undefined ? '' : `${figure(gain)} over ${against}`];
  });
const line = (cells) => `| ${cells.join(' | ')} |`;
const table = [
  line(['augmentation', 'integer test accuracy, %', 'gain, points']),
  '| --- | --: | --- |',
  ...rows.map(line),
];
const block = `<!-- table: npm run results:augmentation -->\n${table.join('\n')}\n\nMeasured on: ${[...machines].join('; ')}.\n<!-- end -->`;
const text = await readFile('docs/speech.md', 'utf8');
await writeFile(
  'docs/speech.md',
  text.replace(/<!-- table: npm run results:augmentation -->[^]*?<!-- end -->/, () => block),
);
console.log(`\n${table.join('\n')}`);
