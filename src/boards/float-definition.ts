import type { FloatSource } from '../firmware/index.js';
import { FloatNetwork } from '../integer/index.js';
import { layersOf, tensorsByName, withPlainMatrix } from '../network/index.js';
import { BoundedMatrix, exact, slack, tiny, unit, type Bounded } from './bounded.js';
import type { Definition, Mismatch, Sizes } from './definition.js';
import { FloatLayerDefinition } from './float-layer-definition.js';

/** How the tolerance comes about, in a sentence. */
export const floatTolerance =
  'each state follows from the state before it within a bound of that step’s rounding errors, by the float64 equations; each logit likewise';

/** The sizes of a float network's programs. */
export function floatSizes({ architecture }: FloatSource): Sizes {
  const { inputSize, hiddenSize, classes, vocabulary } = architecture;
  const inputs = vocabulary > 0 ? 1 : inputSize;
  return { inputs, hiddenSize: layersOf(architecture) * hiddenSize, classes, type: 'float' };
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
  /** The layers by themselves, and by the board's states. */
  private readonly free: readonly FloatNetwork[];
  private readonly layers: readonly FloatLayerDefinition[];
  private readonly classifier: BoundedMatrix;
  private readonly classifierBias: Float64Array;
  /** Sums of the board's states and of their magnitudes, and how many. */
  private readonly sum: Float64Array;
  private readonly magnitudes: Float64Array;
  private count = 0;

  constructor(source: FloatSource) {
    const { architecture, parameters } = withPlainMatrix(source.architecture, source.parameters);
    const { hiddenSize } = architecture;
    ({ inputs: this.inputs, hiddenSize: this.hiddenSize, classes: this.classes } = floatSizes(source));
    const values = Float64Array.from(parameters);
    const tensors = tensorsByName(architecture, values);
    const tensor = (name: string) => tensors.get(name) ?? new Float64Array();
    const layers = Array.from({ length: layersOf(architecture) }, (_, layer) => layer);
    this.source = { ...source, architecture };
    this.free = layers.map((layer) => new FloatNetwork(architecture, values, layer));
    this.layers = layers.map((layer) => new FloatLayerDefinition(architecture, parameters, layer));
    this.classifier = new BoundedMatrix(tensor('classifier'), hiddenSize);
    this.classifierBias = tensor('classifierBias');
    this.sum = new Float64Array(hiddenSize);
    this.magnitudes = new Float64Array(hiddenSize);
  }

  reset(): void {
    for (const sums of [this.sum, this.magnitudes]) sums.fill(0);
    for (const layer of [...this.layers, ...this.free]) layer.reset();
    this.count = 0;
  }

  step(inputs: Int16Array, at: number, state: ArrayLike<number>): Mismatch | undefined {
    let mismatch: Mismatch | undefined;
    let below = this.input(inputs, at);
    let freeBelow: Float64Array = Float64Array.from(below, ({ value }) => value);
    let first = 0;
    for (const [i, layer] of this.layers.entries()) {
      const free = this.free[i];
      free.step(freeBelow);
      freeBelow = free.h;
      const next = layer.next(below);
      layer.h = layer.h.map((_, j) => state[first + j]);
      for (let j = 0; j < next.length; j++) {
        mismatch ??= this.judge('state', first + j, next[j], layer.h[j]);
        this.deviation = Math.max(this.deviation, Math.abs(layer.h[j] - free.h[j]));
      }
      below = Array.from(layer.h, exact); // what the board itself gave to the layer above
      first += next.length;
    }
    this.count++;
    for (const [j, { value }] of below.entries()) {
      this.sum[j] += value;
      this.magnitudes[j] += Math.abs(this.sum[j]);
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
      this.free[0].embed(inputs[at], values);
      return Array.from(values, exact);
    }
    return Array.from({ length: inputSize }, (_, i) => {
      const k = i % affine.centre.length; // of its channel: every stacked frame has the same
      const value = (inputs[at + i] - affine.centre[k]) * affine.scale[k];
      return { value, error: 3 * unit * Math.abs(value) };
    });
  }

  /** What the head reads: the board's state, or the mean of its states, whose sum has one rounding a step. */
  private read(): Bounded[] {
    if (this.source.architecture.output !== 'mean') return Array.from(this.layers[this.layers.length - 1].h, exact);
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
