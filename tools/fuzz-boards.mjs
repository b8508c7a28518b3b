// Random networks of any shape on everything that runs here: the exported C by gcc and clang at every level of optimisation and under
// their sanitisers, the runtimes and the exported C on every simulated board, the Uno in simavr as well, the emulated Raspberry Pi, each
// value compared with the interpreter's; and the float C of a random float network by its tolerance.
//   npm run fuzz:boards [-- --seeds 100 --first 1 --steps 32 --boards uno,due --no-host]
//   npm run fuzz:boards -- --models FILE,…   proves these models instead, over a thousand steps each
// Exits with 1 at the first difference, whose seed gives the same network again.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { boardNames, proofSequences, proveSimavr, proveUno, runRaspberryPi, simulate } from '../dist/boards/index.js';
import { compileUno, compileUnoC, exportC, ExportError, unoImage } from '../dist/firmware/index.js';
import { IntegerInterpreter, stepInputs } from '../dist/integer/index.js';
import { Random } from '../dist/math/index.js';
import { floatSourceOf, integerModel, readModel } from '../dist/pipeline/index.js';
import { hostProgram } from '../dist/testing/host-program.js';
import { randomFloat } from '../dist/testing/random-float.js';
import {
  cellName,
  integerCellOf,
  integerCells,
  randomNetwork,
  realisticNetwork,
  storages,
} from '../dist/testing/random-network.js';

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    seeds: { type: 'string', default: '20' },
    first: { type: 'string', default: '1' },
    steps: { type: 'string', default: '32' },
    boards: { type: 'string', default: boardNames.join(',') },
    host: { type: 'boolean', default: true },
    models: { type: 'string' },
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
const main = hostProgram({ input: 'int16_t', logit: 'int32_t' });

/** A network whose kind and storage go through every combination as the seed grows; every eighth is as wide as a byte can count. */
function networkOf(seed) {
  const random = new Random(seed);
  const wide = seed % 8 === 7;
  return randomNetwork(random, {
    extreme: seed % 2 === 1,
    storage: storages[seed % 7 < 5 ? 1 + (seed % 7) : 0],
    ...integerCellOf(seed),
    mean: seed % 4 === 2,
    vocabulary: seed % 5 === 3 ? 1 + random.below(300) : 0,
    ...(seed % 3 === 0 ? { density: seed % 9 === 0 ? 1 : 0.3 } : {}),
    ...(wide
      ? { inputSize: 1 + random.below(255), hiddenSize: 1 + random.below(140), density: random.uniform() / 4 }
      : { layers: [1, 1, 2, 3][random.below(4)] }),
  });
}

const bytesOf = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

function onHost(network, sequences, directory, change = (text) => text) {
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
    writeFileSync(join(directory, name), change(text));
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
const reason = ({ error, firstDifference }) => error ?? JSON.stringify(firstDifference);

/**
 * Runs a network in every way: those that ran, each with what went wrong in it or undefined, and its figures where it has some.
 *
 * @param float a float network whose C is run, too
 */
async function everywhere(network, sequences, float) {
  const ways = [];
  const add = (name, wrong, figures) => ways.push({ name, wrong, figures });
  const skip = (name, why) => count(`skipped: ${name}: ${why.replaceAll(/\d+/g, 'n').slice(0, 60)}`);
  if (options.host) add(`host, ${builds.length} builds`, onHost(network, sequences, directory).join('; ') || undefined);
  for (const board of options.boards.split(',')) {
    const { runtime, generated, float32, skipped } = await simulate(network, { board, sequences, float });
    for (const [build, proof] of Object.entries({ runtime, generated, float32 })) {
      if (proof) add(`${board} ${build}`, (proof.bitExact ?? proof.withinTolerance) ? undefined : reason(proof), proof);
    }
    for (const [name, why] of Object.entries(skipped)) skip(name, why);
    if (board === 'uno') await onUno(network, sequences, add, skip);
  }
  if (options.host) {
    for (const [name, source] of Object.entries({ 'raspberry-pi': network, 'raspberry-pi float32': float })) {
      if (!source) continue;
      const counted = await runRaspberryPi(source, sequences);
      if (typeof counted === 'string') skip(name, counted);
      else add(name, counted.agrees ? undefined : reason(counted), counted);
    }
  }
  return ways;
}

/** The Uno's other ways: the exported C made for speed, and both of its images in simavr, which must count avr8js's cycles, too. */
async function onUno(network, sequences, add, skip) {
  try {
    const { generated } = await simulate(network, {
      board: 'uno',
      sequences,
      optimize: 'speed',
      builds: ['generated'],
    });
    if (generated) add('uno generated for speed', generated.bitExact ? undefined : reason(generated), generated);
    const images = { 'runtime in simavr': await unoImage(network), 'generated in simavr': await compileUno(network) };
    for (const [name, image] of Object.entries(images)) {
      if (!image) continue;
      const proof = await proveSimavr(network, image, sequences);
      if (typeof proof === 'string') {
        skip(`uno ${name}`, proof);
        continue;
      }
      const { cyclesPerStep } = proveUno(network, image, sequences);
      const other =
        proof.cyclesPerStep === cyclesPerStep ? undefined : `${proof.cyclesPerStep} cycles, not ${cyclesPerStep}`;
      add(`uno ${name}`, proof.bitExact ? other : reason(proof), proof);
    }
  } catch (error) {
    if (!(error instanceof ExportError)) throw error;
    skip('uno in simavr', error.message);
  }
}

/**
 * Programs with one rounding term dropped, and blobs with one bias changed, which every way must find wrong. The boards' own controls are in
 * `npm test`.
 */
async function control() {
  const network = realisticNetwork(new Random(3), { gate: 'hardSigmoid4', update: 'hardTanh' });
  const sequences = proofSequences(network, 64);
  const blind = [];
  const dropped = (text) => text.replace('((8192 + ', '((0 + ');
  if (options.host && onHost(network, sequences, directory, dropped).length < builds.length) blind.push('host');
  const files = exportC(network, { prefix: 'model' });
  const image = await compileUnoC({ ...files, 'model.c': files['model.c'].replace('ldi r21, 128', 'ldi r21, 0') });
  if (image) {
    if (proveUno(network, image, sequences).bitExact) blind.push('uno');
    const proof = await proveSimavr(network, image, sequences);
    if (typeof proof !== 'string' && proof.bitExact) blind.push('uno in simavr');
  }
  for (const cell of integerCells) {
    if (
      !(await noticesBias(randomNetwork(new Random(3), { ...cell, hiddenSize: 9, gate: 'sigmoid', update: 'tanh' })))
    ) {
      blind.push(`uno runtime of ${cellName(cell)}`);
    }
  }
  return blind;
}

/** Whether a runtime whose network has one bias changed is found wrong. */
async function noticesBias(network) {
  const changed = (bias) => bias.map((value, j) => (j === 4 ? value ^ 64 : value));
  const other = network.biases
    ? { ...network, biases: network.biases.map((bias, k) => (k === 0 ? changed(bias) : bias)) }
    : { ...network, biasUpdate: changed(network.biasUpdate) };
  return proveUno(network, await unoImage(other), proofSequences(network, 64)).firstDifference !== undefined;
}

/** Trained models, each over a thousand steps: a row for every way. */
async function proveModels(paths) {
  const cells = [];
  for (const path of paths) {
    const model = await readModel(path);
    const { network, facts } = integerModel(model);
    const float = floatSourceOf(model);
    for (const { name, wrong, figures } of await everywhere(network, proofSequences(network), float)) {
      const { recipe, seed } = facts.provenance;
      const work = figures?.cyclesPerStep ?? figures?.instructionsPerStep;
      const unit = figures?.instructionsPerStep ? ' instructions' : '';
      cells.push([
        `${recipe}, seed ${seed}`,
        name,
        wrong ?? (name.includes('float32') ? 'within tolerance' : 'yes'),
        figures?.steps ?? 1000,
        work ? `${Math.round(work)}${unit}` : '',
      ]);
      if (wrong) process.exitCode = 1;
    }
  }
  console.log('| model | way | every value | steps | cycles a step |\n| --- | --- | --- | --: | --: |');
  for (const row of cells) console.log(`| ${row.join(' | ')} |`);
}

/** Random networks, one a seed. */
async function proveSeeds() {
  for (let seed = Number(options.first); seed < Number(options.first) + Number(options.seeds); seed++) {
    const network = networkOf(seed);
    const sequences = proofSequences(network, Number(options.steps), seed);
    try {
      exportC(network, { prefix: 'model' });
    } catch (error) {
      if (!(error instanceof ExportError)) throw error;
      count(`refused: ${error.message.replaceAll(/\d+/g, 'n').slice(0, 60)}`);
      continue;
    }
    const vocabulary = network.embedding?.rows ?? 0;
    const fields = { vocabulary, ...(vocabulary > 0 ? {} : { inputSize: network.inputSize }) };
    const float = randomFloat(new Random(seed), fields);
    const ways = await everywhere(network, sequences, float);
    for (const { name, wrong } of ways) {
      count(name);
      if (wrong) console.error(`seed ${seed}: ${name}: ${wrong}`);
    }
    if (ways.some(({ wrong }) => wrong)) {
      process.exitCode = 1;
      break;
    }
  }
}

try {
  const blind = await control();
  if (blind.length > 0) {
    console.error(`a change was not found: ${blind.join(', ')}`);
    process.exitCode = 1;
  } else if (options.models) await proveModels(options.models.split(','));
  else await proveSeeds();
} finally {
  rmSync(directory, { recursive: true });
}
console.log([...counts].map(([name, n]) => `${String(n).padStart(5)}  ${name}`).join('\n'));
