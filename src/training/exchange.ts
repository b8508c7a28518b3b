import { waitForChange } from '#platform';
import type { Optimiser } from '../network/index.js';

/**
 * What the workers of one training share: a slot of gradients for every shard, sums of an evaluation's blocks, and a barrier.
 * Nothing else passes between them, because every worker makes the same updates to its own copy of the parameters.
 *
 * Slots come in two sets that take turns, so that one barrier an iteration is enough: while one set is being summed, the
 * next iteration writes into the other.
 */
export interface ExchangeBuffers {
  readonly workers: number;
  readonly shards: number;
  readonly gradientSize: number;
  readonly blocks: number;
  readonly control: SharedArrayBuffer | ArrayBuffer;
  readonly gradients: SharedArrayBuffer | ArrayBuffer;
  readonly sums: SharedArrayBuffer | ArrayBuffer;
}

const [ARRIVED, GENERATION, STOP] = [0, 1, 2];

/** Another worker failed or the run was stopped while this one waited. */
export class TrainingStopped extends Error {
  override name = 'TrainingStopped';
}

/** Memory for an exchange; shared only where there is more than one worker. */
export function exchangeBuffers(
  workers: number,
  shards: number,
  gradientSize: number,
  blocks: number,
): ExchangeBuffers {
  const allocate = (bytes: number) => (workers > 1 ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  return {
    workers,
    shards,
    gradientSize,
    blocks,
    control: allocate(64),
    // One float more a slot: the shard's sum of losses.
    gradients: allocate(2 * shards * (gradientSize + 1) * 4),
    sums: allocate(2 * blocks * 2 * 8),
  };
}

export class Exchange {
  readonly worker: number;
  readonly workers: number;
  readonly shards: number;
  readonly blocks: number;
  private readonly control: Int32Array;
  /** Two turns of [shards]: a shard's gradient, and behind each its sum of losses. */
  private readonly slots: readonly Float32Array[];
  private readonly losses: Float32Array;
  private readonly blockSums: Float64Array;
  private turn = 0;
  private evaluationTurn = 0;

  constructor(buffers: ExchangeBuffers, worker: number) {
    this.worker = worker;
    this.workers = buffers.workers;
    this.shards = buffers.shards;
    this.blocks = buffers.blocks;
    this.control = new Int32Array(buffers.control, 0, 16);
    const slots = 2 * buffers.shards;
    const size = buffers.gradientSize;
    this.slots = Array.from({ length: slots }, (_, slot) => new Float32Array(buffers.gradients, slot * size * 4, size));
    this.losses = new Float32Array(buffers.gradients, slots * size * 4, slots);
    this.blockSums = new Float64Array(buffers.sums);
  }

  /** Leaves shard `shard`'s gradient and sum of losses for all. */
  put(shard: number, gradient: Float32Array, loss: number): void {
    const slot = this.turn * this.shards + shard;
    this.slots[slot].set(gradient);
    this.losses[slot] = loss;
  }

  /** Once all are `together`: the sum of the shards' gradients, in shard order, into the optimiser. Returns the sum of losses. */
  sum(optimiser: Optimiser, shards: number): number {
    const first = this.turn * this.shards;
    this.turn = 1 - this.turn;
    optimiser.gradient.set(this.slots[first]);
    let loss = this.losses[first];
    for (let slot = first + 1; slot < first + shards; slot++) {
      optimiser.addGradient(this.slots[slot]);
      loss += this.losses[slot];
    }
    return loss;
  }

  /** Leaves an evaluation block's two sums for all. */
  putBlock(block: number, correct: number, loss: number): void {
    const at = (this.evaluationTurn * this.blocks + block) * 2;
    this.blockSums[at] = correct;
    this.blockSums[at + 1] = loss;
  }

  /** Once all are `together`: the blocks' sums, added up in order. */
  sumBlocks(blocks: number): { correct: number; loss: number } {
    let correct = 0;
    let loss = 0;
    for (let block = 0; block < blocks; block++) {
      const at = (this.evaluationTurn * this.blocks + block) * 2;
      correct += this.blockSums[at];
      loss += this.blockSums[at + 1];
    }
    this.evaluationTurn = 1 - this.evaluationTurn;
    return { correct, loss };
  }

  /** Makes every worker's next wait throw `TrainingStopped`. */
  stop(): void {
    if (this.workers === 1) return;
    Atomics.store(this.control, STOP, 1);
    Atomics.notify(this.control, GENERATION);
  }

  /**
   * Until all workers have come here: nothing to wait for, or a promise. Shards take nearly the same time, so that the others
   * are mostly a few microseconds away: it looks before it sleeps.
   */
  together(): Promise<void> | undefined {
    if (this.workers === 1) return undefined;
    const { control } = this;
    const generation = Atomics.load(control, GENERATION);
    if (Atomics.add(control, ARRIVED, 1) === this.workers - 1) {
      Atomics.store(control, ARRIVED, 0);
      Atomics.add(control, GENERATION, 1);
      Atomics.notify(control, GENERATION);
    }
    for (let looks = 0; looks < 2000; looks++) if (this.hasPassed(generation)) return undefined;
    return this.sleep(generation);
  }

  /** Where waiting takes long it breathes, so that signals and the death of a worker are noticed. */
  private async sleep(generation: number): Promise<void> {
    while (!this.hasPassed(generation)) await waitForChange(this.control, GENERATION, generation, 50);
  }

  private hasPassed(generation: number): boolean {
    const { control } = this;
    if (Atomics.load(control, GENERATION) !== generation) return true; // else a training that diverges would be told as a worker's failure
    if (Atomics.load(control, STOP) !== 0) throw new TrainingStopped('the training was stopped');
    return false;
  }
}
