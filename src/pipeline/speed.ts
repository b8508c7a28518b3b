import { now } from '#platform';
import { loadKernels, measurePeak, nativeVariants, type KernelOptions, type Kernels } from '../kernels/index.js';
import { Random } from '../math/index.js';
import {
  initialise,
  iterationFlops,
  NetworkEngine,
  Optimiser,
  parameterCount,
  plainHead,
  type Architecture,
} from '../network/index.js';

/** How fast one core is with one build of the kernels, in GFLOP/s. */
export interface Speed {
  readonly backend: string;
  readonly fma: boolean;
  /** Products and sums alone, in registers: nothing can be faster. */
  readonly peak: number;
  /** Useful operations of iterations of a training: the network of the paper's Google-12, batches of 100 cut into 8 shards. */
  readonly training: number;
}

const architecture: Architecture = {
  ...{ cell: 'FastGRNN', inputSize: 32, hiddenSize: 100, wRank: 16, uRank: 25, gate: 'sigmoid', update: 'tanh' },
  ...{ residual: 'free', classes: 12, ...plainHead },
};
const [rows, steps, iterations] = [13, 99, 60];

/** Measures every build that this machine runs, best of short rounds: some seconds in all. */
export async function measureSpeeds(): Promise<Speed[]> {
  const { variants, fused } = await nativeVariants();
  const native = variants.map((variant) => `native-${variant}` as const);
  const fusing = fused.map((variant) => ({ backend: `native-${variant}` as const, fma: true }));
  const builds: KernelOptions[] = [
    ...native.map((backend) => ({ backend })),
    { backend: 'wasm' },
    ...(native.length > 0 ? fusing : []),
  ];
  const speeds: Speed[] = [];
  for (const build of builds) speeds.push(speedOf(await loadKernels(build)));
  return speeds;
}

function speedOf(kernels: Kernels): Speed {
  const { backend, fma } = kernels;
  return { backend, fma, peak: measurePeak(kernels) / 1e9, training: trainingSpeed(kernels) / 1e9 };
}

/** Of the best of `iterations` iterations. */
function trainingSpeed(kernels: Kernels): number {
  const engine = new NetworkEngine(kernels, architecture, { rows, steps, training: true });
  const optimiser = new Optimiser(kernels, parameterCount(architecture));
  const random = new Random(1);
  optimiser.parameters.set(initialise(architecture, random));
  for (let i = 0; i < engine.input.length; i++) engine.input[i] = random.uniform() - 0.5;
  engine.labels.fill(0);
  let best = Infinity;
  for (let i = 0; i < iterations; i++) {
    const start = now();
    engine.parameters.set(optimiser.parameters);
    engine.lossAndGradient(rows, steps, { batchRows: rows });
    optimiser.gradient.set(engine.gradient);
    optimiser.adam({ rate: 1e-4 });
    best = Math.min(best, (now() - start) / 1000);
  }
  return iterationFlops(architecture, rows, steps) / best;
}
