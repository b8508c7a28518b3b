import { smoothError, type FloatSource } from '../firmware/index.js';
import { FloatNetwork, residualWeights, transpose } from '../integer/index.js';
import { sigmoid } from '../math/index.js';
import {
  gatesOf,
  nonlinearities,
  resetOf,
  tensorsOf,
  withPlainMatrix,
  type Architecture,
  type Nonlinearity,
} from '../network/index.js';
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

  /**
   * A row's sum of n products, begun with `start`, in any order. Each product is rounded once and its partial sums n times at most, those
   * with `start` in them likewise: the sum is off by n + 1 roundings of the products' magnitudes and n of that of `start`, beside what
   * the operands bring. A sum that begins with 0 adds it without rounding.
   */
  row(j: number, vector: readonly Bounded[], start = 0): Bounded & { readonly magnitude: number } {
    let [value, magnitude, brought] = [0, 0, 0];
    for (let k = 0, i = j * this.columns; k < this.columns; k++, i++) {
      const w = this.values[i];
      value += w * vector[k].value;
      magnitude += Math.abs(w * vector[k].value);
      brought += Math.abs(w) * vector[k].error;
    }
    const roundings = unit * ((this.columns + 1) * magnitude + this.columns * Math.abs(start));
    return { value: start + value, magnitude, error: brought + roundings };
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
  private readonly gates: ReadonlyMap<string, GateMatrices>;
  private readonly classifier: BoundedMatrix;
  private readonly classifierBias: Float64Array;
  private readonly tensor: (name: string) => Float64Array;
  /** zeta or alpha, and nu or beta, of every unit. */
  private readonly weights: readonly { readonly scale: Bounded; readonly offset: Bounded }[];
  private h: Float64Array;
  /** The LSTM's c, which no board tells: its bound goes on from step to step, each time less by the forget gate. */
  private c: Bounded[];
  /** Sums of the board's states and of their magnitudes, and how many. */
  private readonly sum: Float64Array;
  private readonly magnitudes: Float64Array;
  private count = 0;

  constructor(source: FloatSource) {
    const { architecture, parameters } = withPlainMatrix(source.architecture, source.parameters);
    const { inputSize, hiddenSize, wRank, uRank } = architecture;
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
    const first = (name: string, columns: number, rank: number) =>
      new BoundedMatrix(tensor(rank > 0 ? `${name}1` : name), rank || columns);
    this.gates = new Map(
      gatesOf(architecture).map((gate) => [
        gate,
        {
          w2: second(`W${gate}2`, inputSize, wRank),
          w1: first(`W${gate}`, inputSize, wRank),
          u2: second(`U${gate}2`, hiddenSize, uRank),
          u1: first(`U${gate}`, hiddenSize, uRank),
        },
      ]),
    );
    this.classifier = new BoundedMatrix(tensor('classifier'), hiddenSize);
    this.classifierBias = tensor('classifierBias');
    this.tensor = tensor;
    this.weights = Array.from({ length: hiddenSize }, (_, j) => weightsOf(architecture, tensor, j));
    this.h = new Float64Array(hiddenSize);
    this.c = Array.from(this.h, exact);
    this.sum = new Float64Array(hiddenSize);
    this.magnitudes = new Float64Array(hiddenSize);
  }

  reset(): void {
    for (const state of [this.h, this.sum, this.magnitudes]) state.fill(0);
    this.c = Array.from(this.h, exact);
    this.count = 0;
    this.free.reset();
  }

  step(inputs: Int16Array, at: number, state: ArrayLike<number>): Mismatch | undefined {
    const a = this.input(inputs, at);
    this.free.step(Float64Array.from(a, ({ value }) => value));
    const next = this.next(a, Array.from(this.h, exact));
    let mismatch: Mismatch | undefined;
    for (let j = 0; j < this.hiddenSize; j++) mismatch ??= this.judge('state', j, next[j], state[j]);
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
      mismatch ??= this.judge('logit', l, this.classifier.row(l, state, this.classifierBias[l]), logits[l]);
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
      const k = i % affine.centre.length; // of its channel: every stacked frame has the same
      const value = (inputs[at + i] - affine.centre[k]) * affine.scale[k];
      return { value, error: 3 * unit * Math.abs(value) };
    });
  }

  /** h_t of every unit from the normalised inputs `a` and h_(t-1). */
  private next(a: readonly Bounded[], h: readonly Bounded[]): Bounded[] {
    const { architecture } = this.source;
    const { cell, gate, update } = architecture;
    /** A gate of every unit: f(W a + U u + b). */
    const through = (f: Nonlinearity, suffix: string, bias = `bias${suffix}`, u = h) =>
      this.products(suffix, a, u).both.map((p, j) => applied(f, biased(p, this.tensor(bias)[j])));
    const blend = (z: readonly Bounded[], candidate: readonly Bounded[]) =>
      h.map((past, j) => plus(times(minus(one, z[j]), candidate[j]), times(z[j], past)));
    switch (cell) {
      case 'FastGRNN': {
        const [z, candidate] = [through(gate, '', 'biasGate'), through(update, '', 'biasUpdate')];
        return h.map((past, j) => {
          const { scale, offset } = this.weights[j];
          const weight = plus(times(scale, minus(one, z[j])), offset);
          return plus(times(weight, candidate[j]), times(z[j], past));
        });
      }
      case 'UGRNN':
        return blend(through(gate, 'Gate'), through(update, 'Update'));
      case 'GRU': {
        const [r, z] = [through(gate, 'Reset'), through(gate, 'Gate')];
        if (resetOf(architecture) === 'before') {
          const kept = r.map((value, j) => times(value, h[j]));
          return blend(z, through(update, 'Update', 'biasUpdate', kept));
        }
        const { first, second } = this.products('Update', a, h);
        const [bias, recurrent] = [this.tensor('biasUpdate'), this.tensor('biasRecurrent')];
        const candidates = r.map((value, j) =>
          applied(update, plus(biased(first[j], bias[j]), times(value, biased(second[j], recurrent[j])))),
        );
        return blend(z, candidates);
      }
      case 'LSTM': {
        const [i, f, o] = ['Input', 'Forget', 'Output'].map((suffix) => through(gate, suffix));
        const candidate = through(update, 'Update');
        this.c = this.c.map((c, j) => plus(times(f[j], c), times(i[j], candidate[j])));
        return this.c.map((c, j) => times(o[j], applied(update, c)));
      }
      default: {
        const candidate = through(update, '');
        if (cell === 'RNN') return candidate;
        return h.map((past, j) => {
          const { scale, offset } = this.weights[j];
          return plus(times(scale, candidate[j]), times(offset, past));
        });
      }
    }
  }

  /** W a and U u of a gate, and both together in one sum. */
  private products(gate: string, a: readonly Bounded[], u: readonly Bounded[]) {
    const { w2, w1, u2, u1 } = this.gates.get(gate)!;
    const { wRank, uRank } = this.source.architecture;
    const x = w2 ? Array.from({ length: wRank }, (_, k) => w2.row(k, a)) : a;
    const h = u2 ? Array.from({ length: uRank }, (_, k) => u2.row(k, u)) : u;
    const [first, second] = [w1, u1].map((m, i) => Array.from(this.h, (_, j) => m.row(j, i === 0 ? x : h)));
    const terms = x.length + h.length + 1;
    const both = first.map((part, j) => {
      const other = second[j];
      const sums = unit * terms * (part.magnitude + other.magnitude);
      return { value: part.value + other.value, error: part.error + other.error + sums };
    });
    return { first, second, both };
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

/** W and U of a gate. */
interface GateMatrices {
  readonly w2: BoundedMatrix | undefined;
  readonly w1: BoundedMatrix;
  readonly u2: BoundedMatrix | undefined;
  readonly u1: BoundedMatrix;
}

/** What multiplies candidate and past of unit j; each is rounded once, where the C has it as a constant. */
function weightsOf(architecture: Architecture, tensor: (name: string) => Float64Array, j: number) {
  const rounded = (value: number): Bounded => ({ value, error: unit * Math.abs(value) });
  const squashed = (name: string) => sigmoid(tensor(name)[tensor(name).length > 1 ? j : 0]);
  const of = (scale: number, offset: number) => ({ scale: rounded(scale), offset: rounded(offset) });
  switch (architecture.cell) {
    case 'FastRNN': {
      const { alpha, beta } = residualWeights(architecture, tensor);
      return of(alpha, beta);
    }
    case 'FastRNN-vector': {
      const alpha = squashed('alpha');
      return of(alpha, squashed('zeta') * (1 - alpha) + squashed('nu'));
    }
    case 'FastGRNN':
      return of(squashed('zeta'), squashed('nu'));
    default:
      return of(1, 0);
  }
}

const one: Bounded = { value: 1, error: 0 };

const plus = (a: Bounded, b: Bounded): Bounded => ({
  value: a.value + b.value,
  error: a.error + b.error + unit * (Math.abs(a.value) + Math.abs(b.value)),
});

const minus = (a: Bounded, b: Bounded): Bounded => plus(a, { value: -b.value, error: b.error });

const times = (a: Bounded, b: Bounded): Bounded => ({
  value: a.value * b.value,
  error:
    Math.abs(a.value) * b.error + Math.abs(b.value) * a.error + a.error * b.error + unit * Math.abs(a.value * b.value),
});

const exact = (value: number): Bounded => ({ value, error: 0 });

const biased = ({ value, error }: Bounded, bias: number): Bounded => ({
  value: value + bias,
  error: error + unit * (Math.abs(value) + Math.abs(bias)),
});
