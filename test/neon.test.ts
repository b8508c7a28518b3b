import { afterAll, describe, expect, test } from 'vitest';
import { loadKernels, type Kernels } from '../src/kernels/index.js';
import { Random } from '../src/math/index.js';
import { initialise } from '../src/network/index.js';
import { toyTask, type ToyOptions } from '../src/testing/index.js';
import { missingTools, serveKernels, type KernelBuild } from '../src/testing/kernel-server.js';
import { Draw, problems } from '../src/testing/problems/index.js';
import { streams } from '../src/training/batches.js';
import { Exchange, exchangeBuffers } from '../src/training/exchange.js';
import { TrainingLoop } from '../src/training/loop.js';
import { initialState } from '../src/training/state.js';

// The kernels for ARM, emulated; beside them those of this machine in the same harness.
const wasm = await loadKernels({ backend: 'wasm' });
const builds: readonly KernelBuild[] = [
  { architecture: 'arm64', variant: 'neon' },
  { architecture: 'arm64', variant: 'neon_fma' },
  ...(process.arch === 'x64' ? [{ architecture: 'x64', variant: 'sse2' } as const] : []),
];

/** Words of all results of an operation's problems, special values among them. */
function bitsOf(name: string, kernels: Kernels): Uint8Array[] {
  return [0, 1, 7, 15, 16, 17, 33].flatMap((size, seed) =>
    [false, true].map((special) => {
      const { bench, compose } = problems[name](new Draw([17, size, 9], new Random(seed), special));
      return bench.run(kernels, compose).words();
    }),
  );
}

/** A whole training of three stages: the parameters' bytes, their support's, and the losses. */
async function trained(kernels: Kernels, options: ToyOptions) {
  const task = toyTask({
    epochs: [2, 2, 1],
    compression: { wSparsity: 0.4, uSparsity: 0.5, thresholdEvery: 1 },
    ...options,
  });
  const state = initialState(initialise(task.architecture, new Random(task.seed, streams.initialise)));
  const exchange = new Exchange(exchangeBuffers(1, task.training.shards, state.parameters.length, 9), 0);
  await new TrainingLoop(kernels, task, exchange, state).run();
  const bytes = (values: Float32Array) => Buffer.from(values.slice().buffer).toString('hex');
  return { parameters: bytes(state.parameters), support: bytes(state.support), history: state.history };
}

const trainings: Record<string, ToyOptions> = {
  FastGRNN: { network: { gate: 'sigmoid', update: 'tanh' } },
  FastRNN: { network: { cell: 'FastRNN', update: 'tanh' }, training: { optimiser: 'momentum', learningRate: 0.1 } },
};

for (const build of builds) {
  const missing = missingTools(build.architecture);
  if (missing !== '') {
    const title = `the ${build.variant} kernels can't be built and run here: there is no ${missing}`;
    if (process.env.CI) test(title, () => expect(missing).toBe(''));
    else test.skip(title);
    continue;
  }

  describe(`the ${build.variant} kernels${build.architecture === 'arm64' ? ', emulated' : ''}`, () => {
    const served = serveKernels(build);
    afterAll(() => served.stop());

    test(served.fma ? 'differ from WASM, fused as they are' : "give WASM's bits for every operation", () => {
      const differing = Object.keys(problems).filter((name) => {
        const reference = bitsOf(name, wasm);
        return bitsOf(name, served).some((words, i) => Buffer.compare(words, reference[i]) !== 0);
      });
      if (served.fma) expect(differing).toEqual(expect.arrayContaining(['gemm', 'gemmTransposed', 'activate', 'adam']));
      else expect(differing).toEqual([]);
    });

    test.each(Object.entries(trainings))(
      `train a %s ${served.fma ? 'of other' : 'of the same'} bytes`,
      async (_, o) => {
        const [own, reference] = [await trained(served, o), await trained(wasm, o)];
        if (served.fma) expect(own.parameters).not.toBe(reference.parameters);
        else expect(own).toEqual(reference);
      },
    );
  });
}
