// The recipe `wakeword` judged on people: "jarvis" against four other phrases of the same recording chain (data set wake-words), and against other speech.
//   npm run bench:jarvis -- --data DIR [--seeds 3] [--clips 2000] [--recipe wakeword] [--set field=value]… [--inner] [--work DIR] [--json FILE]
// Five folds by the SHA-1 of the file name: each one's clips are heard by the network that was trained without them, and all answers are pooled. The five networks
// also hear clips of other speech that no training hears: test words of Speech Commands, each somewhere in a clip of silence, and pieces of such words close behind
// each other. --inner is what choices are made by: a network for each fold and the next, trained without both, hears both and validation words. Its line "without fold k"
// has the networks and clips of the other four folds alone, so it may choose for fold k. Networks are kept in the work folder, from where a killed run goes on.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  joinSequences,
  loadDataset,
  loadSpeechSounds,
  selectSequences,
  SpeechStream,
  streamFrames,
  wakeSamples,
} from 'fastgrnn/data';
import { mean, Random, standardError } from 'fastgrnn/math';
import {
  encode,
  integerModel,
  networkSize,
  outputsOfModel,
  readModel,
  stackDataset,
  trainModel,
} from 'fastgrnn/pipeline';
import { loadRecipe, recipeHash } from 'fastgrnn/recipe';
import { labelledRows, predictedClasses, scoresOf, wilsonInterval } from 'fastgrnn/training';

const { values: o } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.FASTGRNN_DATA },
    seeds: { type: 'string', default: '3' },
    clips: { type: 'string', default: '2000' },
    recipe: { type: 'string', default: 'wakeword' },
    set: { type: 'string', multiple: true, default: [] },
    inner: { type: 'boolean', default: false },
    workers: { type: 'string', default: '1' },
    work: { type: 'string', default: 'runs/jarvis' },
    json: { type: 'string' },
  },
});
if (!o.data) throw new Error('name the folder of data sets by --data or FASTGRNN_DATA');
const tell = (text) => process.stderr.write(`${text}\n`);
const foldNumbers = [0, 1, 2, 3, 4];
const wake = 1; // the class "jarvis"

const { recipe } = await loadRecipe(o.recipe, o.set);
if (recipe.data.name !== 'wake-words') throw new Error(`${o.recipe}: its data are ${recipe.data.name}, not wake-words`);
const { frames, stride = frames } = recipe.features.stack;
const dataset = await loadDataset(
  { ...recipe.data, fold: 0 },
  { dataDirectory: o.data, sound: recipe.features.sound, tell },
);
const pool = joinSequences(dataset.train, dataset.test);
const shape = { head: 'softmax', output: 'last', size: dataset.classNames.length };

/** Clips of `wakeSamples` as sequences of no wake word. */
async function sequencesOf(clips) {
  const { lsb, sound } = dataset;
  const parts = [];
  for (const clip of clips) parts.push(await streamFrames(clip, lsb, sound));
  const [{ length }] = parts;
  const values = new Int16Array(new SharedArrayBuffer(2 * length * clips.length));
  parts.forEach((part, i) => values.set(part, i * length));
  return {
    ...selectSequences(pool, new Uint32Array()),
    count: clips.length,
    values,
    starts: Uint32Array.from(clips, (_, i) => i * length),
    lengths: new Uint32Array(clips.length).fill(length / lsb.length),
    labels: new Int32Array(clips.length),
    folds: undefined,
  };
}

/** Other speech of a part of Speech Commands that is not trained on. */
async function otherSpeech(part) {
  const { words } = await loadSpeechSounds(part, { dataDirectory: o.data, tell });
  const count = Number(o.clips);
  const random = new Random(0, 1301);
  const order = Uint32Array.from(words.keys());
  random.shuffle(order);
  const single = Array.from(order.subarray(0, count), (i) => {
    const clip = new Int16Array(wakeSamples);
    clip.set(words[i], random.below(wakeSamples - words[i].length + 1));
    return clip;
  });
  const stream = new SpeechStream(words, 0);
  const close = Array.from({ length: count }, () => {
    const clip = new Int16Array(wakeSamples);
    stream.read(clip);
    return clip;
  });
  return [
    { name: 'single words', sequences: await sequencesOf(single) },
    { name: 'continuous speech', sequences: await sequencesOf(close) },
  ];
}

/** The integer network of a seed that was trained without the clips of some folds. */
async function network(seed, apart) {
  const seeded = { ...recipe, seed };
  const hash = (await recipeHash(recipe)).slice(0, 12); // of everything but the seed
  const name = `${hash}-seed-${seed}-without-${apart.join('-')}.safetensors`;
  const file = path.join(o.work, name);
  if (existsSync(file)) return readModel(file);
  const rows = Uint32Array.from(pool.labels.keys()).filter((i) => !apart.includes(pool.folds[i]));
  const part = { ...dataset, train: selectSequences(pool, rows), test: selectSequences(pool, new Uint32Array()) };
  const started = performance.now();
  const { model } = await trainModel(
    { name: o.recipe, recipe: seeded },
    stackDataset(part, { frames, stride }),
    { workers: Number(o.workers) },
    () => undefined,
  );
  const integer = integerModel(model);
  await writeFile(file, await encode(integer));
  tell(`seed ${seed}, without ${apart.join(' and ')}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return integer;
}

/** Whether sequences are the wake word, and whether a network takes them for it: 1 or 0, [sequences]. */
async function answers(model, sequences) {
  const { train } = stackDataset(
    { ...dataset, train: sequences, test: selectSequences(sequences, new Uint32Array()) },
    { frames, stride },
  );
  const outputs = await outputsOfModel(model, labelledRows(train, shape));
  const isWake = (classes) => Array.from(classes, (k) => Number(k === wake));
  return { labels: isWake(outputs.labels), classes: isWake(predictedClasses(outputs)) };
}

/** One network's answers: of each fold that it was not trained on, and of other speech how many clips it takes for the word. */
async function heard(seed, apart) {
  const model = await network(seed, apart);
  const folds = [];
  for (const fold of apart) {
    const rows = Uint32Array.from(pool.labels.keys()).filter((i) => pool.folds[i] === fold);
    folds.push({ fold, ...(await answers(model, selectSequences(pool, rows))) });
  }
  const wrong = [];
  for (const { sequences } of speech) {
    const { classes } = await answers(model, sequences);
    wrong.push(classes.filter((k) => k === 1).length);
  }
  return { apart, folds, wrong, bytes: networkSize(model.network, model.facts.architecture).paper.bytes };
}

/** Pooled scores of answers, and the share of other speech that is taken for the word. */
function pooled(results, only = () => true) {
  const folds = results.flatMap((result) => result.folds).filter(({ fold }) => only(fold));
  const labels = folds.flatMap((fold) => fold.labels);
  const classes = folds.flatMap((fold) => fold.classes);
  const { perClass, confusion } = scoresOf({ head: 'softmax', size: 2, labels, targets: undefined }, { classes }, [
    ...labels.keys(),
  ]);
  const { f1, f1Interval } = perClass[1];
  return {
    ...{ f1, f1Interval, missed: confusion[1][0], words: results.length ? perClass[1].recordings : 0 },
    ...{ wrong: confusion[0][1], others: perClass[0].recordings },
    falsePositives: speech.map(({ name, sequences }, k) => {
      const count = results.reduce((sum, result) => sum + result.wrong[k], 0);
      const clips = results.length * sequences.count;
      return { name, count, clips, interval: wilsonInterval(count / clips, clips) };
    }),
  };
}

const percent = (share, digits = 1) => (100 * share).toFixed(digits);
const line = ({ f1, f1Interval, missed, words, wrong, others, falsePositives }) =>
  `F1 ${percent(f1)} % (${f1Interval.map((end) => percent(end)).join(' to ')}), ${missed} of ${words} missed, ${wrong} of ${others} other phrases taken for it; ` +
  falsePositives
    .map(
      ({ name, count, clips, interval }) =>
        `${name}: ${count} of ${clips}, ${percent(count / clips, 2)} % (${interval.map((end) => percent(end, 2)).join(' to ')})`,
    )
    .join('; ');

await mkdir(o.work, { recursive: true });
const speech = await otherSpeech(o.inner ? 'validation' : 'test');
const pairs = foldNumbers.map((fold) => [fold, (fold + 1) % 5]);
const all = [];
for (let seed = 0; seed < Number(o.seeds); seed++) {
  const results = [];
  for (const apart of o.inner ? pairs : foldNumbers.map((fold) => [fold])) results.push(await heard(seed, apart));
  all.push({ seed, results });
  if (!o.inner) console.log(`seed ${seed}, ${results[0].bytes} bytes: ${line(pooled(results))}`);
}
const everything = all.flatMap(({ results }) => results);
if (o.inner) {
  for (const k of foldNumbers) {
    const own = everything.filter(({ apart }) => apart.includes(k));
    console.log(`without fold ${k}: ${line(pooled(own, (fold) => fold !== k))}`);
  }
} else {
  const scores = all.map(({ results }) => 100 * pooled(results).f1);
  const deviation = scores.length > 1 ? standardError(scores).toFixed(1) : '?';
  console.log(`mean F1 ${mean(scores).toFixed(1)} +- ${deviation} %, standard error over seeds; ${os.cpus()[0].model}`);
}
if (o.json) await writeFile(o.json, `${JSON.stringify(all)}\n`);
