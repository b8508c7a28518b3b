import type { LossOptions, NetworkEngine } from '../network/index.js';
import { classWeights } from './balance.js';
import { rowSeed, streams } from './batches.js';
import type { Gather } from './gather.js';
import type { Histories } from './histories.js';
import type { ShardedBatch } from './shards.js';
import type { TeacherTargets, TrainingTask } from './task.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The batch at hand of a training: one object for all of them, since nothing is allocated in the loop over batches. */
export class TrainingBatch implements ShardedBatch {
  count = 0;
  readonly shards: number;
  readonly options: Writable<LossOptions>;
  private readonly engine: NetworkEngine;
  private readonly gather: Gather;
  private readonly histories: Histories | undefined;
  private readonly labels: Int32Array;
  private readonly seed: number;
  /** By class, what a row's loss is multiplied by. */
  private readonly classWeights: Float64Array | undefined;
  private readonly rowWeights: Float64Array;
  private readonly teacher: TeacherTargets | undefined;
  private order = new Uint32Array(0);
  private epoch = 0;
  private first = 0;

  constructor(task: TrainingTask, engine: NetworkEngine, gather: Gather, histories?: Histories) {
    const { training, sequences, trainRows, architecture } = task;
    this.engine = engine;
    this.gather = gather;
    this.histories = histories;
    this.shards = training.shards;
    this.seed = task.seed;
    this.teacher = task.teacher;
    this.labels = sequences.labels;
    this.rowWeights = new Float64Array(engine.limits.rows).fill(1);
    this.classWeights =
      training.balance === 'weights' ? classWeights(sequences.labels, trainRows, architecture.classes) : undefined;
    this.options = {
      batchRows: 0,
      labelSmoothing: training.labelSmoothing,
      ...(histories ? { start: 'resumed' } : {}),
      ...(task.teacher ? { temperature: task.teacher.temperature } : {}),
      ...(this.classWeights ? { rowWeights: this.rowWeights } : {}),
    };
  }

  /** Batches are from now on of this epoch, whose rows are visited in this order. */
  start(order: Uint32Array<ArrayBuffer>, epoch: number): void {
    this.order = order;
    this.epoch = epoch;
  }

  /** The batch is from now on the `count` rows from the order's `first` on. */
  take(first: number, count: number): void {
    this.first = first;
    this.count = count;
    this.options.batchRows = count;
  }

  place(start: number, end: number): number {
    const { first, order } = this;
    if (this.classWeights) this.weigh(first + start, end - start, this.classWeights);
    this.drop(first + start, end - start);
    const steps = this.gather.training(this.engine, order, first + start, first + end, this.epoch);
    this.histories?.begin(order, first + start, first + end, this.epoch);
    if (this.teacher) this.teach(this.teacher, first + start, end - start);
    return steps;
  }

  /** What the teacher says of rows, beside their labels. */
  private teach({ targets, weight }: TeacherTargets, first: number, rows: number): void {
    const { engine, order } = this;
    const { classes } = engine.arch;
    for (let r = 0; r < rows; r++) {
      const from = order[first + r] * classes;
      for (let k = 0; k < classes; k++) engine.targets[r * engine.targetStride + k] = targets[from + k];
      engine.softShares[r] = weight;
    }
  }

  /** Of each row the numbers that decide what is left out between layers: a function of seed, epoch and row, whoever computes it. */
  private drop(first: number, rows: number): void {
    const { order, seed, epoch } = this;
    const { dropoutKeys: keys } = this.engine;
    if (keys.length === 0) return;
    for (let r = 0; r < rows; r++) {
      keys[2 * r] = rowSeed(seed, order[first + r]);
      keys[2 * r + 1] = streams.dropout + epoch;
    }
  }

  private weigh(first: number, rows: number, weights: Float64Array): void {
    const { rowWeights, labels, order } = this;
    for (let r = 0; r < rows; r++) {
      const label = labels[order[first + r]];
      rowWeights[r] = (label >= 0 && weights[label]) || 1;
    }
  }
}
