import { residualWeights } from '../integer/index.js';
import { sigmoid, transposed } from '../math/index.js';
import {
  gatesOf,
  layerInputSize,
  resetOf,
  tensorPrefix,
  tensorsByName,
  type Architecture,
  type Nonlinearity,
} from '../network/index.js';
import { applied, biased, BoundedMatrix, exact, minus, one, plus, times, unit, type Bounded } from './bounded.js';

/** The equations of a layer in float64, each step from the state that a board has told. */
export class FloatLayerDefinition {
  /** The board's own state of the step before. */
  h: Float64Array;
  private readonly architecture: Architecture;
  private readonly gates: ReadonlyMap<string, GateMatrices>;
  private readonly tensor: (name: string) => Float64Array;
  /** zeta or alpha, and nu or beta, of every unit. */
  private readonly weights: readonly { readonly scale: Bounded; readonly offset: Bounded }[];
  /** The LSTM's c, which no board tells: its bound goes on from step to step, each time less by the forget gate. */
  private c: Bounded[];

  /** @param layer from 0 */
  constructor(architecture: Architecture, parameters: Float32Array | Float64Array, layer: number) {
    const { hiddenSize, wRank, uRank } = architecture;
    const inputSize = layerInputSize(architecture, layer);
    const prefix = tensorPrefix(layer, 0);
    const tensors = tensorsByName(architecture, Float64Array.from(parameters));
    const tensor = (name: string) => tensors.get(prefix + name) ?? new Float64Array();
    const first = (name: string, columns: number, rank: number) =>
      new BoundedMatrix(tensor(rank > 0 ? `${name}1` : name), rank || columns);
    const second = (name: string, columns: number, rank: number) =>
      rank > 0 ? new BoundedMatrix(transposed(tensor(name), columns, rank), columns) : undefined;
    this.architecture = architecture;
    this.tensor = tensor;
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
    this.weights = Array.from({ length: hiddenSize }, (_, j) => weightsOf(architecture, tensor, j));
    this.h = new Float64Array(hiddenSize);
    this.c = Array.from(this.h, exact);
  }

  reset(): void {
    this.h.fill(0);
    this.c = Array.from(this.h, exact);
  }

  /** h_t of every unit from the layer's inputs `a` and h_(t-1). */
  next(a: readonly Bounded[]): Bounded[] {
    const { architecture } = this;
    const h = Array.from(this.h, exact);
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
    const { wRank, uRank } = this.architecture;
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
