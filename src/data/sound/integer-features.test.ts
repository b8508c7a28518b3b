import { afterAll, beforeAll, expect, test } from 'vitest';
import { integerSound, IntegerSoundStream, soundSettings } from '../../features/index.js';
import { resolveRecipe } from '../../recipe/index.js';
import { temporaryFolder, writeTree } from '../../testing/index.js';
import { writeWav } from '../formats/write-wav.js';
import { loadDataset } from '../load.js';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
const sounds: Record<string, Int16Array> = {};
beforeAll(async () => {
  root = await temporaryFolder();
  const files: Record<string, Uint8Array> = {};
  for (const [k, word] of ['on', 'off'].entries()) {
    for (let clip = 0; clip < 4; clip++) {
      const sound = Int16Array.from({ length: 1600 }, (_, i) => Math.round(500 * (clip + 1) * Math.sin(i / (3 + k))));
      sounds[`${word}/${clip}.wav`] = sound;
      files[`${word}/${clip}.wav`] = writeWav(sound, 16_000);
    }
  }
  await writeTree(root.path, files);
});
afterAll(() => root.remove());

const load = (sound: object) => {
  const recipe = { data: { name: 'folder', path: root.path, validation: 0, test: 0.25 }, features: { sound } };
  const { data, features } = resolveRecipe(recipe, 'test');
  return loadDataset(data, { sound: features.sound });
};

test('a data set of integer features has the counts that a device gives its network', async () => {
  const dataset = await load({ arithmetic: 'integer' });
  expect([...dataset.lsb]).toEqual(new Array(32).fill(2 ** -8));
  expect(dataset.sound).toMatchObject({ kind: 'logMel', arithmetic: 'integer' });
  const plan = integerSound(soundSettings(), dataset.lsb);
  const expected = Object.values(sounds).map((sound) => {
    const frames: number[] = [];
    const stream = new IntegerSoundStream(plan, (frame) => frames.push(...frame));
    stream.push(sound);
    stream.end();
    return frames.join();
  });
  const { train, test: apart } = dataset;
  const counts = [train, apart].flatMap(({ values, starts, lengths, features }) =>
    Array.from(starts, (from, k) => values.subarray(from, from + lengths[k]! * features).join()),
  );
  expect(counts.sort()).toEqual(expected.sort());
});

test('what has no integer arithmetic is refused by name', async () => {
  expect(() => resolveRecipe({ features: { sound: { kind: 'pcen', arithmetic: 'integer' } } }, 'test')).toThrow(
    /features.sound.kind: pcen has no integer arithmetic; take logMel or mfcc, or arithmetic float/,
  );
});
