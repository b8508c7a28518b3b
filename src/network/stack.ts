import { rowStride, shift, within, type Layout, type Matrix, type Operand } from '../kernels/index.js';
import type { ProgramBuilder } from '../kernels/index.js';
import { directionsOf, layerInputSize, layersOf, outputSize, tensorPrefix, type Architecture } from './architecture.js';
import type { Cell, CellClass } from './cells/cell.js';
import type { Inputs } from './inputs.js';
import { forRows, type CellLimits, type Limits, type Places } from './places.js';
import { written } from './recurrence/preactivation.js';

/** One cell of a stack, in its own order of time: a backward one's first step is each row's last. */
interface Direction {
  readonly cell: Cell;
  /** Its inputs where they aren't the layer's as they stand: reversed, [steps][rows][layer's inputs]. */
  readonly x: Matrix | undefined;
  /** [steps + 1][rows][hiddenSize], from h_0. */
  readonly states: Matrix;
}

interface Layer {
  readonly inputSize: number;
  readonly directions: readonly Direction[];
  /** What the layer above reads where that isn't the states as they stand: [steps][rows][outputSize]. */
  readonly output: Matrix | undefined;
}

/** A pass over rows of some steps. */
export interface StackPass {
  readonly rows: number;
  readonly steps: number;
  /** Whether rows end at steps of their own. */
  readonly ragged: boolean;
  /** Whether h_0 is what the states hold before the first step, instead of 0. */
  readonly resumed: boolean;
}

/**
 * The cells of a network, layer above layer, in one direction or both:
 *   y_0 = x;   y_l = [forward states; backward states] of a cell over y_{l-1}, without a share of its values in training
 * A backward cell is a forward one over the reversed sequence: each row is turned round at its own end, and the states back.
 */
export class Stack {
  private readonly arch: Architecture;
  private readonly width: number;
  private readonly layers: readonly Layer[];
  /** Share of the values between layers that a training pass leaves out. */
  private readonly dropped: number;
  /** Int32, two a row: seed and stream of the numbers that decide which. */
  readonly dropoutKeys: Operand;
  /** Where rows end, and the numbers of the steps. */
  private readonly lengths: Operand;
  private readonly clock: Operand;
  /** What the head reads where that isn't a step's states as they stand: of each direction, and of both, [rows]. */
  private readonly read: readonly Matrix[];
  private readonly joined: Matrix;
  private readonly training: Gradients | undefined;

  constructor(
    arch: Architecture,
    layout: Layout,
    o: { cell: CellClass; places: Places; limits: Limits; lengths: Operand; clock: Operand },
  ) {
    const { rows, steps, training, dropout = 0, roundedU } = o.limits;
    this.arch = arch;
    this.lengths = o.lengths;
    this.clock = o.clock;
    this.width = outputSize(arch);
    this.dropped = dropout;
    const [count, two] = [layersOf(arch), directionsOf(arch) === 2];
    const stride = rowStride(arch.hiddenSize);
    const wide = rowStride(this.width);
    this.layers = Array.from({ length: count }, (_, layer): Layer => {
      const inputSize = layerInputSize(arch, layer);
      const inputGradient = layer > 0 || arch.vocabulary > 0;
      const limits: CellLimits = { rows, steps, training, inputGradient, roundedU };
      const own: Architecture = { ...arch, inputSize };
      const directions = Array.from({ length: directionsOf(arch) }, (__, direction): Direction => {
        const places = o.places.within(tensorPrefix(layer, direction));
        return {
          cell: new o.cell(own, layout, places, limits),
          x: direction === 1 ? layout.sequence(steps, rows, rowStride(inputSize)) : undefined,
          states: layout.sequence(steps + 1, rows, stride),
        };
      });
      const top = layer === count - 1;
      const copied = top ? two && arch.output === 'every' : two || (training && dropout > 0);
      return { inputSize, directions, output: copied ? layout.sequence(steps, rows, wide) : undefined };
    });
    const drops = training && dropout > 0 && count > 1;
    this.dropoutKeys = layout.vector(drops ? 2 * rows : 0);
    this.read = this.layers[0].directions.map(() => layout.matrix(rows, stride));
    this.joined = layout.matrix(two ? rows : 0, wide);
    if (training) this.training = new Gradients(arch, layout, o.limits);
  }

  /** The states of a layer and direction, [steps + 1][rows][hiddenSize], from h_0. */
  states(layer: number, direction: number): Matrix {
    return this.layers[layer].directions[direction].states;
  }

  /** What the cell of a layer and direction hands on beside its states, if anything. */
  carried(layer: number, direction: number): Matrix | undefined {
    return this.layers[layer].directions[direction].cell.carried;
  }

  prepare(program: ProgramBuilder): void {
    for (const { directions } of this.layers) for (const { cell } of directions) cell.prepare(program);
  }

  /**
   * All states, from h_0 = 0 or (`resumed`) from any other.
   *
   * @param x [steps][rows][inputSize], 0 after a row's end
   * @returns what the head reads: [rows][outputSize], or at step t that of step t where there is an output at every one
   */
  forward(program: ProgramBuilder, o: StackPass & { x: Matrix; dropout: boolean }): Matrix {
    const { rows, steps, ragged } = o;
    let { x } = o;
    for (const [layer, { directions, output, inputSize }] of this.layers.entries()) {
      const top = layer === this.layers.length - 1;
      for (const [direction, { cell, states }] of directions.entries()) {
        const own = this.inputsOf(this.layers[layer].directions[direction], x, rows);
        program.once();
        if (own !== x) this.move(program, o, { columns: inputSize, reversed: true, x, y: own });
        if (!o.resumed) program.fill({ length: states.step, value: 0, target: forRows(states, rows) });
        const read = this.read[direction];
        const watched = ragged || (top && this.arch.output === 'mean');
        if (watched && top) program.fill({ length: rows * read.stride, value: 0, target: read });
        const h = written(forRows(states, rows));
        cell.forward(program, {
          ...{ rows, steps, x: own, states: forRows(states, rows), resumed: o.resumed },
          // Of a layer that the head doesn't read, only what follows a row's end matters: it becomes 0.
          written: watched ? () => program.readStates({ ...this.reading(o), h, out: read }) : undefined,
        });
      }
      program.once();
      if (output) this.join(program, o, layer, { y: forRows(output, rows), dropout: o.dropout && !top });
      x = this.outputOf(layer, rows);
    }
    return this.headInput(program, o);
  }

  /**
   * All gradients of the cells, once `headGradient` can tell that of what `forward` returned.
   *
   * @param x as in `forward`
   */
  backward(
    program: ProgramBuilder,
    o: StackPass & {
      x: Matrix;
      dropout: boolean;
      inputs: Inputs;
      headGradient: (o: { rows: number; dh: Matrix; accumulate: boolean }) => void;
    },
  ): void {
    const { rows, steps } = o;
    const { training: gradients } = this;
    if (!gradients) return;
    const { dh } = gradients;
    let above: Matrix | undefined; // the gradient of the layer's output, [steps][rows][outputSize]
    if (this.arch.output === 'every' && directionsOf(this.arch) === 2) {
      above = forRows(gradients.between[0], rows);
      o.headGradient({ rows: rows * steps, dh: above, accumulate: false });
    }
    for (let layer = this.layers.length - 1; layer >= 0; layer--) {
      const { directions, inputSize } = this.layers[layer];
      const x = layer === 0 ? o.x : this.outputOf(layer - 1, rows);
      const dx =
        layer === 0 ? o.inputs.gradient(program, o) : gradients.cleared(program, o, (this.layers.length - layer) % 2);
      if (above === undefined && directions.length === 2) {
        o.headGradient({ rows, dh: gradients.joined, accumulate: false });
      }
      for (const [direction, { cell, states }] of directions.entries()) {
        program.once();
        const inject = above
          ? this.fromAbove(program, o, above, direction)
          : this.fromHead(program, o, direction, o.headGradient);
        const reversed = direction === 1 && dx ? gradients.clearedReversed(program, o, dx.stride) : undefined;
        cell.backward(program, {
          ...{ rows, steps, dh, inject, dx: reversed ?? dx, states: forRows(states, rows), resumed: o.resumed },
          x: this.inputsOf(this.layers[layer].directions[direction], x, rows),
        });
        if (dx && reversed) {
          program.once();
          this.move(program, o, { columns: inputSize, reversed: true, accumulate: true, x: reversed, y: dx });
        }
      }
      program.once();
      if (dx && layer > 0 && o.dropout) this.drop(program, o, layer - 1, dx, dx);
      above = dx;
    }
  }

  /** What the layer above reads, at step t. */
  private outputOf(layer: number, rows: number): Matrix {
    const { output, directions } = this.layers[layer];
    return output ? forRows(output, rows) : written(forRows(directions[0].states, rows));
  }

  private inputsOf(direction: Direction, x: Matrix, rows: number): Matrix {
    return direction.x ? forRows(direction.x, rows) : x;
  }

  private reading({ rows, steps }: StackPass) {
    const mean = this.arch.output === 'mean';
    return { rows, steps, hidden: this.arch.hiddenSize, mean, clock: this.clock, lengths: this.lengths };
  }

  /** y <- the states of a layer's directions, one beside the other. */
  private join(program: ProgramBuilder, o: StackPass, layer: number, to: { y: Matrix; dropout: boolean }): void {
    const { directions } = this.layers[layer];
    const columns = this.arch.hiddenSize;
    if (directions.length === 1) {
      const x = written(forRows(directions[0].states, o.rows));
      if (to.dropout) this.drop(program, o, layer, x, to.y);
      else this.move(program, o, { columns, reversed: false, x, y: to.y });
      return;
    }
    for (const [direction, { states }] of directions.entries()) {
      const x = written(forRows(states, o.rows));
      this.move(program, o, { columns, reversed: direction === 1, x, y: columnsFrom(to.y, direction * columns) });
    }
    if (to.dropout) this.drop(program, o, layer, to.y, to.y);
  }

  private drop(program: ProgramBuilder, { rows, steps }: StackPass, link: number, x: Matrix, y: Matrix): void {
    program.dropout({ steps, rows, columns: this.width, p: this.dropped, link, keys: this.dropoutKeys, x, y });
  }

  private move(
    program: ProgramBuilder,
    { rows, steps, ragged }: StackPass,
    o: { columns: number; reversed: boolean; accumulate?: boolean; x: Matrix; y: Matrix },
  ): void {
    program.moveSteps({ rows, steps, accumulate: false, ...o, lengths: ragged ? this.lengths : undefined });
  }

  /** Brings what the head reads to one place. */
  private headInput(program: ProgramBuilder, o: StackPass): Matrix {
    const { output } = this.arch;
    const { directions } = this.layers[this.layers.length - 1];
    if (output === 'every') return this.outputOf(this.layers.length - 1, o.rows);
    const own = directions.map(({ states }, direction) =>
      o.ragged || output === 'mean' ? this.read[direction] : shift(forRows(states, o.rows), o.steps),
    );
    if (own.length === 1) return own[0];
    const columns = this.arch.hiddenSize;
    for (const [direction, x] of own.entries()) {
      this.moveRows(program, o.rows, { x, y: columnsFrom(this.joined, direction * columns) });
    }
    return this.joined;
  }

  private moveRows(program: ProgramBuilder, rows: number, o: { x: Matrix; y: Matrix }): void {
    const columns = this.arch.hiddenSize;
    program.moveSteps({ rows, steps: 1, columns, reversed: false, accumulate: false, ...o });
  }

  /** The top layer's gradient, where the head reads one state a row, or each step's of a single direction. */
  private fromHead(
    program: ProgramBuilder,
    o: StackPass,
    direction: number,
    headGradient: (o: { rows: number; dh: Matrix; accumulate: boolean }) => void,
  ): (() => void) | undefined {
    const { rows, ragged } = o;
    const { training, arch } = this;
    if (!training) return undefined;
    const { dh, dread, joined } = training;
    const watched = ragged || arch.output === 'mean';
    const every = arch.output === 'every';
    if (every || watched) program.fill({ length: rows * dh.stride, value: 0, target: dh });
    if (every) return () => headGradient({ rows, dh, accumulate: true });
    const target = watched ? dread : dh;
    if (directionsOf(arch) === 1) headGradient({ rows, dh: target, accumulate: false });
    else this.moveRows(program, rows, { x: columnsFrom(joined, direction * arch.hiddenSize), y: target });
    return watched ? () => program.readStatesBackward({ ...this.reading(o), dout: dread, dh }) : undefined;
  }

  /** A layer's gradient from that of its output. */
  private fromAbove(program: ProgramBuilder, o: StackPass, above: Matrix, direction: number): (() => void) | undefined {
    const { training, arch } = this;
    if (!training) return undefined;
    const { dh, one } = training;
    const length = o.rows * dh.stride;
    const columns = arch.hiddenSize;
    const split = directionsOf(arch) === 2;
    const own = split ? forRows(training.split, o.rows) : above;
    if (split) {
      const x = columnsFrom(above, direction * columns);
      this.move(program, o, { columns, reversed: direction === 1, x, y: own });
    }
    program.fill({ length, value: 0, target: dh }).fill({ length: 1, value: 1, target: one });
    return () => program.addScaled({ length, x: own, scale: one, y: dh });
  }
}

/** Room for gradients on their way down. */
class Gradients {
  /** [rows][hiddenSize], of the cell at hand. */
  readonly dh: Matrix;
  /** Of what the head reads: of one direction, and of both. */
  readonly dread: Matrix;
  readonly joined: Matrix;
  /** The gradients of two layers' outputs in turn, [steps][rows][outputSize]: one is read while the next is written. */
  readonly between: readonly Matrix[];
  /** One direction's columns of such a gradient, in its own order of time: [steps][rows][hiddenSize]. */
  readonly split: Matrix;
  /** The gradient of reversed inputs. */
  private readonly reversed: Matrix;
  readonly one: Operand;

  constructor(arch: Architecture, layout: Layout, { rows, steps }: Limits) {
    const [layers, two] = [layersOf(arch), directionsOf(arch) === 2];
    const [stride, wide] = [rowStride(arch.hiddenSize), rowStride(outputSize(arch))];
    const widest = Math.max(wide, arch.vocabulary > 0 ? rowStride(arch.inputSize) : 0);
    this.dh = layout.matrix(rows, stride);
    this.dread = layout.matrix(rows, stride);
    this.joined = layout.matrix(two ? rows : 0, wide);
    const used = [layers > 2 || (two && arch.output === 'every'), layers > 1];
    this.between = used.map((wanted) => layout.sequence(wanted ? steps : 0, rows, wide));
    this.split = layout.sequence(two ? steps : 0, rows, stride);
    this.reversed = layout.sequence(two && (layers > 1 || arch.vocabulary > 0) ? steps : 0, rows, widest);
    this.one = layout.vector(1);
  }

  /** The gradient of a layer's inputs, set to 0. */
  cleared(program: ProgramBuilder, { rows, steps }: StackPass, which: number): Matrix {
    return zeroed(program, forRows(this.between[which], rows), steps);
  }

  /** Those of a backward cell, in its order of time. */
  clearedReversed(program: ProgramBuilder, { rows, steps }: StackPass, stride: number): Matrix {
    return zeroed(program, forRows({ ...this.reversed, stride }, rows), steps);
  }
}

function zeroed(program: ProgramBuilder, target: Matrix, steps: number): Matrix {
  program.fill({ length: steps * target.step, value: 0, target });
  return target;
}

/** The same rows from one of their columns on. */
function columnsFrom(matrix: Matrix, column: number): Matrix {
  return { ...matrix, ...within(matrix, column) };
}
