// Trains shipped recipes over their seeds and writes the table of docs/results.md.
//   npm run results [-- RECIPE…] [--data FOLDER] [--workers N]
// A training that is finished (same recipe, data, seed and version of the package) is kept in results/ and not made again.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { mean, standardError } from '../dist/math/index.js';
import { runRecipe, severalRuns } from '../dist/pipeline/index.js';
import { loadRecipe } from '../dist/recipe/index.js';
import { isFinished } from './finished-run.mjs';

/** How many seeds each recipe is trained with; `csv` has no data of its own. */
const seeds = {
  ...{ digits: 3, 'digits-2k': 3, 'digits-1k': 3, har2: 5, har6: 5, 'har6-1k': 3, 'har2-paper': 1 },
  ...{ google12: 3, 'google12-4k': 3, 'google12-2k': 3, 'google12-1k': 3, 'google12-large': 3, 'google12-paper': 1 },
  ...{ 'google12-small': 3, 'google12-small-2k': 3, 'google12-small-1k': 3 },
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string' }, workers: { type: 'string' } },
});
const unknown = positionals.filter((name) => !(name in seeds));
if (unknown.length > 0) {
  console.error(`no results are kept of ${unknown.join(', ')}; known recipes: ${Object.keys(seeds).join(', ')}`);
  process.exit(2);
}

/** The first seed's network is proven on every board of its recipe, the others' on the one that the table tells of. */
const setsOf = (seed) => (seed === 1 ? [] : ['targets=[uno]']);

const threads = options.workers ? Number(options.workers) : undefined;
for (const name of positionals.length > 0 ? positionals : Object.keys(seeds)) {
  const missing = [];
  for (let seed = 1; seed <= seeds[name]; seed++) {
    if (await isFinished(`results/${name}-${seed}`, await loadRecipe(name, setsOf(seed), seed), options.data)) {
      console.log(`${name} seed ${seed}: kept`);
    } else missing.push(seed);
  }
  const one = async (index, trainer) => {
    const seed = missing[index];
    const { metrics } = await runRecipe({
      ...{ recipe: name, sets: setsOf(seed), seed, out: `results/${name}-${seed}` },
      ...{ dataDirectory: options.data, workers: threads, trainer },
    });
    const { integer, float, training } = metrics;
    console.log(
      `${name} seed ${seed}: integer ${(100 * integer.test).toFixed(2)} %, float ${(100 * float.test).toFixed(2)} %, ${training.seconds.toFixed(0)} s`,
    );
  };
  await severalRuns(missing.length, one, threads);
}

const columns = [
  'recipe',
  'seeds',
  'integer test accuracy, %',
  'float, %',
  'integer against float, points',
  'same prediction, %',
  "paper's accounting, bytes",
  'linked, bytes',
  'training, s',
  'Uno: ms a step / a prediction (runtime)',
];

/** Writes one row for each recipe whose seeds are all there, between the markers of docs/results.md; the others' rows stay. */
async function writeTable() {
  const marked = /<!-- table: npm run results -->[^]*?<!-- end -->/;
  const text = await readFile('docs/results.md', 'utf8');
  const before = marked.exec(text)[0].split('\n');
  const rows = [];
  const machines = new Set(/^Measured on: (.*)\.$/m.exec(before.join('\n'))?.[1].split('; '));
  for (const [name, count] of Object.entries(seeds)) {
    const files = Array.from({ length: count }, (_, i) => `results/${name}-${i + 1}/metrics.json`);
    if (!files.every((file) => existsSync(file))) {
      rows.push(...before.filter((kept) => kept.startsWith(`| ${name} |`)));
      continue;
    }
    const runs = await Promise.all(files.map(async (file) => JSON.parse(await readFile(file, 'utf8'))));
    rows.push(line(row(name, runs)));
    for (const { environment, training } of runs) {
      machines.add(`${environment.cpu}, Node ${environment.node}, ${training.workers} workers, ${environment.backend}`);
    }
  }
  const table = [line(columns), line(columns.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows];
  const block = `<!-- table: npm run results -->\n${table.join('\n')}\n\nMeasured on: ${[...machines].join('; ')}.\n<!-- end -->`;
  await writeFile(
    'docs/results.md',
    text.replace(marked, () => block),
  );
  console.log(`\n${table.join('\n')}`);
}

function line(cells) {
  return `| ${cells.join(' | ')} |`;
}

function row(name, runs) {
  const percent = (pick) => {
    const values = runs.map((run) => 100 * pick(run));
    return values.length > 1
      ? `${mean(values).toFixed(2)} ± ${standardError(values).toFixed(2)}`
      : `${values[0].toFixed(2)} (one seed)`;
  };
  const average = (pick, digits) => mean(runs.map(pick)).toFixed(digits);
  const uno = (pick, digits) => average((run) => pick(run.boards.uno.runtime), digits);
  return [
    name,
    runs.length,
    percent((run) => run.integer.test),
    percent((run) => run.float.test),
    average((run) => 100 * (run.integer.test - run.float.test), 2),
    average((run) => 100 * run.integer.agreement, 2),
    Math.max(...runs.map((run) => run.size.paperBytes)),
    Math.max(...runs.map((run) => run.size.modelBytes)),
    average((run) => run.training.seconds, 0),
    runs.every((run) => run.boards.uno?.runtime)
      ? `${uno((run) => run.msPerStep, 2)} / ${uno((run) => run.msPerPrediction, 0)}`
      : 'too large',
  ];
}

await writeTable();
