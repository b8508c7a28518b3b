import { stateSize, stepInputs, type IntegerNetwork } from '../integer/index.js';
import { MachineError } from './machine.js';
import type { BoardProgram, ProofSequence } from './prove.js';

/** The sequences as firmware/batch reads them. */
export function batchInput(sequences: readonly ProofSequence[], network: IntegerNetwork): Uint8Array {
  const width = stepInputs(network);
  const bytes = new Uint8Array(sequences.reduce((sum, { steps }) => sum + 4 + 2 * steps * width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { inputs, steps } of sequences) {
    view.setUint32(at, steps, true);
    at += 4;
    for (const value of inputs.subarray(0, steps * width)) {
      view.setInt16(at, value, true);
      at += 2;
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
  private readonly output: DataView;
  private readonly cycles: BatchCycles;
  private at = 0;
  private resets = 0;
  private steps = 0;
  private lastState = new Int16Array(0);
  private lastLogits = new Int32Array(0);

  /** @throws MachineError when the output is shorter or longer than the sequences' answers. */
  constructor(network: IntegerNetwork, sequences: readonly ProofSequence[], output: Uint8Array, cycles: BatchCycles) {
    this.inputs = stepInputs(network);
    this.hiddenSize = stateSize(network);
    this.classes = network.classes;
    const wanted = sequences.reduce((sum, { steps }) => sum + 2 * steps * this.hiddenSize + 4 * this.classes + 4, 8);
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
    this.lastState = Int16Array.from({ length: this.hiddenSize }, () => this.output.getInt16((this.at += 2) - 2, true));
    return countOf(this.cycles.step, this.steps++);
  }

  state(): Int16Array {
    return this.lastState;
  }

  logits(): Int32Array {
    return this.lastLogits;
  }

  predict(): { prediction: number; cycles: number } {
    const next = () => this.output.getInt32((this.at += 4) - 4, true);
    this.lastLogits = Int32Array.from({ length: this.classes }, next);
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
