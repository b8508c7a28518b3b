import type { Sizes } from './definition.js';
import { MachineError } from './machine.js';
import type { BoardProgram, ProofSequence } from './prove.js';

/** The sequences as firmware/batch reads them. */
export function batchInput(sequences: readonly ProofSequence[], { inputs: width, type }: Sizes): Uint8Array {
  const valueBytes = type === 'float' ? 4 : 2;
  const bytes = new Uint8Array(sequences.reduce((sum, { steps }) => sum + 4 + valueBytes * steps * width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { inputs, steps } of sequences) {
    view.setUint32(at, steps, true);
    at += 4;
    for (const value of inputs.subarray(0, steps * width)) {
      if (type === 'float') view.setFloat32(at, value, true);
      else view.setInt16(at, value, true);
      at += valueBytes;
    }
  }
  return bytes;
}

/** Cycles of pieces of work, by what ran; those that weren't counted take the mean of those that were. */
export interface BatchCycles {
  readonly reset: readonly number[];
  readonly step: readonly number[];
  readonly predict: readonly number[];
}

/** A program that has run already: it answers a proof from what it wrote (firmware/batch). */
export class BatchProgram implements BoardProgram {
  readonly inputs: number;
  readonly hiddenSize: number;
  readonly classes: number;
  readonly ramBytes: number;
  private readonly stack: number;
  private readonly float: boolean;
  private readonly output: DataView;
  private readonly cycles: BatchCycles;
  private at = 0;
  private resets = 0;
  private steps = 0;
  private lastState: ArrayLike<number> = [];
  private lastLogits: ArrayLike<number> = [];

  /** @throws MachineError when the output is shorter or longer than the sequences' answers. */
  constructor(sizes: Sizes, sequences: readonly ProofSequence[], output: Uint8Array, cycles: BatchCycles) {
    ({ inputs: this.inputs, hiddenSize: this.hiddenSize, classes: this.classes } = sizes);
    this.float = sizes.type === 'float';
    const valueBytes = this.float ? 4 : 2;
    const wanted = sequences.reduce(
      (sum, { steps }) => sum + valueBytes * steps * this.hiddenSize + 4 * this.classes + 4,
      8,
    );
    if (output.length !== wanted) {
      throw new MachineError(`the program wrote ${output.length} bytes where ${wanted} were expected`);
    }
    this.output = new DataView(output.buffer, output.byteOffset, output.byteLength);
    this.ramBytes = this.output.getUint32(wanted - 8, true);
    this.stack = this.output.getUint32(wanted - 4, true);
    this.cycles = cycles;
  }

  reset(): number {
    return countOf(this.cycles.reset, this.resets++);
  }

  step(): number {
    const next = this.float
      ? () => this.output.getFloat32((this.at += 4) - 4, true)
      : () => this.output.getInt16((this.at += 2) - 2, true);
    this.lastState = Array.from({ length: this.hiddenSize }, next);
    return countOf(this.cycles.step, this.steps++);
  }

  state(): ArrayLike<number> {
    return this.lastState;
  }

  logits(): ArrayLike<number> {
    return this.lastLogits;
  }

  predict(): { prediction: number; cycles: number } {
    const next = () => this.output.getInt32((this.at += 4) - 4, true);
    const logit = this.float ? () => this.output.getFloat32((this.at += 4) - 4, true) : next;
    this.lastLogits = Array.from({ length: this.classes }, logit);
    return { prediction: next(), cycles: countOf(this.cycles.predict, this.resets - 1) };
  }

  stackBytes(): number {
    return this.stack;
  }
}

function countOf(counts: readonly number[], index: number): number {
  if (index < counts.length) return counts[index];
  return counts.length > 0 ? counts.reduce((sum, count) => sum + count, 0) / counts.length : 0;
}
