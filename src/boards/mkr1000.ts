import type { Build } from '../firmware/index.js';
import type { IntegerNetwork } from '../integer/index.js';
import { batchInput, BatchProgram } from './batch.js';
import { runBatch } from './m0plus-machine.js';
import { prove, type BoardProof, type ProofOptions, type ProofSequence } from './prove.js';

/** Clock of an MKR1000 in Hz. */
export const mkr1000Clock = 48_000_000;

/** Runs a batch program for an MKR1000 on a simulated Cortex-M0+ and compares every value with the definition. */
export async function proveMkr1000(
  network: IntegerNetwork,
  build: Build,
  sequences: readonly ProofSequence[],
  options: ProofOptions = {},
): Promise<BoardProof> {
  const { RP2040 } = await import('rp2040js');
  const board = {
    clock: mkr1000Clock,
    flashBytes: build.flashBytes,
    start(): BatchProgram {
      const { output, cycles } = runBatch(RP2040, build, batchInput(sequences, network));
      return new BatchProgram(network, sequences, output, cycles);
    },
  };
  return prove(network, board, sequences, options);
}
