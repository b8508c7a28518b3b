import { waitForChange } from '#platform';

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
  private readonly slots: Float32Array[];
  private readonly blockSums: Float64Array;
  private turn = 0;
  private evaluationTurn = 0;

  constructor(buffers: ExchangeBuffers, worker: number) {
    this.worker = worker;
    this.workers = buffers.workers;
    this.shards = buffers.shards;
    this.blocks = buffers.blocks;
    this.control = new Int32Array(buffers.control, 0, 16);
    const size = buffers.gradientSize + 1;
    this.slots = Array.from(
      { length: 2 * buffers.shards },
      (_, slot) => new Float32Array(buffers.gradients, slot * size * 4, size),
    );
    this.blockSums = new Float64Array(buffers.sums);
  }

  /** Leaves shard `shard`'s gradient and sum of losses for all. */
  put(shard: number, gradient: Float32Array, loss: number): void {
    const slot = this.slots[this.turn * this.shards + shard];
    slot.set(gradient);
    slot[gradient.length] = loss;
  }

  /** Waits for all shards, then writes the sum of their gradients, in shard order, into `total`. Returns the sum of losses. */
  async sum(total: Float32Array, shards: number): Promise<number> {
    await this.barrier();
    const first = this.turn * this.shards;
    this.turn = 1 - this.turn;
    total.set(this.slots[first].subarray(0, total.length));
    let loss = this.slots[first][total.length];
    for (let shard = 1; shard < shards; shard++) {
      const slot = this.slots[first + shard];
      for (let i = 0; i < total.length; i++) total[i] += slot[i];
      loss += slot[total.length];
    }
    return loss;
  }

  /** Leaves an evaluation block's two sums for all. */
  putBlock(block: number, correct: number, loss: number): void {
    const at = (this.evaluationTurn * this.blocks + block) * 2;
    this.blockSums[at] = correct;
    this.blockSums[at + 1] = loss;
  }

  /** Waits for all blocks, then adds them up in order. */
  async sumBlocks(blocks: number): Promise<{ correct: number; loss: number }> {
    await this.barrier();
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

  /** Waits for all workers. Where that takes long it breathes, so that signals and the death of a worker are noticed. */
  private async barrier(): Promise<void> {
    if (this.workers === 1) return;
    const { control } = this;
    const generation = Atomics.load(control, GENERATION);
    if (Atomics.add(control, ARRIVED, 1) === this.workers - 1) {
      Atomics.store(control, ARRIVED, 0);
      Atomics.add(control, GENERATION, 1);
      Atomics.notify(control, GENERATION);
    } else {
      // Shards take nearly the same time, so the others are mostly a few microseconds away: look before sleeping.
      let looks = 0;
      while (Atomics.load(control, GENERATION) === generation) {
        if (Atomics.load(control, STOP) !== 0) throw new TrainingStopped('the training was stopped');
        if (++looks > 2000) await waitForChange(control, GENERATION, generation, 50);
      }
    }
    if (Atomics.load(control, STOP) !== 0) throw new TrainingStopped('the training was stopped');
  }
}
