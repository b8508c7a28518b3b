import type { Architecture, NetworkEngine } from '../network/index.js';
import { ApiError } from './errors.js';

/**
 * Sequences to run or to learn from. D is the network's inputSize, L its outputs. Arrays may be longer than what is read, so
 * that one batch object serves batches of any size; nothing of it is kept.
 */
export interface Batch {
  /** Steps of the longest sequence. */
  readonly steps: number;
  /** Sequences. Without it as many as `inputs` (or `tokens`) holds. */
  readonly rows?: number;
  /** [rows][steps][D], one sequence after the other. */
  readonly inputs?: Float32Array | Float64Array | readonly number[];
  /** Instead of inputs where the network has a vocabulary: token ids, [rows][steps]. */
  readonly tokens?: ArrayLike<number>;
  /** Everything that has a value a step is [steps][rows]… instead of [rows][steps]…: as the engine works. Default false. */
  readonly timeMajor?: boolean;
  /** [rows]: steps of each sequence, 1 to `steps`; what stands behind its end is never read. Default: all have `steps`. */
  readonly lengths?: ArrayLike<number>;
  /** The class of each sequence, [rows]; with `output: 'every'` of each step, [rows][steps]. -1: counts for nothing. */
  readonly labels?: ArrayLike<number>;
  /** Sigmoid (0 or 1) and regression heads: [rows][L]; with `output: 'every'` [rows][steps][L]. */
  readonly targets?: ArrayLike<number>;
  /** [rows]: what each sequence's loss is multiplied by. Default 1. */
  readonly rowWeights?: ArrayLike<number>;
}

/** How many sequences a batch has. Throws `ApiError` unless its arrays fit its shape. */
export function checkBatch(batch: Batch, arch: Architecture): number {
  const { steps, inputs, tokens, lengths, labels, targets, rowWeights } = batch;
  const tokenised = arch.vocabulary > 0;
  const [field, values, width] = tokenised ? ['tokens', tokens, 1] : ['inputs', inputs, arch.inputSize];
  if (!Number.isInteger(steps) || steps < 1) {
    throw new ApiError(`batch.steps: ${steps} must be an integer above 0, the steps of the longest sequence`);
  }
  if (!values) {
    throw new ApiError(
      `batch.${field}: missing; ${tokenised ? `the network has a vocabulary of ${arch.vocabulary} tokens` : `give ${width} values a step`}`,
    );
  }
  const rows = batch.rows ?? values.length / (steps * width);
  if (
    !Number.isInteger(rows) ||
    rows < 1 ||
    (batch.rows === undefined ? false : values.length < rows * steps * width)
  ) {
    throw new ApiError(
      `batch.${field}: ${values.length} values for ${batch.rows ?? 'whole'} rows of ${steps} steps of ${width}; must be rows * ${steps * width}`,
    );
  }
  const every = arch.output === 'every' ? steps : 1;
  const expect = (name: string, list: ArrayLike<number> | undefined, size: number) => {
    if (list && list.length < size) {
      throw new ApiError(`batch.${name}: ${list.length} values, but ${rows} rows need ${size}`);
    }
  };
  expect('lengths', lengths, rows);
  expect('labels', labels, rows * every);
  expect('targets', targets, rows * every * arch.classes);
  expect('rowWeights', rowWeights, rows);
  if (lengths) checkLengths(lengths, rows, steps);
  return rows;
}

function checkLengths(lengths: ArrayLike<number>, rows: number, steps: number): void {
  for (let r = 0; r < rows; r++) {
    if (!Number.isInteger(lengths[r]) || lengths[r] < 1 || lengths[r] > steps) {
      throw new ApiError(`batch.lengths[${r}]: ${lengths[r]} must be an integer from 1 to ${steps}, batch.steps`);
    }
  }
}

/** Writes a checked batch's inputs into the engine, time-major. */
export function writeInputs(batch: Batch, rows: number, engine: NetworkEngine): void {
  const { steps, inputs, lengths, timeMajor = false } = batch;
  const { input, inputStride, arch } = engine;
  const { inputSize: width } = arch;
  if (!inputs) return;
  for (let r = 0; r < rows; r++) {
    const length = lengths ? lengths[r] : steps;
    for (let t = 0; t < length; t++) {
      const from = (timeMajor ? t * rows + r : r * steps + t) * width;
      const to = (t * rows + r) * inputStride;
      for (let d = 0; d < width; d++) input[to + d] = inputs[from + d];
    }
  }
}
