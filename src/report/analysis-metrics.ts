import type { Analysis, Spread } from '../analysis/index.js';

/** The recurrence after one epoch of a training. */
export interface EpochAnalysis {
  /** From 1, over all stages. */
  readonly epoch: number;
  readonly loss: number;
  readonly validation: number | null;
  /** FastRNN's and FastRNN-vector's; of vectors the means over the units. Null of cells that have none. */
  readonly alpha: number | null;
  readonly beta: number | null;
  /** FastGRNN's and FastRNN-vector's, likewise. */
  readonly zeta: number | null;
  readonly nu: number | null;
  readonly spectralNorm: number;
  /** Of M(U) over all steps after the first. */
  readonly condition: Spread;
  /** Equation (5); null where it bounds nothing. */
  readonly bound: number | null;
  /** ||dL / dh_1|| and ||dL / dh_T||, means over the recordings. */
  readonly firstGradient: number;
  readonly lastGradient: number;
}

/** A figure over seeds. */
export interface Averaged {
  readonly mean: number;
  readonly standardError: number | null;
  readonly values: readonly number[];
}

/** FastRNN trained on the same recordings, so many steps long (Table 7, Figure 2). */
export interface LengthRow {
  /** T */
  readonly steps: number;
  /** Frames that a step reads, and those at the end that none reads. */
  readonly frames: number;
  readonly leftOut: number;
  readonly alpha: Averaged;
  readonly beta: Averaged;
  readonly alphaOverBeta: Averaged;
  readonly alphaT: Averaged;
  readonly test: Averaged;
  /** Table 7. */
  readonly paper: { readonly alpha: number; readonly beta: number } | null;
}

/** FastRNN trained with an alpha that stays, beta being 1 - alpha (Figure 5). */
export interface AlphaRow {
  readonly alpha: number;
  /** Null where every training diverged. */
  readonly test: Averaged | null;
  readonly diverged: number;
}

/** `analysis.json`, for programs. */
export interface AnalysisMetrics extends Analysis {
  readonly model: string;
  readonly data: string;
  /** The training made again; null where that was not asked for. */
  readonly along: {
    /** Whether it ended with the parameters of the model. */
    readonly sameModel: boolean;
    readonly epochs: readonly EpochAnalysis[];
  } | null;
  readonly lengths: readonly LengthRow[] | null;
  readonly alphas: readonly AlphaRow[] | null;
}
