// One pass forwards and backwards of every cell at the sizes of bench/shapes.mjs, in turns: GFLOP/s of processor time, and beside
// FastGRNN's of the same turn. Full matrices, one shard of the batch.
//   npm run bench:cells -- [--shapes S1,D2] [--backend native-avx2] [--rounds N] [--json FILE]
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loadKernels } from '../dist/kernels/index.js';
import { Random } from '../dist/math/index.js';
import { CELLS, initialise, iterationFlops, NetworkEngine } from '../dist/network/index.js';
import { architectureOf, shapes } from './shapes.mjs';
import { median } from './statistics.mjs';
import { stopwatch } from './stopwatch.mjs';

const { values: options } = parseArgs({
  options: {
    shapes: { type: 'string', default: 'S1,S2,D2' },
    backend: { type: 'string', default: 'auto' },
    rounds: { type: 'string', default: '9' },
    json: { type: 'string' },
  },
});
const kernels = await loadKernels({ backend: options.backend });
const shortest = 60; // milliseconds of a turn at least

/** Runs one cell's pass; seconds of processor time a pass. */
function runner(architecture, { rows, steps, shards = 1 }) {
  const own = Math.ceil(rows / shards);
  const engine = new NetworkEngine(kernels, architecture, { rows: own, steps, training: true });
  const random = new Random(1);
  engine.parameters.set(initialise(architecture, random));
  for (let i = 0; i < engine.input.length; i++) engine.input[i] = random.normal();
  for (let r = 0; r < own; r++) engine.labels[r] = random.below(architecture.classes);
  const flops = iterationFlops(architecture, own, steps);
  const pass = () => engine.lossAndGradient(own, steps, { batchRows: rows });
  pass();
  return () => {
    const elapsed = stopwatch();
    let passes = 0;
    let spent = 0;
    do {
      pass();
      passes++;
      spent = elapsed().processorMs;
    } while (spent < shortest);
    return (flops * passes) / spent / 1e6; // GFLOP/s
  };
}

const results = [];
for (const name of options.shapes.split(',')) {
  const shape = shapes[name];
  const variants = [
    ...CELLS.map((cell) => ({ label: cell, cell })),
    { label: 'GRU before', cell: 'GRU', reset: 'before' },
  ];
  const runs = variants.map(({ label, ...fields }) => ({
    label,
    run: runner({ ...architectureOf(name), wRank: 0, uRank: 0, ...fields }, shape),
    speeds: [],
  }));
  for (let round = 0; round < Number(options.rounds); round++) for (const each of runs) each.speeds.push(each.run());
  const [base] = runs;
  for (const { label, speeds } of runs) {
    const ratio = median(speeds.map((speed, i) => speed / base.speeds[i]));
    const row = { shape: name, cell: label, gflops: median(speeds), ofFastGRNN: ratio };
    results.push(row);
    console.log(
      `${name}  ${label.padEnd(14)} ${row.gflops.toFixed(1).padStart(6)} GFLOP/s  ${(100 * ratio).toFixed(0).padStart(4)} % of FastGRNN`,
    );
  }
}
if (options.json) await writeFile(options.json, `${JSON.stringify({ backend: kernels.name, results }, null, 2)}\n`);
