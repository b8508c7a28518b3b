import { now } from '#platform';
import type { Kernels } from './backend.js';
import { Layout } from './layout.js';
import { ProgramBuilder } from './program.js';

/** Independent chains of the probe, in each a product and a sum a turn (kernels/peak.c). */
const CHAINS = 13;

/** Something to time: `run` does so many floating-point operations. */
export interface PeakProbe {
  readonly operations: number;
  /** Runs them once. */
  run(): void;
}

/** Chains of products and sums on one core, fused where the kernels fuse, for some 10 ms. */
export function peakProbe(kernels: Kernels): PeakProbe {
  const layout = new Layout();
  const values = layout.vector(2 + CHAINS + 1);
  const iterations = 500_000;
  const words = new ProgramBuilder().peak({ iterations, values }).build();
  const { offset } = layout.vector(words.length);
  const arena = kernels.arena(layout.bytes);
  arena.f32(values.offset, 2).set([0.5, 1]);
  arena.i32(offset, words.length).set(words);
  return { operations: iterations * 2 * CHAINS * kernels.lanes, run: () => arena.run(offset) };
}

/** The peak of one core with these kernels, in floating-point operations a second: the best of some rounds, since others on the machine only ever slow it down. */
export function measurePeak(kernels: Kernels, rounds = 10): number {
  const { operations, run } = peakProbe(kernels);
  let best = 0;
  for (let round = 0; round < rounds + 2; round++) {
    const start = now();
    run();
    // Engines compile WASM twice: the first rounds may run what the first compiler made.
    if (round >= 2) best = Math.max(best, operations / ((now() - start) / 1000));
  }
  return best;
}
