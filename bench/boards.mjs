// What a network costs on the simulated boards: cycles a step, flash split into tables and code, RAM and stack, for random networks of
// the paper's shapes, for GRUs of Google-12's size, for the shapes of the shipped recipes, and for integer models that are given. On the
// Uno the exported C stands there twice, as it is made for size and for speed.
//   npm run bench:boards [-- --boards uno,due | --boards all] [--steps N] [--only NAME] [--json FILE] [MODEL ...]
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { boardNames, proofSequences, simulate } from '../dist/boards/index.js';
import { integerGates } from '../dist/integer/index.js';
import { integerModel, readModel } from '../dist/pipeline/index.js';
import { even, randomFastGRNN, randomGRU, shapes } from './random-networks.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    boards: { type: 'string', default: 'uno' },
    only: { type: 'string' },
    steps: { type: 'string', default: '64' },
    json: { type: 'string' },
  },
});

const narrow = { inputLimit: 4095, wLimit: 4095, uLimit: 4095, stateLimit: 4095 };
const oneAffine = { centre: Int16Array.of(1000), multiplier: Int16Array.of(20000) };
const networks = Object.entries(shapes).flatMap(([name, [sizes, densities, length]]) => [
  { name, length, network: randomFastGRNN(sizes, densities, 1) },
  { name: `${name}, limits of 12 bits`, length, network: randomFastGRNN(sizes, densities, 1, narrow) },
  { name: `${name}, one affine`, length, network: randomFastGRNN(sizes, densities, 1, oneAffine) },
]);
// 147 recurrent nonzeros in all: the published configuration tells no more.
networks.push({ name: 'published 2026', network: randomFastGRNN([3, 16, 2, 8, 6], [6, 56, 14, 71], 1) });
networks.push({ name: 'H 48, ranks 4 and 24, random', network: randomFastGRNN([9, 48, 4, 24, 2], even(1), 1) });
networks.push({ name: 'digits, random', network: randomFastGRNN([28, 64, 10, 18, 10], even(1), 1) });
// Of 5508 and 5388 bytes in the paper's accounting, a little less than Google-12.
networks.push({ name: 'Google-12, GRU', length: 99, network: randomGRU([32, 60, 6, 8, 12], 8, 1) });
networks.push({ name: 'Google-12, GRU, 4 bits', length: 99, network: randomGRU([32, 96, 8, 10, 12], 4, 1) });
for (const path of positionals) {
  networks.push({ name: path, network: integerModel(await readModel(path)).network });
}

const nonzeros = ({ values }) => values.reduce((sum, value) => sum + (value !== 0), 0);
const rows = [];
const boards = options.boards === 'all' ? boardNames : options.boards.split(',');
for (const { name, network, length } of networks) {
  if (options.only !== undefined && name !== options.only) continue;
  const sequences = proofSequences(network, Number(options.steps));
  const matrices = integerGates(network).flatMap(({ w2, w1, u2, u1 }) => [w2, w1, u2, u1]);
  const recurrent = matrices.reduce((sum, m) => sum + (m ? nonzeros(m) : 0), 0);
  for (const board of boards) {
    const { skipped, ...builds } = await simulate(network, { board, sequences });
    for (const [what, why] of Object.entries(skipped)) console.error(`${name}, ${what}: ${why}`);
    if (board === 'uno' && builds.generated) {
      const { generated } = await simulate(network, { board, sequences, optimize: 'speed' });
      builds['generated, for speed'] = generated;
    }
    for (const [build, proof] of Object.entries(builds).sort()) {
      const { bitExact, firstDifference, error, flash, ...figures } = proof;
      if (!bitExact) console.error(`${name} ${board} ${build}: ${error ?? JSON.stringify(firstDifference)}`);
      if (!bitExact) process.exitCode = 1;
      // A prediction of as many steps as the paper's, with the same reset and head.
      const ends = proof.msPerPrediction - sequences[0].steps * proof.msPerStep;
      const prediction = length === undefined ? undefined : length * proof.msPerStep + ends;
      const tableBytes = flash.weights + flash.tables;
      rows.push({ name, board, build, recurrent, tableBytes, codeBytes: flash.code, bitExact, prediction, ...figures });
    }
  }
}

const columns = {
  network: (r) => r.name,
  board: (r) => r.board,
  build: (r) => r.build,
  nonzeros: (r) => r.recurrent,
  'cycles a step': (r) => Math.round(r.cyclesPerStep),
  most: (r) => r.maxCyclesPerStep,
  'ms a step': (r) => r.msPerStep.toFixed(3),
  'ms a prediction': (r) => r.prediction?.toFixed(2) ?? '',
  flash: (r) => r.flashBytes,
  tables: (r) => r.tableBytes,
  code: (r) => r.codeBytes,
  RAM: (r) => r.ramBytes,
  stack: (r) => r.stackBytes,
  exact: (r) => (r.bitExact ? 'yes' : 'NO'),
};
const line = (cells) => `| ${cells.join(' | ')} |`;
console.log(line(Object.keys(columns)));
console.log(line(Object.keys(columns).map((_, k) => (k < 3 ? '---' : '--:'))));
for (const row of rows) console.log(line(Object.values(columns).map((column) => column(row))));
if (options.json) await writeFile(options.json, `${JSON.stringify(rows, null, 2)}\n`);
