import type { Cell } from './cell.js';

/** A cell whose state another one can read. */
export interface Layer extends Cell {
  /** [hiddenSize] or longer. */
  readonly state: ArrayLike<number>;
}

/** Cells one above the other: each reads the state of the one below, the head that of the last. */
export class StackedCell implements Cell {
  private readonly layers: readonly Layer[];

  constructor(layers: readonly Layer[]) {
    this.layers = layers;
  }

  step(values: ArrayLike<number>, start: number): void {
    const { layers } = this;
    layers[0].step(values, start);
    for (let i = 1; i < layers.length; i++) layers[i].step(layers[i - 1].state, 0);
  }

  reset(): void {
    for (const layer of this.layers) layer.reset();
  }

  readLogits(): Int32Array | Float32Array {
    return this.layers[this.layers.length - 1].readLogits();
  }
}
