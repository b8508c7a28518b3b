// Always on: a wake word in streams, for a network of 1 KB and one of 4 KB, by five folds.
//   npm run bench:always-on -- [--data DIR] [--sizes 1k,4k] [--folds 0,1,2,3,4] [--hours 10] [--speech-hours 2] [--epochs N] [--scale 1] [--work DIR]
// Each fold's network is trained without that fold's clips; its threshold is chosen on validation sounds. False rejects are those of the
// fold's clips of "jarvis", each in a stream of other sounds; false accepts are those of sounds that no training hears. docs/detector.md
// says how the sounds are made; --scale takes that part of the training and validation sounds, for a quick look. Frames, models and results are kept in the work folder, from where a killed run goes on.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  BackgroundStream,
  loadSpeechSounds,
  loadWakeClips,
  makeDataset,
  SpeechStream,
  streamFrames,
  wakeSamples,
} from 'fastgrnn/data';
import { resample, soundSettings } from 'fastgrnn/features';
import { exp, ln, poissonUpperBound, Random } from 'fastgrnn/math';
import {
  detectorOf,
  encode,
  integerModel,
  networkSize,
  readModel,
  spokenTrack,
  stackDataset,
  StreamEar,
  streamMetrics,
  trainModel,
  withChosenThreshold,
  wordStream,
} from 'fastgrnn/pipeline';
import { resolveRecipe } from 'fastgrnn/recipe';
import { describeHost } from '#platform';

const { values: o } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.FASTGRNN_DATA },
    sizes: { type: 'string', default: '1k,4k' },
    folds: { type: 'string', default: '0,1,2,3,4' },
    hours: { type: 'string', default: '10' },
    'speech-hours': { type: 'string', default: '2' },
    epochs: { type: 'string' },
    scale: { type: 'string', default: '1' },
    workers: { type: 'string', default: '1' },
    work: { type: 'string', default: 'runs/always-on' },
  },
});
const log = (text) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
const tell = (text) => log(text);
mkdirSync(o.work, { recursive: true });

const lsb = new Float64Array(32).fill(2 ** -9);
const channels = lsb.length;
const sound16k = soundSettings();
const stack = { frames: 2, stride: 2 };
/** Shapes of networks and how they are trained, and the false accepts an hour of speech that their thresholds aim at; of background 0.5. */
const sizes = {
  '1k': { network: { hiddenSize: 24, wRank: 5, uRank: 6 }, epochs: 60, learningRate: 0.01, speech: 8 },
  '4k': { network: { hiddenSize: 52, wRank: 16, uRank: 16 }, epochs: 40, learningRate: 0.004, speech: 1.6 },
};

const gainOf = (decibel) => exp((decibel / 20) * ln(10));
const saturated = (value) => Math.max(-32768, Math.min(32767, Math.round(value)));
const level = (sound) => Math.sqrt(sound.reduce((sum, value) => sum + value * value, 0) / sound.length) || 1;

/** Another speed by up to 10 %, another place by up to 50 ms, noise at 3 to 25 dB (of seven clips of ten), a gain of -16 to 8 dB. */
function changed(clip, noise, random) {
  const speed = 9 + random.below(3);
  const sound = speed === 10 ? clip : resample(clip, 1600 * speed, 16000);
  const out = new Float64Array(clip.length);
  const shift = Math.floor((out.length - sound.length) / 2) + random.below(1601) - 800;
  for (let i = 0; i < out.length; i++) out[i] = sound[i - shift] ?? 0;
  if (random.below(10) < 7) {
    const from = noise[random.below(noise.length)];
    const start = random.below(from.length - out.length + 1);
    const piece = from.subarray(start, start + out.length);
    const gain = (level(sound) / level(piece)) * gainOf(-3 - 22 * random.uniform());
    for (let i = 0; i < out.length; i++) out[i] += gain * piece[i];
  }
  const gain = gainOf(24 * random.uniform() - 16);
  return Int16Array.from(out, (value) => saturated(gain * value));
}

/** int16 values from the work folder, or made and kept there. */
async function kept(name, make) {
  const file = path.join(o.work, `${name}.i16`);
  if (existsSync(file)) {
    const { buffer, byteOffset, length } = readFileSync(file);
    return new Int16Array(buffer, byteOffset, length / 2);
  }
  log(`making ${name}`);
  const values = await make();
  writeFileSync(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return values;
}

const settings = { name: 'wake-words', negatives: 0 };
const wake = await loadWakeClips(o.data, { settings, tell });
const clipOf = (i) => wake.phrases.samples.subarray(i * wakeSamples, (i + 1) * wakeSamples);
const count = wake.phrases.count;
const isWord = (i) => wake.phrases.words[i] === 'jarvis';
const scale = Number(o.scale);
const copies = (i) => Math.max(1, Math.round(scale * (isWord(i) ? 10 : 4)));

/** Frames of sounds of one length, one after the other. */
async function framesOf(sounds) {
  const parts = [];
  for (const sound of sounds) parts.push(await streamFrames(sound, lsb, sound16k));
  const all = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const train = await loadSpeechSounds('train', { dataDirectory: o.data, tell });
const plain = await kept('plain', () => framesOf(Array.from({ length: count }, (_, i) => clipOf(i))));
const copied = await kept('copies', () => {
  const random = new Random(1, 1);
  return framesOf(
    Array.from({ length: count }, (_, i) => i).flatMap((i) =>
      Array.from({ length: copies(i) }, (_, k) => (k === 0 ? clipOf(i) : changed(clipOf(i), train.noise, random))),
    ),
  );
});
/** Pieces of streams of training sounds: rolling windows of 1.63 s. */
const pieces = async (name, stream, number) =>
  kept(name, () =>
    framesOf(
      Array.from({ length: number }, () => {
        const sound = new Int16Array(wakeSamples);
        stream.read(sound);
        return sound;
      }),
    ),
  );
const speech = await pieces('speech', new SpeechStream(train.words, 11), Math.round(5000 * scale));
const noise = await pieces('noise', new BackgroundStream(train.noise, 12), Math.round(2000 * scale));
const clipValues = plain.length / count;
const steps = clipValues / channels;

/** Streams of half an hour. Nothing of the stream is read where all frames are kept. */
async function streams(name, stream, hours) {
  const parts = [];
  let read = 0;
  for (let part = 0; part < 2 * hours; part++) {
    const make = async () => {
      let sound;
      for (; read <= part; read++) {
        sound = new Int16Array(16000 * 3600 * Math.min(0.5, hours - read / 2));
        stream.read(sound); // what comes before this part is passed over
      }
      return streamFrames(sound, lsb, sound16k);
    };
    parts.push(await kept(`${name}-${part / 2}`, make));
  }
  return { name, hours, parts };
}
const validation = await loadSpeechSounds('validation', { dataDirectory: o.data, tell });
const test = await loadSpeechSounds('test', { dataDirectory: o.data, tell });
const chosenBy = [
  await streams('validation-background', new BackgroundStream(validation.noise, 21), 2 * scale),
  await streams('validation-speech', new SpeechStream(validation.words, 22), scale),
];
const heardIn = [
  await streams('background', new BackgroundStream(test.noise, 31), Number(o.hours)),
  await streams('speech-test', new SpeechStream(test.words, 32), Number(o['speech-hours'])),
];

/** Views of clips of one length. */
function sequencesOf(sources) {
  const views = sources.flatMap(({ values, rows, label }) => rows.map((row) => ({ values, row, label })));
  const values = new Int16Array(new SharedArrayBuffer(2 * clipValues * views.length));
  views.forEach((view, i) =>
    values.set(view.values.subarray(view.row * clipValues, (view.row + 1) * clipValues), i * clipValues),
  );
  return {
    ...{ count: views.length, steps, channels, features: channels, stepStride: channels, values, groups: undefined },
    starts: Uint32Array.from(views, (_, i) => i * clipValues),
    lengths: new Uint32Array(views.length).fill(steps),
    labels: Int32Array.from(views, ({ label }) => label),
  };
}

async function datasetOf(fold) {
  const rows = (length) => Array.from({ length }, (_, i) => i);
  const starts = [];
  let copy = 0;
  for (let i = 0; i < count; i++) {
    starts.push(copy);
    copy += copies(i);
  }
  const of = (word) => rows(count).filter((i) => isWord(i) === word);
  const copiesOf = (word) =>
    of(word)
      .filter((i) => wake.folds[i] !== fold)
      .flatMap((i) => rows(copies(i)).map((k) => starts[i] + k));
  const testOf = (word) => of(word).filter((i) => wake.folds[i] === fold);
  const names = Array.from({ length: channels }, (_, f) => `mel ${f + 1}`);
  return makeDataset({
    name: 'wake-words in streams',
    classNames: ['other', 'jarvis'],
    channelNames: names,
    units: names.map(() => 'ln'),
    lsb,
    train: sequencesOf([
      { values: copied, rows: copiesOf(true), label: 1 },
      { values: copied, rows: copiesOf(false), label: 0 },
      { values: speech, rows: rows(speech.length / clipValues), label: 0 },
      { values: noise, rows: rows(noise.length / clipValues), label: 0 },
    ]),
    test: sequencesOf([
      { values: plain, rows: testOf(true), label: 1 },
      { values: plain, rows: testOf(false), label: 0 },
    ]),
    notes: [],
  });
}

const recipeOf = (size) =>
  resolveRecipe(
    {
      seed: 1,
      data: { name: 'folder', path: 'none', validation: 0 },
      features: { stack },
      network: {
        cell: 'FastGRNN',
        gate: 'sigmoid',
        update: 'tanh',
        residual: 'tied',
        output: 'every',
        ...sizes[size].network,
      },
      training: {
        epochs: [Number(o.epochs ?? sizes[size].epochs), 0, 0],
        batchSize: 64,
        learningRate: sizes[size].learningRate,
        weightDecay: 0.005,
        balance: 'sampling',
        earlyStopping: false,
        stream: { before: 60, history: 6, wordSteps: 14, mineEvery: 5, mineTimes: 4 },
        augment: { warp: 0.1, loudness: 6 },
      },
      detector: { wake: ['jarvis'], smoothing: 2, hysteresis: 2, refractory: 40 },
      targets: [],
    },
    `always-on ${size}`,
  );

/** The model of a fold, from the work folder or trained. */
async function modelOf(size, fold, dataset, recipe) {
  const file = path.join(o.work, `model-${size}-${fold}.safetensors`);
  if (existsSync(file)) return readModel(file);
  log(`training ${size}, fold ${fold}: ${dataset.train.count} rows`);
  const started = performance.now();
  const { model } = await trainModel(
    { name: `always-on-${size}`, recipe },
    stackDataset(dataset, stack),
    { workers: Number(o.workers) },
    (event) => {
      if (event.kind === 'epoch' && event.record.epoch % 5 === 0)
        log(`  epoch ${event.record.epoch}: loss ${event.record.loss.toFixed(4)}`);
    },
  );
  log(`  ${((performance.now() - started) / 1000).toFixed(0)} s`);
  const integer = integerModel(model);
  writeFileSync(file, await encode(integer));
  return integer;
}

const hear = (ear, { name, hours, parts }) => ({ name, hours, tracks: parts.map((part) => ear.hear(part)) });

async function evaluated(size, fold) {
  const file = path.join(o.work, `result-${size}-${fold}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const dataset = await datasetOf(fold);
  const recipe = recipeOf(size);
  const model = await modelOf(size, fold, dataset, recipe);
  const open = detectorOf(model.network, recipe.detector, [1]);
  const ear = await StreamEar.of(model, open);
  const started = performance.now();
  const [background, talk] = chosenBy.map((stream) => hear(ear, stream));
  const byBackground = withChosenThreshold(open, [], [background], { falseRejects: 0, falseAccepts: 0.5 });
  const bySpeech = withChosenThreshold(open, [], [talk], { falseRejects: 0, falseAccepts: sizes[size].speech });
  const chosen = byBackground.threshold > bySpeech.threshold ? byBackground : bySpeech;
  const words = Array.from(dataset.test.labels.keys()).filter((i) => dataset.test.labels[i] === 1);
  const others = heardIn.flatMap(({ parts }) => parts.slice(0, 1));
  const track = spokenTrack(ear, wordStream(dataset.test, words, others, 150, fold), 50);
  const heard = heardIn.map((stream) => hear(ear, stream));
  const metrics = {
    ...streamMetrics(model, chosen, [track], heard),
    bytes: networkSize(model.network, model.facts.architecture).paper.bytes,
    seconds: (performance.now() - started) / 1000,
  };
  writeFileSync(file, `${JSON.stringify(metrics, undefined, 2)}\n`);
  writeFileSync(
    path.join(o.work, `detector-${size}-${fold}.safetensors`),
    await encode({ ...model, facts: { ...model.facts, detector: chosen } }),
  );
  return metrics;
}

/** The highest threshold of a fold's curve that misses at most one word in twenty (else the lowest there is), seen on its test words. */
function operatingPoint({ curve }) {
  return curve.filter(({ falseRejects }) => falseRejects <= 0.05).at(-1) ?? curve[0];
}

/** Events in so many hours, by hour, with the bound at 95 %. */
const rate = (events, hours) => ({
  falseAccepts: events,
  perHour: events / hours,
  upperBound: poissonUpperBound(events) / hours,
});

const pooled = {};
for (const size of o.sizes.split(',')) {
  const results = [];
  for (const fold of o.folds.split(',').map(Number)) {
    const result = await evaluated(size, fold);
    results.push(result);
    const { words, streams: all, threshold, bytes, seconds } = result;
    log(
      `${size} (${bytes} bytes), fold ${fold}: threshold ${threshold.toFixed(2)}, missed ${words.missed} of ${words.count}; ` +
        all.map((s) => `${s.name} ${s.falseAccepts} in ${s.hours} h`).join('; ') +
        `; heard in ${seconds.toFixed(0)} s`,
    );
    const point = operatingPoint(result);
    log(
      `  at ${(100 * point.falseRejects).toFixed(1)} % false rejects: ${point.perHour.map((r) => r.toFixed(2)).join(', ')} an hour`,
    );
  }
  const sum = (of) => results.reduce((total, result) => total + of(result), 0);
  const [missed, words] = [sum((r) => r.words.missed), sum((r) => r.words.count)];
  pooled[size] = {
    bytes: results[0].bytes,
    folds: results.length,
    words,
    missed,
    falseRejects: missed / words,
    streams: heardIn.map(({ name, hours }, k) => {
      const heard = hours * results.length;
      const chosen = sum((r) => r.streams[k].falseAccepts);
      const operating = sum((r) => Math.round(operatingPoint(r).perHour[k] * hours));
      return { name, hours: heard, ...rate(chosen, heard), operating: rate(operating, heard) };
    }),
    operatingFalseRejects: sum((r) => Math.round(operatingPoint(r).falseRejects * r.words.count)) / words,
  };
}
const host = describeHost();
console.log(JSON.stringify({ ...pooled, environment: { node: host.node, cpu: host.cpu } }, undefined, 2));
