import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wavReader } from '../data/formats/wav.js';
import { sin } from '../math/index.js';
import { synthesisersThere } from '../testing/index.js';
import { makeClips, type MadeClips } from './clips.js';
import { installedSynthesisers, type Installed } from './voices.js';

describe.skipIf(!synthesisersThere)('clips of installed synthesisers', () => {
  let folder: string;
  let installed: Installed[];
  const own = Float64Array.from({ length: 12_000 }, (_, i) => 9000 * sin(i / 5));
  const make = (directory: string, seed: number): Promise<MadeClips> =>
    makeClips(path.join(folder, directory), {
      ...{ phrase: 'hey river', installed, wake: 12, other: 18, quiet: 2, seed },
      ...{ own: { wake: [own], other: [new Float64Array(60_000).fill(100)] }, noises: [] },
    });
  const bytesOf = (directory: string) =>
    ['wake', 'other'].flatMap((name) =>
      readdirSync(path.join(folder, directory, name)).map((file) => [
        file,
        readFileSync(path.join(folder, directory, name, file)).toString('base64'),
      ]),
    );

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'fastgrnn-clips-'));
    installed = await installedSynthesisers();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('finds them and their voices', () => {
    expect(installed.map(({ synthesiser }) => synthesiser.name)).toEqual(['espeak-ng', 'flite', 'festival']);
    const [espeak, flite, festival] = installed.map(({ voices }) => voices);
    expect(espeak.length).toBeGreaterThan(300);
    expect(flite).toContain('slt');
    expect(festival).toContain('kal_diphone');
  });

  it('every synthesiser speaks all of its utterances, faster and higher when told', async () => {
    for (const { synthesiser, voices } of installed) {
      const utterance = { text: 'seven rivers', voice: voices[voices.length - 1], speed: 1, pitch: 1 };
      const files = await synthesiser.speak([utterance, { ...utterance, speed: 1.4 }], folder);
      const lengths = await Promise.all(
        files.map(async (file) => {
          const [{ steps, rate = 0 }] = await wavReader.read(readFileSync(file ?? ''), file ?? '', {});
          return steps / rate;
        }),
      );
      expect(lengths[0], synthesiser.name).toBeGreaterThan(0.4);
      expect(lengths[1], synthesiser.name).toBeLessThan(lengths[0] * 0.9);
    }
  });

  it('writes clips of one length with the voice in their names, own recordings among them; the same from the same seed', async () => {
    const made = await make('a', 1);
    const files = readdirSync(path.join(folder, 'a/wake'));
    expect(made.wake).toBe(12 + 6); // one own recording: half as many clips as of synthesisers
    expect(made.other).toBe(18 + 2 + 2); // two windows fit into the other recording
    expect(files).toHaveLength(made.wake);
    expect(files.filter((file) => file.startsWith('own-0_'))).toHaveLength(6);
    for (const file of files) {
      expect(file).toMatch(/^(espeak-ng|flite|festival|own)-[A-Za-z0-9-]+_\d{5}\.wav$/);
      const [{ steps, rate }] = await wavReader.read(readFileSync(path.join(folder, 'a/wake', file)), file, {});
      expect([steps, rate]).toEqual([made.samples, 16_000]);
    }
    await make('b', 1);
    expect(bytesOf('b')).toEqual(bytesOf('a'));
    await make('c', 2);
    expect(bytesOf('c')).not.toEqual(bytesOf('a'));
  });
});
