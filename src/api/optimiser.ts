import type { Kernels } from '../kernels/index.js';
import { Optimiser, orthogonalFactors, type Architecture } from '../network/index.js';
import { resolveRecipe, type Recipe } from '../recipe/index.js';
import { markDecay } from '../training/index.js';
import { ApiError } from './errors.js';

type Training = Recipe['training'];

/** The recipe's fields with their defaults: adam, 0.01, 0.01, 0.9, 1. */
export type OptimiserOptions = Partial<
  Pick<Training, 'optimiser' | 'learningRate' | 'weightDecay' | 'momentum' | 'clip'>
>;

/** What an optimiser steps on. */
export interface Stepped {
  readonly architecture: Architecture;
  readonly parameters: Float32Array;
  readonly gradient: Float32Array;
  readonly support: Float32Array;
}

export interface StepOptions {
  /** For this step and those after it. */
  readonly learningRate?: number;
  /**
   * What becomes of parameters outside the network's `support`: they stay 0 and are forgotten (`fixed`, stage 3), are set to 0
   * while the optimiser goes on remembering them (`keep`, stage 2 between two thresholdings), or move (`free`, stage 2 before
   * one). Default `fixed`, which before any `threshold` concerns none.
   */
  readonly support?: 'fixed' | 'keep' | 'free';
}

/** Steps of an optimiser on a network's parameters, as `train` makes them. */
export class StepOptimiser {
  /** Change it at will: a schedule of your own. */
  learningRate: number;
  readonly settings: Readonly<Required<OptimiserOptions>>;
  private readonly network: Stepped;
  private readonly inner: Optimiser;

  /** Throws `RecipeError` or, of the optimiser rsg, `ApiError` that names the field, its value and what is allowed. */
  constructor(kernels: Kernels, network: Stepped, options: OptimiserOptions = {}) {
    if (options.optimiser === 'rsg') {
      throw new ApiError(
        'optimiser: rsg draws the number of its steps and their batches itself; train with it by `train`, or step with sgd',
      );
    }
    const { training } = resolveRecipe({ training: options }, 'network.optimiser');
    const { optimiser, learningRate, weightDecay, momentum, clip } = training;
    this.settings = { optimiser, learningRate, weightDecay, momentum, clip };
    this.learningRate = learningRate;
    this.network = network;
    this.inner = new Optimiser(kernels, network.parameters.length, orthogonalFactors(network.architecture));
    markDecay(network.architecture, this.inner.decay);
  }

  /**
   * One step along the network's `gradient`, which is first scaled down to the norm `clip`. Where the gradient is not finite
   * nothing happens.
   *
   * @returns the norm of the gradient before it was scaled; NaN or infinite where there was no step
   */
  step(options: StepOptions = {}): number {
    const { inner, network, settings } = this;
    const { optimiser, weightDecay, momentum, clip } = settings;
    const { support = 'fixed' } = options;
    this.learningRate = options.learningRate ?? this.learningRate;
    const rate = this.learningRate;
    inner.gradient.set(network.gradient);
    const norm = inner.gradientNorm();
    if (!Number.isFinite(norm)) return norm;
    if (clip > 0 && norm > clip) inner.scaleGradient(clip / norm);
    inner.parameters.set(network.parameters);
    if (support === 'fixed') inner.support.set(network.support);
    else inner.support.fill(1);
    if (optimiser === 'adam') inner.adam({ rate, weightDecay });
    else if (optimiser === 'momentum') inner.momentum({ rate, weightDecay, momentum, nesterov: true });
    else inner.momentum({ rate, weightDecay, momentum: 0 });
    network.parameters.set(inner.parameters);
    if (support === 'keep') {
      for (let i = 0; i < network.parameters.length; i++) if (network.support[i] === 0) network.parameters[i] = 0;
    }
    return norm;
  }

  /** Forgets all earlier steps. */
  reset(): void {
    this.inner.reset();
  }
}
