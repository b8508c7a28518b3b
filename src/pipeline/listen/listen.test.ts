import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackgroundStream, readSound, SpeechStream, streamFrames, writeWav } from '../../data/index.js';
import type { Track } from '../../detector/index.js';
import { Random } from '../../math/index.js';
import { loadModel, NONE } from '../../runtime/index.js';
import type { StreamMetrics } from '../../report/index.js';
import { commandLine } from '../../testing/command-line.js';
import { temporaryFolder, writeTree } from '../../testing/index.js';
import { readModel, streamMetrics, withChosenThreshold, type IntegerModel } from '../index.js';

const rate = 16_000;

/** Noise of 0.6 s, in which a beep of 0.3 s begins at 0.1 s. */
function clip(random: Random, beep: boolean): Float64Array {
  const loud = 2000 + 6000 * random.uniform();
  return Float64Array.from({ length: 0.6 * rate }, (_, i) => {
    const tone = beep && i >= 1600 && i < 6400 ? loud * Math.sin((2 * Math.PI * 1500 * i) / rate) : 0;
    return tone + 200 * random.normal();
  });
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let run: string;
const beeps = [1, 2.5, 4];

beforeAll(async () => {
  folder = await temporaryFolder();
  const random = new Random(5);
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 40; i++) {
    files[`clips/beep/${i}.wav`] = writeWav(clip(random, true), rate);
    files[`clips/other/${i}.wav`] = writeWav(clip(random, false), rate);
  }
  const long = Float64Array.from({ length: 6 * rate }, () => 200 * random.normal());
  for (const second of beeps) long.set(clip(random, true), second * rate);
  files['long/day.wav'] = writeWav(long, rate);
  files['recipe.yaml'] = new TextEncoder().encode(`
data: { name: folder, path: clips, validation: 0.25, test: 0.25 }
features: { sound: { kind: logMel }, stack: { frames: 2 } }
network: { hiddenSize: 8, wRank: 3, uRank: 4, output: every }
training: { epochs: [40, 0, 0], batchSize: 16, learningRate: 0.03, stream: { before: 29, wordSteps: 8, mineEvery: 5 } }
detector: { wake: [beep], hysteresis: 1, refractory: 20 }
targets: []
`);
  await writeTree(folder.path, files);
  run = path.join(folder.path, 'run');
  const { code, stderr } = await commandLine(
    'run',
    path.join(folder.path, 'recipe.yaml'),
    '--out',
    run,
    '--workers',
    '1',
  );
  expect(stderr).not.toMatch(/error/i);
  expect(code).toBe(0);
}, 120_000);
afterAll(() => folder.remove());

describe('a recipe with a detector', () => {
  it('gives the integer model a threshold, and its C a detector', async () => {
    const model = await readModel(path.join(run, 'integer.safetensors'));
    expect(model.facts.detector).toMatchObject({ wake: [0], window: 0, states: 1, smoothing: 2, refractory: 20 });
    expect(await readFile(path.join(run, 'firmware/model_detector.h'), 'utf8')).toContain('class 0, beep');
  });

  it('is judged in streams, and tells when a recording has its word', async () => {
    const report = path.join(folder.path, 'stream.html');
    const { code, stdout, stderr } = await commandLine(
      ...['evaluate', path.join(run, 'integer.safetensors'), '--stream', '--json', '--report', report],
      ...['--recordings', path.join(folder.path, 'long')],
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const metrics = JSON.parse(stdout) as StreamMetrics;
    expect(metrics.words.count).toBe(10);
    expect(metrics.words.missed).toBeLessThanOrEqual(1);
    expect(metrics.streams.map(({ name }) => name)).toEqual(['other recordings']);
    expect(metrics.streams[0].hours).toBeCloseTo((10 * 58) / 360_000, 8);
    const [day] = metrics.recordings ?? [];
    expect(day.seconds).toBe(6);
    expect(day.events).toHaveLength(beeps.length);
    for (const [k, { seconds, word }] of day.events.entries()) {
      expect(word).toBe('beep');
      expect(seconds).toBeGreaterThan(beeps[k] + 0.1);
      expect(seconds).toBeLessThan(beeps[k] + 1);
    }
    expect(await readFile(report, 'utf8')).toContain('False rejects against false accepts an hour');
  });

  it('gives the same events through the runtime, fed frame by frame', async () => {
    const file = path.join(run, 'integer.safetensors');
    const { stdout } = await commandLine(
      'evaluate',
      file,
      '--stream',
      '--json',
      '--recordings',
      path.join(folder.path, 'long'),
    );
    const [day] = (JSON.parse(stdout) as StreamMetrics).recordings ?? [];
    const model = await loadModel(await readFile(file));
    const { sound } = model.metadata.features;
    if (!sound) throw new Error('no sound');
    const frames = await streamFrames(
      await readSound(path.join(folder.path, 'long/day.wav'), rate),
      model.metadata.input.lsb,
      sound,
    );
    const events = model.events();
    const times: number[] = [];
    const channels = model.metadata.input.channelNames.length;
    for (let frame = 0; (frame + 1) * channels <= frames.length; frame++) {
      if (events.push(frames.slice(frame * channels, (frame + 1) * channels)) !== NONE) times.push((frame + 1) / 100);
    }
    expect(times).toEqual(day.events.map(({ seconds }) => Number(seconds.toFixed(2))));
  });

  it('says what is missing of a model without a detector, and which options are of streams', async () => {
    const plain = await commandLine('evaluate', path.join(run, 'model.safetensors'), '--stream');
    expect(plain.code).not.toBe(0);
    expect(plain.stderr).toContain('has no detector; run a recipe with the section detector');
    const lost = await commandLine('evaluate', path.join(run, 'integer.safetensors'), '--hours', '2');
    expect(lost.stderr).toContain('--hours is of streams; add --stream');
  });
});

describe('a threshold', () => {
  const settings = {
    wake: [1],
    window: 0,
    states: 1,
    marginShift: 4,
    smoothing: 0,
    threshold: 0,
    release: -10,
    refractory: 1,
  };
  /** A track whose score is low but at these pushes. */
  const track = (peaks: readonly number[]): Track => {
    const scores = new Int32Array(10 * peaks.length).fill(-1000 * 256);
    peaks.forEach((peak, k) => (scores[10 * k + 5] = peak * 256));
    return { scores, words: new Uint8Array(scores.length).fill(1) };
  };
  const spoken = (peaks: readonly number[]) => ({
    track: track(peaks),
    spoken: peaks.map((_, k) => ({ word: 1, from: 10 * k, to: 10 * k + 10 })),
  });
  const others = { name: 'others', hours: 2, tracks: [track([5, 30, 60, 90])] };

  it('is the highest that misses no more, or the lowest that accepts no more', () => {
    const words = spoken([10, 20, 40, 80]);
    const at = (goal: { falseRejects: number; falseAccepts?: number }) =>
      withChosenThreshold(settings, [words], [others], goal).threshold;
    expect(at({ falseRejects: 0 })).toBe(10);
    expect(at({ falseRejects: 0.25 })).toBe(20);
    expect(at({ falseRejects: 0.74 })).toBe(40);
    expect(at({ falseRejects: 0, falseAccepts: 0.5 })).toBe(61);
    expect(at({ falseRejects: 0, falseAccepts: 1 })).toBe(31);
    expect(at({ falseRejects: 0, falseAccepts: 0 })).toBe(91);
    expect(at({ falseRejects: 1 })).toBe(81);
    expect(at({ falseRejects: 0, falseAccepts: 9 })).toBe(0);
  });

  it('has errors, counted on both sides, and their bounds', async () => {
    const model = (await readModel(path.join(run, 'integer.safetensors'))) as IntegerModel;
    const metrics = streamMetrics(
      model,
      { ...settings, threshold: 25, release: 15 },
      [spoken([10, 20, 40, 80])],
      [others],
    );
    expect(metrics.words).toMatchObject({ count: 4, missed: 2, falseRejects: 0.5 });
    expect(metrics.streams).toMatchObject([{ hours: 2, falseAccepts: 3, perHour: 1.5 }]);
    expect(metrics.streams[0].upperBound).toBeCloseTo(7.7537 / 2, 3); // Garwood: of 3 events
    expect(metrics.curve.map(({ falseRejects }) => falseRejects)).toEqual([0, 0.25, 0.5, 0.5, 0.75]);
    expect(metrics.curve.map(({ perHour }) => perHour[0])).toEqual([1.5, 1.5, 1.5, 1, 0.5]);
  });
});

describe('sounds that go on', () => {
  const random = new Random(1);
  const bytes = (values: Int16Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const recordings = [0, 1].map(() => Int16Array.from({ length: 3 * rate }, () => Math.round(3000 * random.normal())));

  it('are the same for a seed, however they are read, and others for another', () => {
    for (const Kind of [BackgroundStream, SpeechStream]) {
      const whole = new Int16Array(200_000);
      new Kind(recordings, 3).read(whole);
      const parts = new Int16Array(200_000);
      const stream = new Kind(recordings, 3);
      for (let at = 0; at < parts.length; at += 777) stream.read(parts.subarray(at, at + 777));
      expect(Buffer.compare(bytes(parts), bytes(whole))).toBe(0);
      new Kind(recordings, 4).read(parts);
      expect(Buffer.compare(bytes(parts), bytes(whole))).not.toBe(0);
    }
  });

  it('have speech without the quiet at its ends', () => {
    const word = new Int16Array(rate);
    for (let i = 6000; i < 9000; i++) word[i] = 5000;
    const sound = new Int16Array(10 * rate);
    new SpeechStream([word], 1).read(sound);
    const loud = sound.reduce((sum, value) => sum + Number(value !== 0), 0);
    expect(loud / sound.length).toBeGreaterThan(0.7); // pauses are 0.05 s in the mean, the word 0.19 s
  });
});
