import type { Int16Sequences } from '../integer/index.js';
import type { Architecture } from '../network/index.js';
import type { Joined } from './stream.js';
import type { LabelledSequences, OutputUnits } from './task.js';

/** What the network is to give: where an engine reads it. */
export interface AnswerTarget {
  /** [rows], or [steps][rows] where there is an output at every step; -1: counts for nothing. */
  readonly labels: Int32Array;
  /** [rows][targetStride], or [steps][rows][targetStride]: sigmoid and regression heads. */
  readonly targets?: Float32Array | undefined;
  readonly targetStride?: number | undefined;
}

/** What a network gives: its `head` and `output`. */
export type AnswerShape = Pick<Architecture, 'head' | 'output' | 'classes'>;

/** The frame of the buffer that a network step ends with. */
export function lastFrame(from: Int16Sequences, sequence: number, step: number): number {
  const { channels, features, starts, stepStride } = from;
  return (starts[sequence] + step * stepStride + features) / channels - 1;
}

/** The class of an output that a frame ends with: the frame's where there is an output at every step, else the sequence's. */
export function labelAt(
  from: LabelledSequences,
  output: AnswerShape['output'],
  sequence: number,
  frame: number,
): number {
  return output === 'every' && from.frameLabels ? from.frameLabels[frame] : from.labels[sequence];
}

/** Where targets stand, a row a sequence or a row a frame: sequences' own are for one output a sequence. */
export function targetSource(
  { targets, frameTargets }: LabelledSequences,
  output: AnswerShape['output'],
): { readonly values: Float32Array; readonly byFrame: boolean } | undefined {
  if (output !== 'every' && targets) return { values: targets, byFrame: false };
  return frameTargets && { values: frameTargets, byFrame: true };
}

/**
 * Writes the labels or targets of rows into an engine.
 *
 * A sequence's label or target is its own (`labels`, `targets`), or that of its last frame where there are only those of
 * frames. A step's is that of the step's last frame.
 */
export class Answers {
  private readonly sequences: LabelledSequences;
  private readonly shape: AnswerShape;
  private readonly units: OutputUnits | undefined;
  private readonly source: ReturnType<typeof targetSource>;

  constructor(sequences: LabelledSequences, shape: AnswerShape, units?: OutputUnits) {
    this.sequences = sequences;
    this.shape = shape;
    this.units = units;
    this.source = targetSource(sequences, shape.output);
  }

  /** Those of row `row` into place `b` of `rows`, for a call of `steps` steps. */
  write(target: AnswerTarget, row: number, b: number, rows: number, steps: number): void {
    const { sequences, shape } = this;
    const length = sequences.lengths[row];
    if (shape.output !== 'every') {
      this.one(target, row, lastFrame(sequences, row, length - 1), b);
      return;
    }
    const first = lastFrame(sequences, row, 0);
    const stride = sequences.stepStride / sequences.channels;
    for (let t = 0; t < steps; t++) {
      const at = t * rows + b;
      if (t < length) this.one(target, row, first + t * stride, at);
      else target.labels[at] = -1;
    }
  }

  /**
   * Those of a row behind the end of another, which may be cut off. One output a sequence is the row's own.
   *
   * @param rest the row's first steps that count for nothing, where there is an output at every one
   */
  writeJoined(
    target: AnswerTarget,
    row: number,
    { other, before, own }: Joined,
    b: number,
    rows: number,
    steps: number,
    rest: number,
  ): void {
    const { sequences, shape } = this;
    if (shape.output !== 'every') {
      this.one(target, row, lastFrame(sequences, row, own - 1), b);
      return;
    }
    const skipped = sequences.lengths[other] - before;
    for (let t = 0; t < steps; t++) {
      const at = t * rows + b;
      if (t < before) this.one(target, other, lastFrame(sequences, other, skipped + t), at);
      else if (t >= before + rest && t < before + own) this.one(target, row, lastFrame(sequences, row, t - before), at);
      else target.labels[at] = -1;
    }
  }

  private one(target: AnswerTarget, row: number, frame: number, at: number): void {
    const { sequences, shape, units, source: from } = this;
    if (shape.head === 'softmax') {
      target.labels[at] = labelAt(sequences, shape.output, row, frame);
      return;
    }
    const { classes } = shape;
    if (!from || !target.targets || target.targetStride === undefined) {
      throw new Error(`the ${shape.head} head needs targets, and these sequences have none`);
    }
    const source = (from.byFrame ? frame : row) * classes;
    let known = true;
    for (let l = 0; l < classes; l++) {
      const value = from.values[source + l];
      if (Number.isNaN(value)) known = false;
      const normal = units ? (value - units.centre[l]) / units.scale[l] : value;
      target.targets[at * target.targetStride + l] = Number.isNaN(value) ? 0 : normal;
    }
    target.labels[at] = known ? 0 : -1;
  }
}

/** Mean and standard deviation of each output's targets over the given sequences; 1 for the deviation of one that never changes. */
export function fitOutputs(sequences: LabelledSequences, shape: AnswerShape, rows: Uint32Array): OutputUnits {
  const { classes, output } = shape;
  const plain = { ...shape, head: 'regression' as const };
  const answers = new Answers(sequences, plain);
  const steps = output === 'every' ? sequences.steps : 1;
  const target = { labels: new Int32Array(steps), targets: new Float32Array(steps * classes), targetStride: classes };
  const sums = { count: 0, first: new Float64Array(classes), second: new Float64Array(classes) };
  const visit = (use: (value: number, l: number) => void) => {
    for (const row of rows) {
      answers.write(target, row, 0, 1, steps);
      for (let t = 0; t < steps; t++) {
        if (target.labels[t] < 0) continue;
        for (let l = 0; l < classes; l++) use(target.targets[t * classes + l], l);
      }
    }
  };
  visit((value, l) => {
    sums.first[l] += value;
    if (l === 0) sums.count++;
  });
  const centre = Array.from(sums.first, (sum) => sum / sums.count);
  visit((value, l) => (sums.second[l] += (value - centre[l]) * (value - centre[l])));
  const scale = Array.from(sums.second, (sum) => Math.sqrt(sum / sums.count) || 1);
  return { centre, scale };
}
