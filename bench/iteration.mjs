// One training iteration (forward, backward, Adam) of networks of known shapes, beside the core's own peak.
//   npm run bench [-- --json FILE] [-- --rounds N]
// Prints medians over interleaved rounds: ms, useful GFLOP/s, and the share of the peak of 128-bit multiply-then-add, which
// is measured just before and after each. One thread. Times are this process's own time on the processor, so that other
// programs on the machine disturb less; with --wall, the clock's.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Layout, loadKernels, ProgramBuilder } from '../dist/kernels/index.js';
import { Random } from '../dist/math/index.js';
import {
  initialise,
  iterationFlops,
  NetworkEngine,
  Optimiser,
  parameterCount,
  plainHead,
} from '../dist/network/index.js';

const { values: options } = parseArgs({
  options: { json: { type: 'string' }, rounds: { type: 'string', default: '15' }, wall: { type: 'boolean' } },
});

const shapes = {
  S1: { what: 'Google-12', rows: 100, steps: 99, inputSize: 32, hiddenSize: 100, wRank: 16, uRank: 25, classes: 12 },
  S2: { what: 'HAR', rows: 100, steps: 128, inputSize: 9, hiddenSize: 80, wRank: 5, uRank: 40, classes: 6 },
  D2: { what: 'digits, 2 KB', rows: 64, steps: 28, inputSize: 28, hiddenSize: 40, wRank: 7, uRank: 13, classes: 10 },
};

/** Milliseconds, of the processor or the clock, since somewhen. */
function now() {
  if (options.wall) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** GFLOP/s of independent chains of multiply-then-add on vectors of the backend. */
function peakProbe(kernels) {
  const layout = new Layout();
  const values = layout.vector(3);
  const iterations = 2_000_000;
  const words = new ProgramBuilder().peak({ iterations, values }).build();
  const { offset } = layout.vector(words.length);
  const arena = kernels.arena(layout.bytes);
  arena.f32(values.offset, 2).set([0.5, 1]);
  arena.i32(offset, words.length).set(words);
  return () => {
    const start = now();
    arena.run(offset);
    return (iterations * 24 * kernels.lanes) / (now() - start) / 1e6;
  };
}

const architecture = (shape) => ({
  ...{ cell: 'FastGRNN', gate: 'sigmoid', update: 'tanh', residual: 'free', ...plainHead },
  ...shape,
});

const flops = (shape) => iterationFlops(architecture(shape), shape.rows, shape.steps);

function iteration(kernels, shape) {
  const arch = architecture(shape);
  const { rows, steps } = shape;
  const random = new Random(1);
  const engine = new NetworkEngine(kernels, arch, { rows, steps, training: true });
  const optimiser = new Optimiser(kernels, parameterCount(arch));
  optimiser.parameters.set(initialise(arch, random));
  for (let i = 0; i < engine.input.length; i++) engine.input[i] = random.normal();
  for (let r = 0; r < rows; r++) engine.labels[r] = random.below(arch.classes);
  return () => {
    engine.parameters.set(optimiser.parameters);
    engine.lossAndGradient(rows, steps, { batchRows: rows });
    optimiser.gradient.set(engine.gradient);
    optimiser.adam({ rate: 1e-4 });
  };
}

function milliseconds(run, repetitions) {
  const start = now();
  for (let i = 0; i < repetitions; i++) run();
  return (now() - start) / repetitions;
}

const kernels = await loadKernels();
const probe = peakProbe(kernels);
const entries = Object.entries(shapes).map(([name, shape]) => {
  const run = iteration(kernels, shape);
  const repetitions = Math.max(3, Math.round(60 / milliseconds(run, 3)));
  return { name, shape, run, repetitions, times: [], shares: [] };
});
const peaks = [];
for (let round = 0; round < Number(options.rounds); round++) {
  for (const entry of entries) {
    const before = probe();
    const ms = milliseconds(entry.run, entry.repetitions);
    const peak = (before + probe()) / 2;
    peaks.push(peak);
    entry.times.push(ms);
    entry.shares.push(flops(entry.shape) / ms / 1e6 / peak);
  }
}

const report = {
  backend: kernels.backend,
  node: process.version,
  rounds: Number(options.rounds),
  peakGflops: median(peaks),
  shapes: Object.fromEntries(
    entries.map(({ name, shape, times, shares }) => {
      const ms = median(times);
      return [name, { ...shape, ms, gflops: flops(shape) / ms / 1e6, shareOfPeak: median(shares) }];
    }),
  ),
};
console.log(`${report.backend}, Node ${report.node}: peak ${report.peakGflops.toFixed(1)} GFLOP/s (multiply then add)`);
for (const [name, { what, ms, gflops, shareOfPeak }] of Object.entries(report.shapes)) {
  const share = (100 * shareOfPeak).toFixed(0);
  console.log(
    `${name} (${what}): ${ms.toFixed(2)} ms an iteration, ${gflops.toFixed(1)} GFLOP/s, ${share} % of the peak`,
  );
}
if (options.json) await writeFile(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
