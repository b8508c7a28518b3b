import { Random } from '../../../math/index.js';
import { sharedInt16 } from '../../sequences.js';
import { selectClips, type SoundClips } from '../../sound/clips.js';

/**
 * Some clips, drawn at random, each at a random place in a longer stretch of nothing (zeros): words for a wake word's training and test
 * that are no wake words. The same every time; another stream draws others.
 *
 * @param length samples of each result, at least those of a clip
 */
export function placedClips(clips: SoundClips, count: number, length: number, stream: number): SoundClips {
  const random = new Random(0, stream);
  const order = Uint32Array.from({ length: clips.count }, (_, i) => i);
  random.shuffle(order);
  const chosen = Array.from(order.subarray(0, count));
  const samples = sharedInt16(chosen.length * length);
  const drawn = selectClips(clips, chosen);
  chosen.forEach((_, i) => {
    const sound = drawn.samples.subarray(i * clips.length, (i + 1) * clips.length);
    samples.set(sound, i * length + random.below(length - clips.length + 1));
  });
  return { ...drawn, length, samples };
}
