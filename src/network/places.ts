import { Layout, type Matrix, type Operand, within } from '../kernels/index.js';
import { parameterCount, tensorsOf, type Architecture, type TensorSpec } from './architecture.js';
import type { RecordingLimits } from './recordings.js';

/** The most that an engine can be asked for. */
export interface Limits {
  /** Sequences in one call. */
  readonly rows: number;
  /** Time steps of a sequence. */
  readonly steps: number;
  /** Whether gradients are wanted; without, the arena is smaller. */
  readonly training: boolean;
  /** Where inputs are to be gathered from recordings of int16 (`NetworkEngine.recordings`), what these are. */
  readonly recordings?: RecordingLimits | undefined;
}

/** Where a network's parameters and gradients lie in its arena, tensor by tensor. */
export class Places {
  readonly parameters: Operand;
  readonly gradient: Operand;
  private readonly tensors: ReadonlyMap<string, TensorSpec>;

  constructor(arch: Architecture, layout: Layout) {
    const length = parameterCount(arch);
    this.parameters = layout.vector(length);
    this.gradient = layout.vector(length);
    this.tensors = new Map(tensorsOf(arch).map((tensor) => [tensor.name, tensor]));
  }

  parameter(name: string): Operand {
    return within(this.parameters, this.offsetOf(name));
  }

  gradientOf(name: string): Operand {
    return within(this.gradient, this.offsetOf(name));
  }

  private offsetOf(name: string): number {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw new Error(`this network has no tensor ${name}`);
    return tensor.offset;
  }
}

/** A matrix that was laid out for more rows, as [steps][rows]: a step follows the other without a gap. */
export function forRows(matrix: Matrix, rows: number): Matrix {
  return { ...matrix, step: rows * matrix.stride };
}
