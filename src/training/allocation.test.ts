import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Bytes that a batch may leave on the heap: a few numbers in boxes of their own, but no array and no closure. */
const ALLOWED = 256;

const built = (path: string) => JSON.stringify(new URL(`../../dist/${path}`, import.meta.url).href);

/**
 * Trains in a process of its own whose young generation is never collected, so that its heap grows by all that is
 * allocated. Prints the bytes a batch of each stage's best epoch: the first ones compile.
 */
const script = (waste: string, more: object) => `
  const { NetworkEngine } = await import(${built('network/index.js')});
  const { train } = await import(${built('training/index.js')});
  const { toyTask } = await import(${built('testing/index.js')});
  const { lossAndGradient } = NetworkEngine.prototype;
  NetworkEngine.prototype.lossAndGradient = function (rows, steps, options) {
    ${waste};
    return lossAndGradient.call(this, rows, steps, options);
  };
  const [rows, batchSize] = [4096, 8];
  const { network, training: own } = ${JSON.stringify(more)};
  const training = { batchSize, shards: 1, earlyStopping: false, roundedEpochs: 12, ...own };
  const compression = { wSparsity: 0.5, uSparsity: 0.5 };
  const task = toyTask({ rows, validationRows: 0, epochs: [24, 12, 12], training, compression, network });
  let last = 0;
  const least = task.stages.map(() => Infinity);
  await train(task, {
    workers: 1,
    onEpoch: ({ stage }) => {
      const { heapUsed } = process.memoryUsage();
      const bytes = (heapUsed - last) / (rows / batchSize);
      if (bytes > 0) least[stage] = Math.min(least[stage], bytes);
      last = process.memoryUsage().heapUsed;
    },
  });
  console.log(JSON.stringify(least));
`;

async function bytesABatch(waste = '', more: object = {}): Promise<number[]> {
  const space = ['--min-semi-space-size=256', '--max-semi-space-size=256'];
  const run = [...space, '--input-type=module', '--eval', script(waste, more)];
  const { stdout } = await promisify(execFile)(process.execPath, run);
  return JSON.parse(stdout) as number[];
}

test('the loop over batches allocates nothing, in no stage', async () => {
  for (const bytes of await bytesABatch()) expect(bytes).toBeLessThan(ALLOWED);
});

test('nor does it with layers in both directions and dropout between them', async () => {
  const more = { network: { layers: 2, bidirectional: true }, training: { dropout: 0.2 } };
  for (const bytes of await bytesABatch('', more)) expect(bytes).toBeLessThan(ALLOWED);
});

test('where sounds are changed and mixed, no more than some numbers a row', async () => {
  const sounds = { stretch: 0.1, warp: 0.1, loudness: 3, maskFrames: 2, maskChannels: 1, room: 0.5, mixup: 0.5 };
  const more = { training: { augment: { shift: 1, ...sounds } } };
  // Eight rows a batch, of each about eight numbers in boxes of 16 bytes; an array a row would be as much again.
  for (const bytes of await bytesABatch('', more)) expect(bytes).toBeLessThan(8 * 200);
});

test('one small array a batch would be seen', async () => {
  for (const bytes of await bytesABatch('globalThis.kept = new Float32Array(4)')) {
    expect(bytes).toBeGreaterThan(ALLOWED);
  }
});
