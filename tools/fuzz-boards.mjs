// Random networks of any shape on everything that runs here: the exported C by gcc and clang at every level of optimisation and under
// their sanitisers, the runtimes and the exported C on every simulated board, each value compared with the interpreter's.
//   npm run fuzz:boards [-- --seeds 100 --first 1 --steps 32 --boards uno,due --no-host]
// Exits with 1 at the first difference, whose seed gives the same network again.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { boardNames, proofSequences, simulate } from '../dist/boards/index.js';
import { exportC, ExportError } from '../dist/firmware/index.js';
import { IntegerInterpreter, stepInputs } from '../dist/integer/index.js';
import { Random } from '../dist/math/index.js';
import { randomNetwork, storages } from '../dist/testing/random-network.js';

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    seeds: { type: 'string', default: '20' },
    first: { type: 'string', default: '1' },
    steps: { type: 'string', default: '32' },
    boards: { type: 'string', default: boardNames.join(',') },
    host: { type: 'boolean', default: true },
  },
});

const strict = '-std=c99 -pedantic -Wall -Wextra -Wconversion -Werror'.split(' ');
const found = (command) => spawnSync(command, ['--version']).status === 0;
const builds = ['gcc', 'clang']
  .filter(found)
  .flatMap((compiler) => [
    ...['-O0', '-O1', '-O2', '-O3'].map((level) => [compiler, level]),
    [compiler, '-O1', '-fsanitize=undefined,address', '-fno-sanitize-recover=all'],
  ]);
const main = `#include <stdio.h>
#include "model.h"
int main(void)
{
  static model_state s; static int16_t x[MODEL_INPUTS]; static int32_t logits[MODEL_CLASSES], steps;
  while (fread(&steps, 4, 1, stdin) == 1) {
    model_reset(&s);
    for (; steps; steps--) {
      if (fread(x, sizeof x, 1, stdin) != 1) return 1;
      model_step(&s, x);
      fwrite(s.h, sizeof s.h, 1, stdout);
    }
    model_logits(&s, logits);
    fwrite(logits, sizeof logits, 1, stdout);
    steps = model_predict(&s);
    fwrite(&steps, 4, 1, stdout);
  }
  return 0;
}
`;

/** A network whose kind and storage go through every combination as the seed grows; every eighth is as wide as a byte can count. */
function networkOf(seed) {
  const random = new Random(seed);
  const wide = seed % 8 === 7;
  return randomNetwork(random, {
    extreme: seed % 2 === 1,
    storage: storages[seed % 7 < 5 ? 1 + (seed % 7) : 0],
    mean: seed % 4 === 2,
    vocabulary: seed % 5 === 3 ? 1 + random.below(300) : 0,
    ...(seed % 3 === 0 ? { density: seed % 9 === 0 ? 1 : 0.3 } : {}),
    ...(wide
      ? { inputSize: 1 + random.below(255), hiddenSize: 1 + random.below(140), density: random.uniform() / 4 }
      : { layers: [1, 1, 2, 3][random.below(4)] }),
  });
}

const bytesOf = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

function onHost(network, sequences, directory) {
  const interpreter = new IntegerInterpreter(network);
  const expected = sequences.flatMap(({ inputs, steps }) => {
    interpreter.reset();
    const states = Array.from({ length: steps }, (_, t) => {
      interpreter.step(inputs, t * stepInputs(network));
      return bytesOf(interpreter.h.slice());
    });
    return [...states, bytesOf(interpreter.logits().slice()), bytesOf(Int32Array.of(interpreter.predict()))];
  });
  const input = Buffer.concat(
    sequences.flatMap(({ inputs, steps }) => [bytesOf(Int32Array.of(steps)), bytesOf(inputs)]),
  );
  for (const [name, text] of Object.entries(exportC(network, { prefix: 'model' })))
    writeFileSync(join(directory, name), text);
  writeFileSync(join(directory, 'main.c'), main);
  return builds.flatMap(([compiler, ...flags]) => {
    const made = spawnSync(compiler, [...strict, ...flags, '-o', 'program', 'main.c', 'model.c'], { cwd: directory });
    if (made.status !== 0) {
      // Debian's clang comes without the libraries of its sanitisers.
      if (/libclang_rt|cannot find/.test(String(made.stderr))) return [];
      return [`${compiler} ${flags.join(' ')}: ${made.stderr}`];
    }
    const output = execFileSync(join(directory, 'program'), { input, maxBuffer: 1 << 28 });
    return Buffer.compare(output, Buffer.concat(expected)) === 0
      ? []
      : [`${compiler} ${flags.join(' ')}: other values`];
  });
}

const directory = mkdtempSync(join(tmpdir(), 'fastgrnn-fuzz-'));
const counts = new Map();
const count = (name) => counts.set(name, (counts.get(name) ?? 0) + 1);
try {
  for (let seed = Number(options.first); seed < Number(options.first) + Number(options.seeds); seed++) {
    const network = networkOf(seed);
    const sequences = proofSequences(network, Number(options.steps), seed);
    const wrong = [];
    try {
      exportC(network, { prefix: 'model' });
    } catch (error) {
      if (!(error instanceof ExportError)) throw error;
      count(`refused: ${error.message.replaceAll(/\d+/g, 'n').slice(0, 60)}`);
      continue;
    }
    if (options.host) {
      wrong.push(...onHost(network, sequences, directory));
      count('host');
    }
    for (const board of options.boards.split(',')) {
      const { runtime, generated, skipped } = await simulate(network, { board, sequences });
      for (const [build, proof] of Object.entries({ runtime, generated })) {
        if (!proof) continue;
        count(`${board} ${build}`);
        if (!proof.bitExact) wrong.push(`${board} ${build}: ${proof.error ?? JSON.stringify(proof.firstDifference)}`);
      }
      for (const [name, why] of Object.entries(skipped))
        count(`skipped: ${name}: ${why.replaceAll(/\d+/g, 'n').slice(0, 60)}`);
    }
    for (const text of wrong) console.error(`seed ${seed}: ${text}`);
    if (wrong.length > 0) {
      process.exitCode = 1;
      break;
    }
  }
} finally {
  rmSync(directory, { recursive: true });
}
console.log([...counts].map(([name, n]) => `${String(n).padStart(5)}  ${name}`).join('\n'));
