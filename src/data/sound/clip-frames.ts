import { breathe } from '#platform';
import type { Tell } from '../cache/cache.js';
import type { Recorded } from '../recorded.js';
import type { SoundClips } from './clips.js';
import { soundFrames } from './features.js';

/** The frames of clips of equal length. */
export interface ClipFrames {
  readonly channelNames: readonly string[];
  readonly units: readonly string[];
  /** `values` [count][steps][channels], and the views into it. */
  readonly frames: Omit<Recorded, 'pieces' | 'labels' | 'groups'> & { readonly values: Float32Array };
}

/** Frames of all clips, one after the other. */
export async function clipFrames({ count, length, samples }: SoundClips, tell: Tell): Promise<ClipFrames> {
  const first = soundFrames(samples.subarray(0, length));
  const { steps, channelNames, units } = first;
  const channels = channelNames.length;
  const size = steps * channels;
  const values = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    values.set(soundFrames(samples.subarray(i * length, (i + 1) * length)).values, i * size);
    if (i % 100 === 0) {
      if (i % 5000 === 0) tell(`features of ${count} clips: ${i} done`);
      await breathe();
    }
  }
  return {
    channelNames,
    units,
    frames: {
      count,
      steps,
      channels,
      features: channels,
      stepStride: channels,
      values,
      starts: Uint32Array.from({ length: count }, (_, i) => i * size),
      lengths: new Uint32Array(count).fill(steps),
    },
  };
}
