import { Random } from '../math/index.js';
import type { NetworkEngine } from '../network/index.js';
import { rowSeed, streams } from './batches.js';
import type { Gather } from './gather.js';
import type { Joins } from './stream.js';

/** How many streams run side by side: as many states as these and `training.stream.history` give are known in an epoch. */
const lanes = 64;

/**
 * States that long streams leave a network in. At the beginning of an epoch the network of that time runs, in each lane, over training
 * rows one behind the other as they stand in the data, from 0 on; what it hands on behind each row is kept. A training row then begins
 * with one of these states, as it would in a stream of up to `rowsBefore` rows. No gradient flows into them.
 */
export class Histories {
  private readonly rows: Uint32Array;
  private readonly rowsBefore: number;
  private readonly joins: Joins;
  private readonly seed: number;
  private readonly random = new Random(0);
  private readonly order = new Uint32Array(lanes);
  /** By place of `engine.handedOn`: [lanes][rowsBefore][stateStride]. */
  private kept: Float32Array[] = [];
  /** [lanes][rowsBefore]: the row that a state has gone through last. */
  private readonly last: Uint32Array;

  constructor(rows: Uint32Array, joins: Joins, seed: number) {
    const rowsBefore = joins.settings.history;
    this.rows = Uint32Array.from(rows).sort();
    this.rowsBefore = rowsBefore;
    this.joins = joins;
    this.last = new Uint32Array(lanes * rowsBefore);
    this.seed = seed;
  }

  /** Runs the streams of one epoch. The engine's parameters are those of the network. */
  run(engine: NetworkEngine, gather: Gather, epoch: number): void {
    const { rows, rowsBefore, random, order } = this;
    const { handedOn, stateStride: stride, lengths, limits } = engine;
    if (this.kept.length === 0) this.kept = handedOn.map(() => new Float32Array(lanes * rowsBefore * stride));
    random.restart(this.seed, streams.history + epoch);
    for (let lane = 0; lane < lanes; lane += limits.rows) {
      const count = Math.min(lanes - lane, limits.rows);
      for (let b = 0; b < count; b++) order[b] = random.below(rows.length);
      const at = order.slice(0, count);
      for (let i = 0; i < rowsBefore; i++) {
        for (let b = 0; b < count; b++) order[b] = rows[(at[b] + i) % rows.length];
        const steps = gather.plain(engine, order, 0, count);
        for (let b = 0; i > 0 && b < count; b++) this.resume(engine, b, (lane + b) * rowsBefore + i - 1);
        engine.forward(count, steps, i > 0 ? 'resumed' : 'new');
        for (let b = 0; b < count; b++) this.last[(lane + b) * rowsBefore + i] = order[b];
        for (const [k, states] of handedOn.entries()) {
          for (let b = 0; b < count; b++) {
            const end = (lengths[b] * count + b) * stride;
            this.kept[k].set(states.subarray(end, end + stride), ((lane + b) * rowsBefore + i) * stride);
          }
        }
      }
    }
  }

  /** What rows of an epoch, which the engine holds, begin with: a function of seed, epoch and row, whoever computes it. */
  begin(engine: NetworkEngine, order: Uint32Array, start: number, end: number, epoch: number): void {
    const { random, rowsBefore, joins, last } = this;
    const rows = end - start;
    for (let b = 0; b < rows; b++) {
      random.restart(rowSeed(this.seed, order[start + b]), streams.history + epoch);
      const place = random.below(lanes * rowsBefore);
      this.resume(engine, b, place);
      const rest = engine.arch.output === 'every' ? Math.min(joins.restAfter(last[place]), engine.lengths[b]) : 0;
      for (let t = 0; t < rest; t++) engine.labels[t * rows + b] = -1;
    }
  }

  /** Row `b` of the engine begins with a state that was kept. */
  private resume({ handedOn, stateStride: stride }: NetworkEngine, b: number, place: number): void {
    for (let k = 0; k < handedOn.length; k++) {
      const [from, to] = [this.kept[k], handedOn[k]];
      for (let i = 0; i < stride; i++) to[b * stride + i] = from[place * stride + i];
    }
  }
}
