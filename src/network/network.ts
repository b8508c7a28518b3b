import { Layout, ProgramBuilder, rowStride, type Arena, type Kernels, type Matrix } from '../kernels/index.js';
import { parameterCount, type Architecture } from './architecture.js';
import type { Cell } from './cells/cell.js';
import { FastGRNN } from './cells/fastgrnn.js';
import { FastRNN } from './cells/fastrnn.js';
import { SoftmaxHead } from './heads/softmax.js';
import { forRows, Places, type Limits } from './places.js';

/** What the loss of a batch depends on beside its data. */
export interface LossOptions {
  /** Rows of the whole batch, of which these may be a shard: gradients are those of sum(row losses) / batchRows. */
  readonly batchRows: number;
  /** Share of the target that is spread over all classes, 0 .. 1. Default 0. */
  readonly labelSmoothing?: number;
  /** A weight for each row's loss, e.g. its class's. Default 1. */
  readonly rowWeights?: ArrayLike<number>;
}

type Kind = 'forward' | 'evaluate' | 'train';

/**
 * A network in an arena of its own: fill `parameters`, `input` and `labels`, then call. Nothing is allocated by a call but the
 * program of a shape that is met for the first time.
 *
 * `input` is [steps][rows][inputStride] for the rows of the call at hand: x_t of row r starts at
 * (t * rows + r) * inputStride. What stands between inputSize and inputStride is never read.
 */
export class NetworkEngine {
  readonly arch: Architecture;
  readonly limits: Limits;
  /** All parameters, in `tensorsOf` order. */
  readonly parameters: Float32Array;
  /** Their gradients, in the same order, after `lossAndGradient`. */
  readonly gradient: Float32Array;
  readonly input: Float32Array;
  readonly inputStride: number;
  /** Class of each row; -1 for none: such a row counts for nothing. */
  readonly labels: Int32Array;
  /** [rows][logitStride], after any call. */
  readonly logits: Float32Array;
  readonly logitStride: number;
  /** h_0 .. h_T as [steps + 1][rows][stateStride] for the rows of the last call; h_0 is 0. */
  readonly states: Float32Array;
  readonly stateStride: number;
  /** Each row's loss, after `evaluate` or `lossAndGradient`. */
  readonly losses: Float32Array;
  /** Each row's class of the largest logit, the first of equals. */
  readonly predictions: Int32Array;

  private readonly plan: Plan;
  private readonly arena: Arena;
  private readonly rowWeights: Float32Array;
  private readonly settings: Float32Array;
  private readonly program: Int32Array;
  private readonly programs = new Map<string, Int32Array>();
  private loaded: Int32Array | undefined;

  /** Throws `ArchitectureError` or `KernelError` (no memory). */
  constructor(kernels: Kernels, arch: Architecture, limits: Limits) {
    this.arch = arch;
    this.limits = limits;
    const plan = new Plan(arch, limits);
    const arena = kernels.arena(plan.bytes);
    this.plan = plan;
    this.arena = arena;
    const { head, places, states, input } = plan;
    const { rows, steps } = limits;
    const length = parameterCount(arch);
    this.parameters = arena.f32(places.parameters.offset, length);
    this.gradient = arena.f32(places.gradient.offset, length);
    this.inputStride = input.stride;
    this.input = arena.f32(input.offset, steps * rows * input.stride);
    this.stateStride = states.stride;
    this.states = arena.f32(states.offset, (steps + 1) * rows * states.stride);
    this.logitStride = head.logits.stride;
    this.logits = arena.f32(head.logits.offset, rows * head.logits.stride);
    this.labels = arena.i32(head.labels.offset, rows);
    this.losses = arena.f32(head.losses.offset, rows);
    this.predictions = arena.i32(head.predictions.offset, rows);
    this.rowWeights = arena.f32(head.rowWeights.offset, rows);
    this.settings = arena.f32(head.settings.offset, 2);
    this.program = arena.i32(plan.programOffset, plan.programWords);
    this.labels.fill(-1);
  }

  /** Bytes of the arena that an engine of these limits takes. */
  static arenaBytes(arch: Architecture, limits: Limits): number {
    return new Plan(arch, limits).bytes;
  }

  /** Computes `states` and `logits`. Throws RangeError when rows or steps exceed the limits. */
  forward(rows: number, steps: number): void {
    this.run('forward', rows, steps);
  }

  /** `forward`, then `predictions` and `losses` (unweighted, without smoothing). Returns the sum of the losses. */
  evaluate(rows: number, steps: number): number {
    this.configure(rows, 0, 0);
    this.run('evaluate', rows, steps);
    return this.totalLoss(rows);
  }

  /**
   * `forward`, then `losses`, `predictions` and `gradient`: of sum(row losses) / batchRows. Returns the sum of the row losses,
   * undivided. A NaN or infinity anywhere on the way ends in the loss or in the gradient.
   */
  lossAndGradient(rows: number, steps: number, options: LossOptions): number {
    if (!this.limits.training) throw new Error('this engine was made with training: false and has no gradients');
    this.configure(rows, options.labelSmoothing ?? 0, 1 / options.batchRows, options.rowWeights);
    this.run('train', rows, steps);
    return this.totalLoss(rows);
  }

  private configure(rows: number, smoothing: number, scale: number, rowWeights?: ArrayLike<number>): void {
    this.settings[0] = smoothing;
    this.settings[1] = scale;
    for (let r = 0; r < rows; r++) {
      this.rowWeights[r] = rowWeights ? rowWeights[r] : 1;
      const label = this.labels[r];
      if (label < -1 || label >= this.arch.classes) {
        throw new RangeError(
          `label ${label} of row ${r} is no class: must be from -1 (none) to ${this.arch.classes - 1}`,
        );
      }
    }
  }

  private run(kind: Kind, rows: number, steps: number): void {
    const { limits } = this;
    if (!Number.isInteger(rows) || rows < 1 || rows > limits.rows) {
      throw new RangeError(`rows is ${rows}: must be an integer from 1 to the engine's limit ${limits.rows}`);
    }
    if (!Number.isInteger(steps) || steps < 1 || steps > limits.steps) {
      throw new RangeError(`steps is ${steps}: must be an integer from 1 to the engine's limit ${limits.steps}`);
    }
    const key = `${kind} ${rows} ${steps}`;
    let words = this.programs.get(key);
    if (words === undefined) {
      words = this.plan.compose(kind, rows, steps);
      this.programs.set(key, words);
    }
    if (words !== this.loaded) this.program.set(words);
    this.loaded = words;
    this.arena.run(this.plan.programOffset);
  }

  /** In float64, rows in order. */
  private totalLoss(rows: number): number {
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += this.losses[r];
    return sum;
  }
}

/** Where everything lies, and the programs. */
class Plan {
  readonly places: Places;
  readonly cell: Cell;
  readonly head: SoftmaxHead;
  readonly input: Matrix;
  readonly states: Matrix;
  readonly programOffset: number;
  /** Room for the longest program: their lengths don't depend on rows and steps. */
  readonly programWords: number;
  readonly bytes: number;
  private readonly dh: Matrix;

  constructor(arch: Architecture, limits: Limits) {
    const { rows, steps, training } = limits;
    const layout = new Layout();
    this.places = new Places(arch, layout);
    this.cell = new { FastGRNN, FastRNN }[arch.cell](arch, layout, this.places, limits);
    this.head = new SoftmaxHead(arch, layout, this.places, limits);
    this.input = layout.sequence(steps, rows, rowStride(arch.inputSize));
    const stateStride = rowStride(arch.hiddenSize);
    this.states = layout.sequence(steps + 1, rows, stateStride);
    this.dh = layout.matrix(training ? rows : 0, stateStride);
    this.programWords = this.compose(training ? 'train' : 'evaluate', rows, steps).length;
    this.programOffset = layout.vector(this.programWords).offset;
    this.bytes = layout.bytes;
  }

  compose(kind: Kind, rows: number, steps: number): Int32Array {
    const { cell, head } = this;
    const states = forRows(this.states, rows);
    const pass = { rows, steps, x: forRows(this.input, rows), states };
    const program = new ProgramBuilder().once().fill({ length: states.step, value: 0, target: states });
    cell.prepare(program);
    head.prepare(program);
    cell.forward(program, pass);
    program.once();
    const last = { ...states, offset: states.offset + steps * states.step };
    head.forward(program, { rows, h: last });
    if (kind === 'evaluate') head.loss(program, rows);
    if (kind === 'train') {
      head.backward(program, { rows, h: last, dh: this.dh });
      cell.backward(program, { ...pass, dh: this.dh });
    }
    return program.build();
  }
}
