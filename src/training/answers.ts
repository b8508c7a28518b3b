import type { LabelledSequences } from './task.js';

/** What the network is to give: where an engine reads it. */
export interface AnswerTarget {
  /** [rows], or [steps][rows] where there is an output at every step; -1: counts for nothing. */
  readonly labels: Int32Array;
  /** [rows][targetStride], or [steps][rows][targetStride]: sigmoid and regression heads. */
  readonly targets?: Float32Array | undefined;
  readonly targetStride?: number | undefined;
}

/** What a network learns of sequences: its `head` and `output`, and how regression targets are normalised. */
export interface AnswerKind {
  readonly head: 'softmax' | 'sigmoid' | 'regression';
  readonly output: 'last' | 'every' | 'mean';
  /** L, outputs of the head. */
  readonly classes: number;
  /** [L] each: target = (value - centre) * scale. */
  readonly centre?: Float64Array | undefined;
  readonly scale?: Float64Array | undefined;
}

/**
 * Writes the labels or targets of rows into an engine.
 *
 * A sequence's label or target is its own (`labels`, `targets`), or that of its last frame where there are only those of
 * frames. A step's is that of the step's last frame.
 */
export class Answers {
  private readonly sequences: LabelledSequences;
  private readonly kind: AnswerKind;

  constructor(sequences: LabelledSequences, kind: AnswerKind) {
    this.sequences = sequences;
    this.kind = kind;
  }

  /** Those of row `row` into place `b` of `rows`, for a call of `steps` steps. */
  write(target: AnswerTarget, row: number, b: number, rows: number, steps: number): void {
    const { output } = this.kind;
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
    const { sequences, kind } = this;
    const { labels, frameLabels, targets, frameTargets } = sequences;
    if (kind.head === 'softmax') {
      target.labels[at] = kind.output === 'every' && frameLabels ? frameLabels[frame] : labels[row];
      return;
    }
    const { classes, centre, scale } = kind;
    const own = kind.output !== 'every' && targets !== undefined;
    const from = own ? targets : frameTargets;
    if (!from || !target.targets || target.targetStride === undefined) {
      throw new Error(`the ${kind.head} head needs targets, and these sequences have none`);
    }
    const source = (own ? row : frame) * classes;
    let known = true;
    for (let l = 0; l < classes; l++) {
      const value = from[source + l];
      if (Number.isNaN(value)) known = false;
      const normal = centre && scale ? (value - centre[l]) * scale[l] : value;
      target.targets[at * target.targetStride + l] = Number.isNaN(value) ? 0 : normal;
    }
    target.labels[at] = known ? 0 : -1;
  }
}
