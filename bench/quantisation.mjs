// What rounding costs: float networks, converted in several ways, beside their float accuracy.
//   npm run bench:quantisation [-- RECIPE… --seeds 3 --models results --on test|validation --rows N --data FOLDER]
// Reads FOLDER/<recipe>-<seed>/model.safetensors, as `npm run results` leaves them (digits) or fastgrnn train tools/har2-networks.yaml
// --seed 1 --out results/har2-networks-1; for `validation` they must come from trainings
// without those rows (fastgrnn train RECIPE --set training.retrain=false --out …). With --rows, of so many rows, evenly spread. Trains nothing.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { proofSequences, simulate } from '../dist/boards/index.js';
import { loadDataset } from '../dist/data/index.js';
import { convert, plainStorage } from '../dist/integer/index.js';
import { loadKernels } from '../dist/kernels/index.js';
import { mean, standardError } from '../dist/math/index.js';
import { tensorsOf } from '../dist/network/index.js';
import { readModel, validationSplit } from '../dist/pipeline/index.js';
import { loadRecipe } from '../dist/recipe/index.js';
import { floatLogits, integerLogits, labelledRows, someRows } from '../dist/training/index.js';
import { compensated } from './quantisation/compensated.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '3' },
    models: { type: 'string', default: 'results' },
    on: { type: 'string', default: 'test' },
    data: { type: 'string' },
    rows: { type: 'string', default: 'Infinity' },
  },
});
const recipes =
  positionals.length > 0 ? positionals : ['tools/har2-networks.yaml', 'tools/har6-networks.yaml', 'digits'];
const kernels = await loadKernels();

const isRounded = ({ role }) => role === 'matrix' || role === 'classifier';

/** Each matrix by itself to the nearest of the scale that holds its largest weight. */
function nearest({ architecture }, parameters) {
  const out = Float32Array.from(parameters);
  for (const { offset, size } of tensorsOf(architecture).filter(isRounded)) {
    const values = out.subarray(offset, offset + size);
    const largest = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    let scale = 2 ** Math.ceil(Math.log2(largest / 127));
    if (Math.round(largest / (scale / 2)) <= 127) scale /= 2;
    for (let i = 0; i < size; i++) values[i] = scale * Math.round(values[i] / scale);
  }
  return out;
}

/** Each way: the float parameters that are converted, and bits of sums. What is rounded already, conversion leaves as it is. */
const ways = {
  'each matrix rounded as it is': { parameters: nearest },
  'factors balanced (the default)': {},
  'balanced, errors compensated column by column': { parameters: compensated },
  'balanced, `sumBits: 24`': { sumBits: 24 },
};

const predictions = (logits, size) =>
  Array.from({ length: logits.length / size }, (_, r) => {
    const row = logits.subarray(r * size, (r + 1) * size);
    return row.indexOf(Math.max(...row));
  });
const share = (a, b) => (100 * a.filter((value, i) => value === b[i]).length) / a.length;
const spread = (values) =>
  values.length > 1 ? `${mean(values).toFixed(2)} ± ${standardError(values).toFixed(2)}` : values[0].toFixed(2);

const line = (cells) => console.log(`| ${cells.join(' | ')} |`);
line(['recipe', 'weights and sums', 'integer - float, points', 'worst seed', 'same prediction, %', 'error of the logits, %', 'Uno, cycles a step, seed 1']); // prettier-ignore
line(['---', '---', '--:', '--:', '--:', '--:', '--:']);
for (const recipeName of recipes) {
  const name = path.basename(recipeName, '.yaml');
  const results = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
  for (let seed = 1; seed <= Number(options.seeds); seed++) {
    const file = `${options.models}/${name}-${seed}/model.safetensors`;
    if (!existsSync(file)) {
      console.error(
        `${file} is missing; fastgrnn train ${recipeName} --seed ${seed} --out ${options.models}/${name}-${seed} makes it`,
      );
      process.exit(2);
    }
    const { facts, parameters, ranges, margin } = await readModel(file);
    const { recipe } = await loadRecipe(recipeName, [], seed);
    const data = await loadDataset(recipe.data, { dataDirectory: options.data, sound: recipe.features.sound });
    const { architecture } = facts;
    const shape = { head: architecture.head, output: architecture.output, size: architecture.classes };
    const all =
      options.on === 'test'
        ? labelledRows(data.test, shape)
        : labelledRows(data.train, shape, validationSplit(recipe, data).validation);
    const rows = someRows(all, Number(options.rows));
    const normalisation = {
      centre: Int16Array.from(facts.features.centre),
      scale: Float64Array.from(facts.features.scale),
    };
    const given = { architecture, normalisation, sequences: data.train, ranges, margin };
    const float = floatLogits(kernels, { architecture, parameters, normalisation }, rows);
    const [labels, floatClasses] = [Array.from(rows.labels), predictions(float, shape.size)];
    const power = float.reduce((sum, v) => sum + v * v, 0);
    for (const [way, { parameters: round, sumBits }] of Object.entries(ways)) {
      const rounded = round ? round(given, parameters) : parameters;
      const network = convert(architecture, rounded, normalisation, ranges, margin, plainStorage, sumBits);
      const logits = integerLogits(network, rows);
      const classes = predictions(logits, shape.size);
      const { generated } =
        seed === 1 ? await simulate(network, { board: 'uno', sequences: proofSequences(network, 24) }) : {};
      results[way].push({
        points: share(classes, labels) - share(floatClasses, labels),
        same: share(classes, floatClasses),
        error: 100 * Math.sqrt(logits.reduce((sum, v, i) => sum + (v - float[i]) ** 2, 0) / power),
        cycles: generated?.cyclesPerStep ?? NaN,
      });
    }
  }
  for (const [way, runs] of Object.entries(results)) {
    const all = (key) => runs.map((run) => run[key]);
    const [{ cycles }] = runs;
    line([
      ...[name, way, spread(all('points')), Math.min(...all('points')).toFixed(2), mean(all('same')).toFixed(2)],
      ...[mean(all('error')).toFixed(2), Number.isNaN(cycles) ? 'no avr-gcc' : cycles.toFixed(0)],
    ]);
  }
}
