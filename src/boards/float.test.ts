import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compileBatch,
  compileUnoC,
  compileUnoFloat,
  exportFloatC,
  ExportError,
  samd21,
  type FloatSource,
} from '../firmware/index.js';
import { Random } from '../math/index.js';
import { encodeModel, tensorsOf, type Architecture } from '../network/index.js';
import { loadModel } from '../runtime/index.js';
import { temporaryFolder } from '../testing/index.js';
import { hostProgram } from '../testing/host-program.js';
import { randomFloat } from '../testing/random-float.js';
import { realisticNetwork } from '../testing/random-network.js';
import { batchInput, BatchProgram } from './batch.js';
import { floatSizes } from './float-definition.js';
import { proveFloat, type FloatProof, type ProofSequence } from './prove.js';
import { simulate, type BoardName } from './index.js';
import { proveMkr1000Float } from './mkr1000.js';
import { proveUnoFloat } from './uno.js';

const found = (command: string) => spawnSync(command, ['--version']).status === 0;
const strict = '-std=c99 -pedantic -Wall -Wextra -Wconversion -Wdouble-promotion -Werror'.split(' ');
const sanitised = ['-O1', '-fsanitize=undefined,address', '-fno-sanitize-recover=all'];

let directory = '';
const cleanups: (() => Promise<void>)[] = [];
beforeAll(async () => {
  const folder = await temporaryFolder();
  directory = folder.path;
  cleanups.push(() => folder.remove());
});
afterAll(async () => {
  for (const cleanup of cleanups) await cleanup();
});

/** Usual inputs and the whole range of int16, or tokens of which some are outside the vocabulary. */
function sequencesFor({ architecture: { inputSize, vocabulary } }: FloatSource, random: Random): ProofSequence[] {
  return Array.from({ length: 4 }, (_, s) => {
    const steps = 6;
    const value = () =>
      vocabulary > 0
        ? random.below(vocabulary + 4) - 2
        : s % 2
          ? random.below(65536) - 32768
          : Math.round(1000 * random.normal());
    return { steps, inputs: Int16Array.from({ length: steps * (vocabulary > 0 ? 1 : inputSize) }, value) };
  });
}

/** Compiles and runs the float C on this machine, and compares it. */
function onHost(
  source: FloatSource,
  sequences: readonly ProofSequence[],
  [compiler, ...flags]: readonly string[],
  change = (text: string) => text,
): FloatProof {
  for (const [name, text] of Object.entries(exportFloatC(source, { prefix: 'model' }))) {
    writeFileSync(path.join(directory, name), change(text));
  }
  writeFileSync(path.join(directory, 'main.c'), hostProgram({ input: 'float', logit: 'float' }));
  execFileSync(compiler, [...strict, ...flags, '-o', 'program', 'main.c', 'model.c'], { cwd: directory });
  const sizes = floatSizes(source);
  const output = execFileSync(path.join(directory, 'program'), { input: batchInput(sequences, sizes), maxBuffer: 1e8 });
  const noMemory = new Uint8Array(8); // where a board's program tells its own
  const program = () =>
    new BatchProgram(sizes, sequences, Buffer.concat([output, noMemory]), { reset: [], step: [], predict: [] });
  return proveFloat(source, { clock: 1, flashBytes: 0, start: program }, sequences);
}

describe.each(['gcc', 'clang'].filter(found))('float C by %s', (compiler) => {
  it.each([['-O0'], ['-O1'], ['-O2'], ['-O3'], sanitised])('is within its tolerance: %s', (...flags) => {
    if (compiler === 'clang' && flags.includes('-O1') && flags.length > 1) flags = ['-O1']; // its sanitisers' libraries may be missing
    const random = new Random(17);
    for (let k = 0; k < 8; k++) {
      const source = randomFloat(random, {
        ...(k % 3 === 1 ? { output: 'mean' as const } : {}),
        ...(k % 4 === 2 ? { vocabulary: 9 } : {}),
        ...(k === 7 ? { hiddenSize: 300, uRank: 0 } : {}),
      });
      const proof = onHost(source, sequencesFor(source, random), [compiler, ...flags]);
      expect(proof, `network ${k}`).toMatchObject({ withinTolerance: true, steps: 24 });
      expect(proof).not.toHaveProperty('bitExact');
    }
  });
});

const everyCell: readonly Partial<Architecture>[] = [
  { cell: 'FastGRNN', vectorZetaNu: true },
  { cell: 'FastRNN-vector' },
  { cell: 'UGRNN' },
  { cell: 'GRU' },
  { cell: 'GRU', reset: 'before' },
  { cell: 'LSTM' },
];

describe('float C of every cell', () => {
  // What a wrong step of the cell would be: one number of its state's equation.
  const wrong: Record<string, [string, string]> = {
    FastGRNN: ['model_zeta[j]', 'model_zeta[0]'],
    'FastRNN-vector': ['model_beta[j]', 'model_alpha[j]'],
    UGRNN: ['1.0f - gate', '1.001f - gate'],
    GRU: ['1.0f - gate', '1.001f - gate'],
    LSTM: ['forget[j] *', '1.001f * forget[j] *'],
  };

  it.each(everyCell)('%o is within its tolerance, and a wrong one is not', (change) => {
    const random = new Random(29);
    for (const ranks of [
      { wRank: 0, uRank: 0 },
      { wRank: 3, uRank: 5 },
    ]) {
      const shape = { inputSize: 6, hiddenSize: 13, gate: 'sigmoid', update: 'tanh' } as const;
      const source = randomFloat(random, { ...shape, ...ranks, ...change });
      const sequences = sequencesFor(source, random);
      expect(onHost(source, sequences, ['gcc', '-O2'])).toMatchObject({ withinTolerance: true, steps: 24 });
      const [from, to] = wrong[source.architecture.cell];
      const damaged = onHost(source, sequences, ['gcc', '-O2', '-Wno-unused-const-variable'], (text) =>
        text.replace(from, to),
      );
      expect(damaged.withinTolerance).toBe(false);
    }
  });
});

describe('float C of stacks', () => {
  const cells: readonly Partial<Architecture>[] = [
    { cell: 'RNN' },
    { cell: 'FastRNN' },
    { cell: 'FastGRNN' },
    { cell: 'FastRNN', recurrence: 'oRNN', uRank: 0 },
    ...everyCell,
  ];
  it.each(cells)(
    '%o of two and three layers is within its tolerance, and with a layer that reads another is not',
    (change) => {
      const random = new Random(31);
      for (const [layers, output] of [
        [2, 'last'],
        [3, 'mean'],
      ] as const) {
        const shape = { inputSize: 6, hiddenSize: 11, gate: 'sigmoid', update: 'tanh', wRank: 0, uRank: 0 } as const;
        const ranks = layers === 3 ? { wRank: 3, ...(change.recurrence ? {} : { uRank: 5 }) } : {};
        const source = randomFloat(random, { ...shape, ...ranks, ...change, layers, output });
        const sequences = sequencesFor(source, random);
        const proof = onHost(source, sequences, ['gcc', '-O2']);
        expect(proof).toMatchObject({ withinTolerance: true, steps: 24 });
        const from = layers === 2 ? 'model_layer2_step(s, s->h)' : 'model_layer3_step(s, s->h + 11)';
        const damaged = onHost(source, sequences, ['gcc', '-O2'], (text) =>
          text.replace(from, from.replace('s->h', 's->h + 1')),
        );
        expect(damaged.withinTolerance).toBe(false);
      }
    },
  );

  it('takes tokens', () => {
    const random = new Random(37);
    const source = randomFloat(random, { cell: 'GRU', vocabulary: 9, layers: 2, inputSize: 4, hiddenSize: 7 });
    expect(onHost(source, sequencesFor(source, random), ['gcc', ...sanitised])).toMatchObject({
      withinTolerance: true,
    });
  });
});

describe('float C of stacked frames', () => {
  it('normalises every frame by the numbers of its channels', () => {
    const random = new Random(43);
    const source = randomFloat(random, { inputSize: 64, vocabulary: 0 });
    const centre = Array.from({ length: 32 }, () => random.below(2001) - 1000);
    const scale = centre.map(() => 0.001 * (1 + random.uniform()));
    const byChannel = { ...source, affine: { centre, scale } };
    const byInput = { ...source, affine: { centre: [...centre, ...centre], scale: [...scale, ...scale] } };
    const sequences = sequencesFor(source, random);
    expect(onHost(byChannel, sequences, ['gcc', '-O2'])).toMatchObject({ withinTolerance: true, steps: 24 });
    expect(exportFloatC(byChannel, { prefix: 'model' })).toEqual(exportFloatC(byInput, { prefix: 'model' }));
    expect(onHost(byInput, sequences, ['gcc', '-O2']).withinTolerance).toBe(true);
  });
});

describe('the tolerance', () => {
  const random = new Random(23);
  const source = randomFloat(random, {
    ...{ cell: 'FastGRNN', inputSize: 8, hiddenSize: 16, wRank: 4, uRank: 6, gate: 'sigmoid', update: 'tanh' },
  });
  const sequences = sequencesFor(source, random);

  it.each([
    [
      'a weight that is off by a hundredth of its size',
      (text: string) =>
        text.replace(
          /(model_w1\[\][^{]*\{\s*)([-\d.e]+)f/,
          (_, before: string, weight: string) => `${before}${1.01 * Number(weight)}f`,
        ),
    ],
    ['an update without its bias', (text: string) => text.replace('p + MODEL_READ(&model_bias_update[j])', 'p')],
    [
      'an affine without its centre',
      (text: string) => text.replace(/x\[i\] - MODEL_READ\(&model_centre\[\w\]\)/, 'x[i]'),
    ],
    [
      'a coefficient of the exponential off by a twenty-fifth',
      (text: string) => text.replace('1.66666667e-1f', '1.6e-1f'),
    ],
  ])('notices %s', (_, change) => {
    let changed = false;
    const proof = onHost(source, sequences, ['gcc', '-O2', '-Wno-unused-const-variable'], (text) => {
      const other = change(text);
      changed ||= other !== text;
      return other;
    });
    expect(changed).toBe(true);
    expect(proof.withinTolerance).toBe(false);
    expect(proof.firstDifference).toBeDefined();
  });

  it('leaves room for a head whose products are each lost beside its bias', () => {
    const shape = { cell: 'RNN', update: 'hardTanh', hiddenSize: 64, classes: 2, vocabulary: 0 } as const;
    const drawn = randomFloat(random, { ...shape, output: 'last', head: 'softmax', wRank: 0, uRank: 0 });
    const parameters = new Float32Array(drawn.parameters.length);
    const halfUlp = 2 ** -25; // of the bias, 0.75
    const values: Record<string, number> = { bias: 1, classifier: 0.98 * halfUlp, classifierBias: 0.75 };
    for (const { name, offset, size } of tensorsOf(drawn.architecture)) {
      parameters.fill(values[name] ?? 0, offset, offset + size);
    }
    const lost = { ...drawn, parameters };
    const proof = onHost(lost, sequencesFor(lost, random), ['gcc', '-O2']);
    expect(proof).toMatchObject({ withinTolerance: true, deviation: 0 });
    // 64 halves of a unit in the last place, of which the bound allows 64 roundings of 2^-23 times 0.75.
    expect(proof.errorOfTolerance).toBeCloseTo((0.98 * halfUlp) / (0.75 * 2 ** -23) / 1.01, 3);
  });

  it('is far from the errors that float32 really makes, and these stay small over whole sequences', () => {
    const proof = onHost(source, sequences, ['gcc', '-O2']);
    expect(proof.errorOfTolerance).toBeLessThan(0.5);
    // A few roundings of values near 1 a step.
    expect(proof.deviation).toBeLessThan(1e-5);
  });
});

describe('float C beside the engine', () => {
  it('gives the logits of the training kernels, but for rounding', async () => {
    const random = new Random(5);
    const source = randomFloat(random, {
      cell: 'FastGRNN',
      inputSize: 6,
      hiddenSize: 20,
      gate: 'sigmoid',
      update: 'tanh',
    });
    const { architecture, parameters, affine } = source;
    const channels = Array.from({ length: 6 }, (_, c) => `c${c}`);
    const zeros = '0'.repeat(64);
    const bytes = await encodeModel(
      {
        kind: 'float',
        architecture,
        classNames: Array.from({ length: architecture.classes }, (_, l) => `class ${l}`),
        features: {
          normalise: 'channel',
          centre: [...Array.from(affine.centre)],
          scale: [...Array.from(affine.scale)],
        },
        input: { steps: 6, lsb: channels.map(() => 1), units: channels.map(() => 'g'), channelNames: channels },
        provenance: { recipe: 'test', recipeHash: zeros, dataHash: zeros, version: '0', seed: 1, fma: false },
        ranges: { input: 8, w: 1, u: 1, state: 1 },
        margin: 1.25,
      },
      tensorsOf(architecture).map(({ name, shape, offset, size }) => ({
        ...{ name, dtype: 'F32' as const, shape, data: parameters.subarray(offset, offset + size) },
      })),
    );
    const stream = (await loadModel(bytes)).stream();
    const [{ inputs, steps }] = sequencesFor(source, random);
    onHost(source, [{ inputs, steps }], ['gcc', '-O2']);
    const output = execFileSync(path.join(directory, 'program'), {
      input: batchInput([{ inputs, steps }], floatSizes(source)),
    });
    const view = new DataView(output.buffer, output.byteOffset + 4 * steps * architecture.hiddenSize);
    for (let t = 0; t < steps; t++) stream.step(inputs, t * 6);
    for (const [l, logit] of Array.from(stream.logits()).entries()) {
      expect(view.getFloat32(4 * l, true)).toBeCloseTo(logit, 4);
    }
  });
});

describe('its sigmoid and tanh', () => {
  it('are within 2^-21 of the library’s in double', () => {
    const source = randomFloat(new Random(3), { cell: 'FastGRNN', gate: 'sigmoid', update: 'tanh' });
    for (const [name, text] of Object.entries(exportFloatC(source, { prefix: 'model' }))) {
      writeFileSync(path.join(directory, name), text);
    }
    writeFileSync(
      path.join(directory, 'smooth.c'),
      `#include "model.c"
#include <math.h>
#include <stdio.h>
int main(void)
{
  double most = 0, d;
  union { uint32_t bits; float value; } p;
  uint32_t k;
  for (k = 0; k < 2u * 0x43000000u; k += 101) { /* every 101st float up to 128, of both signs */
    p.bits = (k >> 1) | (k & 1u) << 31;
    d = fabs((double)model_gate(p.value) - 1 / (1 + exp(-(double)p.value)));
    if (!(d <= most)) most = d;
    d = fabs((double)model_update(p.value) - tanh((double)p.value));
    if (!(d <= most)) most = d;
  }
  printf("%.17g", most);
  return 0;
}
`,
    );
    execFileSync('gcc', ['-O2', '-o', 'smooth', 'smooth.c', '-lm'], { cwd: directory });
    const most = Number(execFileSync(path.join(directory, 'smooth')));
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(2 ** -21);
  });
});

const boards: Partial<Record<BoardName, string>> = {
  uno: 'avr-gcc',
  mkr1000: 'arm-none-eabi-gcc',
  microbit: 'qemu-system-arm',
  due: 'qemu-system-arm',
  'cortex-m4f': 'qemu-system-arm',
  riscv: 'qemu-system-riscv32',
};
const runnable = (Object.keys(boards) as BoardName[]).filter((board) => found(boards[board] ?? ''));

describe.each(runnable)('float C on %s', (board) => {
  it('is within its tolerance, with its figures', async () => {
    const random = new Random(31);
    const network = realisticNetwork(random, { gate: 'hardSigmoid4', update: 'hardTanh' });
    for (const change of [
      { gate: 'hardSigmoid4', update: 'hardTanh' },
      { output: 'mean' },
      { gate: 'sigmoid' },
    ] as const) {
      const float = randomFloat(random, { cell: 'FastGRNN', inputSize: 8, hiddenSize: 16, ...change });
      const { float32, skipped } = await simulate(
        { ...network, inputSize: 8 },
        { board, float, sequences: sequencesFor(float, random).slice(0, 2), builds: ['float32'] },
      );
      expect(skipped).toEqual({});
      expect(float32).toMatchObject({ withinTolerance: true, sequences: 2, steps: 8 });
      expect(float32).not.toHaveProperty('bitExact');
      expect(float32?.cyclesPerStep).toBeGreaterThan(2000);
      expect(float32?.ramBytes).toBeGreaterThanOrEqual(4 * 16);
      expect(float32?.stackBytes).toBeGreaterThan(64);
      expect(float32?.flash?.weights).toBeGreaterThan(1000);
    }
  });
});

describe.each(runnable)('float C of gated cells and stacks on %s', (board) => {
  it.each([{ cell: 'GRU' }, { cell: 'LSTM' }, { cell: 'FastGRNN', layers: 2 }] as const)(
    '%o is within its tolerance',
    async (change) => {
      const random = new Random(37);
      const network = realisticNetwork(random, { gate: 'hardSigmoid4', update: 'hardTanh' });
      const shape = { inputSize: 5, hiddenSize: 7, wRank: 0, uRank: 3, vocabulary: 0 };
      const float = randomFloat(random, { ...shape, gate: 'sigmoid', update: 'tanh', ...change });
      const { float32, skipped } = await simulate(
        { ...network, inputSize: 5 },
        { board, float, sequences: sequencesFor(float, random).slice(0, 2), builds: ['float32'] },
      );
      expect(skipped).toEqual({});
      expect(float32).toMatchObject({ withinTolerance: true, sequences: 2, steps: 8 });
    },
  );
});

describe('a comparison that must fail', () => {
  const source = randomFloat(new Random(41), { cell: 'FastGRNN', inputSize: 8, hiddenSize: 16 });
  const sequences = sequencesFor(source, new Random(1)).slice(0, 2);
  const change = (text: string) => text.replace('1.0f - z', '1.001f - z');

  it.runIf(found('avr-gcc'))('on the Uno', async () => {
    const files = exportFloatC(source, { prefix: 'model' });
    const image = await compileUnoC({ ...files, 'model.c': change(files['model.c']) }, ['-DNETWORK_FLOAT']);
    expect(proveUnoFloat(source, image!, sequences).withinTolerance).toBe(false);
  });

  it.runIf(found('arm-none-eabi-gcc'))('on the Cortex-M0+', async () => {
    const build = await compileBatch(source, samd21, change);
    expect((await proveMkr1000Float(source, build!, sequences)).withinTolerance).toBe(false);
  });
});

describe('what the float C refuses', () => {
  it('two directions, complex units, and numbers that are not finite', () => {
    const source = randomFloat(new Random(1));
    const both = { ...source, architecture: { ...source.architecture, bidirectional: true } };
    expect(() => exportFloatC(both, { prefix: 'model' })).toThrow(/bidirectional/);
    const complex = randomFloat(new Random(1), { cell: 'RNN', recurrence: 'EURNN', hiddenSize: 6, uRank: 0 });
    expect(() => exportFloatC(complex, { prefix: 'model' })).toThrow(/no complex units/);
    const parameters = source.parameters.slice();
    parameters[0] = NaN;
    expect(() => exportFloatC({ ...source, parameters }, { prefix: 'model' })).toThrow(ExportError);
  });

  it.runIf(found('avr-gcc')).each<[string, Partial<Architecture>, RegExp]>([
    ['flash', { cell: 'RNN', hiddenSize: 80, wRank: 0, uRank: 0 }, /needs \d+ bytes of an Uno's flash, it has 32256/],
    ['RAM', { cell: 'LSTM', hiddenSize: 120, wRank: 1, uRank: 1 }, /needs \d+ bytes of an Uno's RAM, stack included/],
  ])('what needs more %s than an Uno has', async (_, change, reason) => {
    const large = randomFloat(new Random(2), { vocabulary: 0, inputSize: 12, ...change });
    const dense = { ...large, parameters: large.parameters.map((value) => value || 1) };
    await expect(compileUnoFloat(dense)).rejects.toThrow(reason);
  });
});
