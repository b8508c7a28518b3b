import { smoothError, type FloatSource } from '../firmware/index.js';
import { FloatNetwork, residualWeights, transpose } from '../integer/index.js';
import { sigmoid } from '../math/index.js';
import { nonlinearities, tensorsOf, withPlainMatrix, type Nonlinearity } from '../network/index.js';
import type { Definition, Mismatch, Sizes } from './definition.js';

/** A float operation's relative error: half of it where rounding is to the nearest, which not every software float does. */
const unit = 2 ** -23;
/** For products of errors, which the bounds below leave out, and for numbers too small to have all their bits. */
const slack = 1.01;
const tiny = 2 ** -120;

/** How the tolerance comes about, in a sentence. */
export const floatTolerance =
  'each state follows from the state before it within a bound of that step’s rounding errors, by the float64 equations; each logit likewise';

/** The sizes of a float network's programs. */
export function floatSizes({ architecture: { inputSize, hiddenSize, classes, vocabulary } }: FloatSource): Sizes {
  return { inputs: vocabulary > 0 ? 1 : inputSize, hiddenSize, classes, type: 'float' };
}

/** A value in float64, and how far float32 can be from it. */
interface Bounded {
  readonly value: number;
  readonly error: number;
}

/** A matrix [rows][columns] with the sums of a row: of its products, and of the magnitudes of their errors. */
class BoundedMatrix {
  private readonly values: Float64Array;
  private readonly columns: number;

  constructor(values: ArrayLike<number>, columns: number) {
    this.values = Float64Array.from(values);
    this.columns = columns;
  }

  /** A row's sum of products: n of them, in any order, are off by n + 1 roundings at most, beside what their operands bring. */
  row(j: number, vector: readonly Bounded[]): Bounded & { readonly magnitude: number } {
    let [value, magnitude, brought] = [0, 0, 0];
    for (let k = 0, i = j * this.columns; k < this.columns; k++, i++) {
      const w = this.values[i];
      value += w * vector[k].value;
      magnitude += Math.abs(w * vector[k].value);
      brought += Math.abs(w) * vector[k].error;
    }
    return { value, magnitude, error: brought + (this.columns + 1) * unit * magnitude };
  }
}

/** A nonlinearity of a bounded value: how steep it is at most, and what its own arithmetic adds. */
function applied(kind: Nonlinearity, p: Bounded): Bounded {
  const value = nonlinearities[kind](p.value);
  switch (kind) {
    case 'hardSigmoid':
      return { value, error: 0.5 * p.error + 2 * unit };
    case 'hardSigmoid4':
      return { value, error: 0.25 * p.error + 2 * unit };
    case 'sigmoid8':
      return { value, error: 0.25 * p.error + 4 * unit };
    case 'tanh8':
      return { value, error: p.error + 4 * unit };
    case 'sigmoid':
      return { value, error: 0.25 * p.error + smoothError };
    case 'tanh':
      return { value, error: p.error + smoothError };
    default:
      return { value, error: p.error };
  }
}

/**
 * The equations in float64. A rounding error of one step can grow with every further one, so that no bound on a whole sequence says
 * anything: each step begins with the board's own state, and only what that step adds must lie within its bound, which follows from
 * the magnitudes of everything that it sums. Beside it a network runs by itself, to tell how far whole sequences drift apart.
 */
export class FloatDefinition implements Definition {
  readonly inputs: number;
  readonly hiddenSize: number;
  readonly classes: number;
  readonly type = 'float';
  /** The largest error so far as a fraction of its bound. */
  errorOfTolerance = 0;
  /** The largest difference so far between a board's state and that of the float64 network that ran by itself. */
  deviation = 0;
  private readonly source: Omit<FloatSource, 'parameters'>;
  private readonly free: FloatNetwork;
  private readonly w2: BoundedMatrix | undefined;
  private readonly w1: BoundedMatrix;
  private readonly u2: BoundedMatrix | undefined;
  private readonly u1: BoundedMatrix;
  private readonly classifier: BoundedMatrix;
  private readonly classifierBias: Float64Array;
  private readonly biasGate: Float64Array;
  private readonly biasUpdate: Float64Array;
  private readonly scale: number;
  private readonly offset: number;
  private h: Float64Array;
  /** Sums of the board's states and of their magnitudes, and how many. */
  private readonly sum: Float64Array;
  private readonly magnitudes: Float64Array;
  private count = 0;

  constructor(source: FloatSource) {
    const { architecture, parameters } = withPlainMatrix(source.architecture, source.parameters);
    const { inputSize, hiddenSize, wRank, uRank, cell } = architecture;
    ({ inputs: this.inputs, hiddenSize: this.hiddenSize, classes: this.classes } = floatSizes(source));
    const specs = new Map(tensorsOf(architecture).map((spec) => [spec.name, spec]));
    const tensor = (name: string): Float64Array => {
      const spec = specs.get(name);
      return Float64Array.from(spec ? parameters.subarray(spec.offset, spec.offset + spec.size) : []);
    };
    const second = (name: string, columns: number, rank: number) =>
      rank > 0 ? new BoundedMatrix(transpose(tensor(name), columns, rank), columns) : undefined;
    this.source = { ...source, architecture };
    this.free = new FloatNetwork(architecture, parameters);
    this.w2 = second('W2', inputSize, wRank);
    this.w1 = new BoundedMatrix(tensor(wRank > 0 ? 'W1' : 'W'), wRank || inputSize);
    this.u2 = second('U2', hiddenSize, uRank);
    this.u1 = new BoundedMatrix(tensor(uRank > 0 ? 'U1' : 'U'), uRank || hiddenSize);
    this.classifier = new BoundedMatrix(tensor('classifier'), hiddenSize);
    this.classifierBias = tensor('classifierBias');
    const gated = cell === 'FastGRNN';
    this.biasGate = tensor('biasGate');
    this.biasUpdate = tensor(gated ? 'biasUpdate' : 'bias');
    const { alpha, beta } =
      cell === 'FastRNN'
        ? residualWeights(architecture, tensor)
        : gated
          ? { alpha: sigmoid(tensor('zeta')[0]), beta: sigmoid(tensor('nu')[0]) }
          : { alpha: 1, beta: 0 };
    [this.scale, this.offset] = [alpha, beta];
    this.h = new Float64Array(hiddenSize);
    this.sum = new Float64Array(hiddenSize);
    this.magnitudes = new Float64Array(hiddenSize);
  }

  reset(): void {
    for (const state of [this.h, this.sum, this.magnitudes]) state.fill(0);
    this.count = 0;
    this.free.reset();
  }

  step(inputs: Int16Array, at: number, state: ArrayLike<number>): Mismatch | undefined {
    const { architecture } = this.source;
    const a = this.input(inputs, at);
    this.free.step(Float64Array.from(a, ({ value }) => value));
    const h = Array.from(this.h, exact);
    const t = this.w2 ? Array.from({ length: architecture.wRank }, (_, k) => this.w2!.row(k, a)) : a;
    const u = this.u2 ? Array.from({ length: architecture.uRank }, (_, k) => this.u2!.row(k, h)) : h;
    let mismatch: Mismatch | undefined;
    for (let j = 0; j < this.hiddenSize; j++) {
      const [one, two] = [this.w1.row(j, t), this.u1.row(j, u)];
      const terms = t.length + u.length + 1;
      const sums = unit * terms * (one.magnitude + two.magnitude);
      const p = { value: one.value + two.value, error: one.error + two.error + sums };
      mismatch ??= this.judge('state', j, this.unit(j, p), state[j]);
    }
    this.h = Float64Array.from(state);
    this.count++;
    for (let j = 0; j < this.hiddenSize; j++) {
      this.sum[j] += state[j];
      this.magnitudes[j] += Math.abs(this.sum[j]);
      this.deviation = Math.max(this.deviation, Math.abs(state[j] - this.free.h[j]));
    }
    return mismatch;
  }

  head(logits: ArrayLike<number>, prediction: number): Mismatch | undefined {
    const state = this.read();
    let mismatch: Mismatch | undefined;
    let best = 0;
    for (let l = 0; l < this.classes; l++) {
      const sum = this.classifier.row(l, state);
      mismatch ??= this.judge('logit', l, biased(sum, this.classifierBias[l]), logits[l]);
      if (logits[l] > logits[best]) best = l;
    }
    if (best !== prediction) mismatch ??= { what: 'prediction', index: 0, expected: best, actual: prediction };
    return mismatch;
  }

  /** The network's inputs: an embedding is exact, an affine's factor is rounded and so are its two operations. */
  private input(inputs: Int16Array, at: number): Bounded[] {
    const { architecture, affine } = this.source;
    const { inputSize, vocabulary } = architecture;
    if (vocabulary > 0) {
      const values = new Float64Array(inputSize);
      this.free.embed(inputs[at], values);
      return Array.from(values, exact);
    }
    return Array.from({ length: inputSize }, (_, i) => {
      const k = affine.centre.length > 1 ? i : 0;
      const value = (inputs[at + i] - affine.centre[k]) * affine.scale[k];
      return { value, error: 3 * unit * Math.abs(value) };
    });
  }

  /** Equation 6 or 2 of one unit, from its weighted inputs. */
  private unit(j: number, p: Bounded): Bounded {
    const { architecture } = this.source;
    const { scale, offset } = this;
    const h = this.h[j];
    const c = applied(architecture.update, biased(p, this.biasUpdate[j]));
    const gated = architecture.cell === 'FastGRNN';
    const z = gated
      ? applied(architecture.gate, biased(p, this.biasGate[j]))
      : { value: offset, error: unit * Math.abs(offset) };
    const g = gated
      ? {
          value: scale * (1 - z.value) + offset,
          error: Math.abs(scale) * z.error + 4 * unit * (Math.abs(scale) * (1 + Math.abs(z.value)) + Math.abs(offset)),
        }
      : { value: scale, error: unit * Math.abs(scale) };
    const value = g.value * c.value + z.value * h;
    const rounding = 3 * unit * (Math.abs(g.value * c.value) + Math.abs(z.value * h));
    return {
      value,
      error: Math.abs(g.value) * c.error + (Math.abs(c.value) + c.error) * g.error + Math.abs(h) * z.error + rounding,
    };
  }

  /** What the head reads: the board's state, or the mean of its states, whose sum has one rounding a step. */
  private read(): Bounded[] {
    if (this.source.architecture.output !== 'mean') return Array.from(this.h, exact);
    const n = Math.max(1, this.count);
    return Array.from(this.sum, (sum, j) => ({
      value: sum / n,
      error: (unit * (this.magnitudes[j] + Math.abs(sum))) / n,
    }));
  }

  private judge(
    what: Mismatch['what'],
    index: number,
    { value, error }: Bounded,
    actual: number,
  ): Mismatch | undefined {
    const part = Math.abs(actual - value) / (slack * error + tiny);
    if (part <= 1) {
      this.errorOfTolerance = Math.max(this.errorOfTolerance, part);
      return undefined;
    }
    return { what, index, expected: value, actual };
  }
}

const exact = (value: number): Bounded => ({ value, error: 0 });

const biased = ({ value, error }: Bounded, bias: number): Bounded => ({
  value: value + bias,
  error: error + unit * (Math.abs(value) + Math.abs(bias)),
});
