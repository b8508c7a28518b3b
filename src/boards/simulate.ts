import { compilePico, compileUno, ExportError, isUf2, picoImage, testInputs, unoImage } from '../firmware/index.js';
import type { IntegerNetwork } from '../integer/index.js';
import { provePico } from './pico.js';
import type { BoardProof, ProofOptions, ProofSequence } from './prove.js';
import { proveUno } from './uno.js';

/** A board whose simulator is built in. */
export type BoardName = 'uno' | 'rp2040';

/** The boards that can be simulated. */
export const boardNames: readonly BoardName[] = ['uno', 'rp2040'];

/** A proof of exported C names its compiler. */
export interface CompiledProof extends BoardProof {
  readonly compiler: string;
}

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
  const { runtime: proveRuntime, generated: proveGenerated, given } = builds[board];
  const job: Job = { network, sequences, options };
  if (image !== undefined) {
    return { runtime: await given(job, image), skipped: {} };
  }
  const skipped: Record<string, string> = {};
  const runtime = await attempt(skipped, `${board} runtime`, () => proveRuntime(job));
  const generated = await attempt(skipped, `${board} generated`, async () => {
    const result = await proveGenerated(job);
    if (typeof result !== 'string') return result;
    skipped[`${board} generated`] = result;
    return undefined;
  });
  return { ...(runtime && { runtime }), ...(generated && { generated }), skipped };
}

/** What is to be proven. */
interface Job {
  readonly network: IntegerNetwork;
  readonly sequences: readonly ProofSequence[];
  readonly options: ProofOptions;
}

/** The builds of a board. */
interface BoardBuilds {
  runtime(job: Job): Promise<BoardProof>;
  /** The exported C; or why it can't be compiled here. */
  generated(job: Job): Promise<CompiledProof | string>;
  /** An image that the user has. */
  given(job: Job, image: Uint8Array | string): Promise<BoardProof>;
}

const builds: Readonly<Record<BoardName, BoardBuilds>> = {
  uno: {
    runtime: async ({ network, sequences, options }) => proveUno(network, await unoImage(network), sequences, options),
    async generated({ network, sequences, options }) {
      const compiled = await compileUno(network);
      if (!compiled) return 'avr-gcc not found; install it: apt-get install gcc-avr binutils-avr avr-libc';
      return { ...proveUno(network, compiled, sequences, options), compiler: compiled.compiler };
    },
    given: async ({ network, sequences, options }, image) =>
      proveUno(network, { hex: textOf(image) }, sequences, options),
  },
  rp2040: {
    runtime: async ({ network, sequences, options }) =>
      provePico(network, await picoImage(network), sequences, options),
    async generated({ network, sequences, options }) {
      const compiled = await compilePico(network);
      if (!compiled) return 'arm-none-eabi-gcc not found; install it: apt-get install gcc-arm-none-eabi';
      return { ...(await provePico(network, compiled, sequences, options)), compiler: compiled.compiler };
    },
    given: ({ network, sequences, options }, image) =>
      provePico(
        network,
        typeof image !== 'string' && isUf2(image) ? { uf2: image } : { hex: textOf(image) },
        sequences,
        options,
      ),
  },
};

function textOf(image: Uint8Array | string): string {
  return typeof image === 'string' ? image : new TextDecoder().decode(image);
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
