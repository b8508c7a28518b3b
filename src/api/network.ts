import { hardThreshold } from '../compression/index.js';
import type { Kernels } from '../kernels/index.js';
import { argmax, Random } from '../math/index.js';
import { initialise, NetworkEngine, parameterCount, tensorsByName, type Architecture } from '../network/index.js';
import { encode, integerModel, type ConversionOptions, type FloatModel } from '../pipeline/index.js';
import { streams, thresholdedMatrices, type LabelledSequences } from '../training/index.js';
import { checkBatch, placeOf, resultsOf, writeAnswers, writeInputs, type Batch } from './batch.js';
import { Batches, type BatchesOptions } from './batches.js';
import { Calibration, type CalibrationOptions, type DatasetCalibrationOptions } from './calibration.js';
import type { Dataset } from '../data/index.js';
import { ApiError } from './errors.js';
import { FloatStream } from './stream.js';
import { ConvertedModel } from './converted.js';
import { StepOptimiser, type OptimiserOptions } from './optimiser.js';

/** What the loss of a batch depends on beside its data. */
export interface GradientOptions {
  /** Share of the target that is spread over all classes, 0 to below 1. Default 0. */
  readonly labelSmoothing?: number;
  /** Rows of the whole batch where this is a part of it: losses and gradients are divided by it. Default: the batch's rows. */
  readonly batchRows?: number;
  /** Adds to the gradients instead of replacing them: for a batch in parts. Default false. */
  readonly accumulate?: boolean;
}

export interface LossAndGradients {
  /** Sum of the rows' losses over `batchRows`: their mean. NaN or infinite where the network's values are. */
  readonly loss: number;
  /** By tensor name: the network's `gradients`, which the next call overwrites. */
  readonly gradients: Readonly<Record<string, Float32Array>>;
}

export interface BatchEvaluation {
  /** Mean over the rows: cross-entropy in nats, or the head's own loss. */
  readonly loss: number;
  /** Of the labelled rows (or steps) those with the right class; softmax heads alone, NaN else. */
  readonly accuracy: number;
  /** As `predict` gives them. */
  readonly predictions: Int32Array;
}

type Tensors = Readonly<Record<string, Float32Array>>;

/** What a network is made from: an architecture with its values and, of a loaded model, what its inputs mean. */
export interface Made {
  readonly kernels: Kernels;
  readonly architecture: Architecture;
  readonly classNames: readonly string[];
  readonly seed: number;
  readonly parameters?: Float32Array;
  readonly calibration?: Calibration;
}

/**
 * A network for a training loop of one's own. `parameters` and `tensors` are one memory, as are `gradient` and `gradients`;
 * they stay the same arrays for good, and what is written into them counts from the next call on.
 *
 * Buffers grow when a batch has more rows or steps than any before; other calls allocate none.
 */
export class RecurrentNetwork {
  readonly architecture: Architecture;
  readonly classNames: readonly string[];
  readonly seed: number;
  /** All parameters, tensor by tensor. */
  readonly parameters: Float32Array;
  /** Views of `parameters` by name: W or W1 and W2, U or U1 and U2, biases, scalars, classifier, classifierBias; row-major. */
  readonly tensors: Tensors;
  /** Of the last `lossAndGradient`, in the order of `parameters`. */
  readonly gradient: Float32Array;
  /** Views of `gradient` by name. */
  readonly gradients: Tensors;
  /** 1 where a parameter may be nonzero; `threshold` writes it. */
  readonly support: Float32Array;

  /** Whether the kernels fuse products and sums, which a model of it says. */
  readonly fma: boolean;

  private readonly kernels: Kernels;
  private engine: NetworkEngine | undefined;
  private calibration: Calibration | undefined;
  private logits = new Float32Array(0);
  private predictions = new Int32Array(0);

  protected constructor(made: Made) {
    const { architecture, kernels, classNames, seed, parameters, calibration } = made;
    const length = parameterCount(architecture);
    this.architecture = architecture;
    this.classNames = classNames;
    this.seed = seed;
    this.kernels = kernels;
    this.fma = kernels.fma;
    this.calibration = calibration;
    this.parameters = parameters?.slice() ?? initialise(architecture, new Random(seed, streams.initialise));
    this.gradient = new Float32Array(length);
    this.support = new Float32Array(length).fill(1);
    this.tensors = views(architecture, this.parameters);
    this.gradients = views(architecture, this.gradient);
  }

  /**
   * The logits of a batch: [rows][L], or [rows][steps][L] with `output: 'every'` (time-major where the batch is). A view that
   * the next call overwrites. Of a sigmoid head, label l is present where its logit is above 0; of a regression head, logits
   * are the values in the units of the targets.
   */
  forward(batch: Batch): Float32Array {
    const { engine, rows } = this.load(batch, false);
    engine.forward(rows, batch.steps);
    const { classes } = this.architecture;
    const results = resultsOf(batch, rows, this.architecture);
    if (this.logits.length < results * classes) this.logits = new Float32Array(results * classes);
    for (let i = 0; i < results; i++) {
      const from = placeOf(batch, rows, this.architecture, i) * engine.logitStride;
      for (let l = 0; l < classes; l++) this.logits[i * classes + l] = engine.logits[from + l];
    }
    return this.logits.subarray(0, results * classes);
  }

  /**
   * The index of the largest logit, the first of equals: [rows], or [rows][steps] with `output: 'every'`. A view that the next
   * call overwrites.
   */
  predict(batch: Batch): Int32Array {
    const logits = this.forward(batch);
    const { classes } = this.architecture;
    const predictions = this.room(logits.length / classes);
    for (let i = 0; i < predictions.length; i++) predictions[i] = argmax(logits, i * classes, (i + 1) * classes);
    return predictions;
  }

  /** Loss and predictions of a labelled batch, without gradients. */
  evaluate(batch: Batch): BatchEvaluation {
    const { engine, rows } = this.load(batch, false);
    writeAnswers(batch, rows, engine);
    const loss = engine.evaluate(rows, batch.steps) / rows;
    const predictions = this.room(resultsOf(batch, rows, this.architecture));
    let [labelled, right] = [0, 0];
    for (let i = 0; i < predictions.length; i++) {
      const at = placeOf(batch, rows, this.architecture, i);
      predictions[i] = engine.predictions[at];
      if (engine.labels[at] < 0) continue;
      labelled++;
      if (predictions[i] === engine.labels[at]) right++;
    }
    return { loss, accuracy: this.architecture.head === 'softmax' ? right / labelled : NaN, predictions };
  }

  /** The mean loss of a labelled batch and its gradient by every parameter. */
  lossAndGradient(batch: Batch, options: GradientOptions = {}): LossAndGradients {
    const { engine, rows } = this.load(batch, true);
    writeAnswers(batch, rows, engine);
    const { batchRows = rows, labelSmoothing = 0, accumulate = false } = options;
    if (!(batchRows >= rows)) throw new ApiError(`batchRows: ${batchRows} must be at least the batch's ${rows} rows`);
    const sum = engine.lossAndGradient(rows, batch.steps, {
      batchRows,
      labelSmoothing,
      ...(batch.rowWeights ? { rowWeights: batch.rowWeights } : {}),
    });
    const { gradient } = this;
    if (accumulate) for (let i = 0; i < gradient.length; i++) gradient[i] += engine.gradient[i];
    else gradient.set(engine.gradient);
    return { loss: sum / batchRows, gradients: this.gradients };
  }

  /**
   * Batches of a data set's sequences as `train` makes them: normalised, in the same order, with what this network learns of
   * them. `normalisation` is one of `fitNormalisation`, or that of the model which the network was loaded from.
   */
  batches(sequences: LabelledSequences, options: BatchesOptions = {}): Batches {
    const known = this.calibration?.normalisation;
    return new Batches(this.architecture, sequences, { ...(known ? { normalisation: known } : {}), ...options });
  }

  /**
   * A stream of inputs with a state of its own, of the parameters as they are now: `step(x)`, then `predict()` or `logits()`;
   * `reset()` forgets the past. It gives the batch's values, bit for bit.
   */
  stream(): FloatStream {
    return new FloatStream(this.kernels, this.architecture, this.parameters);
  }

  /** An optimiser of this network's parameters; it remembers its own past. The recipe's names and defaults. */
  optimiser(options: OptimiserOptions = {}): StepOptimiser {
    return new StepOptimiser(this.kernels, this, options);
  }

  /**
   * Hard thresholding (section 3.2.1 of the paper): of each matrix of W the fraction `wSparsity` of its entries stays, of U
   * `uSparsity`, those of largest magnitude; the others become 0, in `parameters` and in `support`.
   */
  threshold(sparsity: { readonly wSparsity?: number; readonly uSparsity?: number }): void {
    const { wSparsity = 1, uSparsity = 1 } = sparsity;
    for (const [name, value] of Object.entries({ wSparsity, uSparsity })) {
      if (!(value > 0 && value <= 1)) {
        throw new ApiError(`${name}: ${value} must be a number above 0, at most 1: the fraction of entries that stay`);
      }
    }
    for (const { tensor, kept } of thresholdedMatrices(this.architecture, { wSparsity, uSparsity })) {
      const range = [tensor.offset, tensor.offset + tensor.size] as const;
      hardThreshold(this.parameters.subarray(...range), this.support.subarray(...range), kept);
    }
  }

  /**
   * Says what the network's inputs are in the world, and takes the batch as examples of them: an integer network gets its
   * formats from the values that the network takes on these. Some hundred training sequences are enough; test data have no
   * place here. Of a data set its training sequences are taken, and what it says of its channels. Needed before `model`,
   * `save` and `convert`.
   */
  async calibrate(batch: Batch, options?: CalibrationOptions): Promise<void>;
  async calibrate(dataset: Dataset, options?: DatasetCalibrationOptions): Promise<void>;
  async calibrate(
    source: Batch | Dataset,
    options: CalibrationOptions & DatasetCalibrationOptions = {},
  ): Promise<void> {
    this.calibration =
      'train' in source
        ? await Calibration.fromDataset(source, this, options, this.calibration)
        : await Calibration.from(source, checkBatch(source, this.architecture), this, options);
  }

  /** The network as a model, as `train` gives them. Throws `ApiError` before `calibrate`. */
  model(): FloatModel {
    if (!this.calibration) {
      throw new ApiError(
        'this network is not calibrated: call await network.calibrate(batch) with training sequences first, so that the model says what its inputs mean',
      );
    }
    return this.calibration.model(this.architecture, this.classNames, this.parameters.slice());
  }

  /** The bytes of a model file. Equal parameters and calibration give equal bytes. */
  async save(): Promise<Uint8Array> {
    return encode(this.model());
  }

  /** The integer network. `options` are fields of the recipe's `integer`: `margin`, how many times the calibrated ranges it shall hold, `sumBits`, `weightBits`, `indices`. */
  convert(options: ConversionOptions = {}): ConvertedModel {
    return new ConvertedModel(integerModel(this.model(), options));
  }

  /** The engine with this batch's inputs and the parameters in it, larger than before where the batch needs that. */
  private load(batch: Batch, training: boolean): { engine: NetworkEngine; rows: number } {
    const rows = checkBatch(batch, this.architecture);
    const old = this.engine?.limits;
    let { engine } = this;
    if (!engine || !old || rows > old.rows || batch.steps > old.steps || (training && !old.training)) {
      engine = new NetworkEngine(this.kernels, this.architecture, {
        rows: Math.max(rows, old?.rows ?? 0),
        steps: Math.max(batch.steps, old?.steps ?? 0),
        training: training || old?.training === true,
      });
      this.engine = engine;
    }
    engine.parameters.set(this.parameters);
    writeInputs(batch, rows, engine);
    return { engine, rows };
  }

  private room(results: number): Int32Array {
    if (this.predictions.length < results) this.predictions = new Int32Array(results);
    return this.predictions.subarray(0, results);
  }
}

function views(arch: Architecture, values: Float32Array): Tensors {
  return Object.fromEntries(tensorsByName(arch, values));
}
