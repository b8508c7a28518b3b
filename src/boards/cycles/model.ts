/** The instructions of a piece of work, in the order in which they were executed. */
export interface Trace {
  /** Addresses of the instructions; what follows the last one is the address behind. */
  readonly addresses: ArrayLike<number>;
  /** Where the piece begins in `addresses`, and where it ends. */
  readonly from: number;
  readonly to: number;
  /** 16 bits of the program. */
  readonly half: (address: number) => number;
}

/** What each instruction of a core costs, where memory answers at once: flash wait states and caches are left out. */
export interface CycleModel {
  /** The core and the document that gives the costs. */
  readonly source: string;
  cycles(trace: Trace): number;
}
