import type { PaperSize } from '../compression/index.js';
import type { ClassScore } from '../training/index.js';

/** One build of the firmware on one board, compared with the integer interpreter value by value. */
export interface BoardRun {
  /** Every state and every logit of every step equals the interpreter's. */
  readonly bitExact: boolean;
  readonly sequences: number;
  /** Steps compared, of all sequences together. */
  readonly steps: number;
  readonly cyclesPerStep: number;
  readonly msPerStep: number;
  readonly msPerPrediction: number;
  /** The whole image. */
  readonly flashBytes: number;
  /** Static data, without the stack. */
  readonly ramBytes: number;
  /** The deepest that the stack got. */
  readonly stackBytes: number;
}

/** The builds of one board that were run. */
export interface BoardBuilds {
  /** The generic runtime image with the model as a blob. */
  readonly runtime?: BoardRun;
  /** The exported C. */
  readonly generated?: BoardRun & { readonly compiler: string };
  /** A build in float arithmetic, compared by tolerance: never called bit-exact. */
  readonly float32?: Omit<BoardRun, 'bitExact'> & { readonly compiler?: string };
}

/** What a stage of the training came to. */
export interface StageMetrics {
  readonly name: string;
  /** Epochs run. */
  readonly epochs: number;
  /** Mean training loss of the chosen epoch; null where no epoch was run. */
  readonly loss: number | null;
  /** Validation accuracy of the chosen epoch; null without validation recordings. */
  readonly validation: number | null;
  /** The epoch of the stage, from 1, whose weights went on. */
  readonly chosen?: number;
}

/** Accuracy class by class, of one network on the test recordings. */
export interface ClassMetrics {
  readonly macroF1?: number | null;
  /** In the order of the classes. */
  readonly perClass?: readonly ClassScore[];
  /** [label][prediction] */
  readonly confusion?: readonly (readonly number[])[];
}

/** `metrics.json`: the figures of a run, for programs. */
export interface Metrics {
  /** The recipe's name. */
  readonly recipe: string;
  readonly seed: number;
  readonly data: {
    readonly name: string;
    /** Recordings. */
    readonly train: number;
    readonly validation: number;
    readonly test: number;
  };
  readonly training: {
    /** Sum over all trainings of the run. */
    readonly seconds: number;
    /** "wasm", or "native-" and the variant. */
    readonly backend: string;
    readonly workers: number;
    readonly fma: boolean;
    readonly stages: readonly StageMetrics[];
  };
  readonly float: ClassMetrics & {
    readonly metric: 'accuracy';
    /** 0 to 1, on the test recordings. */
    readonly test: number;
  };
  readonly integer: ClassMetrics & {
    readonly test: number;
    /** The fraction of test recordings for which both networks predict the same class. */
    readonly agreement: number;
  };
  readonly size: {
    /** The paper's accounting. */
    readonly paperBytes: number;
    /** Every constant array that the firmware links for the network. */
    readonly modelBytes: number;
    readonly nonzeros: number;
    /** Multiplications of one step, W and U. */
    readonly recurrentNonzeros: number;
    readonly parts?: PaperSize['parts'];
  };
  /** By the board's name. */
  readonly boards: Readonly<Record<string, BoardBuilds>>;
  /** Board or build that was not run, and why. */
  readonly skipped: Readonly<Record<string, string>>;
  readonly environment: {
    readonly node: string;
    readonly cpu: string;
    readonly backend: string;
    /** The package's commit; empty where it isn't known. */
    readonly commit: string;
  };
}
