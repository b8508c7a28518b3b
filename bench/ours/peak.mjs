// The peak of a core with the vectors of one build of the kernels: every other rate's measure.
import { Layout, ProgramBuilder } from '../../dist/kernels/index.js';
import { stopwatch } from '../stopwatch.mjs';

/** Returns a function that runs and times independent chains of multiply and add: fused where the build fuses. */
export function peakProbe(kernels) {
  const layout = new Layout();
  const values = layout.vector(15);
  const iterations = 2_000_000;
  const words = new ProgramBuilder().peak({ iterations, values }).build();
  const { offset } = layout.vector(words.length);
  const arena = kernels.arena(layout.bytes);
  arena.f32(values.offset, 2).set([0.5, 1]);
  arena.i32(offset, words.length).set(words);
  return () => {
    const elapsed = stopwatch();
    arena.run(offset);
    return { ...elapsed(), flops: iterations * 24 * kernels.lanes };
  };
}
