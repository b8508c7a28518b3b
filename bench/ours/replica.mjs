// One worker's part of a training iteration, as src/training/loop.ts has it: gradients of its shards, the sum over all workers',
// Adam's step of its own copy of the parameters.
import { loadKernels } from '../../dist/kernels/index.js';
import { NetworkEngine, Optimiser } from '../../dist/network/index.js';
import { cut, shardsFor } from '../../dist/training/batches.js';
import { Exchange } from '../../dist/training/exchange.js';
import { shardedGradient } from '../../dist/training/shards.js';
import { readProblem } from '../problem.mjs';

/**
 * @param setting kernels ({ backend, fma }), problem (a file), shards, worker, buffers (of the exchange)
 * @returns a function that runs iterations and returns the mean loss of each
 */
export async function createReplica({ kernels: which, problem: file, shards, worker, buffers }) {
  const kernels = await loadKernels(which);
  const problem = await readProblem(file);
  const { rows, steps, architecture, labels } = problem;
  const { inputSize } = architecture;
  const starts = cut(rows, shardsFor(rows, shards));
  const largest = Math.max(...starts.slice(1).map((start, i) => start - starts[i]));
  const engine = new NetworkEngine(kernels, architecture, { rows: largest, steps, training: true });
  const optimiser = new Optimiser(kernels, problem.parameters.length);
  const exchange = new Exchange(buffers, worker);
  optimiser.parameters.set(problem.parameters);
  engine.parameters.set(problem.parameters);

  // Each shard's inputs as the engine wants them: placing a shard is one copy, in place of a training's normalisation.
  const { inputStride } = engine;
  const inputs = new Map();
  for (let shard = worker; shard < starts.length - 1; shard += buffers.workers) {
    const [start, end] = [starts[shard], starts[shard + 1]];
    const values = new Float32Array(steps * (end - start) * inputStride);
    for (let t = 0; t < steps; t++) {
      for (let r = start; r < end; r++) {
        const from = (t * rows + r) * inputSize;
        values.set(problem.inputs.subarray(from, from + inputSize), (t * (end - start) + r - start) * inputStride);
      }
    }
    inputs.set(start, values);
  }
  let placed; // a worker's only shard stays where it is
  const batch = {
    ...{ count: rows, shards, options: { batchRows: rows } },
    place(start, end) {
      if (placed !== start) {
        engine.input.set(inputs.get(start));
        for (let r = start; r < end; r++) engine.labels[r - start] = labels[r];
      }
      placed = start;
      return steps;
    },
  };

  return async (iterations, rate) => {
    const losses = new Float64Array(iterations);
    for (let i = 0; i < iterations; i++) {
      const loss = shardedGradient(engine, exchange, batch, optimiser);
      losses[i] = (typeof loss === 'number' ? loss : await loss) / rows;
      optimiser.adam({ rate });
      engine.parameters.set(optimiser.parameters);
    }
    return losses;
  };
}
