import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { StreamingDetector } from '../../detector/index.js';
import { stepInputs } from '../../integer/index.js';
import { Random } from '../../math/index.js';
import { hostProgram } from '../../testing/host-program.js';
import { firingDetector, interpretedCell } from '../../testing/random-detector.js';
import { randomNetwork } from '../../testing/random-network.js';
import { testInputs } from '../vectors.js';
import { exportC } from '../c99.js';
import { detectorProgram, detectorValues, exportDetectorC, type DetectorSource } from '../index.js';

const directory = mkdtempSync(join(tmpdir(), 'fastgrnn-detector-'));
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

/** The event after each step, by the definition. */
function expectedEvents({ network, detector }: DetectorSource, inputs: Int16Array): number[] {
  const stream = new StreamingDetector(detector, network.classes, () => interpretedCell(network));
  const d = stepInputs(network);
  return Array.from({ length: inputs.length / d }, (_, t) => stream.step(inputs, t * d));
}

/** The events that compiled C gives. */
function eventsInC(source: DetectorSource, files: Readonly<Record<string, string>>, inputs: Int16Array): number[] {
  write({ ...files, 'host.c': hostProgram({ input: 'int16_t', logit: 'int32_t' }) });
  run('gcc', [...flags, '-o', 'host', 'host.c', 'model.c']);
  const steps = inputs.length / stepInputs(source.network);
  const input = Buffer.concat([Buffer.from(Int32Array.of(steps).buffer), Buffer.from(inputs.buffer)]);
  const output = run(join(directory, 'host'), [], input);
  const width = 2 * detectorValues(source);
  const bytes = Buffer.from(output);
  return Array.from({ length: steps }, (_, t) => bytes.readInt16LE((t + 1) * width - 2));
}

/** A network and a detector that fires often, and inputs for it. */
function drawn(k: number): { source: DetectorSource; inputs: Int16Array } {
  const random = new Random(100 + k);
  const network = randomNetwork(random, { classes: 2 + (k % 4), mean: k % 5 === 0, layers: 1 + (k % 2) });
  const detector = firingDetector(random, network, { smoothing: k % 4 });
  const inputs = testInputs(network, { sequences: 4, steps: 150, seed: k });
  return { source: { network, detector }, inputs: Int16Array.from(inputs.flatMap((values) => Array.from(values))) };
}

describe('the exported detector on this machine', () => {
  it('gives the events of its definition, without warnings or undefined behaviour', () => {
    let seen = 0;
    for (let k = 0; k < 6; k++) {
      const { source, inputs } = drawn(k);
      const events = eventsInC(source, detectorProgram(source), inputs);
      expect(events, `detector ${k}`).toEqual(expectedEvents(source, inputs));
      seen += events.filter((event) => event >= 0).length;
    }
    expect(seen).toBeGreaterThan(20);
  });

  it('would notice a rounding term that is left out, and a state that does not begin anew', () => {
    const { source: any, inputs } = drawn(3);
    const detector = { ...any.detector, smoothing: 3, marginShift: 1, window: 12, states: 3 };
    const source = { ...any, detector };
    const files = detectorProgram(source);
    const expected = outputOf(source, files, inputs);
    for (const [right, wrong] of [
      ['+ 4) >> 3', '+ 0) >> 3'],
      ['    stream_reset(&d->network[d->turn]);\n', ''],
    ]) {
      const code = files['stream_detector.c'];
      expect(code).toContain(right);
      const damaged = { ...files, 'stream_detector.c': code.replace(right, wrong) };
      expect(Buffer.compare(outputOf(source, damaged, inputs), expected)).not.toBe(0);
    }
  });

  it('names its word in the header, which C++ reads', () => {
    const { source } = drawn(2);
    const { network } = source;
    const detector = { ...source.detector, wake: [1] };
    const files = exportDetectorC(network, detector, { prefix: 'lamp', classNames: ['other', 'light */ on'] });
    expect(files['lamp_detector.h']).toContain('class 1, light * / on');
    write({ ...exportC(network, { prefix: 'lamp' }), ...files });
    writeFileSync(
      join(directory, 'lamp.cpp'),
      '#include "lamp_detector.h"\nint main() { lamp_detector d; lamp_detector_reset(&d); return d.armed; }\n',
    );
    run('gcc', [...flags, '-c', 'lamp.c', 'lamp_detector.c']);
    const cpp = ['-Wall', '-Wextra', '-pedantic', '-Werror', '-fsanitize=undefined,address'];
    run('g++', [...cpp, '-o', 'lamp-cpp', 'lamp.cpp', 'lamp.o', 'lamp_detector.o']);
    run(join(directory, 'lamp-cpp'), []);
  });
});

/** Everything that the program of a stream writes. */
function outputOf(source: DetectorSource, files: Readonly<Record<string, string>>, inputs: Int16Array): Buffer {
  write({ ...files, 'host.c': hostProgram({ input: 'int16_t', logit: 'int32_t' }) });
  run('gcc', [...flags, '-o', 'host', 'host.c', 'model.c']);
  const steps = inputs.length / stepInputs(source.network);
  return Buffer.from(
    run(
      join(directory, 'host'),
      [],
      Buffer.concat([Buffer.from(Int32Array.of(steps).buffer), Buffer.from(inputs.buffer)]),
    ),
  );
}
