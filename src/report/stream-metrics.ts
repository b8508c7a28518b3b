/** What a detector does with streams: `fastgrnn evaluate MODEL --stream --json`. */
export interface StreamMetrics {
  /** The wake words. */
  readonly wake: readonly string[];
  /** In logits of the float network. */
  readonly threshold: number;
  readonly words: {
    readonly count: number;
    readonly missed: number;
    /** Null where there were no words. */
    readonly falseRejects: number | null;
    /** Wilson's, at 95 %. */
    readonly interval: readonly [number, number] | null;
  };
  /** Sounds without a wake word. */
  readonly streams: readonly {
    readonly name: string;
    /** Heard. */
    readonly hours: number;
    readonly falseAccepts: number;
    readonly perHour: number;
    /** False accepts an hour: the upper bound at 95 %, of a Poisson process. */
    readonly upperBound: number;
  }[];
  /** At every threshold, rising. */
  readonly curve: readonly {
    readonly threshold: number;
    readonly falseRejects: number | null;
    /** Of each of `streams`. */
    readonly perHour: readonly number[];
  }[];
  /** Events in recordings of the user's own. */
  readonly recordings?: readonly {
    readonly file: string;
    readonly seconds: number;
    readonly events: readonly { readonly seconds: number; readonly word: string; readonly score: number }[];
  }[];
}
