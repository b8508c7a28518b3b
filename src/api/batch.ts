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
  /** [rows], steps of each sequence, 1 to `steps`; what stands behind its end is never read. Default: all have `steps`. */
  readonly lengths?: ArrayLike<number>;
  /**
   * The class of each sequence, [rows]; with `output: 'every'` of each step, [rows][steps]. -1: counts for nothing, with
   * targets as well.
   */
  readonly labels?: ArrayLike<number>;
  /** Sigmoid (0 or 1) and regression heads: [rows][L]; with `output: 'every'` [rows][steps][L]. */
  readonly targets?: ArrayLike<number>;
  /** [rows], what each sequence's loss is multiplied by. Default 1. */
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
  expect('targets', arch.head === 'softmax' ? undefined : targets, rows * every * arch.classes);
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

/** Writes a checked batch's inputs and lengths into the engine, time-major. */
export function writeInputs(batch: Batch, rows: number, engine: NetworkEngine): void {
  const { steps, inputs, tokens, lengths, timeMajor = false } = batch;
  const { input, inputStride, arch } = engine;
  const width = arch.inputSize;
  for (let r = 0; r < rows; r++) {
    const length = lengths ? lengths[r] : steps;
    engine.lengths[r] = length;
    for (let t = 0; t < steps; t++) {
      const from = timeMajor ? t * rows + r : r * steps + t;
      const to = t * rows + r;
      // What stands behind a sequence's end is the caller's; the engine gets zeros.
      if (tokens && arch.vocabulary > 0)
        engine.tokens[to] = t < length ? token(tokens[from], arch.vocabulary, r, t) : 0;
      else if (inputs) {
        for (let d = 0; d < width; d++) input[to * inputStride + d] = t < length ? inputs[from * width + d] : 0;
      }
    }
  }
}

function token(value: number, vocabulary: number, row: number, step: number): number {
  if (Number.isInteger(value) && value >= 0 && value < vocabulary) return value;
  throw new ApiError(
    `batch.tokens: ${value} in row ${row}, step ${step} must be an integer from 0 to ${vocabulary - 1}`,
  );
}

/** How many results a batch has: one a sequence, or one a step. */
export function resultsOf(batch: Batch, rows: number, arch: Architecture): number {
  return arch.output === 'every' ? rows * batch.steps : rows;
}

/** Where the engine, which is time-major, has the batch's i-th result. */
export function placeOf(batch: Batch, rows: number, arch: Architecture, i: number): number {
  if (arch.output !== 'every' || batch.timeMajor) return i;
  return (i % batch.steps) * rows + Math.floor(i / batch.steps);
}

/** Writes a checked batch's labels or targets into the engine. */
export function writeAnswers(batch: Batch, rows: number, engine: NetworkEngine): void {
  const { labels, targets } = batch;
  const { arch, targetStride } = engine;
  const { head, classes } = arch;
  const softmax = head === 'softmax';
  if (softmax && !labels) throw new ApiError('batch.labels: missing; give the class of each sequence, -1 for none');
  if (!softmax && !targets) throw new ApiError(`batch.targets: missing; a ${head} head learns ${classes} numbers each`);
  const results = resultsOf(batch, rows, arch);
  for (let i = 0; i < results; i++) {
    const at = placeOf(batch, rows, arch, i);
    engine.labels[at] = labels ? labels[i] : 0;
    if (!targets || softmax) continue;
    for (let l = 0; l < classes; l++) engine.targets[at * targetStride + l] = targets[i * classes + l];
  }
}
