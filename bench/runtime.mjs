// What running a model costs: one step of S1's shape (Google-12) in fastgrnn/runtime, float and integer, beside the interpreter
// in JavaScript that defines the integer network, and the reference of the float network; and the first import of the package.
//   npm run bench:runtime [-- --json FILE]
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { convert, integerModelParts, IntegerInterpreter } from '../dist/integer/index.js';
import { Random } from '../dist/math/index.js';
import { encodeModel, initialise, plainHead, tensorsOf } from '../dist/network/index.js';
import { loadModel } from '../dist/runtime/index.js';
import { median } from './statistics.mjs';
import { stopwatch } from './stopwatch.mjs';

const { values: options } = parseArgs({ options: { json: { type: 'string' } } });

const architecture = {
  ...{ cell: 'FastGRNN', inputSize: 32, hiddenSize: 100, wRank: 16, uRank: 25, classes: 12 },
  ...{ gate: 'sigmoid', update: 'tanh', residual: 'free', ...plainHead },
};
const random = new Random(1);
const parameters = initialise(architecture, random);
const normalisation = { centre: Int16Array.of(0), scale: Float64Array.of(0.001) };
const network = convert(architecture, parameters, normalisation, { input: 4, w: 8, u: 8, state: 4 }, 2);
const facts = {
  architecture,
  classNames: Array.from({ length: 12 }, (_, l) => `class ${l}`),
  features: { normalise: 'global', centre: [0], scale: [0.001] },
  input: {
    steps: 99,
    lsb: new Array(32).fill(1),
    units: new Array(32).fill(''),
    channelNames: Array.from({ length: 32 }, (_, c) => `c${c}`),
  },
  provenance: {
    ...{ recipe: 'bench', recipeHash: '0'.repeat(64), dataHash: '0'.repeat(64), version: '0', seed: 1, fma: false },
  },
};
const tensors = tensorsOf(architecture).map(({ name, shape, offset, size }) => ({
  ...{ name, shape, dtype: 'F32', data: parameters.subarray(offset, offset + size) },
}));
const { settings, tensors: integerTensors } = integerModelParts(network);
const float = await loadModel(await encodeModel({ ...facts, kind: 'float' }, tensors));
const integer = await loadModel(await encodeModel({ ...facts, kind: 'integer', integer: settings }, integerTensors));

const inputs = Int16Array.from({ length: 99 * 32 }, () => Math.round(1000 * random.normal()));
const runs = { float: float.stream(), integer: integer.stream(), interpreter: new IntegerInterpreter(network) };

/** Microseconds of this process's own time a step, over whole sequences. */
function microseconds(stream, sequences) {
  const elapsed = stopwatch();
  for (let i = 0; i < sequences; i++) for (let t = 0; t < 99; t++) stream.step(inputs, t * 32);
  return (1000 * elapsed().processorMs) / (sequences * 99);
}

const report = {};
const times = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
for (let round = 0; round < 16; round++) {
  for (const [name, stream] of Object.entries(runs)) {
    const time = microseconds(stream, 100);
    if (round > 0) times[name].push(time); // the first warms up
  }
}
for (const [name, list] of Object.entries(times)) report[name] = median(list);

/** Milliseconds from the start of an import to its end, in a process of its own. */
function importTime(name) {
  const script = `const t = performance.now(); await import('${name}'); console.log(performance.now() - t);`;
  const run = () => Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
  return median(Array.from({ length: 7 }, run));
}
report.importMilliseconds = importTime('fastgrnn');
report.importRuntimeMilliseconds = importTime('fastgrnn/runtime');

console.log(`runtime, Node ${process.version}, one step of S1's shape (D 32, H 100, ranks 16 and 25), medians of 15:`);
console.log(`  float ${report.float.toFixed(2)} us, integer ${report.integer.toFixed(2)} us`);
console.log(`  the interpreter that defines the integer network, in JavaScript: ${report.interpreter.toFixed(2)} us`);
console.log(
  `first import: fastgrnn ${report.importMilliseconds.toFixed(1)} ms, fastgrnn/runtime ${report.importRuntimeMilliseconds.toFixed(1)} ms`,
);
if (options.json) await writeFile(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
