import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { IntegerInterpreter, logitBits, type IntegerNetwork } from '../integer/index.js';
import { Random } from '../math/index.js';
import { arduinoIsThere, buildSketch } from '../testing/arduino-core.js';
import { randomNetwork } from '../testing/random-network.js';
import { unoConsole } from '../testing/uno-console.js';
import { exportLibrary } from './library.js';
import type { LibraryOptions } from './library/options.js';
import { testInputs } from './vectors.js';

const directory = mkdtempSync(path.join(tmpdir(), 'fastgrnn-library-'));
afterAll(() => rmSync(directory, { recursive: true }));

const network = randomNetwork(new Random(6), { cell: 'FastGRNN', inputSize: 3, hiddenSize: 9, classes: 3, wRank: 2 });
const options: LibraryOptions = {
  prefix: 'tap',
  names: ['still', 'tap "hard" \\ ??/', 'größer'],
  channels: ['x, one count is 0.0006 m/s^2', 'y */ #error', 'z \\'],
  steps: 12,
  origin: 'Recipe taps, seed 3.',
};
const files = exportLibrary(network, options);

function write(library: Record<string, string>, name: string): string {
  const folder = path.join(directory, name);
  for (const [file, text] of Object.entries(library)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  return folder;
}

function run(command: string, args: readonly string[]) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', cwd: directory });
  return { status, output: `${stdout}${stderr}${error?.message ?? ''}` };
}

function must(command: string, args: readonly string[]): string {
  const { status, output } = run(command, args);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${output}`);
  return output;
}

describe('manifests', () => {
  it('of Arduino: every field that its library specification asks for, one line each', () => {
    const lines = files['library.properties'].trim().split('\n');
    const fields = Object.fromEntries(lines.map((line) => [line.split('=')[0], line.split('=').slice(1).join('=')]));
    const required = 'name version author maintainer sentence paragraph category url architectures includes'.split(' ');
    expect(Object.keys(fields).toSorted()).toEqual(required.toSorted());
    expect(fields).toMatchObject({ name: 'tap', version: '1.0.0', architectures: '*', includes: 'tap.hpp' });
    expect(fields.paragraph).toContain('Recipe taps, seed 3.');
    for (const line of files['keywords.txt'].trim().split('\n')) {
      expect(line).toMatch(/^\w+\t(KEYWORD1|KEYWORD2|LITERAL1)$/);
    }
  });

  it('of PlatformIO and Zephyr name files that are there', () => {
    const manifest = JSON.parse(files['library.json']) as {
      name: string;
      headers: string[];
      examples: { base: string; files: string[] }[];
    };
    expect(manifest).toMatchObject({ name: 'tap', version: '1.0.0', build: { srcDir: 'src' } });
    for (const header of manifest.headers) expect(files).toHaveProperty([`src/${header}`]);
    for (const { base, files: names } of manifest.examples) {
      for (const name of names) expect(files).toHaveProperty([`${base}/${name}`]);
    }
    const { build } = parse(files['zephyr/module.yml']) as { build: { cmake: string; kconfig: string } };
    expect(files).toHaveProperty([`${build.cmake}/CMakeLists.txt`]);
    expect(files).toHaveProperty([build.kconfig]);
  });

  it('has the units of the inputs in the example, whatever they hold', () => {
    const sketch = files['examples/Live/Live.ino'];
    expect(sketch).toContain('x[0] = 0; /* x, one count is 0.0006 m/s^2 */');
    expect(sketch).toContain('x[1] = 0; /* y * / #error */');
    expect(sketch).toContain('LISTEN = 12;');
  });
});

describe.runIf(process.env.CI !== undefined || run('cmake', ['--version']).status === 0)('CMake', () => {
  it('builds the library alone, and its test passes; with one wrong value it fails', () => {
    const build = (folder: string) => {
      must('cmake', ['-S', folder, '-B', `${folder}/build`, '-DCMAKE_C_FLAGS=-Wall -Wextra -Wconversion -Werror']);
      must('cmake', ['--build', `${folder}/build`]);
      return run('ctest', ['--test-dir', `${folder}/build`]);
    };
    expect(build(write(files, 'cmake'))).toMatchObject({ status: 0 });
    const vectors = files['examples/Replay/vectors.h'];
    const wrong = vectors.replace(
      /(_hashes\[.*\{)(\d+)u/,
      (_, head: string, hash: string) => `${head}${Number(hash) ^ 1}u`,
    );
    expect(wrong).not.toBe(vectors);
    expect(build(write({ ...files, 'examples/Replay/vectors.h': wrong }, 'wrong')).status).not.toBe(0);
  });

  it('is a part of another project, and a module of Zephyr', () => {
    write(files, 'parts/tap');
    const main = '#include "tap.h"\nint main(void) { tap_state s; tap_reset(&s); return tap_predict(&s) > 2; }\n';
    // What Zephyr's build offers to its modules, as far as this one uses it.
    const zephyr = `cmake_minimum_required(VERSION 3.13)
project(app C)
macro(zephyr_library)
  add_library(module STATIC)
endmacro()
macro(zephyr_library_sources)
  target_sources(module PRIVATE \${ARGN})
endmacro()
macro(zephyr_include_directories)
  include_directories(\${ARGN})
endmacro()
set(CONFIG_TAP y)
include_directories(tap/src)
add_subdirectory(tap/zephyr)
add_executable(app main.c)
target_link_libraries(app module)
`;
    const plain = `cmake_minimum_required(VERSION 3.13)
project(app C)
add_subdirectory(tap)
add_executable(app main.c)
target_link_libraries(app tap::tap)
`;
    for (const [name, lists] of Object.entries({ zephyr, plain })) {
      const folder = path.join(directory, 'parts');
      write({ 'main.c': main, 'CMakeLists.txt': lists }, 'parts');
      must('cmake', ['-S', folder, '-B', `${folder}/${name}`]);
      must('cmake', ['--build', `${folder}/${name}`]);
      must(`${folder}/${name}/app`, []);
    }
  });
});

describe('C++', () => {
  it.each(['c++98', 'c++20'])('%s: the class gives the values of the definition, and names as they are', (standard) => {
    const folder = write(files, standard);
    const [inputs] = testInputs(network, { steps: 8 });
    writeFileSync(
      path.join(folder, 'main.cpp'),
      `#include <cstdio>
#include "src/tap.hpp"
int main() {
  tap_network network;
  static const int16_t inputs[8][TAP_INPUTS] = {${Array.from({ length: 8 }, (_, t) => `{${inputs.subarray(3 * t, 3 * t + 3).join(', ')}}`).join(', ')}};
  for (int t = 0; t < 8; t++) network.step(inputs[t]);
  int32_t logits[TAP_CLASSES];
  network.logits(logits);
  for (int l = 0; l < TAP_CLASSES; l++) std::printf("%ld %s\\n", (long)logits[l], tap_network::name(l));
  std::printf("%d %d\\n", network.predict(), network.hidden()[8]);
}
`,
    );
    must('gcc', ['-std=c99', '-c', '-o', `${folder}/tap.o`, `${folder}/src/tap.c`]);
    const strict = '-Wall -Wextra -pedantic -Werror -Wno-long-long'.split(' ');
    must('g++', [`-std=${standard}`, ...strict, '-o', `${folder}/main`, `${folder}/main.cpp`, `${folder}/tap.o`]);
    const interpreter = new IntegerInterpreter(network);
    for (let at = 0; at < inputs.length; at += 3) interpreter.step(inputs, at);
    const logits = interpreter.logits();
    const lines = options.names?.map((name, l) => `${logits[l]} ${name}`) ?? [];
    expect(must(`${folder}/main`, [])).toBe(
      `${[...lines, `${interpreter.predict()} ${interpreter.h[8]}`].join('\n')}\n`,
    );
  });
});

/** What the replay must print, from the definition alone. */
function replayText(of: IntegerNetwork, inputs: readonly Int16Array[], width: number): string {
  const interpreter = new IntegerInterpreter(of);
  const lines: string[] = [];
  for (const [s, values] of inputs.entries()) {
    interpreter.reset();
    for (let at = 0; at < values.length; at += width) {
      interpreter.step(values, at);
      lines.push(`h ${interpreter.h.join(' ')}`);
    }
    lines.push(`logits ${interpreter.logits().join(' ')}`, `sequence ${s}: as it must be`);
  }
  return [...lines, 'done: every value is right', ''].join('\r\n');
}

describe.runIf(arduinoIsThere)('with the real Arduino core, on a simulated Uno', () => {
  const folder = path.join(directory, 'objects');
  beforeAll(() => void mkdirSync(folder));

  const shapes: [string, Parameters<typeof randomNetwork>[1], Partial<LibraryOptions>][] = [
    ['classes', { cell: 'FastGRNN', inputSize: 3, hiddenSize: 9, classes: 3, wRank: 2 }, {}],
    ['labels at every step', { inputSize: 5, hiddenSize: 4, uRank: 0, classes: 3 }, { head: 'sigmoid', every: true }],
    ['tokens, their mean', { vocabulary: 40, inputSize: 6, mean: true, hiddenSize: 12, classes: 3 }, {}],
    [
      'values, of stacked frames',
      { inputSize: 6, hiddenSize: 5, classes: 3 },
      { head: 'regression', stack: { frames: 3, stride: 2 }, outputs: { centre: [1, -2.5, 0], scale: [0.1, 3, 1] } },
    ],
  ];
  it.each(shapes)('%s: the replay prints every value of the definition, the live sketch answers', (_, shape, more) => {
    const drawn = randomNetwork(new Random(8), shape);
    const library = write(exportLibrary(drawn, { ...options, ...more }), 'shape/tap');
    const hex = buildSketch(path.dirname(library), path.join(library, 'examples/Replay/Replay.ino'), folder);
    const width = drawn.embedding ? 1 : drawn.inputSize;
    const expected = replayText(drawn, testInputs(drawn, { sequences: 4, steps: 16 }), width);
    expect(unoConsole(hex, 'right\r\n', 200_000_000)).toBe(expected);

    // The live sketch reads zeros, 50 times a second; it answers after 12 steps, or after each.
    const live = buildSketch(path.dirname(library), path.join(library, 'examples/Live/Live.ino'), folder);
    const interpreter = new IntegerInterpreter(drawn);
    const steps = more.every ? 1 : 12;
    for (let t = 0; t < steps; t++) interpreter.step(new Int16Array(width));
    const frames = more.stack ? 3 + 2 * (steps - 1) : steps;
    const text = Buffer.from(unoConsole(live, 'never', (frames + 0.5) * 320_000), 'latin1').toString();
    const logits = Array.from(interpreter.logits());
    const names = options.names ?? [];
    if (more.head === 'sigmoid') {
      const present = (of: readonly number[]) => names.filter((__, l) => of[l] > 0).map((name) => `${name}\r\n`);
      const first = present(logits).join('');
      interpreter.step(new Int16Array(width));
      expect(text).toBe(first + present(Array.from(interpreter.logits())).join(''));
    } else if (more.outputs) {
      const lines = text.trim().split('\r\n');
      expect(lines).toHaveLength(3);
      for (const [l, line] of lines.entries()) {
        const value = more.outputs.centre[l] + (more.outputs.scale[l] * logits[l]) / 2 ** logitBits(drawn);
        expect(line.startsWith(`${names[l]} `)).toBe(true);
        // An Uno's double has 24 bits, and 4 digits are printed.
        expect(Number(line.split(' ').at(-1))).toBeCloseTo(value, 3);
      }
    } else expect(text).toBe(`${names[interpreter.predict()]}\r\n`);
    rmSync(library, { recursive: true });
  });

  it('says so where a value differs', () => {
    const wrong = { ...network, biasUpdate: network.biasUpdate.map((bias, j) => (j === 4 ? bias + 1 : bias)) };
    const code = exportLibrary(wrong, options)['src/tap.c'];
    const library = write({ ...files, 'src/tap.c': code }, 'damaged/tap');
    const hex = buildSketch(path.dirname(library), path.join(library, 'examples/Replay/Replay.ino'), folder);
    expect(unoConsole(hex, 'NOT RIGHT\r\n', 200_000_000)).toMatch(/sequence 0: DIFFERENT\r\n[^]*done: NOT RIGHT\r\n$/);
  });

  it('leaves two models in one sketch apart', () => {
    const second = randomNetwork(new Random(9), { inputSize: 2, hiddenSize: 3, classes: 3 });
    write(files, 'two/tap');
    const libraries = path.dirname(write(exportLibrary(second, { ...options, prefix: 'knock' }), 'two/knock'));
    const sketch = path.join(write({}, 'Two'), 'Two.ino');
    mkdirSync(path.dirname(sketch));
    writeFileSync(
      sketch,
      `#include <tap.hpp>
#include <knock.hpp>
tap_network tap; knock_network knock;
void setup() {
  Serial.begin(115200);
  const int16_t x[TAP_INPUTS] = {1000, -1000, 500}, y[KNOCK_INPUTS] = {100, -100};
  for (int k = 0; k < 3; k++) { tap.step(x); knock.step(y); }
  Serial.print(tap.hidden()[0]); Serial.print(' '); Serial.println(knock.hidden()[0]);
}
void loop() {}
`,
    );
    const states = [network, second].map((of, k) => {
      const interpreter = new IntegerInterpreter(of);
      for (let t = 0; t < 3; t++)
        interpreter.step(k === 0 ? Int16Array.of(1000, -1000, 500) : Int16Array.of(100, -100));
      return interpreter.h[0];
    });
    expect(unoConsole(buildSketch(libraries, sketch, folder), '\n', 50_000_000)).toBe(`${states.join(' ')}\r\n`);
  });
});

it('reads as written: no recursion, no heap, no variables of static storage', () => {
  const code = files['src/tap.c'];
  expect(code).not.toMatch(/\b(malloc|calloc|realloc|free|alloca|goto|setjmp)\b/);
  // Functions are defined before they are called, so none can call itself but directly.
  const functions = Array.from(code.matchAll(/^(?:static )?\w+ (tap_\w+)\([^;]*?\)\n\{\n([^]*?)\n\}/gm));
  expect(functions.length).toBeGreaterThan(5);
  for (const [, name, body] of functions) expect(body).not.toMatch(new RegExp(`\\b${name}\\(`));
  expect(code).not.toMatch(/^static (?!const)[^(]*;$/m);
});
