import { readFile, sha256 } from '#platform';
import { cached, type Tell } from '../cache/cache.js';
import { DataError } from '../errors.js';
import { clipsOf, type NamedSound, type SoundClips } from './clips.js';
import { decodeFlac } from './flac.js';
import type { Pcm, PcmValues } from './pcm.js';
import { readTar } from './tar.js';

/** What a name within an archive says. */
export interface ClipName {
  readonly word: string;
  readonly speaker: string;
}

/**
 * The clips of a tar archive of FLAC files at 16 kHz, decoded; kept in the cache by the archive's content.
 *
 * @throws DataError where the archive or a file in it is damaged, or has another rate
 */
export async function readClipArchive(
  path: string,
  length: number,
  nameOf: (name: string) => ClipName,
  tell: Tell,
): Promise<SoundClips> {
  const bytes = await readFile(path);
  return cachedClips({ tar: await sha256(bytes), length }, tell, async () => {
    tell(`decoding ${path}`);
    const sounds: NamedSound[] = [];
    for (const { name, bytes: content } of readTar(bytes, path)) {
      const title = `${path} (${name})`;
      sounds.push({ name, ...nameOf(name), sound: monoAt16kHz(decodeFlac(content, title), title) });
    }
    return clipsOf(sounds, length);
  });
}

/** Clips from the cache, or made and kept there. */
export async function cachedClips(key: object, tell: Tell, make: () => Promise<SoundClips>): Promise<SoundClips> {
  const { facts, arrays } = await cached(
    'clips',
    key,
    async () => {
      const { samples, ...names } = await make();
      return { facts: names, arrays: { samples } };
    },
    tell,
  );
  return { ...(facts as Omit<SoundClips, 'samples'>), samples: arrays['samples'] as Int16Array };
}

/** Data sets of 16 kHz and one channel need no resampling; a file of another kind doesn't belong to them. */
export function monoAt16kHz({ rate, channels }: Pcm, title: string): PcmValues {
  if (rate === 16_000 && channels.length === 1) return channels[0];
  throw new DataError(
    `${title} has ${channels.length} channels at ${rate} Hz, one at 16000 Hz expected; fetch it again`,
  );
}
