import type { Build, ExactSource, FloatSource } from '../firmware/index.js';
import { batchInput, BatchProgram } from './batch.js';
import type { Sizes } from './definition.js';
import { sizesOf } from './exact.js';
import { floatSizes } from './float-definition.js';
import { runBatch } from './m0plus-machine.js';
import {
  prove,
  proveFloat,
  type BoardProof,
  type BoardUnderTest,
  type FloatProof,
  type ProofOptions,
  type ProofSequence,
} from './prove.js';

/** Clock of an MKR1000 in Hz. */
export const mkr1000Clock = 48_000_000;

/** A simulated Cortex-M0+ with an MKR1000's memory, and a batch program for it. */
async function mkr1000(build: Build, sizes: Sizes, sequences: readonly ProofSequence[]): Promise<BoardUnderTest> {
  const { RP2040 } = await import('rp2040js');
  return {
    clock: mkr1000Clock,
    flashBytes: build.flashBytes,
    start(): BatchProgram {
      const { output, cycles } = runBatch(RP2040, build, batchInput(sequences, sizes));
      return new BatchProgram(sizes, sequences, output, cycles);
    },
  };
}

/** Runs a batch program for an MKR1000 on a simulated Cortex-M0+ and compares every value with the definition. */
export async function proveMkr1000(
  source: ExactSource,
  build: Build,
  sequences: readonly ProofSequence[],
  options: ProofOptions = {},
): Promise<BoardProof> {
  return prove(source, await mkr1000(build, sizesOf(source), sequences), sequences, options);
}

/** The same of float C, by tolerance. */
export async function proveMkr1000Float(
  source: FloatSource,
  build: Build,
  sequences: readonly ProofSequence[],
  options: ProofOptions = {},
): Promise<FloatProof> {
  return proveFloat(source, await mkr1000(build, floatSizes(source), sequences), sequences, options);
}
