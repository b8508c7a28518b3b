import {
  ExportError,
  ImageError,
  soundSamples,
  testInputs,
  testSounds,
  type FloatSource,
  type Optimize,
  type SoundInputs,
  type SoundSource,
} from '../firmware/index.js';
import type { IntegerNetwork } from '../integer/index.js';
import type { BoardName } from '../recipe/light.js';
import { buildsOf, imageBoards, type CompiledFloatProof, type CompiledProof, type Job } from './builds.js';
import { withEnergy } from './energy.js';
import type { BoardProof, ProofOptions, ProofSequence } from './prove.js';

/** What a board's builds have shown: `boards.<board>` of `metrics.json`, and its part of `skipped`. */
export interface BoardResult {
  /** The committed generic runtime with the network's blob, or the image that was given. */
  readonly runtime?: BoardProof;
  /** The exported C, compiled on this machine. */
  readonly generated?: CompiledProof;
  /** The float C, compared by tolerance, of boards and models where it is run. */
  readonly float32?: CompiledFloatProof;
  /** The exported front end alone: its steps are hops of samples, and all its cycles make features. */
  readonly frontend?: HeardProof;
  /** The same with the network behind it: all that a device does while it listens. */
  readonly listening?: HeardProof;
  /** "board build" to the reason why it was not run. */
  readonly skipped: Readonly<Record<string, string>>;
}

/** A proof of a program that hears sound. */
export interface HeardProof extends CompiledProof {
  /** The part of real time in which the processor works. */
  readonly busy: number;
  /** Cycles of a frame, from the first sample that is new in it to its last value; with a network, its share of the network's step too. */
  readonly cyclesPerFrame: number;
}

/** A build of a board. */
export type BuildName = 'runtime' | 'generated' | 'float32' | 'frontend' | 'listening';

/** What runs on which board. */
export interface SimulateOptions extends ProofOptions {
  readonly board: BoardName;
  /** A program to prove instead of what this package builds: Intel HEX, or a UF2 file for the RP2040. */
  readonly image?: Uint8Array | string;
  /** What code generated for the Uno is made for: few bytes of flash (the default) or few cycles. */
  readonly optimize?: Optimize | undefined;
  /** The float network, whose C is run, too, over the first steps of the sequences. */
  readonly float?: FloatSource | undefined;
  /** What makes the network's inputs of sound, where it reads such: it is run alone, and with the network. */
  readonly sound?: SoundInputs | undefined;
  /** Which builds to run; all that there are when absent. */
  readonly builds?: readonly BuildName[];
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
  const wanted = (name: BuildName): boolean => options.builds?.includes(name) ?? true;
  const runtime = await attempt(skipped, `${board} runtime`, async () =>
    wanted('runtime') ? builds.runtime?.(job) : undefined,
  );
  const generated = await attempt(skipped, `${board} generated`, async () => {
    if (!wanted('generated')) return undefined;
    const result = await builds.generated(job);
    if (typeof result !== 'string') return result;
    skipped[`${board} generated`] = result;
    return undefined;
  });
  const float32 = await attempt(skipped, `${board} float32`, async () => {
    if (!options.float || !builds.float32 || !wanted('float32')) return undefined;
    const result = await builds.float32({
      source: options.float,
      sequences: sequences.slice(0, floatSequences).map(shortened),
      options,
    });
    if (typeof result !== 'string') return wholePredictions(result, sequences);
    skipped[`${board} float32`] = result;
    return undefined;
  });
  const heard: Partial<Record<'frontend' | 'listening', HeardProof>> = {};
  for (const name of ['frontend', 'listening'] as const) {
    const proof = await attempt(skipped, `${board} ${name}`, async () => {
      if (!options.sound || !wanted(name)) return undefined;
      const source: SoundSource = { inputs: options.sound, ...(name === 'listening' && { network }) };
      const result = await builds.sound({ source, sequences: soundSequences(source), options });
      if (typeof result !== 'string') return heardProof(source, result);
      skipped[`${board} ${name}`] = result;
      return undefined;
    });
    if (proof) heard[name] = proof;
  }
  return {
    ...(runtime && { runtime: withEnergy(board, runtime) }),
    ...(generated && { generated: withEnergy(board, generated) }),
    ...(float32 && { float32: withEnergy(board, float32) }),
    ...heard,
    skipped,
  };
}

/** Hops of each sound that a front end hears in a proof; there are eight sounds. */
const heardHops = 20;

/** Sounds for a proof of a front end: of every kind of `testSounds`. */
export function soundSequences(source: SoundSource, hops = heardHops): ProofSequence[] {
  const { sound } = source.inputs;
  const width = soundSamples(source);
  return testSounds(sound, { samples: hops * sound.hop }).map((inputs) => ({ inputs, steps: inputs.length / width }));
}

/** The proof, with what its cycles mean in real time. */
function heardProof(source: SoundSource, proof: CompiledProof): HeardProof {
  const { hop, settings } = source.inputs.sound;
  const cyclesPerFrame = (proof.cyclesPerStep * hop) / soundSamples(source);
  return { ...proof, cyclesPerFrame, busy: cyclesPerFrame / ((proof.clock * hop) / settings.rate) };
}

/** Steps of each sequence that float C runs: without a floating-point unit a step takes ten times as long, to simulate, too. */
const floatSteps = 4;
/** Of so many sequences. */
const floatSequences = 8;

const shortened = ({ inputs, steps }: ProofSequence): ProofSequence => ({ inputs, steps: Math.min(steps, floatSteps) });

/** The milliseconds of a prediction over sequences of their whole length. */
function wholePredictions(proof: CompiledFloatProof, sequences: readonly ProofSequence[]): CompiledFloatProof {
  if (proof.sequences === 0) return proof;
  const missing = sequences.reduce((sum, { steps }) => sum + Math.max(0, steps - floatSteps), 0) / sequences.length;
  return { ...proof, msPerPrediction: proof.msPerPrediction + missing * proof.msPerStep };
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
