import type { Operand } from './operand.js';

/** The numbers of the operations, as kernels/program.c lists them. */
export const OPCODES = [
  'pack',
  'unpack',
  'gemm',
  'gemmTransposed',
  'activate',
  'fastgrnnForward',
  'fastgrnnBackward',
  'fastrnnForward',
  'fastrnnBackward',
  'modreluForward',
  'modreluBackward',
  'identity',
  'solveTriangle',
  'mirrorTriangle',
  'unpackTriangle',
  'scaleColumns',
  'columnProducts',
  'sigmoidGradient',
  'unitaryForward',
  'unitaryBackward',
  'cayleyStep',
  'orthogonalityPenalty',
  'vectorResidual',
  'vectorResidualBackward',
  'fastrnnVectorForward',
  'fastrnnVectorBackward',
  'rnnForward',
  'rnnBackward',
  'ugrnnForward',
  'ugrnnBackward',
  'gruForward',
  'gruBackward',
  'resetForward',
  'resetBackward',
  'lstmForward',
  'lstmBackward',
  'softmaxCrossEntropy',
  'softTargets',
  'sigmoidCrossEntropy',
  'squaredError',
  'clearEnded',
  'readStates',
  'readStatesBackward',
  'gatherRows',
  'scatterRows',
  'moveSteps',
  'dropout',
  'gatherRecorded',
  'gatherSpectra',
  'fill',
  'affine',
  'broadcastRows',
  'columnSums',
  'addScaled',
  'roundLevels',
  'scalarGradient',
  'sumOfSquares',
  'allFinite',
  'adam',
  'momentum',
  'peak',
  'repeat',
] as const;

const SIZES = 7;
const OPERANDS = 8;
/** Words of an operation. */
export const WORDS = 1 + SIZES + 2 * OPERANDS;
/** The offset that stands for no operand; any other, even below 0, may be one that later steps bring into the arena. */
export const ABSENT: Operand = { offset: -(2 ** 31), step: 0 };

/** Over which time steps a section runs: `steps` of them from `first`, `increment` apart (negative: backwards in time). */
export interface Span {
  readonly first: number;
  readonly steps: number;
  readonly increment: number;
}

/** The bits of a float32 as an int32, for sizes that hold a real number. */
export function floatBits(value: number): number {
  return new Int32Array(new Float32Array([value]).buffer)[0];
}

/**
 * The words of a program: sections, each a list of operations that runs once for each of the section's time steps. The format
 * is told in kernels/program.c.
 */
export class ProgramWords {
  private readonly sections: number[][] = [];

  /** Operations written from here on run over `span`. */
  over(span: Span): this {
    this.sections.push([0, span.first, span.steps, span.increment]);
    return this;
  }

  /** Operations written from here on run once, at step 0. */
  once(): this {
    return this.over({ first: 0, steps: 1, increment: 1 });
  }

  /**
   * Runs the operations that `body` writes at several steps within each step of the section: `span` counts from that step.
   * Not to be nested.
   */
  repeat(span: Span, body: () => void): this {
    this.write('repeat', [0, span.first, span.steps, span.increment], []);
    const section = this.sections.at(-1) as number[];
    const [start, before] = [section.length, section[0]];
    body();
    section[start - WORDS + 1] = section[0] - before;
    return this;
  }

  /** The program's words. */
  build(): Int32Array {
    return Int32Array.from([this.sections.length, ...this.sections.flat()]);
  }

  /** Appends an operation to the section at hand. */
  protected write(opcode: (typeof OPCODES)[number], sizes: readonly number[], operands: readonly Operand[]): this {
    if (this.sections.length === 0) this.once();
    const words = [OPCODES.indexOf(opcode)];
    for (let i = 0; i < SIZES; i++) words.push(sizes[i] ?? 0);
    for (let i = 0; i < OPERANDS; i++) {
      const { offset, step } = operands[i] ?? ABSENT;
      words.push(offset, step);
    }
    const section = this.sections.at(-1) as number[];
    section.push(...words);
    section[0]++;
    return this;
  }
}
