import type { Matrix, Operand, ProgramBuilder } from '../../kernels/index.js';

/** What a loss reads and writes, a row an output of the network. */
export interface LossPlaces {
  readonly rows: number;
  /** L */
  readonly outputs: number;
  /** [rows][outputs] */
  readonly logits: Matrix;
  /** One int32 a row; below 0: the row counts for nothing. */
  readonly labels: Operand;
  /** [rows][outputs]; what a softmax head doesn't read. */
  readonly targets: Matrix;
  /** One float a row. */
  readonly rowWeights: Operand;
  /** The gradient of the logits, when it is wanted. */
  readonly dlogits?: Matrix;
  /** One float a row. */
  readonly losses: Operand;
  /** One int32 a row: the first largest logit. */
  readonly predictions: Operand;
  /** smoothing, scale. */
  readonly settings: Operand;
}

/** The loss of a head: what its outputs stand for. */
export type Loss = (program: ProgramBuilder, places: LossPlaces) => void;
