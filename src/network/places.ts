import { Layout, type Matrix, type Operand, within } from '../kernels/index.js';
import {
  cellsOf,
  directionsOf,
  parameterCount,
  tensorPrefix,
  tensorsOf,
  type Architecture,
  type TensorSpec,
} from './architecture.js';
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
  /** Share of the values between two layers that `lossAndGradient` leaves out, from 0 to below 1. Absent: 0. */
  readonly dropout?: number | undefined;
  /** Whether a U that is made of other parameters may be rounded (`CellEngine.recurrentLevels`). Absent: no. */
  readonly roundedU?: boolean | undefined;
  /** Whether rows have a second target beside their label, a distribution over the classes: softmax heads with one output a sequence. */
  readonly softTargets?: boolean | undefined;
}

/** What one cell of a network is asked for. */
export interface CellLimits extends Pick<Limits, 'rows' | 'steps' | 'training' | 'roundedU'> {
  /** Whether the gradient of its inputs is wanted. */
  readonly inputGradient: boolean;
}

/** Floats that tell how one cell's U is rounded, for `roundLevels`: a step's inverse, the step, and how many at most. */
export const LEVELS = 3;

/** Where a network's parameters and gradients lie in its arena, tensor by tensor. */
export class Places {
  readonly parameters: Operand;
  readonly gradient: Operand;
  /** `LEVELS` numbers for each cell, [layer][direction]. */
  readonly levels: Operand;
  private readonly cells: readonly string[];
  private readonly tensors: ReadonlyMap<string, TensorSpec>;
  private readonly prefix: string;

  private constructor(
    o: Pick<Places, 'parameters' | 'gradient' | 'levels'>,
    cells: readonly string[],
    tensors: Places['tensors'],
    prefix: string,
  ) {
    this.parameters = o.parameters;
    this.gradient = o.gradient;
    this.levels = o.levels;
    this.cells = cells;
    this.tensors = tensors;
    this.prefix = prefix;
  }

  /** Of a network: all its tensors by their names. */
  static of(arch: Architecture, layout: Layout): Places {
    const length = parameterCount(arch);
    const tensors = new Map(tensorsOf(arch).map((tensor) => [tensor.name, tensor]));
    const cells = cellPrefixes(arch);
    const [parameters, gradient] = [layout.vector(length), layout.vector(length)];
    return new Places({ parameters, gradient, levels: layout.vector(LEVELS * cells.length) }, cells, tensors, '');
  }

  /** The tensors of one cell, by the names that they have in it. */
  within(prefix: string): Places {
    return new Places(this, this.cells, this.tensors, prefix);
  }

  /** Where a tensor's values lie, by its name in the cell. Throws where the network has none of that name. */
  parameter(name: string): Operand {
    return within(this.parameters, this.offsetOf(name));
  }

  /** Where its gradient is to lie. */
  gradientOf(name: string): Operand {
    return within(this.gradient, this.offsetOf(name));
  }

  /** How U is rounded in this cell. */
  levelsOfU(): Operand {
    return within(this.levels, LEVELS * this.cells.indexOf(this.prefix));
  }

  private offsetOf(name: string): number {
    const tensor = this.tensors.get(this.prefix + name);
    if (tensor === undefined) throw new Error(`this network has no tensor ${this.prefix}${name}`);
    return tensor.offset;
  }
}

/** What the names of each cell's tensors begin with: [layer][direction]. */
export function cellPrefixes(arch: Architecture): string[] {
  return Array.from({ length: cellsOf(arch) }, (_, i) =>
    tensorPrefix(Math.floor(i / directionsOf(arch)), i % directionsOf(arch)),
  );
}

/** A matrix that was laid out for more rows, as [steps][rows]: a step follows the other without a gap. */
export function forRows(matrix: Matrix, rows: number): Matrix {
  return { ...matrix, step: rows * matrix.stride };
}
