import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NONE, StreamingDetector, type DetectorSettings } from '../../detector/index.js';
import { integerSound, IntegerSoundStream, soundSettings } from '../../features/index.js';
import { IntegerInterpreter } from '../../integer/index.js';
import { Random, sin } from '../../math/index.js';
import { interpretedCell } from '../../testing/random-detector.js';
import { randomNetwork } from '../../testing/random-network.js';
import { exportLibrary } from '../library.js';

const directory = mkdtempSync(path.join(tmpdir(), 'fastgrnn-microphone-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** What the sketches need of Arduino's core and of its boards' libraries, with a file for a microphone: the program ends with it. */
const standIns = {
  'Arduino.h': `#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
struct { void begin(long) {} void println(const char *t) { printf("%s\\n", t); } void println(long v) { printf("%ld\\n", v); } void print(const char *t) { printf("%s", t); } void print(char c) { putchar(c); } } Serial;
static void delay(unsigned long) { exit(1); }
`,
  'PDM.h': `static void (*listener)();
static FILE *sound;
struct {
  int left;
  void onReceive(void (*f)()) { listener = f; }
  void setGain(int) {}
  int begin(int channels, long rate) { sound = fopen("sound.raw", "rb"); return channels == 1 && rate == 16000 && sound != 0; }
  int available() { return left; }
  int read(void *to, int bytes) { int got = (int)fread(to, 1, bytes, sound); left -= got; return got; }
} PDM;
static void interrupt() { PDM.left = 2 * 160; listener(); if (feof(sound)) exit(0); }
`,
  'ESP_I2S.h': `enum { I2S_MODE_STD, I2S_DATA_BIT_WIDTH_32BIT, I2S_SLOT_MODE_MONO };
struct I2SClass {
  FILE *sound;
  void setPins(int, int, int, int) {}
  bool begin(int, long rate, int, int) { sound = fopen("sound.raw", "rb"); return rate == 16000 && sound != 0; }
  size_t readBytes(char *to, size_t bytes) {
    size_t n = 0;
    int16_t sample;
    int32_t *wide = (int32_t *)to;
    while (n < bytes / 4 && fread(&sample, 2, 1, sound) == 1) wide[n++] = (int32_t)sample * (1 << 14);
    if (n == 0) exit(0);
    return 4 * n;
  }
};
static void interrupt() {}
`,
  'main.cpp': 'int main() { setup(); for (;;) { interrupt(); loop(); } }\n',
};

const random = new Random(12);
const stack = { frames: 2, stride: 2 };
const network = randomNetwork(random, { cell: 'FastGRNN', inputSize: 64, hiddenSize: 10, classes: 3, wRank: 0 });
const lsb = new Array<number>(32).fill(2 ** -8);
const sound = integerSound(soundSettings(), lsb);
const names = ['nothing', 'hey', 'river'];
const steps = 40;
/** Two seconds of tones that come and go: full pieces of the stand-ins' microphones alone. */
const samples = Int16Array.from(
  { length: 33_280 },
  (_, i) => 6000 * sin(i * (0.05 + 0.03 * Math.floor(i / 4000))) * (i % 8000 < 5000 ? 1 : 0.01) + 50 * random.normal(),
);
writeFileSync(path.join(directory, 'sound.raw'), new Uint8Array(samples.buffer));
for (const [name, text] of Object.entries(standIns)) writeFileSync(path.join(directory, name), text);

/** The definition's steps: the inputs of each. */
function eachStep(take: (inputs: Int16Array) => void): void {
  const inputs = new Int16Array(64);
  let frames = 0;
  const front = new IntegerSoundStream(sound, (frame) => {
    inputs.set(frame, 32 * frames++);
    if (frames < 2) return;
    frames = 0;
    take(inputs);
  });
  front.push(samples);
}

function detecting(settings: DetectorSettings): StreamingDetector {
  return new StreamingDetector(settings, 3, () => interpretedCell(network));
}

/** Thresholds among the scores of this very sound, so that there are events. */
function firing(): DetectorSettings {
  const rest = { wake: [1, 2], window: 0, states: 1, marginShift: 6, smoothing: 1, refractory: 3 };
  const scores: number[] = [];
  const stream = detecting({ ...rest, threshold: 32_767, release: 32_767 });
  eachStep((inputs) => {
    stream.step(inputs);
    scores.push(Math.max(...stream.detector.scores.values) / 256);
  });
  scores.sort((a, b) => a - b);
  const at = (share: number) => Math.round(scores[Math.floor(share * scores.length)]);
  return { ...rest, threshold: at(0.6), release: at(0.4) };
}

/** What the definition hears: the words that a sketch prints. */
function words(listening: DetectorSettings | undefined): string[] {
  const said: string[] = [];
  const cell = new IntegerInterpreter(network);
  const stream = listening && detecting(listening);
  let done = 0;
  eachStep((inputs) => {
    if (stream) {
      const word = stream.step(inputs);
      if (word !== NONE) said.push(names[word]);
      return;
    }
    cell.step(inputs, 0);
    if (++done < steps) return;
    done = 0;
    said.push(names[cell.predict()]);
    cell.reset();
  });
  return said;
}

/** What a sketch prints, compiled by the host's C++. */
function heard(sketch: string, listening: DetectorSettings | undefined): string[] {
  const library = exportLibrary(network, {
    ...{ prefix: 'ears', names, stack, steps },
    sound: { sound, stack },
    detector: listening,
  });
  const folder = path.join(directory, `${sketch}-${listening ? 'detector' : 'plain'}`);
  for (const [file, text] of Object.entries(library)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  const src = path.join(folder, 'src');
  const sources = Object.keys(library).filter((file) => file.endsWith('.c') && file.startsWith('src/'));
  const objects = sources.map((file) => {
    const object = path.join(folder, `${path.basename(file)}.o`);
    must('gcc', ['-std=c99', '-O1', '-Wall', '-Wextra', '-Werror', '-c', path.join(folder, file), '-o', object]);
    return object;
  });
  const program = path.join(folder, 'program');
  const ino = path.join(folder, `examples/${sketch}/${sketch}.ino`);
  const include = ['-I', src, '-I', directory];
  must('g++', [
    '-Wall',
    '-Wextra',
    '-Werror',
    ...include,
    '-include',
    ino,
    path.join(directory, 'main.cpp'),
    ...objects,
    '-o',
    program,
  ]);
  return must(program, []).split('\n').filter(Boolean);
}

function must(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', cwd: directory });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}${error?.message ?? ''}`);
  return stdout;
}

describe.each(['MicrophonePDM', 'MicrophoneI2S'])('%s', (sketch) => {
  it('prints what the definition hears, at the end of each sequence', () => {
    const expected = words(undefined);
    expect(expected.length).toBe(Math.floor(103 / steps));
    expect(heard(sketch, undefined)).toEqual(expected);
  });

  it('prints the events of a detector', () => {
    const detector = firing();
    const expected = words(detector);
    expect(expected.length).toBeGreaterThan(0);
    expect(heard(sketch, detector)).toEqual(expected);
  });
});
