import { Detector, NONE } from './detector.js';
import { pushSteps, type DetectorSettings } from './settings.js';

/** One state of an integer network: `IntegerInterpreter`, or a cell of `fastgrnn/runtime`. */
export interface DetectorCell {
  step(values: ArrayLike<number>, start: number): void;
  reset(): void;
  /** [classes] of int32 */
  readLogits(): ArrayLike<number>;
}

/**
 * A network's states and the detector that hears them, step by step for ever: what `PREFIX_detector_step` does in C. One state is
 * carried on, or several, each of which begins anew `window` steps after it began, give their logits in turn.
 */
export class StreamingDetector {
  readonly detector: Detector;
  /** [states] */
  readonly cells: readonly DetectorCell[];
  private readonly distance: number;
  /** Steps since a state was last pushed, and whose turn is next. */
  private since = 0;
  private turn = 0;
  private due = false;

  /**
   * @param cell makes a state of the network
   * @throws DetectorError
   */
  constructor(settings: DetectorSettings, classes: number, cell: () => DetectorCell) {
    this.detector = new Detector(settings, classes);
    this.cells = Array.from({ length: settings.states }, cell);
    this.distance = pushSteps(settings);
    this.reset();
  }

  /** Forgets the past. */
  reset(): void {
    this.detector.reset();
    for (const cell of this.cells) cell.reset();
    this.since = 0;
    this.turn = 0;
    this.due = false;
  }

  /** Takes the inputs of one network step, from `start` on. Returns the class whose event this is, or `NONE`. */
  step(values: ArrayLike<number>, start = 0): number {
    const logits = this.advance(values, start);
    return logits ? this.detector.push(logits) : NONE;
  }

  /** The same up to the detector: the logits that it is to be given after this step, if any. */
  advance(values: ArrayLike<number>, start = 0): ArrayLike<number> | undefined {
    const { cells, detector, distance } = this;
    if (this.due) {
      if (detector.settings.window > 0) {
        cells[this.turn].reset();
        this.turn = this.turn + 1 === cells.length ? 0 : this.turn + 1;
      }
      this.due = false;
    }
    for (const cell of cells) cell.step(values, start);
    this.since++;
    if (this.since < distance) return undefined;
    this.since = 0;
    this.due = true;
    return cells[this.turn].readLogits();
  }
}
