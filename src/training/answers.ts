import type { Architecture } from '../network/index.js';
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

  constructor(sequences: LabelledSequences, shape: AnswerShape, units?: OutputUnits) {
    this.sequences = sequences;
    this.shape = shape;
    this.units = units;
  }

  /** Those of row `row` into place `b` of `rows`, for a call of `steps` steps. */
  write(target: AnswerTarget, row: number, b: number, rows: number, steps: number): void {
    const { output } = this.shape;
    if (output !== 'every') {
      this.one(target, row, this.lastFrame(row), b);
      return;
    }
    const { lengths, starts, stepStride, features, channels } = this.sequences;
    const length = lengths[row];
    const frame = (starts[row] + features) / channels - 1;
    const stride = stepStride / channels;
    for (let t = 0; t < steps; t++) {
      const at = t * rows + b;
      if (t < length) this.one(target, row, frame + t * stride, at);
      else target.labels[at] = -1;
    }
  }

  /** The index of a sequence's last frame in the buffer. */
  private lastFrame(row: number): number {
    const { starts, lengths, stepStride, features, channels } = this.sequences;
    return (starts[row] + (lengths[row] - 1) * stepStride + features) / channels - 1;
  }

  private one(target: AnswerTarget, row: number, frame: number, at: number): void {
    const { sequences, shape, units } = this;
    const { labels, frameLabels, targets, frameTargets } = sequences;
    if (shape.head === 'softmax') {
      target.labels[at] = shape.output === 'every' && frameLabels ? frameLabels[frame] : labels[row];
      return;
    }
    const { classes } = shape;
    const own = shape.output !== 'every' && targets !== undefined;
    const from = own ? targets : frameTargets;
    if (!from || !target.targets || target.targetStride === undefined) {
      throw new Error(`the ${shape.head} head needs targets, and these sequences have none`);
    }
    const source = (own ? row : frame) * classes;
    let known = true;
    for (let l = 0; l < classes; l++) {
      const value = from[source + l];
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
