// What outputs, lengths and embeddings cost: one gradient (forward and backward) of each, beside that of the plain network of
// the same shape (softmax of the last state, all rows of full length).
//   npm run bench:outputs [-- --rounds N]
// Prints medians over interleaved rounds and, of each, the median ratio to the plain one of its round. One thread, this process's
// own time on the processor.
import { parseArgs } from 'node:util';
import { loadKernels } from '../dist/kernels/index.js';
import { Random } from '../dist/math/index.js';
import { initialise, NetworkEngine, plainHead } from '../dist/network/index.js';
import { median } from './statistics.mjs';
import { stopwatch } from './stopwatch.mjs';

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });

const shapes = {
  S2: { rows: 100, steps: 128, inputSize: 9, hiddenSize: 80, wRank: 5, uRank: 40, classes: 6 },
  D2: { rows: 64, steps: 28, inputSize: 28, hiddenSize: 40, wRank: 7, uRank: 13, classes: 10 },
};

/** Of each variant: what its network has of its own, and the length of the shortest row in shares of the longest's. */
const variants = {
  plain: {},
  'lengths of 3/4 and more': { shortest: 0.75 },
  'lengths of 1 and more': { shortest: 0 },
  mean: { output: 'mean' },
  'every step': { output: 'every' },
  'every step, lengths of 1 and more': { output: 'every', shortest: 0 },
  'every step, sigmoid': { output: 'every', head: 'sigmoid' },
  'every step, regression': { output: 'every', head: 'regression' },
  sigmoid: { head: 'sigmoid' },
  regression: { head: 'regression' },
  'embedding of 1000 tokens': { vocabulary: 1000 },
};

function milliseconds(run, repetitions) {
  const elapsed = stopwatch();
  for (let i = 0; i < repetitions; i++) run();
  return elapsed().processorMs / repetitions;
}

function gradient(kernels, { rows, steps, ...shape }, { shortest = 1, ...own }) {
  const arch = { cell: 'FastGRNN', gate: 'sigmoid', update: 'tanh', residual: 'free', ...plainHead, ...shape, ...own };
  const random = new Random(1);
  const engine = new NetworkEngine(kernels, arch, { rows, steps, training: true });
  engine.parameters.set(initialise(arch, random));
  for (let i = 0; i < engine.input.length; i++) engine.input[i] = random.normal();
  for (let i = 0; i < engine.tokens.length; i++) engine.tokens[i] = random.below(arch.vocabulary);
  for (let i = 0; i < engine.targets.length; i++) engine.targets[i] = random.below(2);
  for (let i = 0; i < engine.labels.length; i++) engine.labels[i] = random.below(arch.classes);
  const least = Math.max(1, Math.round(shortest * steps));
  for (let r = 0; r < rows; r++) engine.lengths[r] = least + random.below(steps - least + 1);
  return () => engine.lossAndGradient(rows, steps, { batchRows: rows });
}

const kernels = await loadKernels();
console.log(`${kernels.backend}, Node ${process.version}, ${options.rounds} rounds`);
for (const [name, shape] of Object.entries(shapes)) {
  const entries = Object.entries(variants).map(([what, own]) => {
    const run = gradient(kernels, shape, own);
    return { what, run, repetitions: Math.max(3, Math.round(60 / milliseconds(run, 3))), times: [] };
  });
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const entry of entries) entry.times.push(milliseconds(entry.run, entry.repetitions));
  }
  const plain = entries[0].times;
  for (const { what, times } of entries) {
    const ratio = median(times.map((ms, round) => ms / plain[round]));
    console.log(`${name} ${what}: ${median(times).toFixed(2)} ms, ${ratio.toFixed(3)} of plain`);
  }
}
