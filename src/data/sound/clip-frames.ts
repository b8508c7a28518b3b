import { breathe } from '#platform';
import type { Tell } from '../cache/cache.js';
import { resample, type SoundSettings } from '../../features/index.js';
import type { Recorded } from '../recorded.js';
import type { SoundClips } from './clips.js';
import { frameMaker } from './features.js';

/** Samples a second of clips. */
const clipRate = 16_000;

/** The frames of clips of equal length. */
export interface ClipFrames {
  readonly channelNames: readonly string[];
  readonly units: readonly string[];
  /** `values` [count][steps][channels], and the views into it. */
  readonly frames: Omit<Recorded, 'pieces' | 'labels' | 'groups'> & { readonly values: Float32Array | Int16Array };
}

/** Frames of all clips, one after the other; without settings each sample is one. */
export async function clipFrames(
  clips: SoundClips,
  settings: SoundSettings | undefined,
  tell: Tell,
): Promise<ClipFrames> {
  const { count, length, samples } = clips;
  if (settings === undefined) return viewsOf(samples, count, length, ['sound'], ['count']);
  const make = frameMaker(settings);
  const framesOf = (i: number) => {
    const sound = samples.subarray(i * length, (i + 1) * length);
    return make(settings.rate === clipRate ? sound : resample(sound, clipRate, settings.rate));
  };
  const { steps, channelNames, units } = framesOf(0);
  const size = steps * channelNames.length;
  const values = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    values.set(framesOf(i).values, i * size);
    if (i % 100 === 0) {
      if (i % 5000 === 0) tell(`features of ${count} clips: ${i} done`);
      await breathe();
    }
  }
  return viewsOf(values, count, steps, channelNames, units);
}

function viewsOf(
  values: Float32Array | Int16Array,
  count: number,
  steps: number,
  channelNames: readonly string[],
  units: readonly string[],
): ClipFrames {
  const channels = channelNames.length;
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
      starts: Uint32Array.from({ length: count }, (_, i) => i * steps * channels),
      lengths: new Uint32Array(count).fill(steps),
    },
  };
}
