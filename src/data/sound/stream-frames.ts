import { breathe } from '#platform';
import { soundChannels, soundFrames, SoundStream, type SoundSettings } from '../../features/index.js';

/** Samples that are taken at once. */
const atOnce = 160_000;

/**
 * The frames of a long sound in a model's counts: [frames][channels]. What is too short for a last frame is left out.
 *
 * @param sound samples at the settings' rate
 * @param lsb [channels], the physical value of one count
 */
export async function streamFrames(
  sound: Int16Array,
  lsb: ArrayLike<number>,
  settings: SoundSettings,
): Promise<Int16Array> {
  const channels = soundChannels(settings).names.length;
  const counts = new Int16Array(soundFrames(sound.length, settings) * channels);
  let at = 0;
  const stream = new SoundStream(settings, (frame) => {
    for (let c = 0; c < channels; c++) {
      counts[at + c] = Math.min(32_767, Math.max(-32_768, Math.round(frame[c] / lsb[c])));
    }
    at += channels;
  });
  for (let start = 0; start < sound.length; start += atOnce) {
    stream.push(sound, start, Math.min(sound.length, start + atOnce));
    await breathe();
  }
  return counts.subarray(0, at);
}
