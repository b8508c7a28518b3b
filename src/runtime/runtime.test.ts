import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { StreamingDetector } from '../detector/index.js';
import { testInputs } from '../firmware/index.js';
import { integerModelParts, IntegerInterpreter, stepInputs, type IntegerNetwork } from '../integer/index.js';
import { loadKernels } from '../kernels/index.js';
import { Random } from '../math/index.js';
import {
  encodeModel,
  initialise,
  NetworkEngine,
  plainHead,
  tensorsOf,
  type Architecture,
  type ModelMetadata,
} from '../network/index.js';
import { temporaryFolder, writeTree } from '../testing/index.js';
import { firingDetector, interpretedCell } from '../testing/random-detector.js';
import { integerCellOf, randomNetwork } from '../testing/random-network.js';
import { loadModel, ModelFileError, NONE, StreamError } from './index.js';

const zeros = '0'.repeat(64);

function metadataOf(architecture: Architecture, more: Partial<ModelMetadata> = {}): ModelMetadata {
  const channels = architecture.vocabulary > 0 ? 1 : architecture.inputSize;
  return {
    kind: 'float',
    architecture,
    classNames: Array.from({ length: architecture.classes }, (_, l) => `class ${l}`),
    features: { normalise: 'global', centre: [10], scale: [0.01] },
    input: {
      steps: 8,
      lsb: Array.from({ length: channels }, () => 0.5),
      units: Array.from({ length: channels }, () => 'g'),
      channelNames: Array.from({ length: channels }, (_, c) => `c${c}`),
    },
    provenance: { recipe: 'test', recipeHash: zeros, dataHash: zeros, version: '0', seed: 1, fma: false },
    ...more,
  };
}

function integerBytes(network: IntegerNetwork, more: Partial<ModelMetadata> = {}): Promise<Uint8Array> {
  const { cell, reset, zeta, inputSize, hiddenSize, wRank, uRank, classes, gate, update, mean, embedding } = network;
  const architecture: Architecture = {
    ...(network.upper ? { layers: network.upper.length + 1 } : {}),
    ...(zeta ? { vectorZetaNu: true } : {}),
    ...{ cell, ...(reset ? { reset } : {}), inputSize, hiddenSize, wRank, uRank, classes, gate, update },
    ...{ residual: 'free', head: 'softmax', output: mean ? 'mean' : 'last', vocabulary: embedding?.rows ?? 0 },
  };
  const { settings, tensors } = integerModelParts(network);
  return encodeModel(metadataOf(architecture, { kind: 'integer', integer: settings, ...more }), tensors);
}

/** A low rank can't be larger than what it connects. */
const drawn = (random: Random, extreme: boolean, i: number) => {
  const [inputSize, hiddenSize] = [1 + random.below(40), 1 + random.below(40)];
  return randomNetwork(random, {
    ...integerCellOf(i),
    ...{ extreme, inputSize, hiddenSize },
    wRank: random.below(Math.min(inputSize, hiddenSize) + 1),
    uRank: random.below(hiddenSize + 1),
    ...(i % 4 === 3 ? { vocabulary: 1 + random.below(30) } : {}),
    ...(i % 5 > 2 ? { layers: (i % 5) - 1, wRank: 0, uRank: 0 } : {}),
  });
};

describe('an integer model', () => {
  it.each([false, true])('equals the interpreter in every logit of random networks (extreme: %s)', async (extreme) => {
    const random = new Random(11);
    for (let i = 0; i < 84; i++) {
      const network = { ...drawn(random, extreme, i), mean: i % 3 === 0 };
      const model = await loadModel(await integerBytes(network));
      const [stream, interpreter] = [model.stream(), new IntegerInterpreter(network)];
      const steps = 40;
      const values = Int16Array.from({ length: steps * stepInputs(network) }, () => random.below(65536) - 32768);
      expect(stream.logits()).toEqual(interpreter.logits());
      for (let t = 0; t < steps; t++) {
        stream.step(values, t * model.stepInputs);
        interpreter.step(values, t * model.stepInputs);
        expect(stream.logits()).toEqual(interpreter.logits());
        expect(stream.predict()).toBe(interpreter.predict());
      }
      expect(model.classify(values)).toBe(interpreter.classify(values, 0, steps));
    }
  });

  it('halves the sums of a mean when its count is full, as the interpreter does', async () => {
    const random = new Random(2);
    const network = { ...randomNetwork(random, { inputSize: 2, hiddenSize: 3, wRank: 0, uRank: 0 }), mean: true };
    const stream = (await loadModel(await integerBytes(network))).stream();
    const interpreter = new IntegerInterpreter(network);
    const x = Int16Array.of(3000, -2000);
    for (let t = 0; t < 65540; t++) {
      stream.step(x);
      interpreter.step(x);
    }
    expect(stream.logits()).toEqual(interpreter.logits());
  });
});

describe('a model with a detector', () => {
  it('gives the events of its definition, frame by frame', async () => {
    const random = new Random(8);
    let seen = 0;
    for (let i = 0; i < 12; i++) {
      const network = randomNetwork(random, { classes: 3, inputSize: 6, wRank: 0, uRank: 0, mean: i % 3 === 0 });
      const detector = firingDetector(random, network, { smoothing: i % 4 });
      const stack = { frames: 2, stride: 1 };
      const centre = { features: { normalise: 'global', centre: [10], scale: [0.01], stack } } as const;
      const input = { steps: 8, lsb: [1, 1, 1], units: ['', '', ''], channelNames: ['a', 'b', 'c'] };
      const model = await loadModel(await integerBytes(network, { detector, ...centre, input }));
      const definition = new StreamingDetector(detector, 3, () => interpretedCell(network));
      const events = model.events();
      const [values] = testInputs(network, { steps: 150, seed: i });
      for (let frame = 0; 3 * frame < values.length; frame++) {
        const expected = frame === 0 ? NONE : definition.step(values, 3 * (frame - 1));
        expect(events.push(values.slice(3 * frame, 3 * frame + 3))).toBe(expected);
        expect(events.score()).toBe(definition.detector.scores.values[0] / 256);
        if (expected !== NONE) seen++;
      }
    }
    expect(seen).toBeGreaterThan(20);
  });

  it('says so where there is none', async () => {
    const model = await loadModel(await integerBytes(randomNetwork(new Random(1), { inputSize: 3 })));
    expect(() => model.events()).toThrow(/has no detector; a recipe with the section detector/);
  });
});

const cells: Record<string, Partial<Architecture>> = {
  'FastGRNN of low rank': {},
  'FastGRNN of full rank, smooth': { wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
  'FastRNN, free': { cell: 'FastRNN' },
  'RNN of low rank': { cell: 'RNN' },
  'FastGRNN, tied': { residual: 'tied' },
  'FastRNN, tied': { cell: 'FastRNN', residual: 'tied', uRank: 0 },
  'FastRNN, fixed': { cell: 'FastRNN', residual: 'fixed', alpha: 0.25, beta: 0.75 },
  'an output at every step': { output: 'every', head: 'sigmoid' },
  'the mean of the states': { output: 'mean' },
  tokens: { vocabulary: 11 },
  'three layers of low rank': { layers: 3 },
  'two layers of FastRNN, tokens': { cell: 'FastRNN', layers: 2, wRank: 0, uRank: 0, vocabulary: 11 },
  'the mean of the second layer': { layers: 2, output: 'mean' },
  'FastGRNN, vectors of zeta and nu': { vectorZetaNu: true },
  'FastRNN-vector': { cell: 'FastRNN-vector' },
  'RNN of full rank, relu': { cell: 'RNN', wRank: 0, uRank: 0, update: 'relu' },
  'UGRNN of low rank': { cell: 'UGRNN' },
  'UGRNN of full rank, smooth': { cell: 'UGRNN', wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
  'GRU of low rank': { cell: 'GRU' },
  'GRU of full rank, smooth': { cell: 'GRU', wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
  'GRU, reset before': { cell: 'GRU', reset: 'before', gate: 'sigmoid8', update: 'tanh8' },
  'LSTM of low rank': { cell: 'LSTM' },
  'LSTM of full rank, smooth': { cell: 'LSTM', wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
  'two layers of GRU, reset before': { cell: 'GRU', reset: 'before', layers: 2, output: 'every' },
  'three layers of LSTM, tokens': { cell: 'LSTM', layers: 3, vocabulary: 11 },
  oRNN: { cell: 'RNN', uRank: 0, recurrence: 'oRNN' },
  'two layers of SpectralRNN': { cell: 'RNN', uRank: 0, recurrence: 'SpectralRNN', layers: 2 },
};

describe('a float model', () => {
  it.each(Object.entries(cells))('equals the training engine: %s', async (_name, change) => {
    const architecture: Architecture = {
      ...{ cell: 'FastGRNN', inputSize: 9, hiddenSize: 37, wRank: 5, uRank: 20, classes: 7 },
      ...{ gate: 'hardSigmoid4', update: 'hardTanh', residual: 'free', ...plainHead, ...change },
    };
    const random = new Random(5);
    const steps = 50;
    const engine = new NetworkEngine(await loadKernels(), architecture, { rows: 1, steps, training: false });
    engine.parameters.set(initialise(architecture, random));
    // Values of their own for what starts the same in every unit.
    for (const { role, offset, size } of tensorsOf(architecture)) {
      if (role !== 'bias' && role !== 'scalar') continue;
      for (let k = offset; k < offset + size; k++) engine.parameters[k] += 0.3 * random.normal();
    }
    const tensors = tensorsOf(architecture).map(({ name, shape, offset, size }) => ({
      ...{ name, shape, dtype: 'F32' as const, data: engine.parameters.slice(offset, offset + size) },
    }));
    const model = await loadModel(await encodeModel(metadataOf(architecture), tensors));
    const stream = model.stream();
    const width = model.stepInputs;
    const values = Int16Array.from({ length: steps * width }, () =>
      architecture.vocabulary > 0 ? random.below(11) : random.below(600) - 300,
    );
    const every: number[][] = [];
    for (let t = 0; t < steps; t++) {
      if (architecture.vocabulary > 0) engine.tokens[t] = values[t];
      for (let d = 0; d < 9; d++) engine.input[t * engine.inputStride + d] = (values[t * width + d] - 10) * 0.01;
      stream.step(values, t * width);
      every.push([...stream.logits()]);
    }
    engine.forward(1, steps);
    const wanted = Array.from({ length: architecture.output === 'every' ? steps : 1 }, (_, t) => [
      ...engine.logits.subarray(t * engine.logitStride, t * engine.logitStride + 7),
    ]);
    const found = architecture.output === 'every' ? every : [every[steps - 1]];
    // A mean is summed in float64 here and in float32 there, and a U that is made of others is made in float64 here; everything
    // else is the same arithmetic in the same order.
    if (architecture.output !== 'mean' && architecture.recurrence === undefined) expect(found).toEqual(wanted);
    else found[0].forEach((logit, l) => expect(Math.abs(logit - wanted[0][l])).toBeLessThan(1e-5));
  });
});

it.each([
  [{ bidirectional: true }, "bidirectional), so it can't run step by step"],
  [{ cell: 'RNN', hiddenSize: 4, recurrence: 'EURNN' }, 'has no complex units'],
] as const)('a model is refused in words: %o', async (change, words) => {
  const architecture: Architecture = {
    ...{ cell: 'FastGRNN', inputSize: 2, hiddenSize: 3, wRank: 0, uRank: 0, classes: 2, ...change },
    ...{ gate: 'hardSigmoid4', update: 'hardTanh', residual: 'free', ...plainHead },
  };
  const parameters = initialise(architecture, new Random(1));
  const tensors = tensorsOf(architecture).map(({ name, shape, offset, size }) => ({
    ...{ name, shape, dtype: 'F32' as const, data: parameters.slice(offset, offset + size) },
  }));
  const bytes = await encodeModel(metadataOf(architecture), tensors);
  await expect(loadModel(bytes)).rejects.toThrow(words);
});

describe('what a stream is given', () => {
  it('rounds physical values to counts of the lsb, and stacks frames', async () => {
    const random = new Random(3);
    const network = randomNetwork(random, { inputSize: 6, hiddenSize: 8, wRank: 0, uRank: 0 });
    const more: Partial<ModelMetadata> = {
      features: { normalise: 'global', centre: [0], scale: [1], stack: { frames: 3, stride: 2 } },
      input: { steps: 4, lsb: [0.5, 0.25], units: ['g', 'g'], channelNames: ['x', 'y'] },
    };
    const model = await loadModel(await integerBytes(network, more));
    const counts = Int16Array.from({ length: 2 * 9 }, () => random.below(2000) - 1000);
    const [stream, interpreter] = [model.stream(), new IntegerInterpreter(network)];
    const stepped = Array.from({ length: 9 }, (_, f) =>
      stream.push(Float32Array.of(counts[2 * f] * 0.5 + 0.2, counts[2 * f + 1] * 0.25 - 0.1)),
    );
    expect(stepped.flatMap((did, f) => (did ? [f] : []))).toEqual([2, 4, 6, 8]);
    for (let t = 0; t < 4; t++) interpreter.step(counts, t * 4);
    expect(stream.logits()).toEqual(interpreter.logits());
    expect(() => stream.push(new Int16Array(3))).toThrow(StreamError);
    expect(() => stream.step(new Int16Array(5))).toThrow(StreamError);
  });
});

describe('a file that is not whole', () => {
  it('is refused by name', async () => {
    const bytes = await integerBytes(randomNetwork(new Random(1), { wRank: 0, uRank: 0 }));
    for (const length of [0, 7, 100, bytes.length - 1]) {
      await expect(loadModel(bytes.slice(0, length))).rejects.toThrow(ModelFileError);
    }
    const changed = bytes.slice();
    changed[changed.length - 1] ^= 1;
    await expect(loadModel(changed)).rejects.toThrow(/was changed/);
  });

  it('is read from a file: URL, and a missing one is named', async () => {
    const folder = await temporaryFolder();
    try {
      const bytes = await integerBytes(randomNetwork(new Random(1), { wRank: 0, uRank: 0 }));
      await writeTree(folder.path, { 'm.safetensors': bytes });
      const url = pathToFileURL(path.join(folder.path, 'm.safetensors'));
      expect((await loadModel(url)).kind).toBe('integer');
      await expect(loadModel(new URL('none.safetensors', url))).rejects.toThrow(/none\.safetensors.*no such file/);
    } finally {
      await folder.remove();
    }
  });
});

describe('the import', () => {
  it('loads no library, and no room but what it runs', async () => {
    const script = `
      import inspector from 'node:inspector';
      const session = new inspector.Session();
      const urls = [];
      session.connect();
      session.on('Debugger.scriptParsed', ({ params }) => urls.push(params.url));
      session.post('Debugger.enable');
      await import('fastgrnn/runtime');
      console.log(JSON.stringify(urls.filter((url) => url.endsWith('js'))));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    const urls = JSON.parse(stdout) as string[];
    expect(urls.some((url) => url.endsWith('/dist/runtime/index.js'))).toBe(true);
    // The bundler names each module above its code.
    const texts = await Promise.all(urls.map((url) => readFile(fileURLToPath(url), 'utf8')));
    const modules = texts.flatMap((text) => [...text.matchAll(/^\/\/ (dist|node_modules)\/(\S+)$/gm)]);
    expect(modules.length).toBeGreaterThan(10);
    expect(modules.filter(([, place]) => place === 'node_modules')).toEqual([]);
    const files = modules.map(([, , file]) => file);
    const rooms = new Set(files.map((file) => file.split('/')[0]));
    expect([...rooms].sort().join()).toBe('detector,features,integer,kernels,math,network,recipe,runtime');
    // Of a recipe the settings of sound, of the training's kernels the names of nonlinearities, and of features what makes frames alone.
    expect(files.filter((file) => /^(recipe|kernels)\//.test(file)).sort()).toEqual([
      'kernels/nonlinearity.js',
      'recipe/sound.js',
    ]);
    expect(files.filter((file) => /^features\/(normalise|resample|sound-features)/.test(file))).toEqual([]);
  });
});
