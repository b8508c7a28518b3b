import type { Normalisation } from '../integer/index.js';
import type { Architecture, NetworkEngine, RecordingLimits, RecordingViews } from '../network/index.js';
import { Answers, type AnswerShape, type AnswerTarget } from './answers.js';
import { drawAugmentation, emptyAugmentation, isAugmented, isTurned, type AugmentSettings } from './augment.js';
import type { Joined, Joins } from './stream.js';
import { Levels } from './levels.js';
import { drawSpectralChange, emptySpectralChange, isPaired, isSpectral, type SpectralRows } from './spectral.js';
import type { LabelledSequences, OutputUnits } from './task.js';

/** Where a batch's inputs go: [steps][rows][stride] of normalised float32, or tokens. */
export interface InputTarget extends AnswerTarget {
  readonly input: Float32Array;
  readonly inputStride: number;
  /** [steps][rows], where the network has an embedding. */
  readonly tokens?: Int32Array | undefined;
  /** [rows] */
  readonly lengths: Int32Array;
  /** Of an engine that normalises recordings itself. */
  readonly recordings?: RecordingViews | undefined;
  /** Turns recorded values into the inputs of a batch. */
  gather?(rows: number, steps: number): void;
}

/** What random changes depend on, beside the row and the epoch. */
export interface ChangeSettings {
  readonly augment: AugmentSettings;
  readonly seed: number;
  /** Physical value of one count of each channel: axes turn in physical units. */
  readonly lsb: Float64Array;
  /** How rows are joined into streams. */
  readonly joins?: Joins | undefined;
  /** Rows whose sounds are backgrounds of others, and rows that are mixed into others. Default none. */
  readonly noises?: Uint32Array;
  readonly others?: Uint32Array;
}

/**
 * What an engine must be told in its limits to gather rows of these sequences; nothing where they are tokens.
 *
 * @param before steps of another row that may come before each
 */
export function recordingLimits(
  sequences: LabelledSequences,
  { vocabulary }: Pick<Architecture, 'vocabulary'>,
  augment?: AugmentSettings,
  before = 0,
): RecordingLimits | undefined {
  const { channels, stepStride, features, steps } = sequences;
  if (vocabulary > 0) return undefined;
  const values = (before + steps - 1) * stepStride + features;
  const changed = augment !== undefined && isAugmented(augment);
  const spectral = changed && isSpectral(augment);
  const paired = changed && isPaired(augment);
  return { channels, stepStride, values, changed, noisy: changed && augment.noise > 0, spectral, paired };
}

/** Normalises rows of the data set into the arena, time-major, as the kernels read them. */
export class Gather {
  private readonly sequences: LabelledSequences;
  private readonly centre: Float64Array;
  private readonly scale: Float64Array;
  private readonly change: ChangeSettings | undefined;
  private readonly augmentation = emptyAugmentation();
  private readonly spectralChange = emptySpectralChange();
  /** What changes by kernels/spectra.c are drawn for; frames and shift are those of the row at hand. */
  private readonly spectralRows: { -readonly [K in keyof SpectralRows]: SpectralRows[K] } | undefined;
  private readonly answers: Answers;
  private readonly embedded: boolean;
  /** Each row's values, made when it is met for the first time, so that nothing is allocated for it later. */
  private readonly views: (Int16Array | undefined)[];
  private readonly joined: Joined = { other: 0, before: 0, own: 0 };

  /** `change` says how `training` changes sequences at random; without it they stay as they are. */
  constructor(
    sequences: LabelledSequences,
    architecture: AnswerShape & Pick<Architecture, 'vocabulary'>,
    fitted: { readonly normalisation: Normalisation; readonly outputs?: OutputUnits | undefined },
    change?: ChangeSettings,
  ) {
    const { features, count } = sequences;
    const { normalisation, outputs } = fitted;
    const spread = (values: ArrayLike<number>) =>
      Float64Array.from({ length: features }, (_, d) => values[d % values.length]);
    this.sequences = sequences;
    this.centre = spread(normalisation.centre);
    this.scale = spread(normalisation.scale);
    this.change = change && (isAugmented(change.augment) || change.joins) ? change : undefined;
    this.answers = new Answers(sequences, architecture, outputs);
    this.embedded = architecture.vocabulary > 0;
    this.views = new Array<Int16Array | undefined>(count).fill(undefined);
    if (change && isSpectral(change.augment)) {
      const none = new Uint32Array();
      const levels = new Levels(count, (row) => this.valuesOf(row), change.lsb);
      const framesOf = (row: number) => this.valuesOf(row).length / sequences.channels;
      this.spectralRows = {
        ...{ frames: 0, channels: sequences.channels, shift: 0 },
        ...{ noises: change.noises ?? none, others: change.others ?? none, framesOf, levelOf: (row) => levels.of(row) },
      };
    }
  }

  /** Rows `order[start]` to `order[end - 1]` as they are. Returns the network steps of the longest. */
  plain(target: InputTarget, order: Uint32Array, start: number, end: number): number {
    const steps = this.answer(target, order, start, end);
    if (this.embedded) this.words(target, order, start, end);
    else if (target.recordings && target.gather) {
      this.stage(target.recordings, order, start, end);
      target.gather(end - start, steps);
    } else this.normalise(target, order, start, end);
    return steps;
  }

  /** The same rows into an engine, changed at random as `epoch` has it. Returns the network steps of the longest. */
  training(engine: NetworkEngine, order: Uint32Array, start: number, end: number, epoch: number): number {
    const { change } = this;
    if (!change || this.embedded) return this.plain(engine, order, start, end);
    const { recordings } = engine;
    if (!recordings) throw new Error('an engine without recordings in its limits was to change them');
    const rows = end - start;
    const { joins } = change;
    const steps = joins
      ? this.join(engine, recordings, joins, order, start, end, epoch)
      : this.answer(engine, order, start, end);
    if (!joins) this.stage(recordings, order, start, end);
    if (!isAugmented(change.augment)) {
      engine.gather(rows, steps);
      return steps;
    }
    recordings.lsb.set(change.lsb);
    const mixes = (change.augment.mixup ?? 0) > 0 && engine.softShares.length > 0;
    for (let b = 0; b < rows; b++) {
      this.draw(engine, recordings, change, epoch, order[start + b], b, rows);
      if (mixes) this.mixTarget(engine, b);
    }
    engine.gather(rows, steps, true);
    return steps;
  }

  /** Lengths, and labels or targets. Returns the network steps of the longest row. */
  private answer(target: InputTarget, order: Uint32Array, start: number, end: number): number {
    const { lengths } = this.sequences;
    const rows = end - start;
    let steps = 0;
    for (let b = 0; b < rows; b++) steps = Math.max(steps, lengths[order[start + b]]);
    for (let b = 0; b < rows; b++) {
      target.lengths[b] = lengths[order[start + b]];
      this.answers.write(target, order[start + b], b, rows, steps);
    }
    return steps;
  }

  /** Rows behind the ends of others: lengths, answers and values. Returns the network steps of the longest. */
  private join(
    target: InputTarget,
    { raw, rawStride, centre, scale }: RecordingViews,
    joins: Joins,
    order: Uint32Array,
    start: number,
    end: number,
    epoch: number,
  ): number {
    const { joined, sequences } = this;
    const { lengths, stepStride, features } = sequences;
    const rows = end - start;
    let steps = 0;
    for (let b = 0; b < rows; b++) {
      joins.draw(joined, epoch, order[start + b]);
      target.lengths[b] = joined.before + joined.own;
      steps = Math.max(steps, target.lengths[b]);
    }
    centre.set(this.centre);
    scale.set(this.scale);
    for (let b = 0; b < rows; b++) {
      const row = order[start + b];
      joins.draw(joined, epoch, row);
      const { other, before, own } = joined;
      this.answers.writeJoined(target, row, joined, b, rows, steps, before > 0 ? joins.restAfter(other) : 0);
      const from = (lengths[other] - before) * stepStride;
      const at = b * rawStride;
      const [tail, head] = [this.valuesOf(other), this.valuesOf(row)];
      const tailValues = before * stepStride;
      const headValues = (own - 1) * stepStride + features;
      for (let i = 0; i < tailValues; i++) raw[at + i] = tail[from + i];
      for (let i = 0; i < headValues; i++) raw[at + tailValues + i] = head[i];
    }
    return steps;
  }

  /** The rows' values, for an engine that normalises them. */
  private stage(recordings: RecordingViews, order: Uint32Array, start: number, end: number): void {
    const { raw, rawStride } = recordings;
    recordings.centre.set(this.centre);
    recordings.scale.set(this.scale);
    for (let b = 0; b < end - start; b++) raw.set(this.valuesOf(order[start + b]), b * rawStride);
  }

  private valuesOf(row: number): Int16Array {
    const { values, starts, lengths, stepStride, features } = this.sequences;
    const known = this.views[row];
    if (known) return known;
    const view = values.subarray(starts[row], starts[row] + (lengths[row] - 1) * stepStride + features);
    this.views[row] = view;
    return view;
  }

  /** What the kernels do (kernels/gather.c), for arrays. */
  private normalise(target: InputTarget, order: Uint32Array, start: number, end: number): void {
    const { features, stepStride, values, starts, lengths } = this.sequences;
    const { centre, scale } = this;
    const { input, inputStride } = target;
    const rows = end - start;
    for (let b = 0; b < rows; b++) {
      const row = order[start + b];
      for (let t = 0; t < lengths[row]; t++) {
        const from = starts[row] + t * stepStride;
        const to = (t * rows + b) * inputStride;
        for (let d = 0; d < features; d++) input[to + d] = (values[from + d] - centre[d]) * scale[d];
      }
    }
  }

  /** Tokens as they are. */
  private words(target: InputTarget, order: Uint32Array, start: number, end: number): void {
    const { values, starts, lengths, stepStride } = this.sequences;
    const { tokens } = target;
    if (!tokens) throw new Error('an engine without an embedding was given tokens');
    const rows = end - start;
    for (let b = 0; b < rows; b++) {
      const row = order[start + b];
      for (let t = 0; t < lengths[row]; t++) tokens[t * rows + b] = values[starts[row] + t * stepStride];
    }
  }

  /** The change of row `row`, the b-th of `rows`. */
  private draw(
    { lengths }: InputTarget,
    recordings: RecordingViews,
    { augment, seed }: ChangeSettings,
    epoch: number,
    row: number,
    b: number,
    rows: number,
  ): void {
    const { augmentation, spectralRows } = this;
    const { changes, changeStride, noise } = recordings;
    drawAugmentation(augmentation, augment, seed, epoch, row);
    if (spectralRows) {
      const { channels, features, stepStride } = this.sequences;
      spectralRows.frames = ((lengths[b] - 1) * stepStride + features) / channels;
      this.drawSpectral(recordings, augment, row, b, spectralRows);
    } else changes[b * changeStride + 10] = augmentation.shift;
    if (!spectralRows || isTurned(augment)) {
      changes.set(augmentation.matrix, b * changeStride);
      changes[b * changeStride + 9] = augmentation.size;
    }
    if (augment.noise === 0) return;
    const { features } = this.sequences;
    for (let t = 0; t < lengths[b]; t++) {
      const to = (t * rows + b) * features;
      for (let d = 0; d < features; d++) noise[to + d] = augment.noise * augmentation.random.normal();
    }
  }

  /** A change by kernels/spectra.c, and the row that it needs beside. */
  private drawSpectral(
    { changes, changeStride, partners, rawStride }: RecordingViews,
    augment: AugmentSettings,
    row: number,
    b: number,
    rows: NonNullable<Gather['spectralRows']>,
  ): void {
    const { augmentation, spectralChange } = this;
    rows.shift = augmentation.shift;
    drawSpectralChange(spectralChange, augment, augmentation.random, row, rows);
    changes.set(spectralChange.values, b * changeStride);
    if (spectralChange.partner >= 0) partners.set(this.valuesOf(spectralChange.partner), b * rawStride);
  }

  /** Of a row that is mixed with another: its label's class, by as much. */
  private mixTarget({ softShares, targets, targetStride, arch }: NetworkEngine, b: number): void {
    const { partner, mix } = this.spectralChange;
    softShares[b] = mix;
    const first = b * targetStride;
    targets.fill(0, first, first + arch.classes);
    if (mix > 0) targets[first + this.sequences.labels[partner]] = 1;
  }
}
