import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { integerSound, IntegerSoundStream, soundSettings, type SoundOptions } from '../../features/index.js';
import { IntegerInterpreter, stateSize } from '../../integer/index.js';
import { Random } from '../../math/index.js';
import { hostProgram } from '../../testing/host-program.js';
import { randomNetwork } from '../../testing/random-network.js';
import {
  exportC,
  exportFrontend,
  soundProgram,
  soundSamples,
  soundShown,
  soundVectors,
  testSounds,
  type SoundSource,
} from '../index.js';

const directory = mkdtempSync(join(tmpdir(), 'fastgrnn-sound-'));
afterAll(() => rmSync(directory, { recursive: true }));

const flags =
  '-std=c99 -pedantic -Wall -Wextra -Wconversion -Werror -O1 -fsanitize=undefined,address -fno-sanitize-recover=all'.split(
    ' ',
  );

function run(command: string, args: readonly string[], input?: Uint8Array): Uint8Array {
  const result = spawnSync(command, args, { cwd: directory, input, maxBuffer: 1 << 28 });
  if (result.error) throw new Error(`${command}: ${result.error.message}; these tests need a C compiler`);
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}\n${result.stderr.toString().slice(0, 4000)}`);
  return result.stdout;
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
}

/** Everything that compiled C shows after each step over the test sounds, [sounds][steps][values]. */
function shown(
  source: SoundSource,
  files: Readonly<Record<string, string>>,
  sounds: readonly Int16Array[],
): number[][][] {
  write({ ...files, 'host.c': hostProgram({ input: 'int16_t', logit: 'int32_t' }) });
  run('gcc', [...flags, '-o', 'host', 'host.c', 'model.c']);
  const width = soundSamples(source);
  const values = soundShown(source).values;
  const tail = 4 * (source.network?.classes ?? 1) + 4;
  return sounds.map((sound) => {
    const steps = Math.floor(sound.length / width);
    const input = Buffer.concat([Buffer.from(Int32Array.of(steps).buffer), Buffer.from(sound.buffer)]);
    const bytes = Buffer.from(run(join(directory, 'host'), [], input.subarray(0, 4 + 2 * steps * width)));
    expect(bytes.length).toBe(2 * steps * values + tail);
    return Array.from({ length: steps }, (_, t) =>
      Array.from({ length: values }, (__, i) => bytes.readInt16LE(2 * (t * values + i))),
    );
  });
}

/** The frames of a sound, by the definition. */
function framesOf({ inputs }: SoundSource, sound: Int16Array): number[][] {
  const frames: number[][] = [];
  new IntegerSoundStream(inputs.sound, (frame) => frames.push(Array.from(frame))).push(sound);
  return frames;
}

const cases: [string, SoundOptions, number | number[], ({ frames: number; stride: number } | undefined)?][] = [
  ['as in the paper, two frames a step', {}, 2 ** -8, { frames: 2, stride: 2 }],
  ['hann, pre-emphasis, corners in hertz', { shape: 'hann', preEmphasis: 0.97, corners: 'hertz', lowest: 20 }, 2 ** -9],
  ['8 kHz, overlapping steps', { rate: 8000, filters: 12 }, 2 ** -10, { frames: 3, stride: 1 }],
  [
    'a hop of a whole window, steps that leave frames out',
    { window: 16, hop: 16, filters: 10 },
    1,
    { frames: 1, stride: 3 },
  ],
  ['cepstra, odd windows', { kind: 'mfcc', rate: 11_025, window: 17, hop: 9, preEmphasis: 0.9 }, 2 ** -5],
  [
    'units of its own in each channel',
    { filters: 4, transform: 1024, shape: 'povey' },
    [2 ** -8, 2 ** -4, 1, 2 ** -12],
  ],
];

describe('the exported front end on this machine', () => {
  it.each(cases)('gives the frames of its definition: %s', (_, options, lsb, stack) => {
    const source: SoundSource = { inputs: { sound: integerSound(soundSettings(options), lsb), stack } };
    const sounds = testSounds(source.inputs.sound);
    const { frames, stride } = stack ?? { frames: 1, stride: 1 };
    shown(source, soundProgram(source), sounds).forEach((steps, s) => {
      const all = framesOf(source, sounds[s].subarray(0, steps.length * soundSamples(source)));
      const expected: number[][] = [];
      for (let t = 0; t + frames <= all.length; t += stride) expected.push(all.slice(t, t + frames).flat());
      const complete = frames * source.inputs.sound.bits.length;
      const inputs = steps.filter((values) => values[complete] === 1).map((values) => values.slice(0, complete));
      expect(inputs, `sound ${s}`).toEqual(expected);
      expect(inputs.length).toBeGreaterThan(1);
    });
  });

  it('feeds the network, whose state is the interpreter’s', () => {
    const sound = integerSound(soundSettings({ rate: 8000, filters: 8 }), 2 ** -8);
    const stack = { frames: 2, stride: 2 };
    const network = randomNetwork(new Random(5), { inputSize: 16, hiddenSize: 9, classes: 4, vocabulary: 0 });
    const source: SoundSource = { inputs: { sound, stack }, network };
    const sounds = testSounds(sound, { samples: 16 * sound.hop });
    const interpreter = new IntegerInterpreter(network);
    shown(source, soundProgram(source), sounds).forEach((steps, s) => {
      const frames = framesOf(source, sounds[s]);
      interpreter.reset();
      for (let t = 0; t + 2 <= frames.length; t += 2)
        interpreter.step(Int16Array.from(frames.slice(t, t + 2).flat()), 0);
      expect(steps.at(-1)!.slice(-stateSize(network))).toEqual(Array.from(interpreter.h));
    });
  });

  it('would notice a rounding, a twiddle factor and an edge that are another', () => {
    const source: SoundSource = { inputs: { sound: integerSound(soundSettings(), 2 ** -8) } };
    const sounds = testSounds(source.inputs.sound).slice(0, 1);
    const files = soundProgram(source);
    const right = shown(source, files, sounds);
    for (const [from, to] of [
      ['* 16384 + half, ai', '* 16384, ai'],
      ['s2 = STREAM', 's2 = -STREAM'],
      ['+ 16) >> 5', ') >> 5'],
    ]) {
      const code = files['stream_frontend.c'];
      expect(code).toContain(from);
      const wrong = shown(source, { ...files, 'stream_frontend.c': code.replaceAll(from, to) }, sounds);
      expect(wrong).not.toEqual(right);
    }
  });

  it('has a header that C++ reads, and names that stand beside the network’s', () => {
    const sound = integerSound(soundSettings(), 2 ** -8);
    const network = randomNetwork(new Random(6), { inputSize: 32, hiddenSize: 4, vocabulary: 0 });
    write({ ...exportC(network, { prefix: 'lamp' }), ...exportFrontend({ sound }, { prefix: 'lamp' }) });
    const program = `#include "lamp.h"
#include "lamp_frontend.h"
typedef char same[LAMP_INPUTS == LAMP_FRONTEND_FRAMES * LAMP_FRONTEND_FEATURES ? 1 : -1];
static lamp_frontend ears;
static lamp_state state;
int main() {
  lamp_frontend_reset(&ears);
  lamp_reset(&state);
  static const int16_t samples[1000] = {5};
  uint16_t left = 1000, steps = 0;
  for (const int16_t *at = samples; left > 0;) {
    const uint16_t taken = lamp_frontend_push(&ears, at, left);
    const int16_t *x = lamp_frontend_inputs(&ears);
    at += taken;
    left = uint16_t(left - taken);
    if (x) { lamp_step(&state, x); steps++; }
  }
  return steps == 4 ? 0 : 1;
}
`;
    writeFileSync(join(directory, 'lamp.cpp'), program);
    run('gcc', [...flags, '-c', 'lamp.c', 'lamp_frontend.c']);
    run('g++', [
      '-Wall',
      '-Wextra',
      '-pedantic',
      '-Werror',
      '-fsanitize=undefined,address',
      '-o',
      'lamp',
      'lamp.cpp',
      'lamp.o',
      'lamp_frontend.o',
    ]);
    run(join(directory, 'lamp'), []);
  });
});

describe('vectors of sound', () => {
  it('hold the frames of the definition', () => {
    const sound = integerSound(soundSettings({ rate: 8000 }), 2 ** -8);
    const { sounds } = soundVectors(sound, { samples: 1000 });
    expect(sounds.length).toBe(8);
    for (const { samples, frames } of sounds) {
      expect(frames).toEqual(framesOf({ inputs: { sound } }, Int16Array.from(samples)));
      expect(frames.length).toBe(11);
    }
  });
});
