import { packedWords, rowStride, type Layout, type Matrix, type Operand } from '../../kernels/index.js';
import type { ProgramBuilder } from '../../kernels/index.js';
import type { Architecture } from '../architecture.js';
import { forRows, type Limits, type Places } from '../places.js';
import { WeightGradient } from '../recurrence/weight-gradient.js';

/**
 * A linear classifier of the last state, and its loss:
 *   logits = h_T C^T + b,  p = softmax(logits)
 *   loss of a row = -weight sum target ln p,  target = (1 - smoothing) [class = label] + smoothing / L
 * Backwards: dlogits = weight scale (p - target),  dC = dlogits^T h_T,  db = sum dlogits,  dh_T = dlogits C.
 */
export class SoftmaxHead {
  /** [rows][classes] */
  readonly logits: Matrix;
  /** One int32 a row; -1 for a row without a label. */
  readonly labels: Operand;
  /** One float a row. */
  readonly rowWeights: Operand;
  readonly losses: Operand;
  /** One int32 a row: the first class of the largest logit. */
  readonly predictions: Operand;
  /** smoothing, scale. */
  readonly settings: Operand;

  private readonly hidden: number;
  private readonly classes: number;
  private readonly places: Places;
  private readonly packed: Operand;
  private readonly training:
    { dlogits: Matrix; packedTransposed: Operand; weights: WeightGradient; biasSums: Matrix } | undefined;

  constructor(arch: Architecture, layout: Layout, places: Places, limits: Limits) {
    const { hiddenSize, classes } = arch;
    this.hidden = hiddenSize;
    this.classes = classes;
    this.places = places;
    this.packed = layout.vector(packedWords(hiddenSize, classes));
    const stride = rowStride(classes);
    this.logits = layout.matrix(limits.rows, stride);
    this.labels = layout.vector(limits.rows);
    this.rowWeights = layout.vector(limits.rows);
    this.losses = layout.vector(limits.rows);
    this.predictions = layout.vector(limits.rows);
    this.settings = layout.vector(2);
    if (limits.training) {
      this.training = {
        dlogits: layout.matrix(limits.rows, stride),
        packedTransposed: layout.vector(packedWords(classes, hiddenSize)),
        weights: new WeightGradient(layout, classes, hiddenSize),
        biasSums: layout.matrix(1, stride),
      };
    }
  }

  /** Packs the classifier. */
  prepare(program: ProgramBuilder): void {
    const { hidden, classes, packed, training } = this;
    const source = this.places.parameter('classifier');
    program.pack({ inner: hidden, columns: classes, rowStride: 1, columnStride: hidden, source, packed });
    if (training) {
      const straight = { rowStride: hidden, columnStride: 1 };
      program.pack({ inner: classes, columns: hidden, ...straight, source, packed: training.packedTransposed });
    }
  }

  /** logits <- h C^T + b. */
  forward(program: ProgramBuilder, o: { rows: number; h: Matrix }): void {
    const { hidden: inner, classes: columns, logits, packed } = this;
    program
      .broadcastRows({ rows: o.rows, columns, row: this.places.parameter('classifierBias'), target: logits })
      .gemm({ rows: o.rows, columns, inner, accumulate: true, a: o.h, packed, c: logits });
  }

  /** losses and predictions. */
  loss(program: ProgramBuilder, rows: number): void {
    const { classes, logits, labels, rowWeights, losses, predictions, settings } = this;
    program.softmaxCrossEntropy({ rows, classes, logits, labels, rowWeights, losses, predictions, settings });
  }

  /** losses, predictions, gradients of classifier and bias, and dh [rows][hiddenSize] <- the gradient of h. */
  backward(program: ProgramBuilder, o: { rows: number; h: Matrix; dh: Matrix }): void {
    const { hidden, classes, logits, labels, rowWeights, losses, predictions, settings, training } = this;
    if (!training) return;
    const { packedTransposed: packed, weights, biasSums } = training;
    const { rows } = o;
    const dlogits = forRows(training.dlogits, rows);
    const vector = { rows: 1, columns: classes, rowStride: classes, columnStride: 1 };
    program
      .softmaxCrossEntropy({ rows, classes, logits, labels, rowWeights, dlogits, losses, predictions, settings })
      .columnSums({ rows, columns: classes, source: dlogits, sums: biasSums })
      .unpack({ ...vector, source: biasSums, target: this.places.gradientOf('classifierBias') })
      .gemm({ rows, columns: hidden, inner: classes, accumulate: false, a: dlogits, packed, c: o.dh });
    weights.clear(program);
    weights.add(program, { rows, dy: dlogits, x: o.h });
    weights.store(program, this.places.gradientOf('classifier'));
  }
}
