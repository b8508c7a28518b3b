// How well a wake word that was learnt from synthetic voices alone is heard when people say it: "jarvis" or another of the five phrases of the data
// set wake-words, against people who say the other four, recorded in the same way (nothing of it is used for training).
//   npm run bench:wakeword -- --data DIR [--phrase "smart mirror"] [--seeds 3] [--count 2000] [--out DIR] [--set field=value]…
// Clips are spoken once; the recipe that lies beside them is run with each seed.
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readFile, writeFile } from 'node:fs/promises';
import { loadDataset, wakePhrases } from '../dist/data/index.js';
import { mean, standardError } from '../dist/math/index.js';
import { makeWakeword, runRecipe } from '../dist/pipeline/index.js';
import { resolveRecipe } from '../dist/recipe/index.js';
import { loadModel } from '../dist/runtime/index.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.FASTGRNN_DATA },
    phrase: { type: 'string', default: 'jarvis' },
    seeds: { type: 'string', default: '3' },
    count: { type: 'string', default: '2000' },
    out: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
  },
});
if (!options.data) throw new Error('name the folder of data sets by --data or FASTGRNN_DATA');
const { phrase } = options;
if (!wakePhrases.includes(phrase)) throw new Error(`people say ${wakePhrases.join(', ')}, not ${phrase}`);
const folder = options.out ?? path.join('runs', `wakeword-${phrase.replaceAll(' ', '-')}`);
const listener = (event) => {
  if (event.kind === 'step' || event.kind === 'note') console.error(event.text);
};

/** The real clips of all five folds as physical frames: {wake, frames}. */
async function people(sound) {
  const clips = [];
  for (let fold = 0; fold < 5; fold++) {
    const recipe = resolveRecipe(
      { data: { name: 'wake-words', phrases: 'apart', fold, negatives: 0 }, features: { sound } },
      'people',
    );
    const { test, classNames, lsb } = await loadDataset(recipe.data, {
      dataDirectory: options.data,
      sound: recipe.features.sound,
    });
    for (let i = 0; i < test.count; i++) {
      const start = test.starts[i];
      const counts = test.values.subarray(start, start + test.lengths[i] * test.channels);
      const frames = Float32Array.from(counts, (count, k) => count * lsb[k % lsb.length]);
      clips.push({ wake: classNames[test.labels[i]] === phrase.replaceAll(' ', '_'), frames, channels: test.channels });
    }
  }
  return clips;
}

/** Right and wrong answers of a model that was run into the folder `run`, and the F1 of the threshold that is best on these very recordings: how well the margins divide them. */
async function heard(run, clips) {
  const model = await loadModel(await readFile(path.join(run, 'integer.safetensors')));
  const wake = model.classNames.indexOf('wake');
  const stream = model.stream();
  const answers = clips.map(({ wake: said, frames, channels }) => {
    stream.reset();
    for (let at = 0; at < frames.length; at += channels) stream.push(frames.subarray(at, at + channels));
    const logits = stream.logits();
    return { said, margin: logits[wake] - logits[1 - wake] };
  });
  const above = (threshold) => {
    const count = (of) => answers.filter(({ said, margin }) => said === of && margin > threshold).length;
    const [hits, wrong] = [count(true), count(false)];
    const all = answers.filter(({ said }) => said).length;
    return { hits, all, wrong, others: answers.length - all, f1: (2 * hits) / (hits + wrong + all) };
  };
  return { ...above(0), best: Math.max(...answers.map(({ margin }) => above(margin).f1)) };
}

const common = { phrase, count: Number(options.count), sets: options.set, listener };
const first = await makeWakeword({ ...common, out: path.join(folder, 'seed-0'), seed: 0 });
const { metadata } = await loadModel(await readFile(path.join(folder, 'seed-0', 'integer.safetensors')));
const said = await people(metadata.features.sound);
const rows = [];
for (let seed = 0; seed < Number(options.seeds); seed++) {
  const out = path.join(folder, `seed-${seed}`);
  const { metrics } =
    seed === 0 ? first : await runRecipe({ recipe: first.recipe, sets: options.set, seed, out, listener });
  rows.push({
    seed,
    ...(await heard(out, said)),
    synthetic: metrics.integer.test,
    paperBytes: metrics.size.paperBytes,
  });
}
console.log(
  `"${phrase}" from ${first.clips.wake} synthetic clips and ${first.clips.other} others (${Object.entries(
    first.clips.spoken,
  )
    .map(([name, { clips }]) => `${name} ${clips}`)
    .join(', ')}), heard when people say it; integer network, ${os.cpus()[0].model}`,
);
for (const { seed, hits, all, wrong, others, f1, best, synthetic, paperBytes } of rows) {
  console.log(
    `seed ${seed}: F1 ${(100 * f1).toFixed(1)} %, ${hits} of ${all} heard, ${wrong} of ${others} other phrases taken for it; at the threshold that is best on these recordings F1 ${(100 * best).toFixed(1)} %; ${(100 * synthetic).toFixed(1)} % of synthetic clips; ${paperBytes} bytes`,
  );
}
const scores = rows.map(({ f1 }) => 100 * f1);
console.log(`mean F1 ${mean(scores).toFixed(1)} +- ${rows.length > 1 ? standardError(scores).toFixed(1) : '?'} %`);
if (options.json) await writeFile(options.json, `${JSON.stringify(rows, undefined, 2)}\n`);
