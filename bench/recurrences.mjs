// What each recurrence costs an iteration of training (forwards, backwards, and the optimiser's step), beside the plain RNN's: processor
// time, in turns, so that what else the machine does falls on all of them. H = 128 unless told.
//   npm run bench:recurrences [-- --hidden 128] [-- --shards 8] [-- --backend wasm]
import { parseArgs } from 'node:util';
import { loadKernels } from '../dist/kernels/index.js';
import { Random } from '../dist/math/index.js';
import {
  initialise,
  NetworkEngine,
  Optimiser,
  orthogonalFactors,
  parameterCount,
  plainHead,
} from '../dist/network/index.js';
import { median } from './statistics.mjs';
import { stopwatch } from './stopwatch.mjs';

const { values: options } = parseArgs({
  options: {
    hidden: { type: 'string', default: '128' },
    rows: { type: 'string', default: '100' },
    steps: { type: 'string', default: '99' },
    inputs: { type: 'string', default: '32' },
    shards: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '9' },
    iterations: { type: 'string', default: '10' },
    backend: { type: 'string', default: 'auto' },
  },
});
const [hiddenSize, batch, steps, inputSize, shards, rounds, iterations] = ['hidden', 'rows', 'steps', 'inputs', 'shards', 'rounds', 'iterations'].map((name) => Number(options[name])); // prettier-ignore

const all = hiddenSize;
const networks = {
  RNN: {},
  'RNN, U of rank 16': { uRank: 16 },
  'oRNN, 16 reflectors': { recurrence: 'oRNN', reflectors: 16 },
  [`oRNN, ${all} reflectors`]: { recurrence: 'oRNN', reflectors: all },
  'SpectralRNN, 2 x 16 reflectors': { recurrence: 'SpectralRNN', reflectors: 16 },
  [`SpectralRNN, 2 x ${all} reflectors`]: { recurrence: 'SpectralRNN', reflectors: all },
  'FactoredRNN, geodesic': { recurrence: 'FactoredRNN' },
  'FactoredRNN, soft': { recurrence: 'FactoredRNN', orthogonality: 'soft' },
  'EURNN, 2 layers': { recurrence: 'EURNN', capacity: 2 },
  'EURNN, fft': { recurrence: 'EURNN', arrangement: 'fft' },
  [`EURNN, ${all / 2} layers`]: { recurrence: 'EURNN', capacity: all / 2 },
};
const kernels = await loadKernels({ backend: options.backend });
const rows = Math.ceil(batch / shards);
const base = { cell: 'RNN', residual: 'free', gate: 'sigmoid', update: 'tanh', wRank: 0, uRank: 0, ...plainHead }; // prettier-ignore
const entries = Object.entries(networks).map(([name, fields]) => {
  const arch = { ...base, inputSize, hiddenSize, classes: 12, ...fields };
  const engine = new NetworkEngine(kernels, arch, { rows, steps, training: true });
  const optimiser = new Optimiser(kernels, parameterCount(arch), orthogonalFactors(arch));
  const random = new Random(1);
  optimiser.parameters.set(initialise(arch, random));
  for (let i = 0; i < engine.input.length; i++) engine.input[i] = random.normal();
  for (let r = 0; r < rows; r++) engine.labels[r] = r % 12;
  const iterate = () => {
    engine.parameters.set(optimiser.parameters);
    optimiser.gradient.fill(0);
    for (let shard = 0; shard < shards; shard++) {
      engine.lossAndGradient(rows, steps, { batchRows: rows * shards });
      optimiser.addGradient(engine.gradient);
    }
    optimiser.adam({ rate: 1e-4 });
  };
  iterate();
  return { name, iterate, times: [] };
});
for (let round = 0; round < rounds; round++) {
  for (const { iterate, times } of entries) {
    const read = stopwatch();
    for (let i = 0; i < iterations; i++) iterate();
    times.push(read().processorMs / iterations);
  }
}
const plain = median(entries[0].times);
console.log(`${kernels.backend}, H ${hiddenSize}, D ${inputSize}, T ${steps}, ${shards} shards of ${rows} rows; medians of ${rounds} rounds of ${iterations} iterations, processor time`); // prettier-ignore
for (const { name, times } of entries) {
  console.log(
    `${name.padEnd(34)} ${median(times).toFixed(2).padStart(8)} ms ${(median(times) / plain).toFixed(2).padStart(6)} x`,
  );
}
