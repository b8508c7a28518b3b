import { argmax } from '../../math/index.js';

/** What a head's outputs mean: one class of many, labels that are each there or not, or values. */
export type HeadKind = 'softmax' | 'sigmoid' | 'regression';

/**
 * What a network said of a data set, and what is right: a row is a sequence, or, of a network with an output at every step, a
 * labelled step.
 */
export interface Outputs {
  readonly head: HeadKind;
  /** L: classes, labels or values. */
  readonly size: number;
  readonly rows: number;
  /** [rows][L]: logits; values in physical units for regression. */
  readonly logits: Float64Array;
  /** [rows], the right class; 0 where the head knows none. */
  readonly labels: Int32Array;
  /** [rows][L]: 1 or 0 for labels, values in physical units for regression; undefined for softmax. */
  readonly targets: Float64Array | undefined;
  /** [rows], the sequence of each row. */
  readonly sequences: Uint32Array;
}

/** Softmax: the first largest logit of each row. [rows] */
export function predictedClasses({ rows, size, logits }: Pick<Outputs, 'rows' | 'size' | 'logits'>): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => argmax(logits, row * size, (row + 1) * size));
}

/** Sigmoid: 1 where a label's logit is above 0. [rows][L] */
export function predictedLabels({ logits }: Pick<Outputs, 'logits'>): Uint8Array {
  return Uint8Array.from(logits, (logit) => (logit > 0 ? 1 : 0));
}
