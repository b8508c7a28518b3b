// What it costs to hear: the integer front end alone and with a network behind it on the simulated boards, for the settings of the
// paper with a network of 5518 bytes, and for what fits an Uno with one of 1 KB. Random weights: no weight changes a cycle but zeros.
//   npm run bench:frontend [-- --boards mkr1000,due | --boards all] [--only NAME] [--json FILE]
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { boardNames, simulate } from '../dist/boards/index.js';
import { integerSound, soundSettings } from '../dist/features/index.js';
import { frontendBytes } from '../dist/firmware/index.js';
import { even, randomFastGRNN } from './random-networks.mjs';

const { values: options } = parseArgs({
  options: {
    boards: { type: 'string', default: 'mkr1000' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});

/** Settings, stacking and the sizes [D, H, rw, ru, L] of a network. */
const cases = {
  'paper, 5.5 KB': [{}, { frames: 2, stride: 2 }, [64, 72, 14, 18, 12]],
  'hann, pre-emphasis, 40 filters, 5.5 KB': [
    { shape: 'hann', preEmphasis: 0.97, corners: 'hertz', filters: 40, lowest: 20 },
    { frames: 2, stride: 2 },
    [80, 72, 14, 18, 12],
  ],
  'mfcc, 5.5 KB': [{ kind: 'mfcc', shape: 'hamming' }, { frames: 2, stride: 2 }, [26, 72, 14, 18, 12]],
  '8 kHz, 25 ms each 10 ms, 24 filters, 1 KB': [
    { rate: 8000, filters: 24 },
    { frames: 2, stride: 2 },
    [48, 24, 4, 6, 12],
  ],
  '8 kHz, 25 ms each 20 ms, 24 filters, 1 KB': [
    { rate: 8000, filters: 24, hop: 20 },
    { frames: 1, stride: 1 },
    [24, 24, 4, 6, 12],
  ],
  '8 kHz, 16 ms side by side, 16 filters, 1 KB': [
    { rate: 8000, filters: 16, window: 16, hop: 16 },
    { frames: 2, stride: 2 },
    [32, 24, 4, 6, 12],
  ],
};

const rows = [];
const boards = options.boards === 'all' ? boardNames : options.boards.split(',');
for (const [name, [settings, stack, sizes]] of Object.entries(cases)) {
  if (options.only !== undefined && name !== options.only) continue;
  const network = randomFastGRNN(sizes, even(1), 1, { gate: 'sigmoid', update: 'tanh' });
  const sound = { sound: integerSound(soundSettings(settings), 2 ** (settings.kind === 'mfcc' ? -6 : -8)), stack };
  for (const board of boards) {
    const { skipped, ...builds } = await simulate(network, { board, sound, builds: ['frontend', 'listening'] });
    for (const [what, why] of Object.entries(skipped)) console.error(`${name}, ${what}: ${why}`);
    for (const [build, { bitExact, firstDifference, error, ...figures }] of Object.entries(builds)) {
      if (!bitExact) console.error(`${name} ${board} ${build}: ${error ?? JSON.stringify(firstDifference)}`);
      if (!bitExact) process.exitCode = 1;
      rows.push({ name, board, build, bitExact, frontendBytes: frontendBytes(sound), ...figures });
    }
  }
}

const columns = {
  settings: (r) => r.name,
  board: (r) => r.board,
  build: (r) => r.build,
  exact: (r) => `${r.steps} hops`,
  'cycles a frame': (r) => Math.round(r.cyclesPerFrame),
  'most of a step': (r) => Math.round(r.maxCyclesPerStep),
  busy: (r) => `${(100 * r.busy).toFixed(1)} %`,
  flash: (r) => r.flashBytes,
  'RAM of it': (r) => r.frontendBytes,
  'RAM of the program': (r) => r.ramBytes,
  stack: (r) => r.stackBytes,
};
const table = [Object.keys(columns), ...rows.map((row) => Object.values(columns).map((cell) => String(cell(row))))];
const widths = table[0].map((_, c) => Math.max(...table.map((row) => row[c].length)));
for (const row of table)
  console.log(
    row
      .map((cell, c) => cell.padEnd(widths[c]))
      .join('  ')
      .trimEnd(),
  );
if (options.json) await writeFile(options.json, `${JSON.stringify(rows, undefined, 2)}\n`);
