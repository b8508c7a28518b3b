import { IntegerSoundStream } from '../features/index.js';
import { soundSamples, soundShown, type SoundSource } from '../firmware/index.js';
import { IntegerInterpreter } from '../integer/index.js';
import { differs, type Definition, type Sizes } from './definition.js';

/** The sizes of a program that hears samples and shows the inputs of the network and its state (`soundProgram`). */
export function soundSizes(source: SoundSource): Sizes {
  const classes = source.network?.classes ?? 1;
  return { inputs: soundSamples(source), hiddenSize: soundShown(source).values, classes, type: 'integer' };
}

/** Steps at the beginning of a sound in which no window is full. */
export function soundWarmUp(source: SoundSource): number {
  return Math.ceil(source.inputs.sound.window / soundSamples(source)) - 1;
}

/** Integer features, their stacking and the interpreter: every value is the same. */
export function soundDefinition(source: SoundSource): Definition {
  const { inputs, network } = source;
  const { sound, stack = { frames: 1, stride: 1 } } = inputs;
  const sizes = soundSizes(source);
  const interpreter = network && new IntegerInterpreter(network);
  const shown = soundShown(source);
  let frames: number[][] = [];
  let state = new Int16Array(sizes.hiddenSize);
  let left = 0; // frames to leave out
  const stream = new IntegerSoundStream(sound, (frame) => {
    if (left > 0) {
      left--;
      return;
    }
    frames.push(Array.from(frame));
    if (frames.length < stack.frames) return;
    const step = Int16Array.from(frames.slice(0, stack.frames).flat());
    state.set(step.subarray(0, shown.inputs));
    state[shown.inputs] = 1;
    interpreter?.step(step, 0);
    if (interpreter) state.set(interpreter.h.subarray(0, shown.state), shown.inputs + 1);
    frames = frames.slice(stack.stride);
    left = Math.max(0, stack.stride - stack.frames);
  });
  return {
    ...sizes,
    warmUp: soundWarmUp(source),
    reset() {
      stream.reset();
      interpreter?.reset();
      frames = [];
      left = 0;
      state = new Int16Array(sizes.hiddenSize);
    },
    step(samples, at, actual) {
      state[shown.inputs] = 0;
      stream.push(samples, at, at + sizes.inputs);
      return differs('state', state, actual);
    },
    head: (logits, prediction) =>
      differs('logit', interpreter?.logits() ?? [0], logits) ??
      differs('prediction', [interpreter?.predict() ?? 0], [prediction]),
  };
}
