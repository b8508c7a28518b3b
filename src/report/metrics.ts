import type { PaperSize } from '../compression/index.js';
import type { Calibration, MainMetric, Scores } from '../training/index.js';

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
  /** Where they go, of a build whose parts are known. */
  readonly flash?: { readonly weights: number; readonly tables: number; readonly code: number };
  /** Hz. */
  readonly clock?: number;
  /** What gives the cycles where a simulator counts instructions; absent where it counts cycles. */
  readonly cycleModel?: string;
  /** Voltage times current times time of a prediction; derived from a datasheet's figures, which it names. */
  readonly energy?: { readonly microjoulesPerPrediction: number; readonly derivedFrom: string };
  /** Static data, without the stack. */
  readonly ramBytes: number;
  /** The deepest that the stack got. */
  readonly stackBytes: number;
}

/** A program that hears sound. */
export interface HeardRun extends BoardRun {
  readonly compiler: string;
  /** Cycles of a frame; with a network, its share of the network's step too. */
  readonly cyclesPerFrame: number;
  /** The part of real time in which the processor works. */
  readonly busy: number;
}

/** The builds of one board that were run. */
export interface BoardBuilds {
  /** The generic runtime image with the model as a blob. */
  readonly runtime?: BoardRun;
  /** The exported C. */
  readonly generated?: BoardRun & { readonly compiler: string };
  /** The exported front end of sound alone; its steps are hops. */
  readonly frontend?: HeardRun;
  /** The front end and the network behind it. */
  readonly listening?: HeardRun;
  /** A build in float arithmetic, compared by tolerance: never called bit-exact. */
  readonly float32?: Omit<BoardRun, 'bitExact'> & {
    readonly compiler?: string;
    /** Every step's states lie within the bound of that step's rounding errors, and so do the logits. */
    readonly withinTolerance?: boolean;
    /** The largest error as a fraction of its bound. */
    readonly errorOfTolerance?: number;
    /** The largest difference of a state from a float64 network's that ran by itself. */
    readonly deviation?: number;
  };
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

/** A calibration of one network, before and after its temperature. */
export interface NetworkCalibration extends Calibration {
  /** Fitted to validation recordings; null where there are none. */
  readonly temperature: number | null;
  /** The same test recordings with logits divided by the temperature. */
  readonly after: Calibration | null;
}

/** Whether the networks' probabilities can be believed, on the test recordings. */
export interface CalibrationMetrics {
  /** Validation rows that the temperatures were fitted to. */
  readonly fittedOn: number;
  /** Whether the networks were trained again on these very rows, which makes them look surer there than elsewhere. */
  readonly trainedOnThem: boolean;
  readonly float: NetworkCalibration;
  readonly integer: NetworkCalibration;
}

/** What the bootstrap draws as a whole. */
export type UnitKind = 'group' | 'recording' | 'sequence';

/** Words for what the bootstrap draws. */
export const unitWords: Readonly<Record<UnitKind, { readonly one: string; readonly many: string }>> = {
  group: { one: 'person or device', many: 'persons or devices' },
  recording: { one: 'recording', many: 'recordings' },
  sequence: { one: 'sequence', many: 'sequences' },
};

/** A simple method on the same training and test recordings. */
export interface BaselineMetrics extends Scores {
  readonly name: string;
  /** What it sees, and of how many recordings. */
  readonly note: string;
}

/** A test sequence that the integer network got very wrong. */
export interface WorstSequence {
  /** Its place among the test sequences, from 0. */
  readonly sequence: number;
  /** The number of its person or device, where that is known. */
  readonly group?: number;
  readonly truth: string;
  readonly predicted: string;
  /** The probability of what was predicted; null for heads that have none. */
  readonly confidence: number | null;
  readonly loss: number;
}

/** Scores of one network on the test recordings. */
export type NetworkMetrics = Pick<Scores, 'test'> & Partial<Scores>;

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
    /** Sequences a second whose gradient was taken, over all trainings of the run, start and validation included. */
    readonly sequencesPerSecond: number;
    /** Useful floating-point operations a second, 1e9 of them: products alone, without gates (`iterationFlops`). */
    readonly gflops: number;
    readonly stages: readonly StageMetrics[];
  };
  readonly float: NetworkMetrics & {
    /** What `test` is. */
    readonly metric: MainMetric;
  };
  readonly integer: NetworkMetrics & {
    /**
     * The fraction of test recordings for which both networks predict the same class or labels; of a regression the R2 of the
     * integer network's values against the float network's.
     */
    readonly agreement: number;
  };
  /** How all intervals were made: by drawing so many times whole units with replacement. */
  readonly bootstrap?: {
    readonly by: UnitKind;
    readonly units: number;
    readonly draws: number;
    readonly level: number;
  };
  readonly calibration?: CalibrationMetrics;
  readonly baselines?: readonly BaselineMetrics[];
  /** Highest loss first. */
  readonly worst?: readonly WorstSequence[];
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
