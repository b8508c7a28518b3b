import { Random } from '../math/index.js';
import { rowSeed, streams } from './batches.js';
import type { LabelledSequences } from './task.js';

/** The recipe's `training.stream`, resolved: how a network learns to listen to a stream that never ends. */
export interface StreamSettings {
  /** The most network steps of another training row that a row begins with: the state begins from what they leave. */
  readonly before: number;
  /** How many training rows on average have gone through the network before each: the state is what they leave. 0: none. */
  readonly history: number;
  /** Whether rows of classes that are no wake word end at a random step: any place in them is the present. */
  readonly roll: boolean;
  /**
   * Of a wake word's row the last steps that count, where there is an output at every step; 0 for all. As many steps behind it count
   * for nothing: what follows a word is no longer it, but from one step to the next nobody can tell.
   */
  readonly wordSteps: number;
  /** After how many epochs the rows that fire are looked for again; 0 for never. */
  readonly mineEvery: number;
  /** How many times more often rows that fire are drawn. */
  readonly mineTimes: number;
}

/** How a row is joined in one epoch. */
export interface Joined {
  /** The row that comes before, and how many steps of its end. */
  other: number;
  before: number;
  /** Steps of the row itself, from its first on. */
  own: number;
}

/** Draws how row `row` is joined in one epoch; a function of (seed, epoch, row), whoever computes it. */
export class Joins {
  readonly settings: StreamSettings;
  private readonly lengths: Uint32Array;
  private readonly labels: Int32Array;
  private readonly rows: Uint32Array;
  private readonly wake: readonly number[];
  private readonly seed: number;
  private readonly random = new Random(0);

  /**
   * @param rows the training rows, of which others are drawn
   * @param wake the classes of the wake words
   */
  constructor(
    settings: StreamSettings,
    { lengths, labels }: LabelledSequences,
    rows: Uint32Array,
    wake: readonly number[],
    seed: number,
  ) {
    this.settings = settings;
    this.lengths = lengths;
    this.labels = labels;
    this.rows = rows;
    this.wake = wake;
    this.seed = seed;
  }

  /** Steps that count for nothing behind what a row ends with. */
  restAfter(row: number): number {
    return this.wake.includes(this.labels[row]) ? this.settings.wordSteps : 0;
  }

  draw(out: Joined, epoch: number, row: number): void {
    const { random, rows, lengths, settings } = this;
    random.restart(rowSeed(this.seed, row), streams.join + epoch);
    out.other = rows[random.below(rows.length)];
    out.before = Math.min(lengths[out.other], random.below(settings.before + 1));
    out.own = lengths[row];
    if (settings.roll && !this.wake.includes(this.labels[row])) out.own = 1 + random.below(lengths[row]);
  }
}

/**
 * A class for each frame where rows have one alone: of a wake word's rows only the frames of the last `wordSteps` steps have it, since the
 * word isn't said before; all others' frames have their row's. Frames of no row have none.
 */
export function streamLabels(sequences: LabelledSequences, wake: readonly number[], wordSteps: number): Int32Array {
  const { count, values, channels, features, starts, lengths, stepStride, labels } = sequences;
  const frameLabels = new Int32Array(values.length / channels).fill(-1);
  for (let row = 0; row < count; row++) {
    const first = wordSteps > 0 && wake.includes(labels[row]) ? Math.max(0, lengths[row] - wordSteps) : 0;
    const last = starts[row] + (lengths[row] - 1) * stepStride + features;
    frameLabels.fill(labels[row], (starts[row] + first * stepStride + features) / channels - 1, last / channels);
  }
  return frameLabels;
}
