import { describe, expect, it } from 'vitest';
import { calibrate, convert, equalSequences, type IntegerMatrix, type IntegerNetwork } from '../../integer/index.js';
import { loadKernels } from '../../kernels/index.js';
import { Random } from '../../math/index.js';
import {
  initialise,
  NetworkEngine,
  plainHead,
  referenceForward,
  tensorsOf,
  type Architecture,
  type ModelMetadata,
} from '../../network/index.js';
import { hasOnnxRuntime, onnxSession } from '../../testing/onnxruntime.js';
import { toOnnx, type OnnxSource } from '../index.js';

// Float32 on both sides, sums of a few dozen terms in other orders: 1e-6 is usual, and the file's promise is 1e-5, of the largest
// logit where that is above 1.
const tolerance = 1e-5;
const near = (values: readonly number[]) => tolerance * values.reduce((most, x) => Math.max(most, Math.abs(x)), 1);

const plain: Architecture = {
  ...{ cell: 'FastGRNN', inputSize: 4, hiddenSize: 11, wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
  ...{ residual: 'free', classes: 3, ...plainHead },
};

interface Setting {
  readonly stack?: { readonly frames: number; readonly stride: number };
  readonly affine?: 'one';
}

function factsOf(architecture: Architecture, { stack, affine }: Setting): OnnxSource['facts'] {
  const channels = architecture.vocabulary > 0 ? 1 : architecture.inputSize / (stack?.frames ?? 1);
  const several = Array.from({ length: affine === 'one' ? 1 : channels }, (_, c) => c);
  const lsb = affine === 'one' ? several.map(() => 0.01) : several.map((c) => 0.01 * (c + 1));
  const hash = '0'.repeat(64);
  return {
    architecture,
    classNames: Array.from({ length: architecture.classes }, (_, l) => `class${l}`),
    features: {
      normalise: affine === 'one' ? 'global' : 'channel',
      centre: several.map((c) => 40 * c - 30),
      scale: several.map((c) => 1 / (90 + 13 * c)),
      ...(stack ? { stack } : {}),
    },
    input: {
      steps: 20,
      lsb: affine === 'one' ? Array.from({ length: channels }, () => 0.01) : lsb,
      units: Array.from({ length: channels }, () => 'g'),
      channelNames: Array.from({ length: channels }, (_, c) => `ch${c}`),
    },
    ...(architecture.head === 'regression'
      ? {
          outputs: {
            centre: several
              .map((c) => 3 + c)
              .concat([1, 2, 3, 4])
              .slice(0, architecture.classes),
            scale: [2, 5, 7].slice(0, architecture.classes),
          },
        }
      : {}),
    provenance: { recipe: 'test', recipeHash: hash, dataHash: hash, version: '0.0.0', seed: 1, fma: false },
  };
}

/** A network with parameters of both signs and a state that moves. */
function parametersOf(architecture: Architecture): Float32Array {
  const random = new Random(5);
  return initialise(architecture, random).map((x) => x + 0.35 * random.normal());
}

/** Counts, [rows][frames][channels], or tokens. */
function countsOf({ architecture, features, input }: OnnxSource['facts'], rows: number, frames: number): Int16Array {
  const random = new Random(rows * 1000 + frames);
  const channels = input.channelNames.length;
  return Int16Array.from({ length: rows * frames * channels }, (_, i) => {
    if (architecture.vocabulary > 0) return Math.floor(random.uniform() * architecture.vocabulary);
    const c = features.centre.length === 1 ? 0 : i % channels;
    return Math.round(features.centre[c] + random.normal() / features.scale[c]);
  });
}

/** The normalised inputs of each row: [rows][steps][D], or tokens [rows][steps][1]. */
function normalised(facts: OnnxSource['facts'], counts: Int16Array, rows: number): number[][][] {
  const { architecture, features, input } = facts;
  const channels = input.channelNames.length;
  const frames = counts.length / rows / channels;
  const { frames: wide, stride } = features.stack ?? { frames: 1, stride: 1 };
  const steps = Math.floor((frames - wide) / stride) + 1;
  return Array.from(new Array(rows).keys(), (r) =>
    Array.from(new Array(steps).keys(), (t) =>
      Array.from({ length: wide * channels }, (_, i) => {
        const count = counts[(r * frames + t * stride) * channels + i];
        if (architecture.vocabulary > 0) return count;
        const c = features.centre.length === 1 ? 0 : i % channels;
        return (count - features.centre[c]) * features.scale[c];
      }),
    ),
  );
}

/** What onnxruntime makes of the same recordings. */
async function runOnnx(
  session: Awaited<ReturnType<typeof onnxSession>>,
  facts: OnnxSource['facts'],
  counts: Int16Array,
  rows: number,
) {
  const channels = facts.input.channelNames.length;
  const frames = counts.length / rows / channels;
  if (facts.architecture.vocabulary > 0) return session.run(BigInt64Array.from(counts, BigInt), [rows, frames]);
  const physical = Float32Array.from(counts, (count, i) => count * facts.input.lsb[i % channels]);
  return session.run(physical, [rows, frames, channels]);
}

/** The engine's logits, [rows][L] or [rows][steps][L], one after the other. */
async function engineLogits(
  architecture: Architecture,
  parameters: Float32Array,
  inputs: readonly number[][][],
): Promise<number[]> {
  const [rows, steps] = [inputs.length, inputs[0].length];
  const engine = new NetworkEngine(await loadKernels(), architecture, { rows, steps, training: false });
  engine.parameters.set(parameters);
  inputs.forEach((row, r) =>
    row.forEach((x, t) => {
      if (architecture.vocabulary > 0) engine.tokens[t * rows + r] = x[0];
      else engine.input.set(x, (t * rows + r) * engine.inputStride);
    }),
  );
  engine.forward(rows, steps);
  const { classes } = architecture;
  const read = (at: number) => [...engine.logits.subarray(at * engine.logitStride, at * engine.logitStride + classes)];
  if (architecture.output !== 'every') return inputs.flatMap((_, r) => read(r));
  return inputs.flatMap((row, r) => row.flatMap((_, t) => read(t * rows + r)));
}

function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
}

const float = (tensor: { readonly data: Float32Array | BigInt64Array }) => tensor.data as Float32Array;

const plainRNN = { cell: 'FastRNN', residual: 'fixed', alpha: 1, beta: 0 } as const;

const cases: [name: string, arch: Partial<Architecture>, setting?: Setting][] = [
  ['FastGRNN', {}],
  ['FastGRNN of low rank', { wRank: 2, uRank: 4 }],
  ['FastGRNN, hard gate of slope 1/4, hard update', { gate: 'hardSigmoid4', update: 'hardTanh' }],
  ['FastGRNN, eight lines', { gate: 'sigmoid8', update: 'tanh8' }],
  ['FastGRNN, gate tanh, update relu, one affine', { gate: 'tanh', update: 'relu' }, { affine: 'one' }],
  ['FastGRNN, hard gate, an output at every step', { gate: 'hardSigmoid', output: 'every' }],
  ['FastGRNN, the mean', { output: 'mean', uRank: 3 }],
  ['FastGRNN, vectors of zeta and nu', { vectorZetaNu: true }],
  ['FastRNN', { cell: 'FastRNN' }],
  ['FastRNN, tied, of low rank', { cell: 'FastRNN', residual: 'tied', wRank: 3, uRank: 2, update: 'relu' }],
  ['FastRNN, fixed', { cell: 'FastRNN', residual: 'fixed', alpha: 0.2, beta: 0.7 }],
  ['plain RNN', plainRNN],
  ['plain RNN, W of low rank, every step', { ...plainRNN, wRank: 2, output: 'every', update: 'sigmoid' }],
  ['plain RNN, U of low rank', { ...plainRNN, uRank: 2 }],
  ['plain RNN, hard sigmoid, the mean', { ...plainRNN, update: 'hardSigmoid4', output: 'mean' }],
  ['plain RNN, hard tanh', { ...plainRNN, update: 'hardTanh' }],
  ['two layers', { layers: 2 }],
  ['both directions', { bidirectional: true }],
  [
    'both directions, two layers of low rank, the mean',
    { bidirectional: true, layers: 2, wRank: 2, uRank: 3, output: 'mean' },
  ],
  [
    'FastRNN, both directions, three layers, every step',
    { cell: 'FastRNN', bidirectional: true, layers: 3, output: 'every' },
  ],
  ['plain RNN, both directions, two layers', { ...plainRNN, bidirectional: true, layers: 2 }],
  ['plain RNN, both directions, every step', { ...plainRNN, bidirectional: true, output: 'every', wRank: 2 }],
  ['FastGRNN with an oRNN', { recurrence: 'oRNN', reflectors: 4, layers: 2 }],
  ['FastRNN with a SpectralRNN', { cell: 'FastRNN', recurrence: 'SpectralRNN', reflectors: 5, spectralMargin: 0.4 }],
  ['plain RNN with a FactoredRNN', { ...plainRNN, recurrence: 'FactoredRNN' }],
  ['FastRNN with a EURNN', { cell: 'FastRNN', recurrence: 'EURNN', hiddenSize: 12, capacity: 3 }],
  ['EURNN, fft, every step', { ...plainRNN, recurrence: 'EURNN', hiddenSize: 16, arrangement: 'fft', output: 'every' }],
  ['RNN with a EURNN, both directions', { cell: 'RNN', recurrence: 'EURNN', hiddenSize: 12, bidirectional: true }],
  ['RNN', { cell: 'RNN' }],
  ['RNN, hard tanh, U of low rank', { cell: 'RNN', update: 'hardTanh', uRank: 3, layers: 2 }],
  ['FastRNN-vector', { cell: 'FastRNN-vector', output: 'every' }],
  ['UGRNN', { cell: 'UGRNN', output: 'mean' }],
  ['UGRNN of low rank, both directions', { cell: 'UGRNN', wRank: 2, uRank: 3, bidirectional: true }],
  ['GRU, reset after', { cell: 'GRU', reset: 'after' }],
  ['GRU, reset before, every step', { cell: 'GRU', reset: 'before', output: 'every' }],
  [
    'GRU, hard gates, both directions, two layers',
    { cell: 'GRU', gate: 'hardSigmoid4', bidirectional: true, layers: 2 },
  ],
  ['GRU of low rank', { cell: 'GRU', wRank: 2, uRank: 3 }],
  ['GRU of low rank, reset before, hard tanh', { cell: 'GRU', reset: 'before', uRank: 3, update: 'hardTanh' }],
  ['LSTM', { cell: 'LSTM' }],
  [
    'LSTM, hard gates, update relu, both directions',
    { cell: 'LSTM', gate: 'hardSigmoid', update: 'relu', bidirectional: true },
  ],
  ['LSTM of low rank, every step', { cell: 'LSTM', wRank: 2, uRank: 3, output: 'every' }],
  ['LSTM, hard tanh, two layers, the mean', { cell: 'LSTM', update: 'hardTanh', layers: 2, output: 'mean' }],
  ['labels', { head: 'sigmoid' }],
  ['labels at every step', { head: 'sigmoid', output: 'every' }],
  ['values', { head: 'regression' }],
  ['values at every step', { head: 'regression', output: 'every' }],
  ['tokens', { vocabulary: 9 }],
  ['stacked frames that overlap', { inputSize: 6 }, { stack: { frames: 3, stride: 2 } }],
  ['stacked frames with gaps', { inputSize: 4 }, { stack: { frames: 2, stride: 3 } }],
];

describe.runIf(hasOnnxRuntime)('onnxruntime gives the logits of the engine', () => {
  it.each(cases)('%s', async (_, changes, setting = {}) => {
    const architecture = { ...plain, ...changes };
    const facts = factsOf(architecture, setting);
    const parameters = parametersOf(architecture);
    const session = await onnxSession(toOnnx({ kind: 'float', facts, parameters }));
    for (const [rows, frames] of [
      [1, 7],
      [3, 24],
    ]) {
      const counts = countsOf(facts, rows, frames);
      const inputs = normalised(facts, counts, rows);
      const outputs = await runOnnx(session, facts, counts, rows);
      const expected = await engineLogits(architecture, parameters, inputs);
      expect(worst(float(outputs['logits']), expected)).toBeLessThan(near(expected));
      // The logits differ from row to row, so that equality says something.
      expect(new Set(expected.map((x) => x.toFixed(3))).size).toBeGreaterThan(architecture.classes - 1);
      const steps = architecture.output === 'every' ? [inputs[0].length] : [];
      expect(outputs['logits'].dims).toEqual([rows, ...steps, architecture.classes]);
      checkMeaning(facts, outputs, expected);
    }
    await session.close();
  });

  it('and not those of a network with another weight', async () => {
    const facts = factsOf(plain, {});
    const parameters = parametersOf(plain);
    const session = await onnxSession(toOnnx({ kind: 'float', facts, parameters }));
    const counts = countsOf(facts, 2, 9);
    const outputs = await runOnnx(session, facts, counts, 2);
    parameters[tensorsOf(plain).find(({ name }) => name === 'U')!.offset] += 1e-2;
    const other = await engineLogits(plain, parameters, normalised(facts, counts, 2));
    expect(worst(float(outputs['logits']), other)).toBeGreaterThan(tolerance);
    await session.close();
  });
});

/** Probabilities and values against the formulas, in float64. */
function checkMeaning(
  { architecture: { head, classes }, outputs: units }: Pick<ModelMetadata, 'architecture' | 'outputs'>,
  outputs: Record<string, { readonly data: Float32Array | BigInt64Array }>,
  logits: readonly number[],
) {
  const groups = Array.from({ length: logits.length / classes }, (_, i) =>
    logits.slice(i * classes, (i + 1) * classes),
  );
  const meant = groups.flatMap((y) => {
    if (head === 'regression') return y.map((x, l) => units!.centre[l] + units!.scale[l] * x);
    if (head === 'sigmoid') return y.map((x) => 1 / (1 + Math.exp(-x)));
    const sum = y.reduce((total, x) => total + Math.exp(x), 0);
    return y.map((x) => Math.exp(x) / sum);
  });
  const name = head === 'regression' ? 'values' : 'probabilities';
  expect(Object.keys(outputs).sort()).toEqual(['logits', name].sort());
  const unit = head === 'regression' ? near(logits) * Math.max(...units!.scale) : near(logits);
  expect(worst(float(outputs[name] as { data: Float32Array }), meant)).toBeLessThan(unit);
}

/**
 * The float parameters that an integer network's integers stand for, without the exporter: bytes times powers of two. FastRNN-vector's
 * beta is one number a unit on a device and zeta (1 - alpha) + nu in its equation, so its zeta and nu stay the float network's.
 */
function dequantised(architecture: Architecture, network: IntegerNetwork, parameters: Float32Array): Float64Array {
  const matrix = ({ values, fractionBits }: IntegerMatrix) => Array.from(values, (v) => v / 2 ** fractionBits);
  const turned = (m: IntegerMatrix) =>
    Array.from(
      { length: m.rows * m.columns },
      (_, i) => m.values[(i % m.rows) * m.columns + Math.floor(i / m.rows)] / 2 ** m.fractionBits,
    );
  const logit = (p: number) => Math.log(p / (1 - p));
  const fixed = (values: Int16Array, bits: number) => Array.from(values, (v) => v / 2 ** bits);
  const layers = [network, ...(network.upper ?? [])];
  const values: Record<string, number[]> = {
    ...(network.embedding ? { embedding: matrix(network.embedding) } : {}),
    classifier: matrix(network.classifier),
    classifierBias: Array.from(
      network.classifierBias,
      (v) => v / 2 ** (network.classifier.fractionBits + layers.at(-1)!.stateBits),
    ),
  };
  for (const [i, layer] of layers.entries()) {
    const own: Record<string, number[]> = {};
    for (const [g, gate] of [layer, ...(layer.furtherGates ?? [])].entries()) {
      const suffix = gateNames[layer.cell][g];
      if (gate.w2) Object.assign(own, { [`W${suffix}1`]: matrix(gate.w1), [`W${suffix}2`]: turned(gate.w2) });
      else own[`W${suffix}`] = matrix(gate.w1);
      if (gate.u2) Object.assign(own, { [`U${suffix}1`]: matrix(gate.u1), [`U${suffix}2`]: turned(gate.u2) });
      else own[`U${suffix}`] = matrix(gate.u1);
      if (layer.biases) own[`bias${suffix}`] = fixed(layer.biases[g], g < 2 ? 12 : (layer.candidateBits ?? 12));
    }
    if (layer.reset === 'after') own['biasRecurrent'] = fixed(layer.biases![3], layer.candidateBits!);
    const [scale, offset] = [layer.scale / 2 ** (layer.stateBits + 2), layer.offset];
    if (layer.cell === 'FastGRNN') {
      own['biasGate'] = fixed(layer.biasGate, 12);
      own['biasUpdate'] = fixed(layer.biasUpdate, 12);
      const weights = (vector: Int16Array | undefined, one: number) =>
        vector ? fixed(vector, layer.stateBits + 2).map(logit) : [logit(one)];
      own['zeta'] = weights(layer.zeta, scale);
      own['nu'] = weights(layer.nu, offset / 2 ** (layer.stateBits + 2));
    } else if (!layer.biases) {
      own['bias'] = fixed(layer.biasUpdate, 12);
      if (layer.alpha) own['alpha'] = fixed(layer.alpha, 14).map(logit);
      else Object.assign(own, { alpha: [logit(scale)], beta: [logit(offset / 2 ** 14)] });
    }
    for (const [name, list] of Object.entries(own)) values[(i > 0 ? `layer${i + 1}.` : '') + name] = list;
  }
  const specs = tensorsOf(architecture);
  const out = new Float64Array(specs.at(-1)!.offset + specs.at(-1)!.size);
  for (const { name, offset, size } of specs) {
    const own = values[name] ?? (architecture.cell === 'FastRNN-vector' && /(zeta|nu)$/.test(name) ? [] : undefined);
    expect(own, name).toBeDefined();
    out.set(own!.length > 0 ? own! : parameters.subarray(offset, offset + size), offset);
  }
  return out;
}

/** What the names of each gate's tensors end in, in a device's order (docs/integer-network.md). */
const gateNames: Record<IntegerNetwork['cell'], string[]> = {
  FastGRNN: [''],
  FastRNN: [''],
  'FastRNN-vector': [''],
  UGRNN: ['Gate', 'Update'],
  GRU: ['Reset', 'Gate', 'Update'],
  LSTM: ['Input', 'Forget', 'Update', 'Output'],
};

describe.runIf(hasOnnxRuntime)('int8 weights dequantised: the logits of the equations with these weights', () => {
  it.each([
    ['FastGRNN', {}],
    ['FastGRNN of low rank', { wRank: 2, uRank: 4, output: 'every' }],
    ['FastGRNN, vectors of zeta and nu', { vectorZetaNu: true }],
    ['FastRNN', { cell: 'FastRNN' }],
    ['RNN', { cell: 'RNN' }],
    ['RNN of low rank', { cell: 'RNN', wRank: 2, uRank: 4 }],
    ['oRNN', { cell: 'RNN', recurrence: 'oRNN', reflectors: 4 }],
    ['FastRNN-vector', { cell: 'FastRNN-vector' }],
    ['FastRNN-vector of low rank, two layers', { cell: 'FastRNN-vector', layers: 2, wRank: 2, uRank: 4 }],
    ['UGRNN', { cell: 'UGRNN' }],
    ['UGRNN of low rank, every step', { cell: 'UGRNN', wRank: 2, uRank: 4, output: 'every' }],
    ['GRU, reset after', { cell: 'GRU', reset: 'after' }],
    ['GRU, reset before', { cell: 'GRU', reset: 'before' }],
    ['GRU of low rank, reset after', { cell: 'GRU', reset: 'after', wRank: 2, uRank: 4 }],
    ['GRU, reset before, hard gates, two layers', { cell: 'GRU', reset: 'before', gate: 'hardSigmoid4', layers: 2 }],
    ['LSTM', { cell: 'LSTM' }],
    ['LSTM with as many inputs as units', { cell: 'LSTM', hiddenSize: 4 }],
    ['LSTM of low rank, two layers, the mean', { cell: 'LSTM', layers: 2, wRank: 2, uRank: 4, output: 'mean' }],
    ['tokens', { vocabulary: 9 }],
    ['two layers', { layers: 2, uRank: 3 }],
  ] as [string, Partial<Architecture>][])('%s', async (_, changes) => {
    const architecture = { ...plain, ...changes };
    const facts = factsOf(architecture, {});
    const parameters = parametersOf(architecture);
    const normalisation = {
      centre: Int16Array.from(facts.features.centre),
      scale: Float64Array.from(facts.features.scale),
    };
    const channels = facts.input.channelNames.length;
    const [rows, frames] = [3, 24];
    const counts = countsOf(facts, rows, frames);
    const sequences = equalSequences(counts, { count: rows, steps: frames, channels });
    const ranges = calibrate(architecture, parameters, normalisation, sequences, Uint32Array.of(0, 1, 2));
    const network = convert(architecture, parameters, normalisation, ranges, 1.25);
    const session = await onnxSession(toOnnx({ kind: 'integer', facts, network }));
    const outputs = await runOnnx(session, facts, counts, rows);
    await session.close();
    // The device's affine, not the float model's: what its multipliers leave went into the weights.
    const scale = Array.from(network.multiplier, (m) => m / 2 ** (network.inputShift + network.inputBits));
    const own =
      architecture.vocabulary > 0
        ? facts
        : { ...facts, features: { ...facts.features, centre: [...network.centre], scale } };
    // Its U is a plain matrix, whatever made it.
    const { recurrence: _made, reflectors: _count, ...device } = architecture;
    const expected = normalised(own, counts, rows).flatMap((sequence) => [
      ...referenceForward(device, dequantised(device, network, parameters), sequence).logits,
    ]);
    // Of FastRNN-vector the equation's beta is not the rounded one, by 2^-15 at most.
    const bound = architecture.cell === 'FastRNN-vector' ? 1e-4 : tolerance;
    expect(worst(float(outputs['logits']), expected)).toBeLessThan(bound);
    const floats = await engineLogits(architecture, parameters, normalised(facts, counts, rows));
    expect(worst(float(outputs['logits']), floats)).toBeGreaterThan(bound);
  });
});
