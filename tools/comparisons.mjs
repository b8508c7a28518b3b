// Trains the comparisons of docs/results.md and writes their tables there.
//   npm run results:compare [-- ID…] [--data FOLDER] [--workers N] [--float] [--tables]
// A training that is finished is kept in results/compare/ and not made again; a killed one goes on after its last epoch.
// --float trains the float networks alone; without it they are taken on to integer networks and a board, untrained.
// --tables trains nothing: it writes the tables of the comparisons that are finished.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { compareNetworks, networkNames } from '../dist/pipeline/index.js';
import { comparisonTable, leads } from './comparison-table.mjs';
import { comparisons } from './comparison-list.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    workers: { type: 'string' },
    float: { type: 'boolean' },
    tables: { type: 'boolean' },
  },
});
const unknown = positionals.filter((id) => !(id in comparisons));
if (unknown.length > 0) {
  console.error(`there is no comparison ${unknown.join(', ')}; there are ${Object.keys(comparisons).join(', ')}`);
  process.exit(2);
}
const ids = positionals.length > 0 ? positionals : Object.keys(comparisons);
const fileOf = (id) => `results/compare/${id}.json`;

/** All parts of a comparison in one folder, but for those with a name of their own (`as`), which their rows tell; rows in the order of Table 3, each network's from the part that has it first. */
async function compared(id) {
  const { parts, ...common } = comparisons[id];
  const all = [];
  for (const { as, ...part } of parts) {
    const { metrics } = await compareNetworks({
      ...{ protocol: 'tuned', sizing: 'equal', boards: ['uno'], ...common, ...part },
      sets: [...(common.sets ?? []), ...(part.sets ?? [])],
      out: `results/compare/${id}${as ? `/${as}` : ''}`,
      dataDirectory: options.data,
      ...(options.workers ? { workers: Number(options.workers) } : {}),
      ...(options.float ? { float: true } : {}),
      listener: (event) => {
        if (event.kind === 'step' || event.kind === 'note') console.error(`${id}: ${event.text}`);
      },
    });
    all.push({
      ...metrics,
      // Rows of other parts may stand in the same folder.
      rows: metrics.rows
        .filter(({ network }) => part.cells.includes(network.replace(/-L?S?Q$/, '')))
        .map((row) => ({ ...row, network: [row.network, as].filter(Boolean).join(', ') })),
    });
  }
  const place = ({ network }) => networkNames.indexOf(network.replace(/-(L?S?Q)$|,.*/, ''));
  const rows = all
    .flatMap((part) => part.rows)
    .filter((row, i, list) => list.findIndex(({ network }) => network === row.network) === i)
    .sort((a, b) => place(a) - place(b));
  return { ...all[0], rows };
}

/** The block between an id's markers, replaced. */
function withTable(text, id, table) {
  const start = `<!-- table: npm run results:compare -- ${id} -->`;
  const from = text.indexOf(start);
  if (from < 0) return text; // printed alone
  const to = text.indexOf('<!-- end -->', from);
  return `${text.slice(0, from)}${start}\n${table}\n${text.slice(to)}`;
}

for (const id of ids) {
  if (!options.tables) {
    const metrics = await compared(id);
    await mkdir('results/compare', { recursive: true });
    await writeFile(fileOf(id), `${JSON.stringify(metrics, undefined, 2)}\n`);
  }
  if (!existsSync(fileOf(id))) continue;
  const metrics = JSON.parse(await readFile(fileOf(id), 'utf8'));
  const table = [comparisonTable(metrics), leads(metrics)].filter(Boolean).join('\n\n');
  await writeFile('docs/results.md', withTable(await readFile('docs/results.md', 'utf8'), id, table));
  console.log(`${id}\n${table}\n`);
}
