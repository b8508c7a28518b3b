import { NONE, scoreBits, type StreamingDetector } from '../detector/index.js';
import { Stream, type StreamInputs } from './stream.js';

/** One sequence that goes on for ever, and the events in it. Nothing is allocated by a step. Inputs are those of `Stream`. */
export class EventStream {
  private readonly streaming: StreamingDetector;
  private readonly stream: Stream;
  private event: number = NONE;

  constructor(streaming: StreamingDetector, inputs: StreamInputs) {
    this.streaming = streaming;
    const cell = {
      step: (values: ArrayLike<number>, start: number) => {
        this.event = streaming.step(values, start);
      },
      reset: () => streaming.reset(),
      readLogits: () => streaming.cells[0].readLogits() as Int32Array,
    };
    this.stream = new Stream(cell, inputs);
  }

  /** One time step from the model's `stepInputs` values, after any stacking. Returns the class whose event this is, or -1. */
  step(x: Int16Array | Float32Array, start = 0): number {
    this.event = NONE;
    this.stream.step(x, start);
    return this.event;
  }

  /** One raw frame, a value a channel; a step follows when enough are there. Returns the class whose event this is, or -1. */
  push(frame: Int16Array | Float32Array): number {
    this.event = NONE;
    this.stream.push(frame);
    return this.event;
  }

  /** The smoothed margin of the k-th wake word now, as the detector's threshold counts, with a fraction. */
  score(k = 0): number {
    return this.streaming.detector.scores.values[k] / 2 ** scoreBits;
  }

  /** Forgets the past. */
  reset(): void {
    this.stream.reset();
  }
}
