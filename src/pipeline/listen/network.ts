import {
  StreamingDetector,
  trackOf,
  type DetectorCell,
  type DetectorSettings,
  type Track,
} from '../../detector/index.js';
import { loadModel, type Stream } from '../../runtime/index.js';
import { encode, type IntegerModel } from '../models.js';

/** Frames of a stream, in the counts of a model: values [frames][channels]. */
export type StreamFrames = Int16Array;

/** Hears streams by the runtime's kernels, whose bits are the interpreter's. */
export class StreamEar {
  private readonly streaming: StreamingDetector;
  private readonly channels: number;
  private readonly frames: number;
  private readonly stride: number;

  private constructor(settings: DetectorSettings, model: IntegerModel, cell: () => DetectorCell) {
    const { stack = { frames: 1, stride: 1 } } = model.facts.features;
    this.streaming = new StreamingDetector(settings, model.network.classes, cell);
    this.channels = model.facts.input.channelNames.length;
    this.frames = stack.frames;
    this.stride = stack.stride;
  }

  /** Loads the model into the runtime. */
  static async of(model: IntegerModel, settings: DetectorSettings): Promise<StreamEar> {
    const loaded = await loadModel(await encode(model));
    return new StreamEar(settings, model, () => cellOf(loaded.stream(), model.network.classes));
  }

  /** Network steps that so many frames are. */
  stepsOf(frames: number): number {
    return Math.max(0, Math.floor((frames - this.frames) / this.stride) + 1);
  }

  /** The network step that ends with a frame, or the first behind it. */
  stepAt(frame: number): number {
    return Math.max(0, Math.ceil((frame - this.frames + 1) / this.stride));
  }

  /** Frames that have been heard at a push. */
  framesAt(push: number): number {
    const { window, states } = this.streaming.detector.settings;
    const steps = window === 0 ? push + 1 : ((push + 1) * window) / states;
    return (steps - 1) * this.stride + this.frames;
  }

  /** The push at which a network step is heard, or the first behind it. */
  pushAt(step: number): number {
    const { window, states } = this.streaming.detector.settings;
    return window === 0 ? step : Math.max(0, Math.ceil(((step + 1) * states) / window) - 1);
  }

  /** The scores of a stream from a reset on. */
  hear(values: StreamFrames): Track {
    const { streaming, channels, stride } = this;
    return trackOf(streaming, values, channels * stride, this.stepsOf(values.length / channels));
  }
}

function cellOf(stream: Stream, classes: number): DetectorCell {
  const logits = new Int32Array(classes);
  return {
    step: (values, start) => stream.step(values as Int16Array, start),
    reset: () => stream.reset(),
    readLogits: () => stream.logits(logits),
  };
}
