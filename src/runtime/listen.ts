import { SoundStream } from '../features/light.js';
import { RuntimeError } from './memory.js';
import type { RuntimeModel } from './model.js';

/**
 * Makes frames of sound as it comes, by the settings that the model was trained with: the frames of the training, bit for bit.
 *
 *     const stream = model.stream();
 *     const sound = listen(model, (frame) => stream.push(frame));
 *     sound.push(samples); // at sound.settings.rate, in counts of 16 bits; any number of them
 *
 * @throws RuntimeError where the model wasn't trained on sound
 */
export function listen(model: Pick<RuntimeModel, 'metadata'>, take: (frame: Float32Array) => void): SoundStream {
  const { sound } = model.metadata.features;
  if (sound) return new SoundStream(sound, take);
  throw new RuntimeError(
    "the model doesn't say how frames are made of sound: it was trained on recordings as they are, so give it frames by push of its stream",
  );
}
