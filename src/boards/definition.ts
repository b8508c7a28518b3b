import { IntegerInterpreter, stateSize, stepInputs, type IntegerNetwork } from '../integer/index.js';

/** What a program reads and gives, a step or a head. */
export interface Sizes {
  /** Values of one step. */
  readonly inputs: number;
  /** Values of the state, those of all layers. */
  readonly hiddenSize: number;
  readonly classes: number;
  /** int16 values and int32 logits, or float32 for both. */
  readonly type: 'integer' | 'float';
}

/** A value that a board should have given, and what it gave. */
export interface Mismatch {
  readonly what: 'state' | 'logit' | 'prediction';
  /** The hidden unit or class. */
  readonly index: number;
  readonly expected: number;
  readonly actual: number;
}

/** What a board is compared with. */
export interface Definition extends Sizes {
  /** Steps at the beginning of each sequence whose cycles don't count; none when absent. */
  readonly warmUp?: number;
  reset(): void;
  /** Takes the step that the board has taken over the inputs from `at` on, and looks at the board's state behind it. */
  step(inputs: Int16Array, at: number, state: ArrayLike<number>): Mismatch | undefined;
  /** Looks at what the head gave. */
  head(logits: ArrayLike<number>, prediction: number): Mismatch | undefined;
}

/** The sizes of an integer network's programs. */
export function integerSizes(network: IntegerNetwork): Sizes {
  return { inputs: stepInputs(network), hiddenSize: stateSize(network), classes: network.classes, type: 'integer' };
}

/** The first value that is another. */
export function differs(
  what: Mismatch['what'],
  expected: ArrayLike<number>,
  actual: ArrayLike<number>,
): Mismatch | undefined {
  for (let index = 0; index < expected.length; index++) {
    if (expected[index] !== actual[index]) return { what, index, expected: expected[index], actual: actual[index] };
  }
  return undefined;
}

/** The interpreter: every value is the same. */
export function integerDefinition(network: IntegerNetwork): Definition {
  const interpreter = new IntegerInterpreter(network);
  return {
    ...integerSizes(network),
    reset: () => interpreter.reset(),
    step(inputs, at, state) {
      interpreter.step(inputs, at);
      return differs('state', interpreter.h, state);
    },
    head: (logits, prediction) =>
      differs('logit', interpreter.logits(), logits) ?? differs('prediction', [interpreter.predict()], [prediction]),
  };
}
