import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { parameterCount, referenceForward, tensorsOf, type Architecture } from '../network/index.js';
import { calibrate } from './calibration.js';
import { convert } from './convert.js';
import { physicalValues } from './evaluation.js';
import { equalSequences, type Int16Sequences, type Normalisation } from './input.js';
import { IntegerInterpreter } from './interpreter.js';
import { IntegerNetworkError, logitBits, type IntegerNetwork } from './network.js';

const none: Normalisation = { centre: Int16Array.of(0), scale: Float64Array.of(1) };

function architecture(choice: Partial<Architecture>): Architecture {
  return {
    cell: 'FastGRNN',
    inputSize: 5,
    hiddenSize: 7,
    wRank: 0,
    uRank: 0,
    gate: 'hardSigmoid4',
    update: 'hardTanh',
    residual: 'free',
    head: 'softmax',
    output: 'last',
    vocabulary: 11,
    classes: 3,
    ...choice,
  };
}

/** Weights that are whole sixty-fourths up to 1, which int8 holds exactly: only the integer network's roundings remain. */
function exactParameters(arch: Architecture, random: Random): Float32Array {
  const parameters = new Float32Array(parameterCount(arch));
  for (const { role, offset, size } of tensorsOf(arch)) {
    // The largest entry of each tensor decides its scale: 1 leaves six bits.
    const most = role === 'scalar' ? 192 : role === 'matrix' ? 24 : 64;
    for (let i = 0; i < size; i++) parameters[offset + i] = (random.below(2 * most + 1) - most) / 64;
  }
  return parameters;
}

interface Problem {
  readonly arch: Architecture;
  readonly parameters: Float32Array;
  readonly sequences: Int16Sequences;
  readonly network: IntegerNetwork;
}

function problem(seed: number, choice: Partial<Architecture>): Problem {
  const random = new Random(seed, 31);
  const arch = architecture(choice);
  const parameters = exactParameters(arch, random);
  const [count, steps] = [6, 10];
  const values = Int16Array.from({ length: count * steps }, () => random.below(arch.vocabulary));
  const equal = equalSequences(values, { count, steps, channels: 1 });
  const sequences = { ...equal, lengths: Uint32Array.from({ length: count }, () => 1 + random.below(steps)) };
  const rows = Uint32Array.from({ length: count }, (_, i) => i);
  const ranges = calibrate(arch, parameters, none, sequences, rows);
  return { arch, parameters, sequences, network: convert(arch, parameters, none, ranges, 1.25) };
}

const tokensOf = ({ values, starts, lengths }: Int16Sequences, i: number) =>
  values.subarray(starts[i], starts[i] + lengths[i]);

/** The largest difference between the logits of the integer network and those of the paper's equations in float64. */
function largestError({ arch, parameters, sequences, network }: Problem, changed: (token: number) => number): number {
  const interpreter = new IntegerInterpreter(network);
  const unit = 2 ** -logitBits(network);
  let most = 0;
  for (let i = 0; i < sequences.count; i++) {
    const tokens = tokensOf(sequences, i);
    interpreter.reset();
    for (const token of tokens) interpreter.step(Int16Array.of(changed(token)));
    const exact = referenceForward(
      arch,
      parameters,
      Array.from(tokens, (token) => [token]),
    ).logits.slice(-arch.classes);
    interpreter.logits().forEach((logit, l) => (most = Math.max(most, Math.abs(logit * unit - exact[l]))));
  }
  return most;
}

/*
 * States reach about 2 in Q12 or a bit less, preactivations are Q12. A step rounds the preactivation (2^-12), zeta, nu and the state
 * (2^-11 each at most); a gate's slope of 1/4 and weights of 3/8 times 7 units can magnify it by 3 or so over the few steps that matter.
 * The classifier sums seven of these errors with weights up to 1. So 2^-5 is a bound with room to spare, and another token's row
 * differs by far more.
 */
const tolerance = 2 ** -5;

describe.each(['last', 'every', 'mean'] as const)('tokens, output %s', (output) => {
  test.each([
    ['FastGRNN', 0, 0],
    ['FastGRNN', 3, 4],
    ['FastRNN', 0, 4],
    ['FastRNN', 2, 0],
  ] as const)(
    '%s of ranks %i and %i follows the equations in float64, at lengths of their own',
    (cell, wRank, uRank) => {
      for (let seed = 0; seed < 8; seed++) {
        const made = problem(seed, { cell, wRank, uRank, output });
        expect(
          largestError(made, (token) => token),
          `seed ${seed}`,
        ).toBeLessThan(tolerance);
      }
    },
  );
});

test('negative control: the row of another token is noticed', () => {
  const made = problem(1, { output: 'mean' });
  expect(largestError(made, (token) => (token + 1) % 11)).toBeGreaterThan(4 * tolerance);
});

describe('an embedding', () => {
  test('keeps its entries, and its largest one is the range of the inputs, read or not', () => {
    const { arch, parameters, sequences, network } = problem(3, {});
    const table = parameters.subarray(0, 55);
    const { embedding } = network;
    expect(embedding && Array.from(embedding.values, (v) => v * 2 ** -embedding.fractionBits)).toEqual([...table]);
    const { input } = calibrate(arch, parameters, none, sequences, Uint32Array.of());
    expect(input).toBe(Math.max(...table.map(Math.abs)));
    expect(network.inputBits).toBe((embedding?.fractionBits ?? 0) + 8);
  });

  test('takes a token outside the vocabulary for the nearest in it', () => {
    const { network } = problem(4, {});
    const states = (token: number) => {
      const interpreter = new IntegerInterpreter(network);
      interpreter.step(Int16Array.of(token));
      return [...interpreter.h];
    };
    expect(states(-1)).toEqual(states(0));
    expect(states(-32768)).toEqual(states(0));
    expect(states(11)).toEqual(states(10));
    expect(states(32767)).toEqual(states(10));
    expect(states(9)).not.toEqual(states(10));
  });

  test('of more than 64 KB is refused, with its size and what to do', () => {
    const arch = architecture({ vocabulary: 4097, inputSize: 16 });
    const parameters = new Float32Array(parameterCount(arch)).fill(0.1);
    const ranges = { input: 1, w: 1, u: 1, state: 1 };
    const run = (a: Architecture) => convert(a, parameters.subarray(0, parameterCount(a)), none, ranges, 1.25);
    expect(() => run(arch)).toThrow(IntegerNetworkError);
    expect(() => run(arch)).toThrow(/4097 x 16 .* 65536; lower network\.embedding/);
    expect(run({ ...arch, vocabulary: 4096 }).embedding?.values.length).toBe(65536);
  });

  test('of tiny entries still converts, though it gives up bits', () => {
    const arch = architecture({});
    const parameters = exactParameters(arch, new Random(2));
    parameters.subarray(0, 55).fill(2 ** -20);
    for (const { name, offset, size } of tensorsOf(arch)) {
      if (name === 'W') parameters.subarray(offset, offset + size).fill(2 ** -20);
    }
    const network = convert(arch, parameters, none, { input: 2 ** -20, w: 2 ** -20, u: 1, state: 1 }, 1.25);
    expect(network.w1Shift).toBeLessThanOrEqual(30);
  });
});

test("a regression's values come back in their own units, as fine as the classifier allows", () => {
  const outputs = { centre: [20, -3], scale: [5, 0.25] };
  for (let seed = 0; seed < 8; seed++) {
    const { arch, parameters, sequences, network } = problem(seed, { head: 'regression', classes: 2, output: 'mean' });
    const tokens = tokensOf(sequences, 0);
    const interpreter = new IntegerInterpreter(network);
    for (const token of tokens) interpreter.step(Int16Array.of(token));
    const values = physicalValues(network, interpreter.logits(), outputs);
    const { logits } = referenceForward(
      arch,
      parameters,
      Array.from(tokens, (token) => [token]),
    );
    for (const l of [0, 1]) {
      expect(Math.abs(values[l] - (outputs.centre[l] + outputs.scale[l] * logits[l]))).toBeLessThan(
        outputs.scale[l] * tolerance,
      );
    }
    // One unit of a logit is far below what a normalised target is worth.
    expect(logitBits(network)).toBeGreaterThanOrEqual(14);
  }
});
