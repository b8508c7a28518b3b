import { ExportError, ImageError, testInputs, type Optimize } from '../firmware/index.js';
import type { IntegerNetwork } from '../integer/index.js';
import type { BoardName } from '../recipe/light.js';
import { buildsOf, imageBoards, type CompiledProof, type Job } from './builds.js';
import { withEnergy } from './energy.js';
import type { BoardProof, ProofOptions, ProofSequence } from './prove.js';

/** What a board's builds have shown: `boards.<board>` of `metrics.json`, and its part of `skipped`. */
export interface BoardResult {
  /** The committed generic runtime with the network's blob, or the image that was given. */
  readonly runtime?: BoardProof;
  /** The exported C, compiled on this machine. */
  readonly generated?: CompiledProof;
  /** "board build" to the reason why it was not run. */
  readonly skipped: Readonly<Record<string, string>>;
}

/** What runs on which board. */
export interface SimulateOptions extends ProofOptions {
  readonly board: BoardName;
  /** A program to prove instead of what this package builds: Intel HEX, or a UF2 file for the RP2040. */
  readonly image?: Uint8Array | string;
  /** What code generated for the Uno is made for: few bytes of flash (the default) or few cycles. */
  readonly optimize?: Optimize | undefined;
  /** Inputs to run; at least 1000 steps that also saturate when absent. */
  readonly sequences?: readonly ProofSequence[];
}

/** Input sequences for a proof: `steps` in all, at least, of every kind of `testInputs`. */
export function proofSequences(network: IntegerNetwork, steps = 1000, seed = 1): ProofSequence[] {
  const each = Math.ceil(steps / 8);
  return testInputs(network, { sequences: 8, steps: each, seed }).map((inputs) => ({ inputs, steps: each }));
}

/**
 * Runs a network's builds on a simulated board, each compared value by value with the definition. A build that can't be
 * made stands in `skipped`; a board that gives another value has `bitExact: false`.
 */
export async function simulate(network: IntegerNetwork, options: SimulateOptions): Promise<BoardResult> {
  const { board, image, sequences = proofSequences(network) } = options;
  const builds = buildsOf[board];
  const job: Job = { network, sequences, options };
  if (image !== undefined) {
    if (!builds.given) throw new ImageError(`no image can be given to ${board}, only to ${imageBoards.join(' and ')}`);
    return { runtime: withEnergy(board, await builds.given(job, image)), skipped: {} };
  }
  const skipped: Record<string, string> = {};
  const runtime = await attempt(skipped, `${board} runtime`, async () => builds.runtime?.(job));
  const generated = await attempt(skipped, `${board} generated`, async () => {
    const result = await builds.generated(job);
    if (typeof result !== 'string') return result;
    skipped[`${board} generated`] = result;
    return undefined;
  });
  return {
    ...(runtime && { runtime: withEnergy(board, runtime) }),
    ...(generated && { generated: withEnergy(board, generated) }),
    skipped,
  };
}

/** Runs one build; one that the part has no room for is skipped with the reason. */
async function attempt<T>(
  skipped: Record<string, string>,
  name: string,
  build: () => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    return await build();
  } catch (error) {
    if (!(error instanceof ExportError)) throw error;
    skipped[name] = error.message;
    return undefined;
  }
}
