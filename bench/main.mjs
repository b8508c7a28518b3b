// One iteration of training (forwards, backwards, Adam) of networks of known shapes, by every build of our kernels and by the peers that
// are installed, in turns; then the figures that this project wants to reach. docs/performance.md says how to read it.
//   npm run bench [-- options]
//     --shapes S1,D2       some shapes
//     --only wasm,jax-scan some variants or implementations
//     --threads 1          one number of threads
//     --rounds N           turns of each (default 11); --slice MS: how long a turn is at least (default 100)
//     --shards N           parts of a batch (default: what is fastest, in bench/shapes.mjs)
//     --processor          one thread's times are its process's on the processor: for a machine that others use as well
//     --json FILE          where results go (default bench/results.json)
//     --from FILE          no measurement: tables of earlier results
//     --markdown           tables as in docs/performance.md; --docs writes them there
//     --training           measures the training of the paper's Google-12 size whatever is left out (default: in whole runs)
//     --profile            instead, where the time of our iterations goes, kernel by kernel (bench/profile.mjs)
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { loadKernels } from '../dist/kernels/index.js';
import { peaksOf } from './bars.mjs';
import { findImplementations } from './implementations.mjs';
import { describeMachine } from './machine.mjs';
import { markdownTables, plainTables } from './print.mjs';
import { profile, profileLines } from './profile.mjs';
import { measureShape, shapeNames } from './rounds.mjs';
import { shapes } from './shapes.mjs';

const text = (fallback) => ({ type: 'string', ...(fallback === undefined ? {} : { default: fallback }) });
const { values: options } = parseArgs({
  options: {
    ...{ shapes: text(), only: text(), threads: text(), rounds: text('11'), slice: text('100'), shards: text() },
    ...{ json: text(fileURLToPath(new URL('results.json', import.meta.url))), from: text() },
    ...{ markdown: { type: 'boolean' }, docs: { type: 'boolean' } },
    ...{ training: { type: 'boolean' }, profile: { type: 'boolean' }, processor: { type: 'boolean' } },
  },
});

/** Progress, on a terminal alone. */
function say(message) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${message}`);
}

function wholeNumber(name) {
  const value = Number(options[name]);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${name} is ${options[name]}: must be an integer from 1`);
  return value;
}

/** bench/google12.mjs on two workers, by itself: its memory and threads shall not meet the others'. */
async function measureTraining(folder) {
  const file = path.join(folder, 'google12.json');
  const script = fileURLToPath(new URL('google12.mjs', import.meta.url));
  await promisify(execFile)(process.execPath, [script, '--workers', '2', '--json', file]);
  return JSON.parse(await readFile(file, 'utf8'));
}

async function measure() {
  const setting = {
    ...{ rounds: wholeNumber('rounds'), slice: wholeNumber('slice'), shards: options.shards && wholeNumber('shards') },
    clock: options.processor ? 'processor' : 'wall',
  };
  const names = shapeNames(options.shapes);
  const { implementations, skipped } = await findImplementations(setting);
  const wanted = options.only?.split(',');
  const chosen = implementations.filter(
    ({ implementation, variant, threads }) =>
      (!wanted || wanted.includes(implementation) || wanted.includes(variant)) &&
      (!options.threads || Number(options.threads) === threads),
  );
  if (chosen.length === 0) throw new Error(`nothing here is called ${options.only}`);
  const folder = await mkdtemp(path.join(tmpdir(), 'fastgrnn-bench-'));
  const [rows, samples, versions] = [[], {}, {}];
  let training;
  try {
    for (const name of names) {
      const measured = await measureShape(name, chosen, { ...setting, folder, say });
      rows.push(...measured.rows);
      Object.assign(skipped, measured.skipped);
      Object.assign(versions, measured.versions);
      for (const [width, kinds] of Object.entries(measured.peaks)) {
        for (const [kind, values] of Object.entries(kinds)) ((samples[width] ??= {})[kind] ??= []).push(...values);
      }
    }
    if (options.training || (!wanted && !options.shapes && !options.threads)) {
      say("a training of the paper's Google-12 size");
      training = await measureTraining(folder);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  say('');
  const machine = { ...(await describeMachine()), shards: setting.shards, clock: setting.clock, versions };
  return { machine, peak: peaksOf(samples), rows, skipped, ...(training ? { training } : {}) };
}

/** Replaces the tables of docs/performance.md. */
async function writeDocs(results) {
  const page = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
  const [start, end] = ['<!-- measured -->', '<!-- /measured -->'];
  const before = await readFile(page, 'utf8');
  const [from, to] = [before.indexOf(start), before.indexOf(end)];
  if (from < 0 || to < 0) throw new Error(`docs/performance.md has no part between ${start} and ${end}`);
  await writeFile(page, `${before.slice(0, from)}${start}\n\n${markdownTables(results)}\n\n${before.slice(to)}`);
}

/** By default of the widest build, exact and fused. */
async function printProfiles() {
  const { implementations } = await findImplementations({});
  const ours = implementations.filter(({ implementation, threads }) => implementation === 'fastgrnn' && threads === 1);
  const wanted = options.only?.split(',') ?? [ours.at(-1).variant, ours.at(-1).variant.replace('-fma', '')];
  const chosen = ours.filter(({ variant }) => wanted.includes(variant));
  if (chosen.length === 0) throw new Error(`no build of ours here is called ${options.only}`);
  for (const name of shapeNames(options.shapes)) {
    for (const { variant, kernels } of chosen) {
      const lines = profileLines(profile(await loadKernels(kernels), shapes[name]));
      console.log(
        [`${name}, ${variant}, one thread, the whole batch at once: ${lines[0]}`, ...lines.slice(1), ''].join('\n'),
      );
    }
  }
}

async function main() {
  if (options.profile) return printProfiles();
  const results = options.from ? JSON.parse(await readFile(options.from, 'utf8')) : await measure();
  if (!options.from) await writeFile(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
  console.log(options.markdown ? markdownTables(results) : plainTables(results));
  if (options.docs) await writeDocs(results);
}

await main();
