import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/index.js';
import { loadCheckpoint, saveCheckpoint, type Checkpoint } from './checkpoint.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  file = path.join(folder.path, 'checkpoint.safetensors');
});

afterAll(() => folder.remove());

const vector = (...values: number[]) => Float32Array.from(values);

/** Numbers that a detour by decimal text or float32 would change. */
const checkpoint: Checkpoint = {
  finished: [
    {
      name: 'training',
      history: [
        {
          stage: 0,
          epoch: 1,
          loss: 0.1 + 0.2,
          learningRate: 1 / 3,
          validation: 0.5,
          validationLoss: 2 / 3,
          skipped: 1,
        },
      ],
      chosenEpochs: [1],
      seconds: 1.5,
      backend: 'wasm',
      workers: 2,
    },
  ],
  state: {
    stage: 1,
    epoch: 2,
    parameters: vector(0.1, -0, 1e-40),
    first: vector(1, 2, 3),
    second: vector(4, 5, 6),
    optimiser: { beta1Power: 0.9 ** 7, beta2Power: 0.999 ** 7 },
    support: vector(1, 0, 1),
    best: { epoch: 1, accuracy: 2 / 3, loss: Number.MAX_VALUE, parameters: vector(7, 8, 9), support: vector(1, 1, 0) },
    chosen: [3],
    hard: [],
    halvings: 1,
    history: [{ stage: 0, epoch: 1, loss: 1 / 7, learningRate: 0.01, skipped: 0 }],
  },
  seconds: 0.25,
};

describe('a checkpoint', () => {
  it('comes back as it was, to the last bit', async () => {
    await saveCheckpoint(file, 'this run', checkpoint);
    expect(await loadCheckpoint(file, 'this run')).toEqual(checkpoint);
  });

  it('may have no best epoch, or no state at all', async () => {
    const state = checkpoint.state && { ...checkpoint.state, best: undefined };
    for (const saved of [
      { ...checkpoint, state },
      { ...checkpoint, state: undefined },
    ]) {
      await saveCheckpoint(file, 'this run', saved);
      expect(await loadCheckpoint(file, 'this run')).toEqual(saved);
    }
  });

  it('of another run is not taken up', async () => {
    await saveCheckpoint(file, 'another run', checkpoint);
    expect(await loadCheckpoint(file, 'this run')).toBeUndefined();
  });

  it('that is missing is none', async () => {
    expect(await loadCheckpoint(path.join(folder.path, 'nothing'), 'this run')).toBeUndefined();
  });

  it('that was cut anywhere is not taken up', async () => {
    await saveCheckpoint(file, 'this run', checkpoint);
    const bytes = await readFile(file);
    const cut = path.join(folder.path, 'cut');
    for (let length = 0; length < bytes.length; length += length < 16 ? 1 : 37) {
      await writeFile(cut, bytes.subarray(0, length));
      expect(await loadCheckpoint(cut, 'this run'), `cut at ${length}`).toBeUndefined();
    }
  });

  it('in which a bit was changed is not taken up', async () => {
    await saveCheckpoint(file, 'this run', checkpoint);
    const bytes = await readFile(file);
    const changed = path.join(folder.path, 'changed');
    const header = bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString();
    const padding = 8 + header.trimEnd().length; // spaces up to the tensors
    for (let at = 0; at < bytes.length; at += 3) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] ^= 1 << (at % 8);
      await writeFile(changed, damaged);
      const loaded = await loadCheckpoint(changed, 'this run');
      if (at < padding || at >= 8 + header.length) expect(loaded, `byte ${at}`).toBeUndefined();
      else if (loaded) expect(loaded).toEqual(checkpoint);
    }
  });
});
