import { hardThreshold } from '../compression/index.js';
import {
  NetworkEngine,
  Optimiser,
  orthogonalFactors,
  parameterCount,
  plainArchitecture,
  type Limits,
} from '../network/index.js';
import { balanced, recurrentLevels, WeightRounding } from '../integer/index.js';
import type { Kernels } from '../kernels/index.js';
import { balancedOrder } from './balance.js';
import { batchesFor, cut, epochOrder, largestShard, sortByLength } from './batches.js';
import { blockRows, score } from './evaluation.js';
import type { Exchange } from './exchange.js';
import { Gather, recordingLimits } from './gather.js';
import { drawnOrder, randomisedGradient, type RandomisedGradient } from './randomised.js';
import { learningRateAt } from './schedule.js';
import { shardedGradient } from './shards.js';
import { Histories } from './histories.js';
import { firingRows } from './mining.js';
import type { TrainingState } from './state.js';
import { Joins } from './stream.js';
import { TrainingBatch } from './training-batch.js';
import { markDecay, thresholdedMatrices } from './support.js';
import { TrainingError, type EpochRecord, type TrainingTask } from './task.js';

/** How often a training goes back, at half the rate each time, before it is given up. */
const mostHalvings = 3;

/** What the first worker hears of a training while it runs. */
export interface LoopHooks {
  /** After each epoch, with the state to save. */
  readonly onEpoch?: (record: EpochRecord, state: TrainingState) => void | Promise<void>;
  /** After each batch: epochs run so far, with a fraction, and the batch's mean loss. */
  readonly onBatch?: (epochs: number, loss: number) => void | Promise<void>;
}

/** What a worker's engine must hold: a shard of a batch, or a block of an evaluation. */
export function engineLimits(task: TrainingTask): Limits {
  const { architecture, training, sequences, trainRows } = task;
  const rows = Math.max(blockRows, largestShard(trainRows.length, training.batchSize, training.shards));
  const before = training.stream?.before ?? 0;
  const recordings = recordingLimits(sequences, architecture, training.augment, before);
  const softTargets = task.teacher !== undefined || (training.augment.mixup ?? 0) > 0;
  const steps = sequences.steps + before;
  const roundedU =
    task.stages.some(({ name }) => name === 'rounded weights') && plainArchitecture(architecture) !== architecture;
  return { rows, steps, training: true, recordings, dropout: training.dropout, softTargets, roundedU };
}

/**
 * One worker's part of a training: the three stages of section 3.2.1. All workers run this same loop in step; each computes
 * the gradients of its own shards, all add up all shards in the same order, and each makes the same update to its own copy
 * of the parameters. So the result is the same for any number of workers.
 */
export class TrainingLoop {
  readonly state: TrainingState;
  private readonly task: TrainingTask;
  private readonly exchange: Exchange;
  private readonly engine: NetworkEngine;
  private readonly optimiser: Optimiser;
  /** 1 where a parameter may be nonzero. */
  private readonly support: Float32Array;
  private readonly gather: Gather;
  private readonly joins: Joins | undefined;
  /** The matrices that stage 2 thresholds: their places, how many entries stay, and room to find the smallest of them. */
  private readonly matrices: readonly {
    readonly values: Float32Array;
    readonly support: Float32Array;
    readonly kept: number;
    readonly magnitudes: Float32Array;
  }[];
  /** What the stage of rounded weights computes with. */
  private readonly rounding: WeightRounding;
  private readonly totalEpochs: number;
  /** With the optimiser rsg: when it ends, and its step size. */
  private readonly randomised: RandomisedGradient | undefined;
  private readonly batch: TrainingBatch;
  private readonly histories: Histories | undefined;
  /** Whether sequences differ in length. */
  private readonly ragged: boolean;

  constructor(kernels: Kernels, task: TrainingTask, exchange: Exchange, state: TrainingState) {
    const { architecture, compression, training, sequences } = task;
    this.task = task;
    this.exchange = exchange;
    this.state = state;
    state.halvings ??= 0; // of a checkpoint that was written before it was counted
    this.engine = new NetworkEngine(kernels, architecture, engineLimits(task));
    const { stream } = training;
    this.joins = stream && new Joins(stream, sequences, task.trainRows, task.wake ?? [], task.seed);
    this.gather = new Gather(sequences, architecture, task, {
      augment: training.augment,
      seed: task.seed,
      lsb: task.lsb,
      joins: this.joins,
      others: task.trainRows,
      ...(task.noiseRows ? { noises: task.noiseRows } : {}),
    });
    this.ragged = sequences.lengths.some((length) => length !== sequences.steps);
    this.histories =
      this.joins && stream?.history
        ? new Histories(this.engine, this.gather, task.trainRows, this.joins, task.seed)
        : undefined;
    this.batch = new TrainingBatch(task, this.engine, this.gather, this.histories);
    this.totalEpochs = task.stages.reduce((sum, stage) => sum + stage.epochs, 0);
    this.randomised = training.optimiser === 'rsg' ? randomisedGradient(task) : undefined;
    this.optimiser = new Optimiser(kernels, parameterCount(architecture), orthogonalFactors(architecture));
    this.support = new Float32Array(this.optimiser.length);
    this.matrices = thresholdedMatrices(architecture, compression).map(({ tensor: { offset, size }, kept }) => ({
      values: this.optimiser.parameters.subarray(offset, offset + size),
      support: this.support.subarray(offset, offset + size),
      kept,
      magnitudes: new Float32Array(size),
    }));
    this.rounding = new WeightRounding(architecture, task.weightBits);
    markDecay(architecture, this.optimiser.decay);
    this.load();
  }

  /** Runs from where the state stands to the end. */
  async run(hooks: LoopHooks = {}): Promise<void> {
    const { state, task } = this;
    while (state.stage < task.stages.length) {
      const stopAfter = this.randomised?.epochs ?? task.stages[state.stage].stopAfter;
      if (state.epoch < stopAfter) {
        const record = await this.epoch(hooks);
        if (!record) continue; // lost: once more, at half the rate
        state.history.push(record);
        state.epoch++;
        this.save();
        this.rememberBest(record);
        if (state.epoch === stopAfter) this.endStage();
        await hooks.onEpoch?.(record, state);
      } else this.endStage();
    }
  }

  /** What the next epoch gave; undefined where it was lost and the state is again what it was before. */
  private async epoch(hooks: LoopHooks): Promise<EpochRecord | undefined> {
    const { state, task } = this;
    const { training, trainRows } = task;
    const stage = task.stages[state.stage];
    const earlier = task.stages.slice(0, state.stage);
    const before = earlier.reduce((sum, s) => sum + s.epochs, 0) + state.epoch;
    const ran = earlier.reduce((sum, s) => sum + s.stopAfter, 0) + state.epoch;
    if (stage.name === 'rounded weights') {
      if (state.epoch === 0) this.startRounding();
      else this.rounding.resume(this.optimiser.parameters);
      this.compute();
      // A U that is made of other parameters is rounded by the engine, each epoch to levels that fit it best.
      if (this.engine.limits.roundedU)
        this.engine.recurrentLevels.set(recurrentLevels(task.architecture, this.optimiser.parameters, task.weightBits));
    }
    this.histories?.start(before);
    this.mine(before);
    this.batch.start(this.order(before), before);
    const starts = cut(trainRows.length, batchesFor(trainRows.length, training.batchSize));
    const batches = starts.length - 1;
    let lossSum = 0;
    let rowsSeen = 0;
    let skipped = 0;
    let sound = -1; // the last batch with a finite gradient
    let learningRate = 0;
    for (let batch = 0; batch < batches; batch++) {
      const first = starts[batch];
      const count = starts[batch + 1] - first;
      learningRate =
        this.randomised?.stepSize ??
        learningRateAt(training, before + (batch + 1) / batches, this.totalEpochs) * 2 ** -state.halvings;
      this.histories?.batch(batch);
      this.batch.take(first, count);
      const sum = shardedGradient(this.engine, this.exchange, this.batch, this.optimiser);
      const loss = typeof sum === 'number' ? sum : await sum;
      const last = before * batches + batch + 1 === this.randomised?.iterate;
      if (Number.isFinite(loss) && this.clip()) {
        if (!last) this.step(learningRate); // theta_R stays as it is
        if (stage.name === 'thresholding') {
          if (batch === batches - 1 || (batch + 1) % task.compression.thresholdEvery === 0) this.threshold();
          else this.keepSupport();
        }
        lossSum += loss;
        rowsSeen += count;
        sound = batch;
      } else skipped++;
      const pause = hooks.onBatch?.(ran + (batch + 1) / batches, loss / count);
      if (pause) await pause; // a promise to wait for only where there is one: each would be allocated anew
      if (last) break;
    }
    const lost =
      skipped > batches / 2 || (!this.randomised && sound < batches - 1 && !(await this.isSound(starts, sound)));
    if (lost) {
      return this.goBack(before, `${skipped} of ${batches} batches have no finite gradient`);
    }
    if (!this.optimiser.parameters.every(Number.isFinite)) return this.goBack(before, 'a weight is not finite');
    if (stage.name === 'thresholding' && skipped > 0) this.threshold(); // the last batch may be one of them
    const validation = await this.evaluate();
    return {
      stage: state.stage,
      epoch: state.epoch + 1,
      loss: lossSum / rowsSeen,
      learningRate,
      ...validation,
      skipped,
      ...(state.halvings > 0 && { halvings: state.halvings }),
    };
  }

  /**
   * Whether a batch that had a finite gradient has one still. Where the last batches have none, either there is something wrong with
   * them, or the step of this one has left the weights where no batch has.
   */
  private async isSound(starts: readonly number[], batch: number): Promise<boolean> {
    this.batch.take(starts[batch], starts[batch + 1] - starts[batch]);
    const loss = await shardedGradient(this.engine, this.exchange, this.batch, this.optimiser);
    return Number.isFinite(loss) && Number.isFinite(this.optimiser.gradientNorm());
  }

  /** To where a lost epoch began, at half the rate from there on. The step sizes of rsg are given by its theory: it ends. */
  private goBack(epoch: number, what: string): undefined {
    const { state } = this;
    if (this.randomised || state.halvings >= mostHalvings) throw this.diverged(epoch, what);
    state.halvings++;
    this.load();
  }

  /** The rows of an epoch in order. Of sequences of different lengths, each batch's are sorted, so that a shard's are alike. */
  private order(epoch: number): Uint32Array<ArrayBuffer> {
    const { trainRows, seed, training, sequences } = this.task;
    const rows = this.withHard(trainRows);
    const order = (
      this.randomised
        ? drawnOrder(rows, seed, epoch)
        : training.balance === 'sampling'
          ? balancedOrder(rows, sequences.labels, seed, epoch)
          : epochOrder(rows, seed, epoch)
    ).subarray(0, trainRows.length);
    if (!this.ragged) return order;
    sortByLength(order, cut(order.length, batchesFor(order.length, training.batchSize)), sequences.lengths);
    return order;
  }

  /** Every few epochs the rows that fire are looked for, by each worker alone: all find the same. */
  private mine(epoch: number): void {
    const { joins, task, state } = this;
    if (!joins || joins.settings.mineEvery === 0 || epoch === 0 || epoch % joins.settings.mineEvery > 0) return;
    state.hard = firingRows(this.engine, this.gather, joins, task.trainRows, task.wake ?? [], epoch, this.histories);
  }

  /** Rows that fire are there more often; an epoch then visits as many as there are without them. */
  private withHard(rows: Uint32Array): Uint32Array {
    const { hard } = this.state;
    const times = this.joins?.settings.mineTimes ?? 0;
    if (hard.length === 0) return rows;
    const all = new Uint32Array(rows.length + hard.length * times);
    all.set(rows);
    for (let i = 0; i < times; i++) all.set(hard, rows.length + i * hard.length);
    return all;
  }

  private diverged(epoch: number, what: string): TrainingError {
    const { learningRate, clip, weightDecay } = this.task.training;
    const { halvings } = this.state;
    const lowered = halvings > 0 ? `, at 1/${2 ** halvings} of the learning rate too` : '';
    return new TrainingError(
      `training diverged in epoch ${epoch + 1}: ${what}${lowered}; lower training.learningRate (now ${learningRate}) or training.weightDecay (now ${weightDecay}), or set training.clip (now ${clip})`,
    );
  }

  /** Scales the gradient down to the norm `clip`. False when it is not finite. */
  private clip(): boolean {
    const { optimiser } = this;
    const { clip, optimiser: kind } = this.task.training;
    const norm = optimiser.gradientNorm();
    // A norm that overflows float32 belongs to a gradient that is useless though it may be finite.
    if (!Number.isFinite(norm)) return false;
    if (clip > 0 && kind !== 'rsg' && norm > clip) optimiser.scaleGradient(clip / norm);
    return true;
  }

  private step(rate: number): void {
    const { optimiser } = this;
    const { optimiser: kind, weightDecay, momentum } = this.task.training;
    if (kind === 'adam') optimiser.adam({ rate, weightDecay });
    else if (kind === 'momentum') optimiser.momentum({ rate, weightDecay, momentum, nesterov: true });
    else optimiser.momentum({ rate, weightDecay: kind === 'rsg' ? 0 : weightDecay, momentum: 0 });
    this.compute();
  }

  /** The network computes with the optimiser's weights, or with what rounding makes of them. */
  private compute(): void {
    const { engine, optimiser, state, task } = this;
    if (task.stages[state.stage]?.name === 'rounded weights')
      this.rounding.apply(optimiser.parameters, engine.parameters);
    else engine.parameters.set(optimiser.parameters);
  }

  /** Stage 2's projection of every matrix of the cell: a weight outside the support comes in when this step made it large. */
  private threshold(): void {
    for (const { values, support, kept, magnitudes } of this.matrices) hardThreshold(values, support, kept, magnitudes);
    this.engine.parameters.set(this.optimiser.parameters);
  }

  /** Between two projections: back to the support, while the optimiser's memory goes on for all weights. */
  private keepSupport(): void {
    const { parameters } = this.optimiser;
    for (let i = 0; i < parameters.length; i++) if (this.support[i] === 0) parameters[i] = 0;
    this.engine.parameters.set(parameters);
  }

  private async evaluate(): Promise<{ validation?: number; validationLoss?: number }> {
    const { task, engine, exchange, gather } = this;
    const rows = task.validationRows;
    if (rows.length === 0) return {};
    const blocks = Math.ceil(rows.length / blockRows);
    for (let block = exchange.worker; block < blocks; block += exchange.workers) {
      const start = block * blockRows;
      const end = Math.min(rows.length, start + blockRows);
      const steps = gather.plain(engine, rows, start, end);
      const loss = engine.evaluate(end - start, steps);
      exchange.putBlock(block, score(engine, end - start, steps), loss);
    }
    await exchange.together();
    const { correct, loss } = exchange.sumBlocks(blocks);
    return { validation: correct / rows.length, validationLoss: loss / rows.length };
  }

  /** Early stopping (section 3.2.1): all stages but the first keep their epoch of best validation accuracy, of equals the lower loss. */
  private rememberBest(record: EpochRecord): void {
    const { state, task, engine } = this;
    const stage = task.stages[state.stage];
    const { validation: accuracy, validationLoss = NaN } = record;
    if (stage.name === 'dense' || !task.training.earlyStopping || accuracy === undefined) return;
    const loss = Number.isFinite(validationLoss) ? validationLoss : Number.MAX_VALUE;
    const { best } = state;
    if (best && (accuracy < best.accuracy || (accuracy === best.accuracy && loss >= best.loss))) return;
    state.best = {
      epoch: record.epoch,
      accuracy,
      loss,
      parameters: engine.parameters.slice(),
      support: this.support.slice(),
    };
  }

  private endStage(): void {
    const { state } = this;
    state.chosen.push(state.best?.epoch ?? state.epoch);
    if (state.best) {
      state.parameters.set(state.best.parameters);
      state.support.set(state.best.support);
    } else if (this.task.stages[state.stage].name === 'rounded weights') {
      state.parameters.set(this.engine.parameters);
    }
    state.best = undefined;
    state.stage++;
    state.epoch = 0;
    this.load();
  }

  /** Factors of equal size use a common scale best; what the optimiser remembers belongs to others. */
  private startRounding(): void {
    const { state, task, optimiser } = this;
    optimiser.parameters.set(balanced(task.architecture, state.parameters));
    this.rounding.start(optimiser.parameters);
    optimiser.reset();
  }

  /** From the state into the arenas. Stage 2 steps with all weights and keeps the support itself. */
  private load(): void {
    const { state, optimiser, engine, support, task } = this;
    optimiser.parameters.set(state.parameters);
    optimiser.first.set(state.first);
    optimiser.second.set(state.second);
    support.set(state.support);
    if (task.stages[state.stage]?.name === 'thresholding') optimiser.support.fill(1);
    else optimiser.support.set(support);
    optimiser.state = state.optimiser;
    engine.parameters.set(state.parameters);
  }

  /** From the arenas into the state. */
  private save(): void {
    const { state, optimiser } = this;
    state.parameters.set(optimiser.parameters);
    state.first.set(optimiser.first);
    state.second.set(optimiser.second);
    state.support.set(this.support);
    state.optimiser = optimiser.state;
  }
}
