import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import {
  initialise,
  plainHead,
  referenceForward,
  tensorsOf,
  type Architecture,
  type LayerRanges,
  type Ranges,
} from '../network/index.js';
import { calibrate } from './calibration.js';
import { convert } from './convert.js';
import { equalSequences } from './input.js';
import { IntegerInterpreter } from './interpreter.js';
import { bitsFor } from './formats.js';
import { integerGates, integerLayers, logitBits, plainStorage, type IntegerNetwork } from './network.js';
import { withStatesInReach } from './relu-scale.js';

const [count, steps, channels] = [4, 24, 4];
const normalisation = { centre: Int16Array.of(0), scale: Float64Array.of(0.001) };

/** A network with ReLU whose arguments go far beyond the ±8 where the integer network's end. */
function subjectOf(choice: Partial<Architecture>) {
  const random = new Random(5, 2);
  const architecture: Architecture = {
    ...{ cell: 'RNN', inputSize: channels, hiddenSize: 12, wRank: 0, uRank: 0, gate: 'sigmoid', update: 'relu' },
    ...{ residual: 'free', ...plainHead, classes: 3, ...choice },
  };
  const parameters = Float32Array.from(initialise(architecture, random));
  const input = architecture.wRank > 0 ? 4 : 8;
  for (const { role, name, offset, size } of tensorsOf(architecture)) {
    for (let i = offset; i < offset + size; i++) {
      if (role === 'matrix')
        parameters[i] = (name.startsWith('W') ? input : name.includes('W') ? 0.4 : 0.12) * random.normal();
      else if (role === 'bias') parameters[i] = 4 * random.normal();
      else if (role === 'classifier') parameters[i] = random.normal();
    }
  }
  const values = Int16Array.from({ length: count * steps * channels }, () => Math.round(1000 * random.normal()));
  const sequences = equalSequences(values, { count, steps, channels });
  const rows = Uint32Array.from({ length: count }, (_, i) => i);
  return {
    architecture,
    parameters,
    values,
    ranges: calibrate(architecture, parameters, normalisation, sequences, rows),
  };
}

type Subject = ReturnType<typeof subjectOf>;

const integer = ({ architecture, parameters }: Subject, ranges: Ranges) =>
  convert(architecture, parameters, normalisation, ranges, 1.25);

/** The ranges with another argument of each layer; with 0 nothing is scaled. */
function withArgument({ upper, ...first }: Ranges, argument: number): Ranges {
  return { ...first, argument, ...(upper ? { upper: upper.map((own) => ({ ...own, argument })) } : {}) };
}

/** Root mean square of the logits' differences after a sequence over that of the logits. */
function relativeError({ architecture, parameters, values }: Subject, network: IntegerNetwork): number {
  let [difference, total] = [0, 0];
  const interpreter = new IntegerInterpreter(network);
  for (let row = 0; row < count; row++) {
    interpreter.reset();
    const at = (t: number) => (row * steps + t) * channels;
    const inputs = Array.from({ length: steps }, (_, t) =>
      Float64Array.from(values.subarray(at(t), at(t + 1)), (v) => v * 0.001),
    );
    const { logits } = referenceForward(architecture, parameters, inputs);
    for (let t = 0; t < steps; t++) interpreter.step(values, at(t));
    const own = interpreter.logits();
    logits.forEach((logit, l) => {
      difference += (own[l] * 2 ** -logitBits(network) - logit) ** 2;
      total += logit ** 2;
    });
  }
  return Math.sqrt(difference / total);
}

const choices = [
  { cell: 'RNN' },
  { cell: 'RNN', wRank: 3, uRank: 5 },
  { cell: 'RNN', recurrence: 'SpectralRNN' },
  { cell: 'RNN', layers: 2 },
  { cell: 'FastRNN' },
  { cell: 'FastRNN', wRank: 3, uRank: 5, layers: 2 },
  { cell: 'FastRNN-vector', output: 'mean' },
  { cell: 'UGRNN' },
  { cell: 'UGRNN', wRank: 3, uRank: 5, layers: 2 },
  { cell: 'GRU', reset: 'after' },
  { cell: 'GRU', reset: 'before', layers: 2 },
  { cell: 'GRU', reset: 'after', wRank: 3, uRank: 5 },
  { cell: 'LSTM' },
  { cell: 'LSTM', wRank: 3, uRank: 5, layers: 2, output: 'mean' },
] as const;

describe.each(choices)('ReLU with large arguments: %j', (choice) => {
  const subject = subjectOf(choice);

  test('the argument is calibrated, and beyond the end', () => {
    const { ranges } = subject;
    expect(ranges.argument).toBeGreaterThan(16);
    if (subject.architecture.cell === 'RNN') expect(ranges.argument).toBe(ranges.state);
    else expect(ranges.argument).toBeGreaterThan(ranges.state);
  });

  test('the integer network’s logits are the float network’s, and are not unscaled', () => {
    const scaled = relativeError(subject, integer(subject, subject.ranges));
    const plain = relativeError(subject, integer(subject, withArgument(subject.ranges, 0)));
    // Of several gates 8 bits of each add up.
    expect(scaled).toBeLessThan('cell' in choice && ['GRU', 'LSTM'].includes(choice.cell) ? 0.15 : 0.08);
    expect(plain).toBeGreaterThan(0.25);
  });
});

// A recurrence's U is scaled as the plain matrix that conversion makes of it.
test.each(choices.filter((choice) => !('recurrence' in choice)))(
  'scaled parameters make the same logits of smaller states: %j',
  (choice) => {
    const { architecture, parameters, ranges, values } = subjectOf(choice);
    const scaled = withStatesInReach(architecture, { parameters: Float64Array.from(parameters), ranges }, 1.25);
    const inputs = Array.from({ length: steps }, (_, t) =>
      Float64Array.from(values.subarray(t * channels, (t + 1) * channels), (v) => v * 0.001),
    );
    const of = (own: Float32Array | Float64Array) => referenceForward(architecture, own, inputs);
    const [before, after] = [of(parameters), of(scaled.parameters)];
    before.logits.forEach((logit, l) => expect(after.logits[l]).toBeCloseTo(logit, 9));
    const argumentsOf = ({ upper = [], ...first }: Ranges) => [first, ...upper].map(({ argument }) => argument!);
    for (const [layer, argument] of argumentsOf(ranges).entries()) {
      const scale = argumentsOf(scaled.ranges)[layer] / argument;
      expect(scale).toBeLessThan(1);
      expect(Math.log2(scale) % 1).toBe(-0);
      before.layerStates[layer][0].at(-1)!.forEach((h, j) => {
        expect(after.layerStates[layer][0].at(-1)![j]).toBeCloseTo(scale * h, 9);
      });
    }
  },
);

/** The power of two that brings an argument with its headroom within 8. */
const scaleFor = (argument = 0): number => 2 ** Math.min(0, -Math.ceil(Math.log2((argument * 1.25) / 8)));

test.each([8, 4] as const)('no digit of any gate’s weight of %i bits changes', (weightBits) => {
  for (const choice of choices) {
    const { architecture, parameters, ranges } = subjectOf(choice);
    const storage = { ...plainStorage, weightBits };
    const of = (own: Ranges) => convert(architecture, parameters, normalisation, own, 1.25, storage);
    const digits = (network: IntegerNetwork) => [
      ...integerLayers(network)
        .flatMap(integerGates)
        .flatMap(({ w1, w2, u1, u2 }) => [w1, w2, u1, u2]),
      network.classifier,
    ];
    const [scaled, plain] = [of(ranges), of(withArgument(ranges, 0))].map(digits);
    expect(scaled.map((matrix) => matrix?.values)).toEqual(plain.map((matrix) => matrix?.values));
    expect(scaled.map((matrix) => matrix?.fractionBits)).not.toEqual(plain.map((matrix) => matrix?.fractionBits));
  }
});

describe('scaled states', () => {
  const subject = subjectOf({ cell: 'FastRNN', wRank: 3, uRank: 5, layers: 2 });
  const { architecture, ranges } = subject;
  const upper = ranges.upper?.[0] as LayerRanges;
  const [first, second] = [scaleFor(ranges.argument), scaleFor(upper.argument)];

  test('have ranges of their own, each layer by its own power of two, and leave what was given', () => {
    expect(new Set([1, first, second]).size).toBe(3);
    const parameters = Float64Array.from(subject.parameters);
    const scaled = withStatesInReach(architecture, { parameters, ranges }, 1.25);
    expect(parameters).toEqual(Float64Array.from(subject.parameters));
    const by = ({ w, u, state, argument = 0 }: LayerRanges, scale: number) => ({
      ...{ w, u: u * scale, state: state * scale, argument: argument * scale },
    });
    expect(scaled.ranges).toEqual({ ...by(ranges, first), input: ranges.input, upper: [by(upper, second)] });
    const factors: Record<string, number> = {
      ...{ W1: first, bias: first, 'layer2.W2': 1 / first, 'layer2.W1': second, 'layer2.bias': second },
      classifier: 1 / second,
    };
    for (const { name, offset, size } of tensorsOf(architecture)) {
      const expected = parameters.slice(offset, offset + size).map((v) => v * (factors[name] ?? 1));
      expect(scaled.parameters.slice(offset, offset + size)).toEqual(expected);
    }
  });

  test.each([8, 4] as const)('no digit of a weight of %i bits changes, and formats follow', (weightBits) => {
    const storage = { ...plainStorage, weightBits };
    const of = (own: Ranges) => convert(architecture, subject.parameters, normalisation, own, 1.25, storage);
    const [scaled, plain] = [of(ranges), of(withArgument(ranges, 0))];
    const digits = (network: IntegerNetwork) =>
      integerLayers(network).flatMap(({ w1, w2, u1, u2 }) => [w1, w2, u1, u2].map((matrix) => matrix?.values));
    expect(digits(scaled)).toEqual(digits(plain));
    expect(scaled.classifier.values).toEqual(plain.classifier.values);
    const bits = [ranges.state * first, upper.state * second].map((state) => Math.min(12, bitsFor(state * 1.25)));
    expect(integerLayers(scaled).map(({ stateBits }) => stateBits)).toEqual(bits);
  });

  test('sums of 24 bits do as well', () => {
    const network = convert(architecture, subject.parameters, normalisation, ranges, 1.25, plainStorage, 24);
    expect(relativeError(subject, network)).toBeLessThan(0.08);
  });
});

test('a state far smaller than its argument leaves the layer above weights that it can store', () => {
  const subject = subjectOf({ cell: 'FastRNN', layers: 2 });
  for (const { name, offset, size } of tensorsOf(subject.architecture)) {
    if (name.endsWith('alpha')) subject.parameters.fill(-8, offset, offset + size);
    else if (name === 'layer2.W') for (let i = offset; i < offset + size; i++) subject.parameters[i] *= 10;
  }
  const sequences = equalSequences(subject.values, { count, steps, channels });
  const rows = Uint32Array.from({ length: count }, (_, i) => i);
  const ranges = calibrate(subject.architecture, subject.parameters, normalisation, sequences, rows);
  expect(ranges.state).toBeLessThan((ranges.argument as number) / 100);
  expect(integer(subject, ranges).w1Shift).toBeGreaterThanOrEqual(0);
});

test('an LSTM whose state is far below its arguments isn’t scaled to where its state has no digits', () => {
  const subject = subjectOf({ cell: 'LSTM' });
  for (const { name, offset, size } of tensorsOf(subject.architecture)) {
    if (name === 'biasInput' || name === 'biasOutput') subject.parameters.fill(-4, offset, offset + size);
    if (name === 'WInput' || name === 'WOutput') subject.parameters.fill(0, offset, offset + size);
  }
  const sequences = equalSequences(subject.values, { count, steps, channels });
  const rows = Uint32Array.from({ length: count }, (_, i) => i);
  const ranges = calibrate(subject.architecture, subject.parameters, normalisation, sequences, rows);
  expect(ranges.state).toBeLessThan(0.5);
  expect(ranges.argument).toBeGreaterThan(16);
  expect(integer(subject, ranges)).toEqual(integer(subject, withArgument(ranges, 0)));
});

test('a state beyond int16 is scaled within it', () => {
  const subject = subjectOf({ cell: 'RNN' });
  const ranges = { ...subject.ranges, state: 50_000, u: 50_000, argument: 50_000 };
  expect(integer(subject, ranges).stateBits).toBe(12);
  const fast = subjectOf({ cell: 'FastRNN' });
  expect(() => integer(fast, { ...fast.ranges, state: 50_000, argument: 4 })).toThrow(/at most 16383/);
});

test('a RNN without a range of its argument has that of its state', () => {
  const subject = subjectOf({ cell: 'RNN', uRank: 5 });
  const { argument: _, ...before } = subject.ranges;
  expect(integer(subject, before)).toEqual(integer(subject, subject.ranges));
});

test('missing ranges of a layer are told', () => {
  const subject = subjectOf({ cell: 'RNN', layers: 2 });
  const { upper: _, ...first } = subject.ranges;
  expect(() => integer(subject, first)).toThrow('the ranges of layer 2 are missing');
});

test('what has no state to scale stays as it is, whatever its ranges say', () => {
  for (const choice of [{ update: 'tanh' }, { cell: 'FastGRNN' }, { recurrence: 'EURNN' }] as const) {
    const subject = subjectOf({ cell: 'FastRNN', ...choice });
    const given = { parameters: Float64Array.from(subject.parameters), ranges: { ...subject.ranges, argument: 100 } };
    expect(withStatesInReach(subject.architecture, given, 1.25)).toBe(given);
  }
});

test('small arguments and other nonlinearities change nothing', () => {
  const subject = subjectOf({ cell: 'FastRNN' });
  const { argument: _, ...others } = subject.ranges;
  expect(integer(subject, { ...others, argument: 6.4 })).toEqual(integer(subject, others));
  expect(integer(subject, { ...others, argument: 6.5 })).not.toEqual(integer(subject, others));
  expect(subjectOf({ cell: 'FastRNN', update: 'tanh' }).ranges.argument).toBeUndefined();
  expect(subjectOf({ cell: 'FastGRNN' }).ranges.argument).toBeUndefined();
});
