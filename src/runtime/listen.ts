import { integerSound, IntegerSoundStream, SoundStream } from '../features/light.js';
import { RuntimeError } from './memory.js';
import type { RuntimeModel } from './model.js';

/**
 * Makes frames of sound as it comes, by the settings and in the arithmetic that the model was trained with: the frames of the
 * training, bit for bit.
 *
 *     const stream = model.stream();
 *     const sound = listen(model, (frame) => stream.push(frame));
 *     sound.push(samples); // an Int16Array at the settings' rate, of any length
 *
 * @throws RuntimeError where the model wasn't trained on sound
 */
export function listen(
  model: Pick<RuntimeModel, 'metadata'>,
  take: (frame: Float32Array | Int16Array) => void,
): SoundStream | IntegerSoundStream {
  const { features, input } = model.metadata;
  const { sound } = features;
  if (sound === undefined) {
    throw new RuntimeError(
      "the model doesn't say how frames are made of sound: it was trained on recordings as they are, so give it frames by push of its stream",
    );
  }
  return sound.arithmetic === 'integer'
    ? new IntegerSoundStream(integerSound(sound, input.lsb), take)
    : new SoundStream(sound, take);
}
