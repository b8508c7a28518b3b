import { packedWords, rowStride, type Layout, type Matrix, type Operand } from '../../kernels/index.js';
import type { ProgramBuilder } from '../../kernels/index.js';
import { outputSize, type Architecture } from '../architecture.js';
import { forRows, type Limits, type Places } from '../places.js';
import { WeightGradient } from '../recurrence/weight-gradient.js';
import type { Loss, LossPlaces } from './head.js';
import { regression } from './regression.js';
import { sigmoid } from './sigmoid.js';
import { softmax } from './softmax.js';

/**
 * A linear map of what the head reads of the states, and its loss:
 *   logits = h C^T + b
 * Backwards: dC = dlogits^T h,  db = sum dlogits,  dh = dlogits C.
 */
export class ReadOut {
  /** [rows][classes]; rows are those of all steps where there is an output at every step. */
  readonly logits: Matrix;
  /** [rows][classes], for heads that have targets. */
  readonly targets: Matrix;
  readonly labels: Operand;
  readonly rowWeights: Operand;
  readonly losses: Operand;
  readonly predictions: Operand;
  readonly settings: Operand;
  /** One float a row: how much of its loss is that of its second target. */
  readonly softShares: Operand;

  private readonly arch: Architecture;
  /** The values of a state that is read. */
  private readonly width: number;
  private readonly loss: Loss;
  private readonly places: Places;
  private readonly packed: Operand;
  private readonly softTargets: boolean;
  private readonly training:
    { dlogits: Matrix; packedTransposed: Operand; weights: WeightGradient; biasSums: Matrix } | undefined;

  constructor(arch: Architecture, layout: Layout, places: Places, limits: Limits) {
    const { classes } = arch;
    this.arch = arch;
    this.width = outputSize(arch);
    this.loss = { softmax, sigmoid, regression }[arch.head];
    this.places = places;
    this.packed = layout.vector(packedWords(this.width, classes));
    const stride = rowStride(classes);
    const rows = arch.output === 'every' ? limits.rows * limits.steps : limits.rows;
    this.logits = layout.matrix(rows, stride);
    this.softTargets = limits.training && limits.softTargets === true;
    if (this.softTargets && (arch.head !== 'softmax' || arch.output === 'every')) {
      throw new RangeError('second targets are for softmax heads with one output a sequence');
    }
    this.targets = layout.matrix(arch.head === 'softmax' && !this.softTargets ? 0 : rows, stride);
    this.softShares = layout.vector(this.softTargets ? rows : 0);
    this.labels = layout.vector(rows);
    this.rowWeights = layout.vector(rows);
    this.losses = layout.vector(rows);
    this.predictions = layout.vector(rows);
    this.settings = layout.vector(3);
    if (limits.training) {
      this.training = {
        dlogits: layout.matrix(rows, stride),
        packedTransposed: layout.vector(packedWords(classes, this.width)),
        weights: new WeightGradient(layout, classes, this.width),
        biasSums: layout.matrix(1, stride),
      };
    }
  }

  /** Packs the classifier. */
  prepare(program: ProgramBuilder): void {
    const { packed, training, width } = this;
    const { classes } = this.arch;
    const source = this.places.parameter('classifier');
    program.pack({ inner: width, columns: classes, rowStride: 1, columnStride: width, source, packed });
    if (training) {
      const straight = { rowStride: width, columnStride: 1 };
      program.pack({ inner: classes, columns: width, ...straight, source, packed: training.packedTransposed });
    }
  }

  /** logits <- h C^T + b. */
  forward(program: ProgramBuilder, o: { rows: number; h: Matrix }): void {
    const { logits, packed, width: inner } = this;
    const { classes: columns } = this.arch;
    program
      .broadcastRows({ rows: o.rows, columns, row: this.places.parameter('classifierBias'), target: logits })
      .gemm({ rows: o.rows, columns, inner, accumulate: true, a: o.h, packed, c: logits });
  }

  /** losses and predictions. */
  evaluate(program: ProgramBuilder, rows: number): void {
    this.loss(program, this.lossPlaces(rows));
  }

  /** losses, predictions, gradients of classifier and bias, and the gradient of the logits for `inputGradient`. */
  backward(program: ProgramBuilder, o: { rows: number; h: Matrix }): void {
    const { training, arch } = this;
    if (!training) return;
    const { classes } = arch;
    const { dlogits, weights, biasSums } = training;
    const { rows } = o;
    const vector = { rows: 1, columns: classes, rowStride: classes, columnStride: 1 };
    const loss = this.lossPlaces(rows);
    this.loss(program, { ...loss, dlogits });
    if (this.softTargets) program.softTargets({ ...loss, classes, dlogits, shares: this.softShares });
    program
      .columnSums({ rows, columns: classes, source: dlogits, sums: biasSums })
      .unpack({ ...vector, source: biasSums, target: this.places.gradientOf('classifierBias') });
    weights.clear(program);
    weights.add(program, { rows, dy: dlogits, x: o.h });
    weights.store(program, { ...this.places.gradientOf('classifier'), stride: outputSize(arch) });
  }

  /**
   * dh [rows][width] <- dlogits C, added when `accumulate`. Where there is an output at every step: at the step at hand of
   * so many rows each.
   */
  inputGradient(program: ProgramBuilder, o: { rows: number; dh: Matrix; accumulate: boolean }): void {
    if (!this.training) return;
    const { dlogits, packedTransposed: packed } = this.training;
    const { classes: inner, output } = this.arch;
    const { width: columns } = this;
    const a = output === 'every' ? forRows(dlogits, o.rows) : dlogits;
    program.gemm({ rows: o.rows, columns, inner, accumulate: o.accumulate, a, packed, c: o.dh });
  }

  private lossPlaces(rows: number): LossPlaces {
    const { logits, labels, targets, rowWeights, losses, predictions, settings } = this;
    return { rows, outputs: this.arch.classes, logits, labels, targets, rowWeights, losses, predictions, settings };
  }
}
