import { argmax } from '../math/light.js';
import type { Cell } from './cell.js';

/** What a stream needs to know of its model's inputs. */
export interface StreamInputs {
  /** Values that one step reads: inputs, or one token. */
  readonly stepInputs: number;
  /** Physical value of one count of each channel; empty for tokens. */
  readonly lsb: readonly number[];
  /** Frames that one step reads, and from one step to the next. */
  readonly stack: { readonly frames: number; readonly stride: number };
}

/** A stream was given what its model doesn't read. */
export class StreamError extends Error {
  override name = 'StreamError';
}

/**
 * One sequence that goes on, step after step, for as long as it likes. Nothing is allocated by a step.
 *
 * Inputs are counts where they come as `Int16Array`, and physical values in the model's units where they come as `Float32Array`:
 * these are rounded to counts as the training recordings were. Tokens are whole numbers either way.
 */
export class Stream {
  private readonly cell: Cell;
  private readonly inputs: StreamInputs;
  private readonly counts: Int16Array;
  /** The last frames, the oldest first, and how many more are needed for the next step. */
  private readonly window: Int16Array;
  private missing: number;

  constructor(cell: Cell, inputs: StreamInputs) {
    this.cell = cell;
    this.inputs = inputs;
    this.counts = new Int16Array(inputs.stepInputs);
    this.window = new Int16Array(inputs.stepInputs);
    this.missing = inputs.stack.frames;
  }

  /** One time step from the model's `stepInputs` values, after any stacking, that begin at `start`. */
  step(x: Int16Array | Float32Array, start = 0): void {
    const { counts } = this;
    if (x.length - start < counts.length) {
      throw new StreamError(`a step reads ${counts.length} values, ${x.length - start} were given`);
    }
    if (x instanceof Int16Array) this.cell.step(x, start);
    else {
      this.toCounts(x, start, counts, 0, counts.length);
      this.cell.step(counts, 0);
    }
  }

  /**
   * One raw frame, a value a channel: frames are stacked as the model has it, and a step follows when enough are there.
   * Returns whether one did.
   */
  push(frame: Int16Array | Float32Array): boolean {
    const { window, inputs } = this;
    const { frames, stride } = inputs.stack;
    const channels = window.length / frames;
    if (frame.length !== channels) {
      throw new StreamError(`a frame of this model has ${channels} values, ${frame.length} were given`);
    }
    window.copyWithin(0, channels);
    const at = window.length - channels;
    if (frame instanceof Int16Array) window.set(frame, at);
    else this.toCounts(frame, 0, window, at, channels);
    this.missing--;
    if (this.missing > 0) return false;
    this.missing = stride;
    this.cell.step(window, 0);
    return true;
  }

  /** The head's outputs after the last step, copied into `out` if given: int32 of an integer model, float32 of a float one. */
  logits<A extends Int32Array | Float32Array>(out: A): A;
  logits(): Int32Array | Float32Array;
  logits(out?: Int32Array | Float32Array): Int32Array | Float32Array {
    const logits = this.cell.readLogits();
    if (out === undefined) return logits.slice();
    out.set(logits);
    return out;
  }

  /** The index of the largest output, the first of equals. */
  predict(): number {
    return argmax(this.cell.readLogits());
  }

  /** Forgets the past. */
  reset(): void {
    this.cell.reset();
    this.missing = this.inputs.stack.frames;
  }

  /** Rounds physical values to counts: halves go up, what is out of range saturates. */
  private toCounts(x: Float32Array, from: number, out: Int16Array, to: number, length: number): void {
    const { lsb } = this.inputs;
    for (let i = 0; i < length; i++) {
      const count = lsb.length > 0 ? Math.round(x[from + i] / lsb[i % lsb.length]) : x[from + i];
      out[to + i] = Math.min(32767, Math.max(-32768, count));
    }
  }
}
