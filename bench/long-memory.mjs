// The adding and the copy problem (Hochreiter & Schmidhuber 1997; Arjovsky et al. 2016, sections 5.1 and 5.2): who learns over how many
// steps. Every batch is drawn anew, so the loss of training is that of data never seen.
//   npm run bench:long-memory -- --problem adding|copy --steps 400 --network oRNN [--hidden 64] [--rate 0.001] [--most 5000] [--batch 50] …
// Adding: of T pairs (value, mark), the sum of the two marked values. Answering 1 always errs by 1/6 squared in the mean, 0.167.
// Copy: 10 symbols of 8, T blanks, a mark, then the 10 symbols. Answering by chance costs 10 ln 8 / (T + 20) a step.
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
  tensorsOf,
} from '../dist/network/index.js';
import { stopwatch } from './stopwatch.mjs';

const { values: options } = parseArgs({
  options: {
    problem: { type: 'string', default: 'adding' },
    steps: { type: 'string', default: '400' },
    network: { type: 'string', default: 'oRNN' },
    hidden: { type: 'string', default: '64' },
    batch: { type: 'string', default: '50' },
    rate: { type: 'string', default: '0.001' },
    clip: { type: 'string', default: '1' },
    most: { type: 'string', default: '5000' },
    every: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string', default: '0' },
    begin: { type: 'string', default: 'random' },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const [steps, hiddenSize, batch, rate, clip, most, every, seed, keep] = ['steps', 'hidden', 'batch', 'rate', 'clip', 'most', 'every', 'seed', 'keep'].map((name) => Number(options[name])); // prettier-ignore

const plain = { cell: 'RNN', residual: 'free' };
const networks = {
  RNN: plain,
  FastRNN: { cell: 'FastRNN', residual: 'free' },
  ...Object.fromEntries(['FastGRNN', 'UGRNN', 'GRU', 'LSTM'].map((cell) => [cell, { cell, residual: 'free' }])),
  ...Object.fromEntries(
    ['oRNN', 'SpectralRNN', 'FactoredRNN', 'EURNN'].map((recurrence) => [recurrence, { ...plain, recurrence }]),
  ),
};

const symbols = 8;
const copied = 10;
const learnt = {
  adding: { name: 'mean squared error', chance: 1 / 6, below: 0.01, width: 2, classes: 1 },
  copy: {
    name: 'cross-entropy a step',
    chance: (copied * Math.log(symbols)) / (steps + 2 * copied),
    below: (copied * Math.log(symbols)) / (steps + 2 * copied) / 10,
    width: symbols + 2,
    classes: symbols + 1,
  },
}[options.problem];
const length = options.problem === 'copy' ? steps + 2 * copied : steps;

const arch = {
  ...{ inputSize: learnt.width, hiddenSize, wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh', ...plainHead },
  ...{ classes: learnt.classes, ...networks[options.network] },
  ...(options.problem === 'copy' ? { output: 'every' } : { head: 'regression' }),
  ...Object.fromEntries(
    options.set.map((text) => {
      const [name, value] = text.split('=');
      return [name, Number.isNaN(Number(value)) ? value : Number(value)];
    }),
  ),
};
const kernels = await loadKernels();
const engine = new NetworkEngine(kernels, arch, { rows: batch, steps: length, training: true });
const optimiser = new Optimiser(kernels, parameterCount(arch), orthogonalFactors(arch));
const random = new Random(seed, 1);
optimiser.parameters.set(initialise(arch, new Random(seed)));
// Biases start at 0: at 1, where the paper's cells start them, a nonlinearity flattens what long memory lives on. Those of the gate
// that keeps the state start at --keep: at log T it keeps it for some T steps (Tallec & Ollivier 2018).
for (const { role, local, offset, size } of tensorsOf(arch)) {
  const keeps = local === 'biasForget' || local === 'biasGate';
  if (role === 'bias') optimiser.parameters.fill(keeps ? keep : 0, offset, offset + size);
}
// A FactoredRNN whose factors begin equal has the identity for its first U (Le, Jaitly & Hinton 2015).
if (options.begin === 'identity') {
  const [left, right] = ['ULeft', 'URight'].map((name) => tensorsOf(arch).find(({ local }) => local === name));
  if (!left) throw new Error(`--begin identity is for FactoredRNN, not ${options.network}`);
  optimiser.parameters.copyWithin(right.offset, left.offset, left.offset + left.size);
} else if (options.begin !== 'random') throw new Error(`--begin is random or identity, not ${options.begin}`);
engine.parameters.set(optimiser.parameters);

const draw = {
  adding: () => {
    const half = Math.floor(steps / 2);
    for (let r = 0; r < batch; r++) {
      const marks = [random.below(half), half + random.below(steps - half)];
      let sum = 0;
      for (let t = 0; t < steps; t++) {
        const at = (t * batch + r) * engine.inputStride;
        const value = random.uniform();
        const marked = marks.includes(t);
        engine.input[at] = value;
        engine.input[at + 1] = marked ? 1 : 0;
        if (marked) sum += value;
      }
      engine.targets[r * engine.targetStride] = sum;
    }
  },
  copy: () => {
    engine.input.fill(0);
    for (let r = 0; r < batch; r++) {
      const word = Array.from({ length: copied }, () => random.below(symbols));
      for (let t = 0; t < length; t++) {
        // Input: a symbol, a blank (8), or the mark (9) before the answer. Output: a blank (8), then the symbols.
        const symbol = t < copied ? word[t] : t === steps + copied - 1 ? symbols + 1 : symbols;
        engine.input[(t * batch + r) * engine.inputStride + symbol] = 1;
        engine.labels[t * batch + r] = t < steps + copied ? symbols : word[t - steps - copied];
      }
    }
  },
}[options.problem];

const elapsed = stopwatch();
let mean;
let done;
let iteration = 0;
while (iteration < most && done === undefined) {
  iteration++;
  draw();
  const loss =
    (engine.lossAndGradient(batch, length, { batchRows: batch }) / batch) * (options.problem === 'adding' ? 2 : 1);
  optimiser.gradient.fill(0);
  optimiser.addGradient(engine.gradient);
  const norm = optimiser.gradientNorm();
  if (Number.isFinite(norm)) {
    if (norm > clip) optimiser.scaleGradient(clip / norm);
    optimiser.adam({ rate });
    engine.parameters.set(optimiser.parameters);
  }
  mean = mean === undefined ? loss : mean + (loss - mean) / Math.min(iteration, 100);
  if (iteration % every === 0) console.log(`${iteration}: ${mean.toPrecision(3)}`);
  if (iteration >= 100 && mean < learnt.below) done = iteration;
}
const seconds = elapsed().processorMs / 1000;
console.log(
  `${options.problem}, T ${steps}, ${options.network} ${options.set.join(' ')}, ${hiddenSize} units, ${parameterCount(arch)} parameters, seed ${seed}${keep === 0 ? '' : `, gate begun at ${keep}`}${options.begin === 'random' ? '' : ', U begun at the identity'}: ${learnt.name} ${mean.toPrecision(3)} (by chance ${learnt.chance.toPrecision(3)}), ${done ? `learnt after ${done} batches` : `not learnt in ${most} batches`} of ${batch}; rate ${rate}, clipping ${clip}; ${seconds.toFixed(0)} s of the processor, ${kernels.backend}`,
);
