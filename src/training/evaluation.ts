import type { Normalisation } from '../integer/index.js';
import { NetworkEngine, type Architecture } from '../network/index.js';
import type { Kernels } from '../kernels/index.js';
import { Gather, recordingLimits } from './gather.js';
import type { LabelledSequences, OutputUnits } from './task.js';

/** Rows that are evaluated at once. More are no faster, and of long sequences they would take more memory than a training's shards. */
export const blockRows = 32;

/** A float network and what it is run on. */
export interface NetworkOnData {
  readonly kernels: Kernels;
  readonly architecture: Architecture;
  readonly parameters: ArrayLike<number>;
  readonly normalisation: Normalisation;
  readonly sequences: LabelledSequences;
  readonly rows: Uint32Array;
  /** The units of a regression's targets, where these are needed. */
  readonly outputs?: OutputUnits | undefined;
}

/**
 * Calls `visit` for each block of rows, gathered into an engine: rows `start` to `start + count`, of so many steps.
 *
 * @param training whether the engine has room for gradients
 */
export function forEachBlock(
  { kernels, architecture, parameters, normalisation, sequences, rows, outputs }: NetworkOnData,
  training: boolean,
  visit: (engine: NetworkEngine, start: number, count: number, steps: number) => void,
): void {
  const recordings = recordingLimits(sequences, architecture);
  const limits = { rows: blockRows, steps: sequences.steps, training, recordings };
  const engine = new NetworkEngine(kernels, architecture, limits);
  engine.parameters.set(parameters);
  const gather = new Gather(sequences, architecture, { normalisation, outputs });
  for (let start = 0; start < rows.length; start += blockRows) {
    const end = Math.min(rows.length, start + blockRows);
    visit(engine, start, end - start, gather.plain(engine, rows, start, end));
  }
}

/** How right a network is on some rows. */
export interface Evaluation {
  /** Mean over the sequences of how right each is; see `score`. */
  readonly accuracy: number;
  /** Mean loss of a sequence: the head's. */
  readonly loss: number;
  /** [count], the largest logit at each sequence's end. */
  readonly predictions: Int32Array;
}

/**
 * How right an evaluated block is, summed over its rows, each from 0 (or below, for values) to 1: the row's label, or the share of
 * its steps whose label is right; of independent labels the share that is right; of values R^2 against the training's mean.
 */
export function score(engine: NetworkEngine, rows: number, steps: number): number {
  const { head, output, classes } = engine.arch;
  const { predictions, labels, logits, logitStride, targets, targetStride } = engine;
  const right = (at: number): number => {
    if (head === 'softmax') return Number(predictions[at] === labels[at]);
    let sum = 0;
    for (let l = 0; l < classes; l++) {
      const logit = logits[at * logitStride + l];
      const target = targets[at * targetStride + l];
      sum += head === 'sigmoid' ? Number(logit > 0 === target > 0.5) : 1 - (logit - target) * (logit - target);
    }
    return sum / classes;
  };
  let sum = 0;
  for (let r = 0; r < rows; r++) {
    if (output !== 'every') {
      sum += labels[r] < 0 ? 0 : right(r);
      continue;
    }
    let own = 0;
    let labelled = 0;
    for (let at = r; at < rows * steps; at += rows) {
      if (labels[at] < 0) continue;
      own += right(at);
      labelled++;
    }
    sum += labelled > 0 ? own / labelled : 0;
  }
  return sum;
}

/** Runs a float network over all sequences, in their order. */
export function evaluateFloat(
  kernels: Kernels,
  architecture: Architecture,
  parameters: Float32Array,
  normalisation: Normalisation,
  sequences: LabelledSequences,
  outputs?: OutputUnits,
): Evaluation {
  const rows = Uint32Array.from({ length: sequences.count }, (_, i) => i);
  const predictions = new Int32Array(sequences.count);
  let correct = 0;
  let loss = 0;
  const network = { kernels, architecture, parameters, normalisation, sequences, rows, outputs };
  forEachBlock(network, false, (engine, start, count, steps) => {
    loss += engine.evaluate(count, steps);
    correct += score(engine, count, steps);
    for (let b = 0; b < count; b++) {
      const last = architecture.output === 'every' ? (sequences.lengths[start + b] - 1) * count + b : b;
      predictions[start + b] = engine.predictions[last];
    }
  });
  return { accuracy: correct / sequences.count, loss: loss / sequences.count, predictions };
}
