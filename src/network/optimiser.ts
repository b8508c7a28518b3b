import { Layout, ProgramBuilder, within, type Arena, type Kernels, type Operand } from '../kernels/index.js';
import type { OrthogonalFactor } from './recurrence/orthogonality.js';

/** Step sizes of one step. */
export interface StepSettings {
  readonly rate: number;
  /** Decoupled: each step first takes rate * weightDecay of every parameter that `decay` marks. Default 0. */
  readonly weightDecay?: number;
}

/** Adam's own settings; the defaults are the paper's (Kingma & Ba 2015). */
export interface AdamSettings extends StepSettings {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** `momentum: 0` is plain stochastic gradient descent. */
export interface MomentumSettings extends StepSettings {
  readonly momentum: number;
  readonly nesterov?: boolean;
}

/** Everything an optimiser remembers beside its vectors; with `first` and `second`, what a checkpoint holds. */
export interface OptimiserState {
  /** beta1^t and beta2^t after t steps of Adam. */
  readonly beta1Power: number;
  readonly beta2Power: number;
}

/**
 * Optimiser steps over flat vectors of parameters, in an arena of its own. Sum the shards' gradients with `addGradient`, in
 * a fixed order, look at `gradientNorm`, then step.
 */
export class Optimiser {
  readonly length: number;
  readonly parameters: Float32Array;
  readonly gradient: Float32Array;
  /** Adam's m, or the velocity. */
  readonly first: Float32Array;
  /** Adam's v. */
  readonly second: Float32Array;
  /** 1 where weight decay applies (all, until changed). */
  readonly decay: Float32Array;
  /** Nonzero where a parameter may live (all, until changed); a step sets the others, and their memory, to exactly 0. */
  readonly support: Float32Array;

  private readonly arena: Arena;
  private readonly added: Float32Array;
  private readonly scale: Float32Array;
  private readonly settings: Float32Array;
  private readonly sum: Float32Array;
  private readonly finite: Int32Array;
  private readonly programs: Readonly<Record<keyof ReturnType<typeof compose>, number>>;
  private beta1Power = 1;
  private beta2Power = 1;

  /**
   * Throws `KernelError` when there is no memory for seven vectors of `length` floats.
   *
   * @param factors the matrices among the parameters that are to stay orthogonal (`orthogonalFactors` of an architecture)
   */
  constructor(kernels: Kernels, length: number, factors: readonly OrthogonalFactor[] = []) {
    this.length = length;
    const layout = new Layout();
    const vector = () => layout.vector(length);
    const places = {
      parameters: vector(),
      gradient: vector(),
      first: vector(),
      second: vector(),
      decay: vector(),
      support: vector(),
      added: vector(),
      scale: layout.vector(1),
      settings: layout.vector(7),
      sum: layout.vector(1),
      finite: layout.vector(1),
      scratch: layout.vector(4 * factors.reduce((most, { size }) => Math.max(most, size * size), 0)),
    };
    const written = Object.entries(compose(length, places, factors)).map(
      ([name, words]) => [name, words, layout.vector(words.length).offset] as const,
    );
    const arena = kernels.arena(layout.bytes);
    for (const [, words, offset] of written) arena.i32(offset, words.length).set(words);
    this.programs = Object.fromEntries(written.map(([name, , offset]) => [name, offset])) as typeof this.programs;
    this.arena = arena;
    const view = ({ offset }: Operand, n = length) => arena.f32(offset, n);
    this.parameters = view(places.parameters);
    this.gradient = view(places.gradient);
    this.first = view(places.first);
    this.second = view(places.second);
    this.decay = view(places.decay).fill(1);
    this.support = view(places.support).fill(1);
    this.added = view(places.added);
    this.scale = view(places.scale, 1);
    this.settings = view(places.settings, 7);
    this.sum = view(places.sum, 1);
    this.finite = arena.i32(places.finite.offset, 1);
  }

  /** gradient <- gradient + scale * other. Clear `gradient` (fill(0)) before the first of a batch. */
  addGradient(other: ArrayLike<number>, scale = 1): void {
    this.added.set(other);
    this.scale[0] = scale;
    this.arena.run(this.programs.addGradient);
  }

  /** The Euclidean norm of `gradient`: a sum in float32, infinite beyond 1.8e19, NaN when the gradient holds a NaN. */
  gradientNorm(): number {
    this.arena.run(this.programs.gradientSquares);
    return Math.sqrt(this.sum[0]);
  }

  /** gradient <- scale * gradient. */
  scaleGradient(scale: number): void {
    // g + (scale - 1) g would round twice: start from 0 instead.
    this.added.set(this.gradient);
    this.gradient.fill(0);
    this.scale[0] = scale;
    this.arena.run(this.programs.addGradient);
  }

  /** Whether no element of `gradient` is NaN or infinite. */
  gradientIsFinite(): boolean {
    this.arena.run(this.programs.gradientFinite);
    return this.finite[0] === 1;
  }

  /** One step of Adam with decoupled weight decay (kernels/optimiser.c). */
  adam(settings: AdamSettings): void {
    const { rate, weightDecay = 0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = settings;
    // The kernel's 1 - beta is that of the float32 numbers, so the powers must be theirs as well.
    this.beta1Power *= Math.fround(beta1);
    this.beta2Power *= Math.fround(beta2);
    const { settings: s } = this; // one by one: nothing is allocated for a step
    s[0] = rate;
    s[1] = weightDecay;
    s[2] = beta1;
    s[3] = beta2;
    s[4] = epsilon;
    s[5] = 1 - this.beta1Power;
    s[6] = 1 - this.beta2Power;
    this.arena.run(this.programs.adam);
  }

  /** One step of momentum, Nesterov's or plain. */
  momentum(settings: MomentumSettings): void {
    const { settings: s } = this;
    s[0] = settings.rate;
    s[1] = settings.weightDecay ?? 0;
    s[2] = settings.momentum;
    this.arena.run(settings.nesterov ? this.programs.nesterov : this.programs.momentum);
  }

  get state(): OptimiserState {
    return { beta1Power: this.beta1Power, beta2Power: this.beta2Power };
  }

  set state(state: OptimiserState) {
    this.beta1Power = state.beta1Power;
    this.beta2Power = state.beta2Power;
  }

  /** Forgets all earlier steps. */
  reset(): void {
    this.first.fill(0);
    this.second.fill(0);
    this.state = { beta1Power: 1, beta2Power: 1 };
  }
}

interface OptimiserPlaces {
  readonly parameters: Operand;
  readonly gradient: Operand;
  readonly first: Operand;
  readonly second: Operand;
  readonly decay: Operand;
  readonly support: Operand;
  readonly added: Operand;
  readonly scale: Operand;
  readonly settings: Operand;
  readonly sum: Operand;
  readonly finite: Operand;
  /** Room for what keeps matrices orthogonal. */
  readonly scratch: Operand;
}

/** The optimiser's programs. */
function compose(length: number, places: OptimiserPlaces, factors: readonly OrthogonalFactor[]) {
  const { parameters, gradient, first, second, decay, support, added, scale, settings, sum, finite, scratch } = places;
  const shared = { length, parameters, gradient, decay, support, settings };
  const program = () => new ProgramBuilder();
  /** A program that begins with what matrices ask for that are to stay orthogonal; settings begin with the rate. */
  const stepping = () => {
    const step = program();
    for (const { offset, size, orthogonality, weight } of factors) {
      const place = { size, x: within(parameters, offset), gradient: within(gradient, offset), scratch };
      if (orthogonality === 'geodesic') step.cayleyStep({ ...place, rate: settings });
      else step.orthogonalityPenalty({ ...place, weight });
    }
    return step;
  };
  return {
    addGradient: program().addScaled({ length, x: added, scale, y: gradient }).build(),
    gradientSquares: program().sumOfSquares({ length, x: gradient, sum }).build(),
    gradientFinite: program().allFinite({ length, x: gradient, finite }).build(),
    adam: stepping()
      .adam({ ...shared, m: first, v: second })
      .build(),
    momentum: stepping()
      .momentum({ ...shared, nesterov: false, velocity: first })
      .build(),
    nesterov: stepping()
      .momentum({ ...shared, nesterov: true, velocity: first })
      .build(),
  };
}
