import { IntegerInterpreter, stepInputs, type IntegerNetwork } from '../integer/index.js';
import { Random } from '../math/index.js';

/** What `vectors.json` holds: a reimplementation that gives the same states and logits conforms. */
export interface TestVectors {
  readonly sequences: readonly {
    /** [T][D], or [T][1] of tokens */
    readonly inputs: number[][];
    /** The hidden state after each step, [T][H]. */
    readonly states: number[][];
    /** After the last step, [L]. */
    readonly logits: number[];
  }[];
}

/** How many test vectors there are, how long, and from which seed. */
export interface VectorOptions {
  /** At least 8, which is the default. */
  readonly sequences?: number;
  /** Steps of each sequence, 16 by default. */
  readonly steps?: number;
  readonly seed?: number;
}

/**
 * Input sequences that visit what firmware must get right, [steps][D] each, in rotation: values around the centre of a
 * size that keeps the normalised input well inside its limits; the same over a slowly changing signal; the whole int16
 * range; and mostly the extremes, which saturate. Of tokens, [steps][1]: three of four are in the vocabulary.
 */
export function testInputs(network: IntegerNetwork, options: VectorOptions = {}): Int16Array[] {
  const { sequences = 8, steps = 16, seed = 1 } = options;
  const random = new Random(seed);
  const extremes = [-32768, 32767, -32767, 0, 1, -1];
  return Array.from({ length: sequences }, (_, s) => {
    const inputs = stepInputs(network);
    const level = new Float64Array(inputs);
    return Int16Array.from({ length: steps * inputs }, (__, k) => {
      const channel = k % inputs;
      // Three tokens of four are in the vocabulary.
      if (network.embedding && random.below(4) > 0) return random.below(network.embedding.rows);
      switch (s % 4) {
        case 0:
          return usual(network, channel, random.normal());
        case 1:
          level[channel] = 0.9 * level[channel] + 0.5 * random.normal();
          return usual(network, channel, level[channel]);
        case 2:
          return random.below(65536) - 32768;
        default:
          return random.below(4) === 0 ? random.below(65536) - 32768 : extremes[random.below(extremes.length)];
      }
    });
  });
}

/** An input `deviations` standard deviations from a channel's centre, where 1 normalised is about an eighth of the limit. */
function usual(network: IntegerNetwork, channel: number, deviations: number): number {
  if (network.embedding) return Math.round(1000 * deviations);
  const k = network.centre.length > 1 ? channel : 0;
  const { inputShift, inputLimit } = network;
  const unit = (inputLimit / 8) * (2 ** inputShift / (Math.abs(network.multiplier[k]) || 1));
  return Math.max(-32768, Math.min(32767, Math.round(network.centre[k] + unit * deviations)));
}

/** Sequences with the states and logits that the definition gives for them. */
export function testVectors(network: IntegerNetwork, options: VectorOptions = {}): TestVectors {
  const interpreter = new IntegerInterpreter(network);
  const d = stepInputs(network);
  const sequences = testInputs(network, { ...options, sequences: Math.max(8, options.sequences ?? 8) }).map(
    (values) => {
      const inputs: number[][] = [];
      const states: number[][] = [];
      interpreter.reset();
      for (let at = 0; at < values.length; at += d) {
        interpreter.step(values, at);
        inputs.push(Array.from(values.subarray(at, at + d)));
        states.push(Array.from(interpreter.h));
      }
      return { inputs, states, logits: Array.from(interpreter.logits()) };
    },
  );
  return { sequences };
}
