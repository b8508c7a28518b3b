import { nonlinearityNumber, type Nonlinearity } from './nonlinearity.js';
import type { Matrix, Operand } from './operand.js';
import { RecurrencePasses } from './program-recurrences.js';
import { ABSENT, floatBits } from './program-words.js';

/** What the losses with a target for each output share. */
interface TargetLoss {
  rows: number;
  outputs: number;
  logits: Matrix;
  labels: Operand;
  rowWeights: Operand;
  targets: Matrix;
  dlogits?: Matrix;
  losses: Operand;
  predictions: Operand;
  settings: Operand;
}

/** Which step of rows of which lengths. */
interface StatesRead {
  rows: number;
  hidden: number;
  /** Steps of the whole pass: longer rows end with it. */
  steps: number;
  /** The mean of a row's states instead of its last one. */
  mean: boolean;
  /** Int32, one a step: the step's number. */
  clock: Operand;
  /** Int32, one a row. */
  lengths: Operand;
}

/**
 * Writes a program for the kernels, operation by operation: here what all networks share, in program-cells.ts the cells' passes, in
 * program-recurrences.ts what makes U. Every operation's meaning is told beside its C function.
 * Shapes in the comments are [rows][columns]; every size may be 0.
 */
export class ProgramBuilder extends RecurrencePasses {
  /** packed <- S[inner][columns], where S[k][j] lies at source + k rowStride + j columnStride; swapped strides transpose. */
  pack(o: {
    inner: number;
    columns: number;
    rowStride: number;
    columnStride: number;
    source: Operand;
    packed: Operand;
  }): this {
    return this.write('pack', [o.inner, o.columns, o.rowStride, o.columnStride], [o.source, o.packed]);
  }

  /** target + i rowStride + j columnStride <- source[i][j], for source [rows][columns]. */
  unpack(o: {
    rows: number;
    columns: number;
    rowStride: number;
    columnStride: number;
    source: Matrix;
    target: Operand;
  }): this {
    const sizes = [o.rows, o.columns, o.source.stride, o.rowStride, o.columnStride];
    return this.write('unpack', sizes, [o.source, o.target]);
  }

  /** c[rows][columns] <- a[rows][inner] * packed, added to c when `accumulate`. */
  gemm(o: {
    rows: number;
    columns: number;
    inner: number;
    accumulate: boolean;
    a: Matrix;
    packed: Operand;
    c: Matrix;
  }): this {
    const sizes = [o.rows, o.columns, o.inner, o.a.stride, o.c.stride, Number(o.accumulate)];
    return this.write('gemm', sizes, [o.a, o.packed, o.c]);
  }

  /** c[aColumns][bColumns] <- c + a[rows][aColumns]^T * b[rows][bColumns]. */
  gemmTransposed(o: { rows: number; aColumns: number; bColumns: number; a: Matrix; b: Matrix; c: Matrix }): this {
    const sizes = [o.rows, o.aColumns, o.bColumns, o.a.stride, o.b.stride, o.c.stride];
    return this.write('gemmTransposed', sizes, [o.a, o.b, o.c]);
  }

  /** y[length] <- f(x + bias), or f(x) without a bias. y may be x. */
  activate(o: { kind: Nonlinearity; length: number; x: Operand; bias?: Operand; y: Operand }): this {
    return this.write('activate', [nonlinearityNumber(o.kind), o.length], [o.x, o.bias ?? ABSENT, o.y]);
  }

  /** Losses, predictions and, when `dlogits` is given, the gradient of the logits. settings: smoothing, scale. */
  softmaxCrossEntropy(o: {
    rows: number;
    classes: number;
    logits: Matrix;
    labels: Operand;
    rowWeights: Operand;
    dlogits?: Matrix;
    losses: Operand;
    predictions: Operand;
    settings: Operand;
  }): this {
    const operands = [o.logits, o.labels, o.rowWeights, o.dlogits ?? ABSENT, o.losses, o.predictions, o.settings];
    return this.write('softmaxCrossEntropy', [o.rows, o.classes, o.logits.stride], operands);
  }

  /**
   * Draws losses and dlogits, as `softmaxCrossEntropy` left them, towards a distribution for each row; see kernels/softmax.c. targets:
   * [rows][classes]; shares: one a row. settings: smoothing (not used), scale, temperature.
   */
  softTargets(o: {
    rows: number;
    classes: number;
    logits: Matrix;
    labels: Operand;
    rowWeights: Operand;
    targets: Matrix;
    shares: Operand;
    dlogits: Matrix;
    losses: Operand;
    settings: Operand;
  }): this {
    const operands = [o.logits, o.labels, o.rowWeights, o.targets, o.shares, o.dlogits, o.losses, o.settings];
    return this.write('softTargets', [o.rows, o.classes, o.logits.stride, o.targets.stride], operands);
  }

  /** Losses of independent labels; see kernels/heads.c. targets: [rows][outputs]. settings: smoothing, scale. */
  sigmoidCrossEntropy(o: TargetLoss): this {
    return this.targetLoss('sigmoidCrossEntropy', o);
  }

  /** Losses of values, half the mean squared error; see kernels/heads.c. settings: smoothing (not used), scale. */
  squaredError(o: TargetLoss): this {
    return this.targetLoss('squaredError', o);
  }

  private targetLoss(opcode: 'sigmoidCrossEntropy' | 'squaredError', o: TargetLoss): this {
    const sizes = [o.rows, o.outputs, o.logits.stride, o.targets.stride];
    const outputs = [o.dlogits ?? ABSENT, o.losses, o.predictions, o.settings];
    return this.write(opcode, sizes, [o.logits, o.labels, o.rowWeights, o.targets, ...outputs]);
  }

  /** x [steps][rows][columns] <- 0 after each row's own end. lengths: int32, one a row. */
  clearEnded(o: { rows: number; columns: number; steps: number; lengths: Operand; x: Matrix }): this {
    return this.write('clearEnded', [o.rows, o.columns, o.x.stride, o.steps], [o.lengths, o.x]);
  }

  /** One step over rows of their own lengths: states after the end become 0, `out` takes what the head reads. See kernels/rows.c. */
  readStates(o: StatesRead & { h: Matrix; out: Matrix }): this {
    return this.write(
      'readStates',
      [o.rows, o.hidden, o.h.stride, Number(o.mean), o.steps],
      [o.clock, o.lengths, o.h, o.out],
    );
  }

  /** The same step backwards: dh takes its share of dout. */
  readStatesBackward(o: StatesRead & { dout: Matrix; dh: Matrix }): this {
    return this.write(
      'readStatesBackward',
      [o.rows, o.hidden, o.dh.stride, Number(o.mean), o.steps],
      [o.clock, o.lengths, o.dout, o.dh],
    );
  }

  /** out [rows][columns] <- rows of table [count][columns], by index. */
  gatherRows(o: { rows: number; columns: number; count: number; indices: Operand; table: Operand; out: Matrix }): this {
    return this.write('gatherRows', [o.rows, o.columns, o.out.stride, o.count], [o.indices, o.table, o.out]);
  }

  /** table [count][columns] <- 0, then the rows of source added by index, in order. */
  scatterRows(o: {
    rows: number;
    columns: number;
    count: number;
    indices: Operand;
    source: Matrix;
    table: Operand;
  }): this {
    return this.write('scatterRows', [o.rows, o.columns, o.source.stride, o.count], [o.indices, o.source, o.table]);
  }

  /**
   * y <- x, [steps][rows][columns] each, added to y when `accumulate`; of `reversed` rows the steps come in reverse order. lengths:
   * int32, one a row; without them all end with the pass. See kernels/sequences.c.
   */
  moveSteps(o: {
    rows: number;
    columns: number;
    steps: number;
    reversed: boolean;
    accumulate: boolean;
    lengths?: Operand | undefined;
    x: Matrix;
    y: Matrix;
  }): this {
    const sizes = [o.rows, o.columns, o.x.stride, o.y.stride, o.steps, Number(o.reversed), Number(o.accumulate)];
    return this.write('moveSteps', sizes, [o.x, o.lengths ?? ABSENT, o.y]);
  }

  /** y <- x without a share p of its elements, the others scaled by 1 / (1 - p). keys: int32, two a row; see kernels/sequences.c. */
  dropout(o: {
    steps: number;
    rows: number;
    columns: number;
    p: number;
    link: number;
    keys: Operand;
    x: Matrix;
    y: Matrix;
  }): this {
    const sizes = [o.steps, o.rows, o.columns, o.x.stride, o.y.stride, floatBits(o.p), o.link];
    return this.write('dropout', sizes, [o.keys, o.x, o.y]);
  }

  /**
   * x [steps][rows][features] <- recorded values, normalised, and changed where `changes` are given; see kernels/gather.c.
   * raw: int16 [rows][rawStride]; lengths: int32, one a row; constants, changes and noise: float64, two words each.
   */
  gatherRecorded(o: {
    rows: number;
    steps: number;
    features: number;
    channels: number;
    /** int16 values from one row to the next, and from one step to the next. */
    rawStride: number;
    stepStride: number;
    raw: Operand;
    lengths: Operand;
    constants: Operand;
    changes?: Operand | undefined;
    noise?: Operand | undefined;
    x: Matrix;
  }): this {
    const sizes = [o.rows, o.steps, o.features, o.x.stride, o.rawStride, o.stepStride, o.channels];
    const operands = [o.raw, o.lengths, o.constants, o.changes ?? ABSENT, o.noise ?? ABSENT, o.x];
    return this.write('gatherRecorded', sizes, operands);
  }

  /**
   * The same with changes that resample, mask and mix, above all of log energies; see kernels/spectra.c. partners: int16 [rows][rawStride], may
   * be raw itself where no row has one; scratch: a frame more than the longest row has, each of whole groups of floats.
   */
  gatherSpectra(o: {
    rows: number;
    steps: number;
    features: number;
    channels: number;
    rawStride: number;
    stepStride: number;
    raw: Operand;
    lengths: Operand;
    constants: Operand;
    changes: Operand;
    partners: Operand;
    scratch: Operand;
    noise?: Operand | undefined;
    x: Matrix;
  }): this {
    const sizes = [o.rows, o.steps, o.features, o.x.stride, o.rawStride, o.stepStride, o.channels];
    const { raw, lengths, constants, changes, partners, scratch, noise = ABSENT, x } = o;
    return this.write('gatherSpectra', sizes, [raw, lengths, constants, changes, partners, scratch, noise, x]);
  }

  /** target[length] <- value. */
  fill(o: { length: number; value: number; target: Operand }): this {
    return this.write('fill', [o.length, floatBits(o.value)], [o.target]);
  }

  /** y[length] <- scale x + shift. */
  affine(o: { length: number; scale: number; shift: number; x: Operand; y: Operand }): this {
    return this.write('affine', [o.length, floatBits(o.scale), floatBits(o.shift)], [o.x, o.y]);
  }

  /** Every row of target [rows][columns] <- row. */
  broadcastRows(o: { rows: number; columns: number; row: Operand; target: Matrix }): this {
    return this.write('broadcastRows', [o.rows, o.columns, o.target.stride], [o.row, o.target]);
  }

  /** sums[columns] <- the sums of source's columns, rows in order. */
  columnSums(o: { rows: number; columns: number; source: Matrix; sums: Operand }): this {
    return this.write('columnSums', [o.rows, o.columns, o.source.stride], [o.source, o.sums]);
  }

  /** y[length] <- y + scale[0] x. */
  addScaled(o: { length: number; x: Operand; scale: Operand; y: Operand }): this {
    return this.write('addScaled', [o.length], [o.x, o.scale, o.y]);
  }

  /** x[length] <- the nearest multiple of levels[1] = 1 / levels[0], at most levels[2] of them from 0; x as it is where levels are 0. */
  roundLevels(o: { length: number; levels: Operand; x: Operand }): this {
    return this.write('roundLevels', [o.length], [o.levels, o.x]);
  }

  /** gradient[0] <- sign s (1 - s) sum(columns[length]) with s = scalar[0], a sigmoid's value; added when `accumulate`. */
  scalarGradient(o: {
    length: number;
    accumulate: boolean;
    sign: 1 | -1;
    columns: Operand;
    scalar: Operand;
    gradient: Operand;
  }): this {
    const sizes = [o.length, Number(o.accumulate), floatBits(o.sign)];
    return this.write('scalarGradient', sizes, [o.columns, o.scalar, o.gradient]);
  }

  /** sum[0] <- the sum of squares of x[length], in 16 lanes (kernels/vector.h, rule 3). */
  sumOfSquares(o: { length: number; x: Operand; sum: Operand }): this {
    return this.write('sumOfSquares', [o.length], [o.x, o.sum]);
  }

  /** finite[0] <- the integer 1 when no x[length] is NaN or infinite, else 0. */
  allFinite(o: { length: number; x: Operand; finite: Operand }): this {
    return this.write('allFinite', [o.length], [o.x, o.finite]);
  }

  /** One step of Adam: see kernels/optimiser.c for the settings. */
  adam(o: {
    length: number;
    parameters: Operand;
    gradient: Operand;
    m: Operand;
    v: Operand;
    decay: Operand;
    support: Operand;
    settings: Operand;
  }): this {
    return this.write('adam', [o.length], [o.parameters, o.gradient, o.m, o.v, o.decay, o.support, o.settings]);
  }

  /** One step of (Nesterov) momentum; with momentum 0, of plain gradient descent. See kernels/optimiser.c. */
  momentum(o: {
    length: number;
    nesterov: boolean;
    parameters: Operand;
    gradient: Operand;
    velocity: Operand;
    decay: Operand;
    support: Operand;
    settings: Operand;
  }): this {
    const operands = [o.parameters, o.gradient, o.velocity, o.decay, o.support, o.settings];
    return this.write('momentum', [o.length, Number(o.nesterov)], operands);
  }

  /** Runs the peak probe: 26 floating-point operations a lane and iteration. values: x, y, 13 starts, a result (kernels/peak.c). */
  peak(o: { iterations: number; values: Operand }): this {
    return this.write('peak', [o.iterations], [o.values]);
  }
}
