// Weights of 8 and 4 bits, dense and sparse, with every kind of index: accuracy, bytes and cycles. Writes the table of docs/quantisation.md.
//   npm run bench:storage [-- --seeds 3] [--workers 1]
// The network of `digits-2k`, 60 epochs each time; `integer.indices` changes no result, so its kinds share a training. A finished training
// is kept in results/ and not made again. Accuracy is the integer network's on the official test split, which nothing is chosen on.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { proofSequences, simulate } from '../dist/boards/index.js';
import { modelBytes } from '../dist/firmware/index.js';
import { agreement, predictInteger } from '../dist/integer/index.js';
import { mean, standardError } from '../dist/math/index.js';
import { integerModel, networkSize, trainRecipe } from '../dist/pipeline/index.js';

const { values: options } = parseArgs({
  options: { seeds: { type: 'string', default: '3' }, workers: { type: 'string', default: '1' } },
});

const kept = ['compression.wSparsity=0.4', 'compression.uSparsity=0.4'];
const four = ['integer.weightBits=4', 'training.roundedEpochs=20'];
/** What is trained, and the kinds of indices that are measured with it. */
const trainings = [
  { name: '8 bits, all entries', sets: ['training.epochs=[60,0,0]'], indices: ['byte'] },
  {
    name: '8 bits, 40 % of the entries',
    sets: ['training.epochs=[20,20,20]', ...kept],
    indices: ['byte', 'bitmap', 'delta'],
  },
  { name: '4 bits, all entries', sets: ['training.epochs=[40,0,0]', ...four], indices: ['byte'] },
  {
    name: '4 bits, 40 % of the entries',
    sets: ['training.epochs=[15,15,10]', ...kept, ...four],
    indices: ['byte', 'bitmap', 'delta'],
  },
  {
    name: '4 bits, all entries, rounded after training',
    sets: ['training.epochs=[60,0,0]'],
    weightBits: 4,
    indices: ['byte'],
  },
];

const boards = ['uno', 'mkr1000', 'due'];

/** A training's float model, and the test sequences. */
async function trained(sets, seed) {
  const out = `results/storage-${sets.map((set) => set.replaceAll(/[^\w.]+/g, '-')).join('-')}-${seed}`;
  const { trained: result, dataset } = await trainRecipe({
    ...{ recipe: 'digits-2k', sets: [...sets, 'training.retrain=false'], seed, out, workers: Number(options.workers) },
  });
  return { model: result.model, test: dataset.test };
}

/** Cycles a step of each build; a build that gives another value than the definition is an error. */
async function cyclesOf(network) {
  const sequences = proofSequences(network, 200);
  const cycles = {};
  for (const board of boards) {
    const result = await simulate(network, { board, sequences });
    for (const build of ['runtime', 'generated']) {
      const proof = result[build];
      if (!proof) continue;
      if (!proof.bitExact)
        throw new Error(`${board} ${build}: ${proof.error ?? JSON.stringify(proof.firstDifference)}`);
      cycles[`${board} ${build}`] = proof;
    }
  }
  return cycles;
}

const seeds = Array.from({ length: Number(options.seeds) }, (_, k) => k + 1);
const columns = [
  ...['weights', 'indices', 'integer test accuracy, %', "paper's accounting, bytes", 'linked, bytes'],
  ...['Uno: cycles a step, C', 'runtime', 'Uno: flash in all, C', 'Cortex-M0+: cycles, C', 'Cortex-M3: cycles, C'],
];
const rows = [];
for (const { name, sets, weightBits, indices } of trainings) {
  const runs = [];
  for (const seed of seeds) runs.push(await trained(sets, seed));
  const accuracies = runs.map(({ model, test }) => {
    const { network } = integerModel(model, { weightBits });
    return 100 * agreement(predictInteger(network, test), test.labels);
  });
  const spread = accuracies.length > 1 ? ` ± ${standardError(accuracies).toFixed(2)}` : '';
  for (const kind of indices) {
    const [{ model }] = runs;
    const { network } = integerModel(model, { weightBits, indices: kind });
    const cycles = await cyclesOf(network);
    const of = (build, field = 'cyclesPerStep') => cycles[build]?.[field]?.toFixed(0) ?? '–';
    rows.push([
      ...[name, name.includes('40 %') ? kind : 'none', `${mean(accuracies).toFixed(2)}${spread}`],
      ...[networkSize(network, model.facts.architecture).paper.bytes, modelBytes(network)],
      ...[of('uno generated'), of('uno runtime'), of('uno generated', 'flashBytes'), of('mkr1000 generated')],
      of('due generated'),
    ]);
    console.log(rows.at(-1).join(' | '));
  }
}
const line = (cells) => `| ${cells.join(' | ')} |`;
const table = [line(columns), line(columns.map((_, i) => (i < 2 ? '---' : '--:'))), ...rows.map(line)].join('\n');
const text = await readFile('docs/quantisation.md', 'utf8');
await writeFile(
  'docs/quantisation.md',
  text.replace(
    /<!-- table: npm run bench:storage -->[^]*?<!-- end -->/,
    () => `<!-- table: npm run bench:storage -->\n${table}\n<!-- end -->`,
  ),
);
