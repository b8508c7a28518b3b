// How folders of recordings are read: seconds for 10 000 small files, and the memory of a training over a gigabyte.
//   npm run bench:recordings [-- --files 10000 --megabytes 1000 --only files|csv|npy]
// Data are made in the system's temporary folder and removed. CSV beside csv-parse: npm run bench:csv.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    megabytes: { type: 'string', default: '1000' },
    only: { type: 'string' },
    child: { type: 'string' },
    folder: { type: 'string' },
  },
});
const channels = 6;
const classes = ['rest', 'walk'];

/** A number in [-1, 1) that looks random; no generator is needed for that. */
const scatter = (i) => 2 * ((i * 0.618_033_988_749_895) % 1) - 1;

if (flags.child) await runChild(flags.child, flags.folder);
else {
  const root = mkdtempSync(path.join(os.tmpdir(), 'fastgrnn-bench-'));
  try {
    if (!flags.only || flags.only === 'files') manyFiles(root);
    for (const format of ['csv', 'npy']) if (!flags.only || flags.only === format) largeFolder(root, format);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function manyFiles(root) {
  const folder = path.join(root, 'many');
  const count = Number(flags.files);
  for (const name of classes) mkdirSync(path.join(folder, name), { recursive: true });
  for (let f = 0; f < count; f++) {
    const rows = ['ax,ay,az'];
    for (let t = 0; t < 50; t++) rows.push([0, 1, 2].map((c) => scatter((f * 50 + t) * 3 + c).toFixed(4)).join(','));
    writeFileSync(path.join(folder, classes[f % 2], `r${f}.csv`), `${rows.join('\n')}\n`);
  }
  for (const [what, child] of [
    ['load', 'load'],
    ['look at (init)', 'scan'],
  ]) {
    const { seconds, rss } = measure(child, folder);
    console.log(`${what.padEnd(16)} ${count} files of 50 rows   ${seconds.toFixed(1)} s, ${rss} MiB at most`);
  }
  rmSync(folder, { recursive: true });
}

/** Eight recordings of each class, together so many megabytes. */
function largeFolder(root, format) {
  const folder = path.join(root, format);
  const size = (Number(flags.megabytes) * 1e6) / 16;
  for (const name of classes) {
    mkdirSync(path.join(folder, name), { recursive: true });
    for (let f = 0; f < 8; f++) {
      const to = path.join(folder, name, `r${f}.${format}`);
      (format === 'csv' ? writeCsv : writeNpy)(to, size, f * 7919 + (name === 'walk' ? 1 : 0));
    }
  }
  const { seconds, rss, rssRead, windows, reading, hash } = measure('train', folder);
  console.log(
    `train an epoch   ${flags.megabytes} MB of ${format.toUpperCase()}, ${windows} windows   ${seconds.toFixed(1)} s, of which reading ${reading.toFixed(1)} s; at most ${rss} MiB (${rssRead} after reading); data ${hash.slice(0, 8)}`,
  );
  rmSync(folder, { recursive: true });
}

function writeCsv(file, size, seed) {
  const out = openSync(file, 'w');
  let written = writeSync(out, 'ax,ay,az,gx,gy,gz\n');
  for (let t = 0; written < size;) {
    let text = '';
    for (let k = 0; k < 1000; k++, t++) {
      for (let c = 0; c < channels; c++) {
        text += scatter(seed + t * channels + c).toFixed(4) + (c === channels - 1 ? '\n' : ',');
      }
    }
    written += writeSync(out, text);
  }
  closeSync(out);
}

function writeNpy(file, size, seed) {
  const steps = Math.round(size / 4 / channels);
  const values = new Float32Array(steps * channels);
  for (let i = 0; i < values.length; i++) values[i] = scatter(seed + i);
  const words = `{'descr': '<f4', 'fortran_order': False, 'shape': (${steps}, ${channels}), }`;
  const head = Buffer.alloc(128, ' ');
  head.write('\x93NUMPY\x01\x00', 0, 'latin1');
  head.writeUInt16LE(118, 8);
  head.write(words, 10, 'latin1');
  head.write('\n', 127);
  const out = openSync(file, 'w');
  writeSync(out, head);
  writeSync(out, new Uint8Array(values.buffer));
  closeSync(out);
}

/** Runs this file in a process of its own, so that the memory is that of the work alone. */
function measure(child, folder) {
  const self = fileURLToPath(import.meta.url);
  const run = spawnSync(process.execPath, [self, '--child', child, '--folder', folder], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${child} failed: ${run.stderr}`);
  return JSON.parse(run.stdout.trim().split('\n').at(-1));
}

async function runChild(what, folder) {
  const start = performance.now();
  const result = await { load, scan, train }[what](folder);
  const seconds = (performance.now() - start) / 1000;
  console.log(JSON.stringify({ seconds, rss: Math.round(process.resourceUsage().maxRSS / 1024), ...result }));
}

/** A small network on windows of 128 steps, one epoch. */
async function settings(folder, windowed = false) {
  const { parseRecipe, resolveRecipe } = await import('../dist/recipe/index.js');
  const windows = windowed ? '  window: { length: 128, hop: 128 }\n' : '';
  const text = `data:
  name: folder
  path: ${JSON.stringify(folder)}
${windows}  validation: 0.1
network: { cell: FastGRNN, hiddenSize: 8, wRank: 0, uRank: 0, gate: hardSigmoid4, update: hardTanh }
training: { epochs: [1, 0, 0], batchSize: 256, learningRate: 0.01, weightDecay: 0.01 }
`;
  return { name: 'bench', recipe: resolveRecipe(parseRecipe(text, 'bench'), 'bench') };
}

async function load(folder) {
  const { loadDataset } = await import('../dist/data/index.js');
  const { recipe } = await settings(folder);
  await loadDataset(recipe.data);
}

async function scan(folder) {
  const { scanFolder } = await import('../dist/data/index.js');
  await scanFolder(folder);
}

async function train(folder) {
  const start = performance.now();
  const { loadDataset } = await import('../dist/data/index.js');
  const { trainModel } = await import('../dist/pipeline/index.js');
  const loaded = await settings(folder, true);
  const dataset = await loadDataset(loaded.recipe.data);
  const read = performance.now();
  const rssRead = Math.round(process.resourceUsage().maxRSS / 1024);
  await trainModel(loaded, dataset, {}, () => undefined);
  return {
    reading: (read - start) / 1000,
    rssRead,
    windows: dataset.train.count + dataset.test.count,
    hash: dataset.hash,
  };
}
