import { ImageError, type ExactSource, type FlashParts, type FloatSource, type Segment } from '../firmware/index.js';
import type { Definition, Mismatch, Sizes } from './definition.js';
import { definitionOf } from './exact.js';
import type { DerivedEnergy } from './energy.js';
import { FloatDefinition } from './float-definition.js';
import { MachineError } from './machine.js';

/** One input sequence: [steps][D] values. */
export interface ProofSequence {
  readonly inputs: Int16Array;
  readonly steps: number;
}

/** The first value in which board and definition differ. */
export interface Difference extends Mismatch {
  readonly sequence: number;
  /** 0 .. steps - 1; logits and prediction come after the last step. */
  readonly step: number;
}

/** What a simulated board has shown: `boards.<board>.<build>` of `metrics.json`. */
export interface BoardProof extends BoardFigures {
  /** Every hidden state of every step, every logit and every prediction equals the definition's. */
  readonly bitExact: boolean;
}

/** The same of a program in float arithmetic, which is never called bit-exact. */
export interface FloatProof extends BoardFigures {
  /** Every state and logit lies within its bound, and the prediction is the largest of the board's logits. */
  readonly withinTolerance: boolean;
  /** The largest error as a fraction of its bound. */
  readonly errorOfTolerance: number;
  /** The largest difference between a state and that of a float64 network that ran by itself over the same sequence. */
  readonly deviation: number;
}

/** What is measured of a program. */
export interface BoardFigures {
  readonly firstDifference?: Difference;
  /** Why the image could not be run to the end. */
  readonly error?: string;
  /** Sequences and steps that were run and compared. */
  readonly sequences: number;
  readonly steps: number;
  /** Mean, least and most cycles of a step, counted from its first to its last instruction without the serial transfer. */
  readonly cyclesPerStep: number;
  /** Of the part, in Hz. */
  readonly clock: number;
  /** Where a simulator counts instructions: what gives the cycles. Absent where it counts cycles. */
  readonly cycleModel?: string;
  readonly minCyclesPerStep: number;
  readonly maxCyclesPerStep: number;
  readonly msPerStep: number;
  /** A reset, all the steps of a sequence, and the head with its argmax; mean over the sequences. */
  readonly msPerPrediction: number;
  /** Bytes of flash that the image fills. */
  readonly flashBytes: number;
  /** Where they go, of a build whose parts are known. */
  readonly flash?: FlashParts;
  /** Derived from the datasheet, of boards whose datasheet gives a current. */
  readonly energy?: DerivedEnergy;
  /** Bytes of RAM without the stack: static data, state and vectors. */
  readonly ramBytes: number;
  /** Bytes of the deepest stack that was seen. */
  readonly stackBytes: number;
}

/** How a proof tells of its progress. */
export interface ProofOptions {
  /** Called now and then with the steps run so far. */
  readonly onProgress?: (steps: number) => void;
}

/** A network that runs on a board, or what else is compared: what a proof asks it. Every method throws a MachineError where there is no answer. */
export interface BoardProgram {
  /** Values of one step. */
  readonly inputs: number;
  /** Hidden units of all layers together. */
  readonly hiddenSize: number;
  readonly classes: number;
  /** Bytes of RAM in use without the stack. */
  readonly ramBytes: number;
  /** Forgets the past. Returns the cycles that it took. */
  reset(): number;
  /** One time step over D inputs. Returns its cycles. */
  step(x: Int16Array): number;
  /** The hidden state, [H]; the layers' one after the other. */
  state(): ArrayLike<number>;
  /** The logits, [L]. */
  logits(): ArrayLike<number>;
  /** The predicted class and the cycles of the head with its argmax. */
  predict(): { prediction: number; cycles: number };
  /** Bytes of the deepest stack so far. */
  stackBytes(): number;
}

/** A board that is to be proven. */
export interface BoardUnderTest {
  /** Hz. */
  readonly clock: number;
  /** Where cycles follow from counted instructions: the model that gives them. */
  readonly model?: string;
  /** Bytes of flash that the image fills. */
  readonly flashBytes: number;
  /** Starts the image. */
  start(): BoardProgram;
}

/** Counts while a proof runs. */
interface Tally {
  sequences: number;
  steps: number;
  /** Steps whose cycles count. */
  counted: number;
  cycles: number;
  least: number;
  most: number;
  predictionCycles: number;
}

/** Bytes of flash that an image's segments fill. */
export function segmentBytes(segments: readonly Segment[]): number {
  return segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/**
 * Runs a board's program and compares every value with the definition. A damaged or foreign image comes out as not exact,
 * with the reason: a MachineError or an ImageError of the board is an answer of the proof.
 */
export function prove(
  source: ExactSource,
  board: BoardUnderTest,
  sequences: readonly ProofSequence[],
  options: ProofOptions = {},
): BoardProof {
  const figures = run(definitionOf(source), board, sequences, options);
  return { bitExact: agrees(figures), ...figures };
}

/** The same of a float network's program, by tolerance. */
export function proveFloat(
  source: FloatSource,
  board: BoardUnderTest,
  sequences: readonly ProofSequence[],
  options: ProofOptions = {},
): FloatProof {
  const definition = new FloatDefinition(source);
  const figures = run(definition, board, sequences, options);
  const { errorOfTolerance, deviation } = definition;
  return { withinTolerance: agrees(figures), errorOfTolerance, deviation, ...figures };
}

const agrees = ({ firstDifference, error }: BoardFigures): boolean => !firstDifference && error === undefined;

function run(
  definition: Definition,
  board: BoardUnderTest,
  sequences: readonly ProofSequence[],
  options: ProofOptions,
): BoardFigures {
  const tally: Tally = { sequences: 0, steps: 0, counted: 0, cycles: 0, least: Infinity, most: 0, predictionCycles: 0 };
  let program: BoardProgram | undefined;
  let flashBytes = 0;
  let firstDifference: Difference | undefined;
  let error: string | undefined;
  try {
    ({ flashBytes } = board);
    program = board.start();
    checkSizes(definition, program);
    firstDifference = compare(definition, program, sequences, tally, options);
    if (tally.steps === 0) error = 'there were no steps to run';
  } catch (thrown) {
    if (!(thrown instanceof MachineError || thrown instanceof ImageError)) throw thrown;
    error = thrown.message;
  }
  const ms = (cycles: number): number => (1000 * cycles) / board.clock;
  const cyclesPerStep = tally.counted > 0 ? tally.cycles / tally.counted : 0;
  return {
    ...(firstDifference && { firstDifference }),
    ...(error !== undefined && { error }),
    sequences: tally.sequences,
    steps: tally.steps,
    cyclesPerStep,
    clock: board.clock,
    ...(board.model !== undefined && { cycleModel: board.model }),
    minCyclesPerStep: tally.counted > 0 ? tally.least : 0,
    maxCyclesPerStep: tally.most,
    msPerStep: ms(cyclesPerStep),
    msPerPrediction: tally.sequences > 0 ? ms(tally.predictionCycles / tally.sequences) : 0,
    flashBytes,
    ramBytes: program?.ramBytes ?? 0,
    stackBytes: program?.stackBytes() ?? 0,
  };
}

function checkSizes(definition: Sizes, program: BoardProgram): void {
  const sizes = (s: Omit<Sizes, 'type'>): string =>
    `${s.inputs} inputs, ${s.hiddenSize} hidden units, ${s.classes} classes`;
  const [own, wanted] = [sizes(program), sizes(definition)];
  if (own !== wanted) {
    throw new MachineError(`the image holds another network: ${own}, not ${wanted}`);
  }
}

/** Runs all sequences; stops at the first value that differs and returns it. */
function compare(
  definition: Definition,
  program: BoardProgram,
  sequences: readonly ProofSequence[],
  tally: Tally,
  options: ProofOptions,
): Difference | undefined {
  const { inputs: width, warmUp = 0 } = definition;
  for (const [sequence, { inputs, steps }] of sequences.entries()) {
    definition.reset();
    let sequenceCycles = program.reset();
    for (let step = 0; step < steps; step++) {
      const at = step * width;
      const cycles = program.step(inputs.subarray(at, at + width));
      sequenceCycles += cycles;
      tally.steps++;
      if (step >= warmUp) {
        tally.counted++;
        tally.cycles += cycles;
        tally.least = Math.min(tally.least, cycles);
        tally.most = Math.max(tally.most, cycles);
      }
      const mismatch = definition.step(inputs, at, program.state());
      if (mismatch) return { sequence, step, ...mismatch };
      if (tally.steps % 50 === 0) options.onProgress?.(tally.steps);
    }
    const { prediction, cycles } = program.predict();
    tally.sequences++;
    tally.predictionCycles += sequenceCycles + cycles;
    const mismatch = definition.head(program.logits(), prediction);
    if (mismatch) return { sequence, step: steps - 1, ...mismatch };
  }
  return undefined;
}
