import { now } from '#platform';
import type { Kernels } from './backend.js';
import { Layout } from './layout.js';
import { ProgramBuilder } from './program.js';

/** Operations of an iteration of the probe and a lane: 12 chains of a product and a sum (kernels/peak.c). */
const OPERATIONS = 24;

/**
 * The peak of one core with these kernels, in floating-point operations a second: independent chains of products and sums, fused where
 * the kernels fuse. The best of some rounds of about 10 ms: others on the machine only ever slow it down.
 */
export function measurePeak(kernels: Kernels, rounds = 10): number {
  const layout = new Layout();
  const values = layout.vector(3);
  const iterations = 500_000;
  const words = new ProgramBuilder().peak({ iterations, values }).build();
  const { offset } = layout.vector(words.length);
  const arena = kernels.arena(layout.bytes);
  arena.f32(values.offset, 2).set([0.5, 1]);
  arena.i32(offset, words.length).set(words);
  let best = 0;
  for (let round = 0; round < rounds + 2; round++) {
    const start = now();
    arena.run(offset);
    // Engines compile WASM twice: the first rounds may run what the first compiler made.
    if (round >= 2) best = Math.max(best, (iterations * OPERATIONS * kernels.lanes) / ((now() - start) / 1000));
  }
  return best;
}
