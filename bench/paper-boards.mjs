// The paper's tables 4, 5 and 12 on this project's simulated boards: milliseconds a prediction beside the paper's, and instructions of an
// emulated Raspberry Pi. Random networks of the paper's shapes.
//   npm run bench:paper [-- --steps N] [--board NAME] [--row NAME]
import { parseArgs } from 'node:util';
import { proofSequences, runRaspberryPi, simulate } from '../dist/boards/index.js';
import { IntegerNetworkError } from '../dist/integer/index.js';
import { integerOf, randomFastGRNN, randomFloat, shapes } from './random-networks.mjs';

const { values: options } = parseArgs({
  options: { steps: { type: 'string', default: '32' }, board: { type: 'string' }, row: { type: 'string' } },
});
const tasks = ['Google-12', 'HAR-2', 'Wakeword-2'];

/** Milliseconds that the paper measured on boards, in the order of `tasks`. "FastGRNN" is the integer one, "FastGRNN-Q" is in floats. */
const paper = {
  mkr1000: {
    FastGRNN: [537, 162, 175],
    'FastGRNN-Q': [2282, 553, 755],
    RNN: [12028, 2249, 2232],
    UGRNN: [22875, 4207, 6724],
    SpectralRNN: [70902, undefined, 10144],
  },
  due: {
    FastGRNN: [242, 62, 77],
    'FastGRNN-Q': [779, 172, 238],
    RNN: [3472, 590, 653],
    UGRNN: [6693, 1142, 1823],
    SpectralRNN: [17766, 55558, 2691],
  },
  'raspberry-pi': {
    FastGRNN: [7.7, 1.8, 2.5],
    RNN: [15.7, 2.9, 3.6],
    UGRNN: [29.7, 5.6, 9.5],
    SpectralRNN: [123.2, 391.0, 17.2],
  },
};

const sizesOf = ([inputSize, hiddenSize, wRank, uRank, classes]) => ({ inputSize, hiddenSize, wRank, uRank, classes });

/** A full network of the same D, H and L in float32, as the paper's own baselines are. */
const full = (fields) => (task) => {
  const [sizes] = shapes[task];
  return { float: randomFloat({ ...sizesOf(sizes), wRank: 0, uRank: 0, ...fields }, 1, 1) };
};

const spectral = { cell: 'RNN', recurrence: 'SpectralRNN', reflectors: 4, spectralMargin: 0.1 };

/** The same network in integers, with the nonlinearities of FastGRNN's row; nothing where its cell has no integer form. */
const fullInteger = (name, fields) => {
  const make = full({ gate: 'hardSigmoid4', update: 'hardTanh', ...fields });
  return (task) => {
    try {
      return { network: integerOf(make(task).float, 1) };
    } catch (error) {
      if (!(error instanceof IntegerNetworkError)) throw error;
      reasons.add(`${name}: ${error.message}`);
      return undefined;
    }
  };
};

const reasons = new Set();

/** The rows: what a task's network is, integer or float. A cell that the float C refuses is left out with its reason. */
const rows = {
  FastGRNN: (task) => {
    const [sizes, densities] = shapes[task];
    return { network: randomFastGRNN(sizes, densities, 1) };
  },
  'FastGRNN-Q': (task) => {
    const [sizes, [density]] = shapes[task];
    const gate = task === 'HAR-2' ? 'tanh' : 'sigmoid'; // as in table 11
    return { float: randomFloat({ ...sizesOf(sizes), cell: 'FastGRNN', gate }, density, 1) };
  },
  'FastGRNN-Q, hard': (task) => {
    const [sizes, [density]] = shapes[task];
    const fields = { cell: 'FastGRNN', gate: 'hardSigmoid4', update: 'hardTanh' };
    return { float: randomFloat({ ...sizesOf(sizes), ...fields }, density, 1) };
  },
  RNN: full({ cell: 'RNN' }),
  UGRNN: full({ cell: 'UGRNN' }),
  GRU: full({ cell: 'GRU' }),
  LSTM: full({ cell: 'LSTM' }),
  SpectralRNN: full(spectral),
  'RNN, integer': fullInteger('RNN', { cell: 'RNN' }),
  'UGRNN, integer': fullInteger('UGRNN', { cell: 'UGRNN' }),
  'GRU, integer': fullInteger('GRU', { cell: 'GRU' }),
  'LSTM, integer': fullInteger('LSTM', { cell: 'LSTM' }),
  'SpectralRNN, integer': fullInteger('SpectralRNN', spectral),
};

/** What the comparisons and the sequences of a float network need of an integer one: sizes and inputs alone. */
function standIn(task) {
  const [sizes, densities] = shapes[task];
  return randomFastGRNN(sizes, densities, 1, { centre: Int16Array.of(0), multiplier: Int16Array.of(16384) });
}

/** Milliseconds a prediction of the task's steps; undefined where nothing runs. */
async function milliseconds(board, task, { network, float }) {
  const [, , length] = shapes[task];
  const basis = network ?? standIn(task);
  const sequences = proofSequences(basis, Number(options.steps));
  const build = float ? 'float32' : 'generated';
  const result = await simulate(basis, { board, sequences, float, builds: [build] });
  for (const [name, why] of Object.entries(result.skipped)) reasons.add(`${name}: ${why}`);
  const proof = result[build];
  if (!proof) return undefined;
  if (!(proof.bitExact ?? proof.withinTolerance)) {
    console.error(`${board} ${task} ${build}: ${proof.error ?? JSON.stringify(proof.firstDifference)}`);
    process.exitCode = 1;
  }
  return proof.msPerPrediction + (length - sequences[0].steps) * proof.msPerStep;
}

async function instructions(task, { network, float }) {
  const [, , length] = shapes[task];
  const sequences = proofSequences(network ?? standIn(task), Number(options.steps));
  let counts;
  try {
    counts = await runRaspberryPi(float ?? network, sequences);
  } catch (error) {
    counts = error.message;
  }
  if (typeof counts === 'string') {
    reasons.add(`raspberry-pi: ${counts}`);
    return undefined;
  }
  if (!counts.agrees) {
    console.error(`raspberry-pi ${task}: ${counts.error ?? JSON.stringify(counts.firstDifference)}`);
    process.exitCode = 1;
  }
  return counts.instructionsPerPrediction + (length - sequences[0].steps) * counts.instructionsPerStep;
}

const line = (cells) => console.log(`| ${cells.join(' | ')} |`);
const figure = (value) =>
  value === undefined ? '' : value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);

async function table(title, board, unit, measured, told) {
  if (options.board && options.board !== board) return;
  console.log(`\n${title}\n`);
  line(['', ...tasks.flatMap((task) => [`${task}, paper, ms`, `ours, ${unit}`])]);
  line(['---', ...tasks.flatMap(() => ['--:', '--:'])]);
  for (const [name, make] of Object.entries(rows)) {
    if (options.row && options.row !== name) continue;
    const cells = [];
    for (const [k, task] of tasks.entries()) {
      const what = make(task);
      cells.push(paper[board]?.[name]?.[k] ?? '', told(what && (await measured(task, what))));
    }
    line([name, ...cells]);
  }
}

const boards = {
  mkr1000: 'Table 4: MKR1000, simulated',
  due: 'Table 5: Due, simulated, cycles modelled',
  uno: 'Uno, simulated',
  'cortex-m4f': 'Cortex-M4F at 64 MHz, simulated, cycles modelled',
};
for (const [board, title] of Object.entries(boards)) {
  await table(title, board, 'ms', (task, what) => milliseconds(board, task, what), figure);
}
await table('Table 12: Raspberry Pi 3, instructions', 'raspberry-pi', '1000 instructions', instructions, (n) =>
  figure(n && n / 1000),
);
for (const why of reasons) console.error(why);
