import { Random } from '../math/index.js';
import type { NetworkEngine } from '../network/index.js';
import { rowSeed, streams } from './batches.js';
import type { Gather } from './gather.js';
import type { Joins } from './stream.js';

/** Streams side by side. */
const lanes = 128;

/** After how many batches each stream hears another row. */
const batchesBetween = 8;

/**
 * States that long streams leave a network in, for training rows to begin with. Beside the training run streams of training rows, one
 * behind the other as they stand in the data; every few batches each hears the next with the weights of that moment. So states are never
 * far from those that the network of the batch at hand would have come to: with states of an epoch ago, training overshoots. A stream
 * ends behind each row with a probability of 1 / `training.stream.history`, and begins anew at 0, anywhere. No gradient flows into the states.
 */
export class Histories {
  private readonly engine: NetworkEngine;
  private readonly gather: Gather;
  private readonly rows: Uint32Array;
  private readonly joins: Joins;
  private readonly seed: number;
  /** What is drawn for the streams, and for the rows that begin with their states. */
  private readonly random = new Random(0);
  private readonly ofRow = new Random(0);
  /** Of each stream: the place in `rows` of what it hears next, and the row that it heard last. */
  private readonly next = new Uint32Array(lanes);
  private readonly last = new Uint32Array(lanes);
  private readonly order = new Uint32Array(lanes);
  /** By place of `engine.handedOn`: [lanes][stateStride]. */
  private readonly kept: readonly Float32Array[];

  constructor(engine: NetworkEngine, gather: Gather, rows: Uint32Array, joins: Joins, seed: number) {
    this.engine = engine;
    this.gather = gather;
    this.rows = Uint32Array.from(rows).sort();
    this.joins = joins;
    this.seed = seed;
    this.kept = engine.handedOn.map(() => new Float32Array(lanes * engine.stateStride));
  }

  /** The streams of one epoch, as long as they are on average: a function of seed, epoch and the engine's parameters. */
  start(epoch: number): void {
    const { random, joins } = this;
    random.restart(this.seed, streams.history + epoch);
    for (let lane = 0; lane < lanes; lane++) this.restart(lane);
    for (let i = 0; i < joins.settings.history; i++) this.advance();
  }

  /** To be told of each batch, from 0 on. */
  batch(batch: number): void {
    if (batch > 0 && batch % batchesBetween === 0) this.advance();
  }

  /** What rows of an epoch, which the engine holds, begin with: the state of a stream that seed, epoch and row choose. */
  begin(order: Uint32Array, start: number, end: number, epoch: number): void {
    const { ofRow, joins, last, engine } = this;
    const rows = end - start;
    for (let b = 0; b < rows; b++) {
      ofRow.restart(rowSeed(this.seed, order[start + b]), streams.history + epoch);
      const lane = ofRow.below(lanes);
      this.resume(b, lane);
      const rest = engine.arch.output === 'every' ? Math.min(joins.restAfter(last[lane]), engine.lengths[b]) : 0;
      for (let t = 0; t < rest; t++) engine.labels[t * rows + b] = -1;
    }
  }

  private restart(lane: number): void {
    this.next[lane] = this.random.below(this.rows.length);
    const { stateStride: stride } = this.engine;
    for (let k = 0; k < this.kept.length; k++) this.kept[k].fill(0, lane * stride, (lane + 1) * stride);
  }

  /** Each stream hears another row. */
  private advance(): void {
    const { engine, gather, rows, random, next, last, order, kept, joins } = this;
    const { handedOn, stateStride: stride, lengths, limits } = engine;
    for (let lane = 0; lane < lanes; lane++) if (random.below(joins.settings.history) === 0) this.restart(lane);
    for (let first = 0; first < lanes; first += limits.rows) {
      const count = Math.min(lanes - first, limits.rows);
      for (let b = 0; b < count; b++) {
        order[b] = last[first + b] = rows[next[first + b]];
        next[first + b] = (next[first + b] + 1) % rows.length;
      }
      const steps = gather.plain(engine, order, 0, count);
      for (let b = 0; b < count; b++) this.resume(b, first + b);
      engine.forward(count, steps, 'resumed');
      for (let k = 0; k < kept.length; k++) {
        const [from, to] = [handedOn[k], kept[k]];
        for (let b = 0; b < count; b++) {
          const end = (lengths[b] * count + b) * stride;
          for (let i = 0; i < stride; i++) to[(first + b) * stride + i] = from[end + i];
        }
      }
    }
  }

  /** Row `b` of the engine begins with the state of a stream. */
  private resume(b: number, lane: number): void {
    const { handedOn, stateStride: stride } = this.engine;
    for (let k = 0; k < handedOn.length; k++) {
      const [from, to] = [this.kept[k], handedOn[k]];
      for (let i = 0; i < stride; i++) to[b * stride + i] = from[lane * stride + i];
    }
  }
}
