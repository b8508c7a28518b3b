import type { Kernels } from '../kernels/index.js';
import { argmax } from '../math/index.js';
import { NetworkEngine, type Architecture } from '../network/index.js';
import { ApiError } from './errors.js';

/** A float network that is given one step after the other. */
export class FloatStream {
  private readonly engine: NetworkEngine;
  private readonly architecture: Architecture;
  private readonly scores: Float32Array;
  /** Sum of the states since the reset, where the head reads their mean. */
  private readonly sum: Float64Array | undefined;
  /** Views of the parameters: [classes][hiddenSize] and [classes]. */
  private readonly classifier: Float32Array;
  private readonly classifierBias: Float32Array;
  private steps = 0;

  /** Throws `ApiError` for a bidirectional network, `KernelError` where there is no memory. */
  constructor(kernels: Kernels, architecture: Architecture, parameters: Float32Array) {
    if (architecture.bidirectional) {
      throw new ApiError(
        'bidirectional: true; such a network reads each sequence from its end too, so it needs whole sequences: use forward or predict',
      );
    }
    // Whatever the head reads in a batch, here it reads the state of the step at hand.
    const limits = { rows: 1, steps: 1, training: false };
    this.engine = new NetworkEngine(kernels, { ...architecture, output: 'last' }, limits);
    this.engine.parameters.set(parameters);
    this.architecture = architecture;
    this.scores = new Float32Array(architecture.classes);
    this.sum = architecture.output === 'mean' ? new Float64Array(architecture.hiddenSize) : undefined;
    // The last tensors.
    const bias = parameters.length - architecture.classes;
    this.classifier = this.engine.parameters.subarray(bias - architecture.classes * architecture.hiddenSize, bias);
    this.classifierBias = this.engine.parameters.subarray(bias);
    this.reset();
  }

  /** Forgets the past. */
  reset(): void {
    const { engine, sum } = this;
    engine.forget();
    sum?.fill(0);
    this.steps = 0;
    // The logits of no step are those of the state 0.
    this.scores.set(this.classifierBias);
  }

  /** One time step: the values that a batch would have there, [inputSize], or a token alone. */
  step(x: ArrayLike<number> | number): void {
    const { engine, architecture, sum } = this;
    const { inputSize, vocabulary, hiddenSize } = architecture;
    if (vocabulary > 0) {
      const token = typeof x === 'number' ? x : x[0];
      if (!Number.isInteger(token) || token < 0 || token >= vocabulary) {
        throw new ApiError(`token: ${token} must be an integer from 0 to ${vocabulary - 1}`);
      }
      engine.tokens[0] = token;
    } else {
      if (typeof x === 'number' || x.length !== inputSize) {
        throw new ApiError(
          `x: ${typeof x === 'number' ? 1 : x.length} values, must be ${inputSize}, those of one step`,
        );
      }
      for (let d = 0; d < inputSize; d++) engine.input[d] = x[d];
    }
    engine.forward(1, 1, 'resumed');
    engine.carry();
    this.steps++;
    if (sum) {
      for (let i = 0; i < hiddenSize; i++) sum[i] += engine.states[i];
      this.readMean(sum);
    } else for (let l = 0; l < this.scores.length; l++) this.scores[l] = engine.logits[l];
  }

  /** The logits after the last step, [classes]: a view that the next step overwrites. */
  logits(): Float32Array {
    return this.scores;
  }

  /** The index of the largest logit, the first of equals. */
  predict(): number {
    return argmax(this.scores);
  }

  /** The hidden state of the last layer, [hiddenSize]: a view that the next step overwrites. */
  get state(): Float32Array {
    return this.engine.states.subarray(0, this.architecture.hiddenSize);
  }

  /** The head of the mean state, in float64: a batch's mean is added up in another order, so these agree but to rounding. */
  private readMean(sum: Float64Array): void {
    const { classifier, classifierBias: bias } = this;
    for (let l = 0; l < this.scores.length; l++) {
      let score = bias[l];
      for (let i = 0; i < sum.length; i++) score += (classifier[l * sum.length + i] * sum[i]) / this.steps;
      this.scores[l] = score;
    }
  }
}
