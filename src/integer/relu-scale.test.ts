import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { initialise, plainHead, referenceForward, tensorsOf, type Architecture } from '../network/index.js';
import { calibrate } from './calibration.js';
import { convert } from './convert.js';
import { equalSequences } from './input.js';
import { IntegerInterpreter } from './interpreter.js';
import { logitBits, type IntegerNetwork } from './network.js';
import type { LayerRanges, Ranges } from './ranges.js';

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

/** As ranges were before there was one of the argument. */
function withoutArguments({ upper, ...first }: Ranges): Ranges {
  const bare = <R extends LayerRanges>(own: R) => {
    const { argument: _, ...rest } = own;
    return rest;
  };
  return { ...bare(first), ...(upper ? { upper: upper.map(bare) } : {}) };
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

describe.each([
  { cell: 'RNN' },
  { cell: 'RNN', wRank: 3, uRank: 5 },
  { cell: 'RNN', recurrence: 'SpectralRNN' },
  { cell: 'RNN', layers: 2 },
  { cell: 'FastRNN' },
  { cell: 'FastRNN', wRank: 3, uRank: 5, layers: 2 },
  { cell: 'FastRNN-vector', output: 'mean' },
] as const)('ReLU with large arguments: %j', (choice) => {
  const subject = subjectOf(choice);

  test('the argument is calibrated, and beyond the end', () => {
    const { ranges } = subject;
    expect(ranges.argument).toBeGreaterThan(16);
    if (subject.architecture.cell === 'RNN') expect(ranges.argument).toBe(ranges.state);
    else expect(ranges.argument).toBeGreaterThan(ranges.state);
  });

  test('the integer network’s logits are the float network’s, and are not without the argument’s range', () => {
    expect(relativeError(subject, integer(subject, subject.ranges))).toBeLessThan(0.08);
    expect(relativeError(subject, integer(subject, withoutArguments(subject.ranges)))).toBeGreaterThan(0.25);
  });
});

test('small arguments and other nonlinearities change nothing', () => {
  const subject = subjectOf({ cell: 'FastRNN' });
  const { argument: _, ...others } = subject.ranges;
  expect(integer(subject, { ...others, argument: 6.4 })).toEqual(integer(subject, others));
  expect(integer(subject, { ...others, argument: 6.5 })).not.toEqual(integer(subject, others));
  expect(subjectOf({ cell: 'FastRNN', update: 'tanh' }).ranges.argument).toBeUndefined();
  expect(subjectOf({ cell: 'FastGRNN' }).ranges.argument).toBeUndefined();
});
