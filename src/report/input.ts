import type { PaperSize } from '../compression/index.js';
import type { EpochRecord, Stage } from '../training/index.js';
import type { BoardFacts } from './board-facts.js';
import type { Metrics } from './metrics.js';

/** What one count of an input channel means. */
export interface InputUnit {
  readonly channel: string;
  /** Physical value of one count of the int16 input. */
  readonly lsb: number;
  /** The physical unit; empty for none. */
  readonly unit: string;
}

/** Everything that a report shows. The same input gives the same page. */
export interface ReportInput {
  readonly title: string;
  readonly metrics: Metrics;
  /** Every epoch of the training, in order. */
  readonly history: readonly EpochRecord[];
  readonly stages: readonly Stage[];
  /** For each stage the epoch, from 1, whose weights went on; by default `metrics.training.stages[i].chosen`. */
  readonly chosenEpochs?: readonly number[];
  /** [classes] */
  readonly classNames: readonly string[];
  /** Test recordings [label][prediction], as `confusionMatrix` counts them. */
  readonly confusion: {
    readonly float: readonly (readonly number[])[];
    readonly integer: readonly (readonly number[])[];
  };
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
