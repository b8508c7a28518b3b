// Trains a small network, exports its C beside the Makefile, and builds and runs it with every C compiler that is here.
import { copyFile, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { convert, Random, train } from 'fastgrnn';
import { check, fastgrnn, run, withFolder } from '../lib.mjs';

// Rising or falling: 24 steps of a noisy slope, in volts.
const random = new Random(2);
const labels = Array.from({ length: 120 }, (_, i) => ['falling', 'rising'][i % 2]);
const sequences = labels.map((label) =>
  Array.from({ length: 24 }, (_, t) => [(label === 'rising' ? 0.02 : -0.02) * t + 0.1 * random.normal()]),
);
const { model } = await train({
  ...{ sequences, labels, channelNames: ['voltage'], units: ['V'] },
  network: { hiddenSize: 8 },
  training: { epochs: [20, 0, 0], batchSize: 16, learningRate: 0.02 },
});

const compilers = ['gcc', 'clang'].filter((cc) => spawnSync(cc, ['--version']).status === 0);
check(compilers.length > 0, 'there is no C compiler: install gcc or clang, and make');
await withFolder(async (folder) => {
  for (const file of ['Makefile', 'demo.c']) {
    await copyFile(fileURLToPath(new URL(file, import.meta.url)), path.join(folder, file));
  }
  await writeFile(path.join(folder, 'integer.safetensors'), await convert(model).save());
  fastgrnn('export', path.join(folder, 'integer.safetensors'), '--target', 'c', '--prefix', 'model', '--out', folder);
  for (const cc of compilers) {
    const printed = run('make', ['-s', '-C', folder, `CC=${cc}`, 'clean', 'check']);
    check(printed.includes(' 0 values differ'), `${cc}: values differ`);
  }
});
