import { argmax, Random } from '../math/index.js';
import { forEachBlock, type NetworkOnData } from '../training/index.js';

/** The mean loss over rows, and the squared norm of its gradient for all parameters: the left-hand side of Theorem 3.1. */
export function lossAndGradientNorm(on: NetworkOnData): { readonly loss: number; readonly squaredNorm: number } {
  let loss = 0;
  let sum: Float64Array | undefined;
  forEachBlock(on, true, (engine, _, count, steps) => {
    loss += engine.lossAndGradient(count, steps, { batchRows: on.rows.length });
    sum ??= new Float64Array(engine.gradient.length);
    for (let i = 0; i < sum.length; i++) sum[i] += engine.gradient[i];
  });
  const squaredNorm = (sum ?? new Float64Array()).reduce((total, value) => total + value * value, 0);
  return { loss: loss / on.rows.length, squaredNorm };
}

/** Accuracies of a network whose state begins elsewhere than at 0 (appendix C). */
export interface InitialStateBias {
  /** From h_0 = 0. */
  readonly zero: number;
  /** One for each h_0, drawn from a standard normal distribution, the same for all sequences. */
  readonly drawn: readonly number[];
}

/** How many states are drawn, and by which seed. */
const draws = 3;
const seed = 1;

/** Runs rows from states drawn at random. */
export function initialStateBias(on: NetworkOnData): InitialStateBias {
  const { hiddenSize, classes } = on.architecture;
  const starts = Array.from({ length: draws }, (_, draw) => {
    const random = new Random(seed, draw);
    return Float32Array.from({ length: hiddenSize }, () => random.normal());
  });
  const right = [new Float32Array(hiddenSize), ...starts].map((start) => {
    let correct = 0;
    forEachBlock(on, false, (engine, _, count, steps) => {
      engine.forget(); // an LSTM's c_0 stays 0
      for (let r = 0; r < count; r++) engine.states.set(start, r * engine.stateStride);
      engine.forward(count, steps, 'resumed');
      for (let r = 0; r < count; r++) {
        const at = r * engine.logitStride;
        if (argmax(engine.logits, at, at + classes) === engine.labels[r]) correct++;
      }
    });
    return correct / on.rows.length;
  });
  return { zero: right[0], drawn: right.slice(1) };
}
