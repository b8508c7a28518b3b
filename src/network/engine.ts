import type { Arena, Kernels } from '../kernels/index.js';
import { cellsOf, directionsOf, layersOf, parameterCount, type Architecture } from './architecture.js';
import type { CellClass } from './cells/cell.js';
import { LEVELS, type Limits } from './places.js';
import type { RecordingViews } from './recordings.js';
import { Plan, type PassKind } from './plan.js';

export type { BackwardPass, Cell, CellClass, ForwardPass, Pass } from './cells/cell.js';
export type { CellLimits, Places } from './places.js';

/** What the loss of a batch depends on beside its data. */
export interface LossOptions {
  /** Rows of the whole batch, of which these may be a shard: gradients are those of sum(row losses) / batchRows. */
  readonly batchRows: number;
  /** Share of the target that is spread over all classes, 0 .. 1. Default 0. */
  readonly labelSmoothing?: number;
  /** A weight for each row's loss, e.g. its class's. Default 1. */
  readonly rowWeights?: ArrayLike<number>;
  /** Of an engine with `softTargets`: what logits are divided by before they are compared with them. Default 1. */
  readonly temperature?: number;
  /** Default `new`. */
  readonly start?: Start | undefined;
}

/** What a pass's h_0 is: 0 (`new`), or what `handedOn` holds before the first step (`resumed`); never of a bidirectional network. */
export type Start = 'new' | 'resumed';

/**
 * A network of one kind of cells, whose class it is given, in an arena of its own: fill `parameters`, `input` and `labels`, then call. Nothing is allocated by a call but the
 * program of a shape that is met for the first time.
 *
 * `input` is [steps][rows][inputStride] for the rows of the call at hand: x_t of row r starts at
 * (t * rows + r) * inputStride. What stands between inputSize and inputStride is never read. A network with an embedding reads
 * `tokens` [steps][rows] in its place.
 *
 * Rows may be shorter than the call's steps (`lengths`): the head reads the state at each row's own end, and nothing that
 * stands after it in inputs, tokens, labels or targets changes any bit of a loss or a gradient. (A call with such rows sets
 * what stands there in `input` to 0.)
 *
 * With an output at every step, labels, targets, logits, losses and predictions are [steps][rows]; else they are [rows].
 */
export class CellEngine {
  readonly arch: Architecture;
  readonly limits: Limits;
  /** All parameters, in `tensorsOf` order. */
  readonly parameters: Float32Array;
  /** Their gradients, in the same order, after `lossAndGradient`. */
  readonly gradient: Float32Array;
  readonly input: Float32Array;
  readonly inputStride: number;
  /** Tokens, for a network with an embedding; one outside the vocabulary is taken for the nearest inside. */
  readonly tokens: Int32Array;
  /** Steps of each row, 1 or more; what is longer than a call's steps ends with them. At first all are as long as any call. */
  readonly lengths: Int32Array;
  /** Softmax: the class of each output; -1 for none: it counts for nothing. Other heads: below 0 for no target. */
  readonly labels: Int32Array;
  /** Sigmoid and regression heads, and of softmax heads the second targets: [outputs of the network][targetStride]. */
  readonly targets: Float32Array;
  readonly targetStride: number;
  /** [rows], with `softTargets` in the limits: the share of a row's loss that compares it with `targets` in place of its label. */
  readonly softShares: Float32Array;
  /** [outputs of the network][logitStride], after any call. */
  readonly logits: Float32Array;
  readonly logitStride: number;
  /**
   * h_0 .. h_T as [steps + 1][rows][stateStride] for the rows of the last call, of the last layer's forward cell; h_0 is 0, and so are
   * those after a shorter row's end.
   */
  readonly states: Float32Array;
  /** The same of all cells, [layer][direction]. A backward cell's first step is each row's last. */
  readonly layerStates: readonly (readonly Float32Array[])[];
  readonly stateStride: number;
  /** Each output's loss, after `evaluate` or `lossAndGradient`; with an output at every step they add up to the row's mean. */
  readonly losses: Float32Array;
  /** Each output's largest logit, the first of equals. */
  readonly predictions: Int32Array;
  /**
   * Int32 [rows][2], with `dropout` in the limits: seed and stream of the numbers (`Random`) that decide what `lossAndGradient` leaves
   * out of a row between layers; see kernels/sequences.c.
   */
  readonly dropoutKeys: Int32Array;
  /** Where `gather` takes rows from, for an engine that is told of `recordings` in its limits. */
  readonly recordings: RecordingViews | undefined;

  /**
   * What all cells hand on from step to step: `layerStates`, each followed by what its cell has beside (an LSTM's c);
   * [steps + 1][rows][stateStride] for the rows of the last call, with zeros behind a shorter row's end in states alone.
   */
  readonly handedOn: readonly Float32Array[];
  /**
   * With `roundedU` in the limits: how a U that is made of other parameters is rounded, for each cell ([layer][direction]) one over the step (a
   * power of two), the step, and how many steps from 0 at most. At first 0: not at all.
   */
  readonly recurrentLevels: Float32Array;
  private readonly plan: Plan;
  private readonly arena: Arena;
  /** The labels that count: those of `labels`, but -1 after a row's end. */
  private readonly countedLabels: Int32Array;
  private readonly rowWeights: Float32Array;
  private readonly settings: Float32Array;
  private readonly passes: ProgramPlace;
  private readonly gathering: ProgramPlace;
  private readonly programs = new Map<number, Int32Array>();

  /**
   * Throws `ArchitectureError` or `KernelError` (no memory).
   *
   * @param cell the class of `arch.cell`, from `fastgrnn/cells/...`
   */
  constructor(kernels: Kernels, arch: Architecture, limits: Limits, cell: CellClass) {
    this.arch = arch;
    this.limits = limits;
    const { dropout = 0 } = limits;
    if (!(dropout >= 0 && dropout < 1)) throw new RangeError(`dropout is ${dropout}: must be from 0 to below 1`);
    const plan = new Plan(arch, limits, cell);
    const arena = kernels.arena(plan.bytes);
    this.plan = plan;
    this.arena = arena;
    const { head, places, stack, inputs } = plan;
    const { rows, steps } = limits;
    const outputs = arch.output === 'every' ? rows * steps : rows;
    const length = parameterCount(arch);
    this.parameters = arena.f32(places.parameters.offset, length);
    this.gradient = arena.f32(places.gradient.offset, length);
    this.recurrentLevels = arena.f32(places.levels.offset, LEVELS * cellsOf(arch));
    this.inputStride = inputs.x.stride;
    this.input = arena.f32(inputs.x.offset, steps * rows * inputs.x.stride);
    this.tokens = arena.i32(inputs.tokens.offset, arch.vocabulary > 0 ? steps * rows : 0);
    this.lengths = arena.i32(plan.lengths.offset, rows);
    const layers = layersOf(arch);
    this.layerStates = Array.from({ length: layers }, (_, layer) =>
      Array.from({ length: directionsOf(arch) }, (__, direction) => {
        const states = stack.states(layer, direction);
        return arena.f32(states.offset, (steps + 1) * rows * states.stride);
      }),
    );
    [this.states] = this.layerStates[layers - 1];
    this.handedOn = this.layerStates.flatMap((directions, layer) =>
      directions.flatMap((states, direction) => {
        const beside = stack.carried(layer, direction);
        return beside ? [states, arena.f32(beside.offset, (steps + 1) * rows * beside.stride)] : [states];
      }),
    );
    this.stateStride = stack.states(0, 0).stride;
    const drops = limits.training && dropout > 0 && layers > 1;
    this.dropoutKeys = arena.i32(stack.dropoutKeys.offset, drops ? 2 * rows : 0);
    this.logitStride = head.logits.stride;
    this.logits = arena.f32(head.logits.offset, outputs * head.logits.stride);
    this.targetStride = head.targets.stride;
    const soft = limits.training && limits.softTargets === true;
    this.targets = arena.f32(head.targets.offset, arch.head === 'softmax' && !soft ? 0 : outputs * head.targets.stride);
    this.softShares = arena.f32(head.softShares.offset, soft ? rows : 0);
    this.labels = new Int32Array(outputs).fill(arch.head === 'softmax' ? -1 : 0);
    this.countedLabels = arena.i32(head.labels.offset, outputs);
    this.losses = arena.f32(head.losses.offset, outputs);
    this.predictions = arena.i32(head.predictions.offset, outputs);
    this.rowWeights = arena.f32(head.rowWeights.offset, outputs);
    this.settings = arena.f32(head.settings.offset, 3);
    const place = (offset: number, words: number) => ({ offset, words: arena.i32(offset, words), loaded: undefined });
    this.passes = place(plan.programOffset, plan.programWords);
    this.gathering = place(plan.gather.offset, plan.gather.words);
    this.recordings = plan.recordings?.views(arena);
    this.lengths.fill(steps);
    arena.i32(plan.clock.offset, steps).forEach((_, t, clock) => (clock[t] = t));
  }

  /** Bytes of the arena that an engine of these limits takes. */
  static arenaBytes(arch: Architecture, limits: Limits, cell: CellClass): number {
    return new Plan(arch, limits, cell).bytes;
  }

  /** Fills `input` from `recordings`, at the steps that `lengths` gives each row; as its `changes` have it where asked. */
  gather(rows: number, steps: number, changed = false): void {
    if (!this.recordings) throw new Error('this engine was made without recordings in its limits');
    this.checkShape(rows, steps);
    this.load(this.gathering, changed ? 'gatherChanged' : 'gather', rows, steps, false, false);
  }

  /**
   * Computes `states` and `logits`. Throws RangeError when rows, steps or a row's length are out of range, or when a bidirectional
   * network is to be resumed.
   */
  forward(rows: number, steps: number, start: Start = 'new'): void {
    this.checkShape(rows, steps);
    this.run('forward', rows, steps, start);
  }

  /** Makes the states after the first step those of before it, for a pass that resumes: a stream's one row, step by step. */
  carry(): void {
    for (const states of this.handedOn) states.copyWithin(0, this.stateStride, 2 * this.stateStride);
  }

  /** Sets what a pass that resumes begins with to 0. */
  forget(): void {
    for (const states of this.handedOn) states.fill(0);
  }

  /** `forward`, then `predictions` and `losses` (unweighted, without smoothing). Returns the sum of the losses. */
  evaluate(rows: number, steps: number, start: Start = 'new'): number {
    this.configure(rows, steps, 0, 0);
    this.run('evaluate', rows, steps, start);
    return this.totalLoss(rows, steps);
  }

  /**
   * `forward`, then `losses`, `predictions` and `gradient`: of sum(row losses) / batchRows. Returns the sum of the row losses,
   * undivided. A NaN or infinity anywhere on the way ends in the loss or in the gradient.
   */
  lossAndGradient(rows: number, steps: number, options: LossOptions): number {
    if (!this.limits.training) throw new Error('this engine was made with training: false and has no gradients');
    this.configure(rows, steps, options.labelSmoothing ?? 0, 1 / options.batchRows, options.rowWeights);
    this.settings[2] = options.temperature ?? 1;
    this.run('train', rows, steps, options.start ?? 'new');
    return this.totalLoss(rows, steps);
  }

  private configure(
    rows: number,
    steps: number,
    smoothing: number,
    scale: number,
    rowWeights?: ArrayLike<number>,
  ): void {
    this.checkShape(rows, steps);
    this.settings[0] = smoothing;
    this.settings[1] = scale;
    if (this.arch.output === 'every') return this.weighSteps(rows, steps, rowWeights);
    for (let r = 0; r < rows; r++) {
      this.rowWeights[r] = rowWeights ? rowWeights[r] : 1;
      this.countedLabels[r] = this.checkedLabel(r, r);
    }
  }

  /** A row's loss is the mean over its steps that have a label. */
  private weighSteps(rows: number, steps: number, rowWeights?: ArrayLike<number>): void {
    const { lengths, countedLabels } = this;
    for (let r = 0; r < rows; r++) {
      let labelled = 0;
      for (let t = 0; t < steps; t++) {
        const at = t * rows + r;
        countedLabels[at] = t < lengths[r] ? this.checkedLabel(at, r) : -1;
        if (countedLabels[at] >= 0) labelled++;
      }
      const weight = (rowWeights ? rowWeights[r] : 1) / labelled; // of none, nothing is weighed
      for (let t = 0; t < steps; t++) this.rowWeights[t * rows + r] = weight;
    }
  }

  private checkedLabel(at: number, row: number): number {
    const label = this.labels[at];
    if (this.arch.head === 'softmax' && (label < -1 || label >= this.arch.classes)) {
      throw new RangeError(
        `label ${label} of row ${row} is no class: must be from -1 (none) to ${this.arch.classes - 1}`,
      );
    }
    return label;
  }

  private checkShape(rows: number, steps: number): void {
    const { limits } = this;
    if (!Number.isInteger(rows) || rows < 1 || rows > limits.rows) {
      throw new RangeError(`rows is ${rows}: must be an integer from 1 to the engine's limit ${limits.rows}`);
    }
    if (!Number.isInteger(steps) || steps < 1 || steps > limits.steps) {
      throw new RangeError(`steps is ${steps}: must be an integer from 1 to the engine's limit ${limits.steps}`);
    }
  }

  private run(kind: PassKind, rows: number, steps: number, start: Start): void {
    const resumed = start === 'resumed';
    if (resumed && this.arch.bidirectional) {
      throw new RangeError('a bidirectional network reads sequences from their end, so none can go on from a state');
    }
    this.load(this.passes, kind, rows, steps, this.isRagged(rows, steps), resumed);
  }

  /** Runs a program, brought to its place in the arena unless it stands there. */
  private load(
    place: ProgramPlace,
    kind: PassKind,
    rows: number,
    steps: number,
    ragged: boolean,
    resumed: boolean,
  ): void {
    const words = this.programFor(kind, rows, steps, ragged, resumed);
    if (words !== place.loaded) place.words.set(words);
    place.loaded = words;
    this.arena.run(place.offset);
  }

  /** Whether a row ends before the call does. */
  private isRagged(rows: number, steps: number): boolean {
    const { lengths } = this;
    let ragged = false;
    for (let r = 0; r < rows; r++) {
      if (lengths[r] < 1) throw new RangeError(`length ${lengths[r]} of row ${r}: must be 1 or more`);
      if (lengths[r] < steps) ragged = true;
    }
    return ragged;
  }

  private programFor(kind: PassKind, rows: number, steps: number, ragged: boolean, resumed: boolean): Int32Array {
    const shape = rows * (this.limits.steps + 1) + steps; // a number, since a text would be made anew at each call
    const key = ((shape * 2 + Number(ragged)) * 2 + Number(resumed)) * kinds.length + kinds.indexOf(kind);
    let words = this.programs.get(key);
    if (words === undefined) {
      words = this.plan.compose(kind, { rows, steps, ragged, resumed });
      if (this.programs.size >= mostPrograms) this.programs.clear();
      this.programs.set(key, words);
    }
    return words;
  }

  /** In float64, rows in order. */
  private totalLoss(rows: number, steps: number): number {
    const outputs = this.arch.output === 'every' ? rows * steps : rows;
    let sum = 0;
    for (let r = 0; r < outputs; r++) sum += this.losses[r];
    return sum;
  }
}

/** How many shapes' programs are kept: of sequences of many lengths there would be no end. */
const mostPrograms = 512;

const kinds: readonly PassKind[] = ['gather', 'gatherChanged', 'forward', 'evaluate', 'train'];

/** A program in the arena. */
interface ProgramPlace {
  readonly offset: number;
  readonly words: Int32Array;
  loaded: Int32Array | undefined;
}
