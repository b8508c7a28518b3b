import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { IntegerInterpreter, stepInputs, type IntegerNetwork } from '../integer/index.js';
import { Random } from '../math/index.js';
import {
  gateByGateCells,
  nonlinearityPair,
  nonlinearityPairs,
  randomNetwork,
  storages,
  type RandomNetworkOptions,
} from '../testing/random-network.js';
import { encodeBlob } from './blob.js';
import { exportC } from './c99.js';
import { testInputs } from './vectors.js';

const directory = mkdtempSync(join(tmpdir(), 'fastgrnn-c99-'));
afterAll(() => rmSync(directory, { recursive: true }));

const firmware = fileURLToPath(new URL('../../firmware', import.meta.url));
const strict = '-std=c99 -pedantic -Wall -Wextra -Wconversion -Werror'.split(' ');
const sanitised = [...strict, '-O1', '-fsanitize=undefined,address', '-fno-sanitize-recover=all'];
/** Debian's clang comes without its sanitizers' libraries. */
const flagsOf = { gcc: sanitised, clang: [...strict, '-O2'] } as const;

function run(command: string, args: readonly string[], input?: Uint8Array): Uint8Array {
  const result = spawnSync(command, args, { cwd: directory, input, maxBuffer: 1 << 28 });
  if (result.error) {
    throw new Error(`${command}: ${result.error.message}; these tests need a C compiler: apt-get install ${command}`);
  }
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}\n${result.stderr.toString().slice(0, 4000)}`);
  return result.stdout;
}

function found(command: string): boolean {
  return spawnSync(command, ['--version']).status === 0;
}

/**
 * A program of many networks' exported C in one translation unit, so that any name that is not prefixed would clash.
 * It reads every input and writes every state, the logits and the prediction.
 */
function writeProgram(name: string, files: readonly Record<string, string>[]): string {
  for (const exported of files) {
    for (const [file, text] of Object.entries(exported)) writeFileSync(join(directory, file), text);
  }
  const models = files.map((exported) => Object.keys(exported)[0].replace('.h', ''));
  const main = `#include <stdio.h>
${models.map((m) => `#include "${m}.c"`).join('\n')}
#define RUN(m, M) do { \\
  static m##_state s; static int16_t x[M##_INPUTS]; static int32_t logits[M##_CLASSES]; \\
  int32_t steps; size_t got = fread(&steps, 4, 1, stdin); \\
  m##_reset(&s); \\
  for (; got && steps; steps--) { \\
    got = fread(x, sizeof x, 1, stdin); \\
    m##_step(&s, x); \\
    fwrite(s.h, sizeof s.h, 1, stdout); \\
  } \\
  m##_logits(&s, logits); \\
  fwrite(logits, sizeof logits, 1, stdout); \\
  steps = m##_predict(&s); \\
  fwrite(&steps, 4, 1, stdout); \\
} while (0)
int main(int argc, char **argv)
{
  (void)argv;
  for (; argc > 1; argc--) {
${models.map((m) => `    RUN(${m}, ${m.toUpperCase()});`).join('\n')}
  }
  return 0;
}
`;
  writeFileSync(join(directory, `${name}.c`), main);
  return `${name}.c`;
}

/** One sequence for each network, as the programs read them: steps, then the inputs; with its blob before it if asked. */
function inputBytes(sequences: readonly Int16Array[], networks: readonly IntegerNetwork[], blobs = false): Uint8Array {
  const parts = sequences.flatMap((values, k) => {
    const blob = blobs ? encodeBlob(networks[k]) : undefined;
    return [
      ...(blob ? [new Uint8Array(Int32Array.of(blob.length).buffer), blob] : []),
      new Uint8Array(Int32Array.of(values.length / stepInputs(networks[k])).buffer),
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    ];
  });
  return Buffer.concat(parts);
}

/** What the programs must answer, by the networks' interpreters. */
function expectedBytes(sequences: readonly Int16Array[], interpreters: readonly IntegerInterpreter[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [k, interpreter] of interpreters.entries()) {
    interpreter.reset();
    for (let at = 0; at < sequences[k].length; at += stepInputs(interpreter.network)) {
      interpreter.step(sequences[k], at);
      parts.push(new Uint8Array(interpreter.h.slice().buffer));
    }
    parts.push(new Uint8Array(interpreter.logits().slice().buffer));
    parts.push(new Uint8Array(Int32Array.of(interpreter.predict()).buffer));
  }
  return Buffer.concat(parts);
}

const random = new Random(11);
const shapes = [
  { hiddenSize: 1, inputSize: 1, wRank: 0, uRank: 0 },
  { hiddenSize: 1, inputSize: 1, wRank: 1, uRank: 1 },
  { hiddenSize: 200, inputSize: 180, density: 0.01, wRank: 0, uRank: 0 },
  { hiddenSize: 64, inputSize: 28, wRank: 10, uRank: 18, classes: 10, density: 0.3 },
  { layers: 2 },
  { layers: 3, mean: true, hiddenSize: 9 },
  { layers: 2, vocabulary: 20, cell: 'FastRNN', storage: storages[4] },
  { density: 0 },
  { density: 1 },
  { mean: true },
  { mean: true, uRank: 3, cell: 'FastRNN' },
  { vocabulary: 20 },
  { vocabulary: 300, mean: true, wRank: 0, classes: 1 },
  { vocabulary: 256, inputSize: 255, hiddenSize: 3 }, // the most entries that are possible, but for 256
  ...storages
    .slice(1)
    .flatMap((storage) => [{ storage }, { storage, density: 0.2, inputSize: 60, hiddenSize: 50, wRank: 0, uRank: 0 }]),
  ...(['FastGRNN', 'FastRNN'] as const).flatMap((cell) =>
    [false, true].flatMap((mean) => [0, 30].map((vocabulary) => ({ cell, mean, vocabulary }))),
  ),
] as const;
/** Cells that are run gate by gate: each of full and low rank, sparse, packed, in layers, of tokens, and with extreme values. */
const gated = gateByGateCells.flatMap((cell) =>
  [
    { wRank: 0, uRank: 0, density: 1 },
    { wRank: 3, uRank: 4, mean: true },
    { extreme: true, wRank: 0, uRank: 2 },
    { extreme: true, layers: 2, vocabulary: 20 },
    { storage: storages[5], layers: 3, hiddenSize: 8, density: 0.3 },
    { wRank: 5, uRank: 0, hiddenSize: 60, inputSize: 200, density: 0.1, gate: 'hardTanh' },
  ].map((shape) => ({ ...cell, ...shape }) as RandomNetworkOptions),
);
const heads = ['softmax', 'sigmoid', 'regression'] as const;
/** What a header says changes with head and output; no value may. */
const meaning = (k: number) => ({
  head: heads[k % 3],
  every: k % 2 === 1,
  outputs:
    k % 4 === 0
      ? undefined
      : { centre: [1e-7, 20, ...new Array<number>(8).fill(-0.5)], scale: new Array<number>(10).fill(3e21) },
});
const kinds = Math.sqrt(nonlinearityPairs);
/** Every pair of nonlinearities, half of the networks extreme, and the shapes above. */
const allNetworks = [
  ...Array.from({ length: nonlinearityPairs }, (_, k) =>
    randomNetwork(random, {
      ...nonlinearityPair(k),
      extreme: (k + Math.floor(k / kinds)) % 2 === 1,
      ...(k < nonlinearityPairs - kinds ? { cell: 'FastGRNN' } : {}),
    }),
  ),
  ...shapes.flatMap((shape) => [randomNetwork(random, shape), randomNetwork(random, { ...shape, extreme: true })]),
];
const gatedNetworks = gated.map((shape, k) => randomNetwork(random, { ...nonlinearityPair(7 * k), ...shape }));
/** Compiling takes most of the time: C for every gate and update, each in a usual and in an extreme network. */
const compiledNetworks = [
  ...allNetworks.filter((_, k) => k >= nonlinearityPairs || (k % kinds) % 4 === Math.floor(k / kinds) % 4),
  ...gatedNetworks,
];
const exported = compiledNetworks.map((network, k) => exportC(network, { prefix: `m${k}`, ...meaning(k) }));

const rounds = 4;

/** Four rounds of one sequence for each network. */
function testCase(networks: readonly IntegerNetwork[], blobs = false): { input: Uint8Array; expected: Uint8Array } {
  const interpreters = networks.map((network) => new IntegerInterpreter(network));
  const inputs = networks.map((network, k) => testInputs(network, { sequences: rounds, steps: 24, seed: k }));
  const allRounds = (part: (sequences: Int16Array[]) => Uint8Array) =>
    Buffer.concat(Array.from({ length: rounds }, (_, r) => part(inputs.map((sequences) => sequences[r]))));
  return {
    input: allRounds((sequences) => inputBytes(sequences, networks, blobs)),
    expected: allRounds((sequences) => expectedBytes(sequences, interpreters)),
  };
}

describe('exported C on this machine', () => {
  const compilers = (['gcc', 'clang'] as const).filter((cc) => cc === 'gcc' || found(cc));
  it.each(compilers)(
    '%s: every value of every network in one program, without warnings or undefined behaviour',
    (cc) => {
      run(cc, [...flagsOf[cc], '-o', `all-${cc}`, writeProgram('all', exported)]);
      const { input, expected } = testCase(compiledNetworks);
      const actual = run(join(directory, `all-${cc}`), Array.from({ length: rounds }, String), input);
      expect(actual.length).toBe(expected.length);
      expect(Buffer.compare(actual, expected)).toBe(0);
    },
  );

  it('links two networks, each in its own file, and C++ reads the headers', () => {
    const two = exported.slice(0, 2);
    for (const files of two)
      for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
    writeFileSync(
      join(directory, 'two.cpp'),
      `#include "m0.h"\n#include "m1.h"\n
int main() { m0_state a; m1_state b; m0_reset(&a); m1_reset(&b); return m0_predict(&a) < 0 || m1_predict(&b) < 0; }\n`,
    );
    run('gcc', [...strict, '-c', 'm0.c', 'm1.c']);
    run('g++', ['-Wall', '-Wextra', '-pedantic', '-Werror', '-o', 'two', 'two.cpp', 'm0.o', 'm1.o']);
    run(join(directory, 'two'), []);
  });

  it('would notice one rounding term that is left out', () => {
    const network = compiledNetworks[0];
    const files = exportC(network, { prefix: 'damaged' });
    const rounding = /(p \+= \w+_row\([^;]*), \d+\) >>/;
    expect(files['damaged.c']).toMatch(rounding);
    files['damaged.c'] = files['damaged.c'].replace(rounding, '$1, 0) >>');
    run('gcc', [...strict, '-o', 'damaged', writeProgram('main', [files])]);
    const sequences = testInputs(network, { sequences: 1, steps: 24 });
    const actual = run(join(directory, 'damaged'), ['0'], inputBytes(sequences, [network]));
    const right = expectedBytes(sequences, [new IntegerInterpreter(network)]);
    expect(actual.length).toBe(right.length);
    expect(Buffer.compare(actual, right)).not.toBe(0);
  });
});

/** Two states at opposite limits, whose sums are as large as sums can be, right before and after they are halved. */
describe('a mean over more steps than its sums hold', () => {
  const drawn = randomNetwork(new Random(1), {
    mean: true,
    cell: 'FastRNN',
    inputSize: 1,
    hiddenSize: 2,
    wRank: 0,
    uRank: 0,
  });
  const network: IntegerNetwork = {
    ...drawn,
    update: 'hardTanh',
    w1: { ...drawn.w1, values: new Int8Array(2) },
    u1: { ...drawn.u1, values: new Int8Array(4) },
    scale: 32767,
    offset: 16384,
    stateLimit: 32767,
    biasUpdate: Int16Array.of(4096, -4096),
  };
  const sequences = [65535, 65536, 98303, 98304, 200_000].map((steps) => new Int16Array(steps));
  const expected = Buffer.concat(sequences.map((s) => expectedBytes([s], [new IntegerInterpreter(network)])));
  const turns = sequences.map((_, k) => `${k}`);

  it('is exact in exported C, and a halving that is off by one is noticed', () => {
    const files = exportC(network, { prefix: 'pooled' });
    const input = Buffer.concat(sequences.map((s) => inputBytes([s], [network])));
    run('gcc', [...sanitised, '-o', 'pooled', writeProgram('main', [files])]);
    expect(Buffer.compare(run(join(directory, 'pooled'), turns, input), expected)).toBe(0);
    const damaged = { ...files, 'pooled.c': files['pooled.c'].replace('32768u', '32767u') };
    run('gcc', [...strict, '-O2', '-o', 'pooled', writeProgram('main', [damaged])]);
    expect(Buffer.compare(run(join(directory, 'pooled'), turns, input), expected)).not.toBe(0);
  });

  it('is exact in the generic runtime', () => {
    writeFileSync(join(directory, 'runtime.c'), runtimeMain);
    run('gcc', [...sanitised, `-I${firmware}`, '-o', 'runtime', 'runtime.c', join(firmware, 'network.c')]);
    const input = Buffer.concat(sequences.map((s) => inputBytes([s], [network], true)));
    expect(Buffer.compare(run(join(directory, 'runtime'), [], input), expected)).toBe(0);
  });
});

describe('the generic runtimes on this machine', () => {
  it.each([
    ['network.c', allNetworks],
    ['gated.c', gatedNetworks],
  ])('%s gives every value of every network from its blob', (source, networks) => {
    writeFileSync(join(directory, 'runtime.c'), runtimeMain);
    run('gcc', [...sanitised, `-I${firmware}`, '-o', 'runtime', 'runtime.c', join(firmware, source)]);
    const { input, expected } = testCase(
      networks.filter(({ upper }) => !upper), // they run one layer
      true,
    );
    const actual = run(join(directory, 'runtime'), [], input);
    expect(actual.length).toBe(expected.length);
    expect(Buffer.compare(actual, expected)).toBe(0);
  });
});

const runtimeMain = `#include <stdio.h>
#include <stdlib.h>
#include "network.h"
static void put(const void *from, uint16_t bytes) { fwrite(from, 1, bytes, stdout); }
int main(void)
{
  int32_t length, steps, predicted;
  while (fread(&length, 4, 1, stdin) == 1) {
    uint8_t *blob = malloc((size_t)length);
    int16_t *arena = malloc(4096);
    if (!blob || !arena || fread(blob, (size_t)length, 1, stdin) != 1) return 1;
    if (network_open(blob, (uint32_t)length, arena, 4096)) return 2;
    if (fread(&steps, 4, 1, stdin) != 1) return 3;
    for (; steps; steps--) {
      if (fread(network_input(), 2, network_inputs(), stdin) != network_inputs()) return 4;
      network_step();
      fwrite(network_state(), 2, network_hidden(), stdout);
    }
    network_logits(put);
    predicted = network_predict();
    fwrite(&predicted, 4, 1, stdout);
    free(blob);
    free(arena);
  }
  return 0;
}
`;
