import type { MainMetric } from '../training/index.js';
import type { BoardBuilds, Metrics } from './metrics.js';

/** A figure over seeds; spread is null where there are too few. */
export interface OverSeeds {
  readonly mean: number;
  readonly standardError: number | null;
  readonly standardDeviation: number | null;
  /** In the order of the row's seeds. */
  readonly values: readonly number[];
}

/** How far a network is ahead of another, seed by seed. */
export interface Ahead {
  readonly of: string;
  /** Which networks' figures: integer where both have them. */
  readonly by: 'integer' | 'float';
  readonly mean: number;
  /** 95 %, by Student's t over the seeds' differences; null where there are too few. */
  readonly interval: readonly [number, number] | null;
}

/** One network of a comparison. */
export interface CompareRow {
  /** The paper's name. */
  readonly network: string;
  /** Rows of the same one are of one training: an ablation's network and its float one. */
  readonly trial: string;
  readonly hiddenSize: number;
  /** 0: a full matrix. */
  readonly wRank: number;
  readonly uRank: number;
  /** oRNN and SpectralRNN: of each orthogonal matrix. */
  readonly reflectors?: number;
  /** The part of the entries that is kept. */
  readonly wSparsity: number;
  readonly uSparsity: number;
  readonly settings: {
    readonly optimiser: string;
    readonly learningRate: number;
    readonly clip: number;
    readonly batchSize: number;
    /** EURNN's is modReLU. */
    readonly update: string;
    /** Null of cells without a gate. */
    readonly gate: string | null;
    readonly epochs: readonly number[];
  };
  /** Which seeds came to an end, and which diverged. */
  readonly seeds: readonly number[];
  readonly failed: readonly { readonly seed: number; readonly why: string }[];
  /** Of the test recordings; null where no seed came to an end. */
  readonly float: OverSeeds | null;
  /** Null where the network has no integer form, or the row is of one that isn't quantised. */
  readonly integer: OverSeeds | null;
  /** The largest of the seeds, in bytes: quantised in the paper's accounting, as linked, and with 4 bytes a parameter. */
  readonly paperBytes: number | null;
  readonly modelBytes: number | null;
  readonly floatBytes: number;
  readonly parameters: number;
  /** Mean wall-clock time of a seed's trainings, and the threads that each had. */
  readonly trainingSeconds: number | null;
  readonly workers: number | null;
  /** The first seed's, simulated. */
  readonly boards: Readonly<Record<string, BoardBuilds>>;
  readonly skipped: Readonly<Record<string, string>>;
  /** Null for the network that the others are compared with. */
  readonly ahead: Ahead | null;
  /** What Table 3, 8 or 13 of the paper says: per cent and KB. */
  readonly paper: { readonly accuracy: number; readonly kilobytes: number } | null;
}

/** `compare.json`: a comparison of networks, for programs. */
export interface CompareMetrics {
  /** Of everything but the networks and the number of seeds; rows of another identity never stand beside these. */
  readonly identity: string;
  readonly recipe: string;
  readonly data: { readonly name: string; readonly train: number; readonly test: number };
  /** The paper's data set whose figures stand beside. */
  readonly paperData: string | null;
  readonly protocol: string;
  readonly size: string;
  readonly seeds: readonly number[];
  readonly metric: MainMetric;
  readonly rows: readonly CompareRow[];
  readonly environment: Metrics['environment'];
}
