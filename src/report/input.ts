import type { PaperSize } from '../compression/index.js';
import type { EpochRecord, Stage } from '../training/index.js';
import type { BoardFacts } from './board-facts.js';
import type { Metrics, WorstSequence } from './metrics.js';

/** What one count of an input channel means. */
export interface InputUnit {
  readonly channel: string;
  /** Physical value of one count of the int16 input. */
  readonly lsb: number;
  /** The physical unit; empty for none. */
  readonly unit: string;
}

/** A test sequence that the network got very wrong, with its signal. */
export interface WorstView extends WorstSequence {
  /** Its length as it was recorded. */
  readonly frames: number;
  /** Its channels in physical units, thinned evenly to what a small plot shows. */
  readonly channels: readonly { readonly name: string; readonly unit: string; readonly values: readonly number[] }[];
  /** Of a network with a class at every step, the classes that are right and those that were predicted. */
  readonly strips?: { readonly truth: readonly number[]; readonly predicted: readonly number[] };
}

/** Of one output of a regression, values that were to come out and values that came out, in physical units. */
export interface ValuePairs {
  readonly name: string;
  /** How many there are; those that are given are evenly spread among them. */
  readonly rows: number;
  readonly truth: readonly number[];
  readonly predicted: readonly number[];
}

/** Everything that a report shows. The same input gives the same page. */
export interface ReportInput {
  readonly title: string;
  readonly metrics: Metrics;
  /** How often its trainings went back to the beginning of a lost epoch; 0 without it. */
  readonly lostEpochs?: number;
  /** Every epoch of the training, in order. */
  readonly history: readonly EpochRecord[];
  readonly stages: readonly Stage[];
  /** For each stage the epoch, from 1, whose weights went on; by default `metrics.training.stages[i].chosen`. */
  readonly chosenEpochs?: readonly number[];
  /** [classes] */
  readonly classNames: readonly string[];
  /** Test recordings [label][prediction], as `confusionMatrix` counts them; undefined for heads without classes. */
  readonly confusion?:
    | {
        readonly float: readonly (readonly number[])[];
        readonly integer: readonly (readonly number[])[];
      }
    | undefined;
  /** Highest loss first. */
  readonly worst?: readonly WorstView[];
  /** Regression alone, an entry an output. */
  readonly values?: readonly ValuePairs[] | undefined;
  readonly sizeParts: PaperSize['parts'];
  /** [features] */
  readonly inputUnits: readonly InputUnit[];
  /** The resolved recipe. */
  readonly recipeYaml: string;
  /** What a reader should know before trusting the figures, a sentence or two each. */
  readonly notes: readonly string[];
  /** What is known of boards, by name; it adds to and goes before `knownBoards`. */
  readonly boardFacts?: Readonly<Record<string, BoardFacts>>;
}
