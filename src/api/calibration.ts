import { sha256 } from '#platform';
import { chooseLsb, quantise, selectSequences, type Dataset, type Recorded } from '../data/index.js';
import { calibrate, type Int16Sequences, type Normalisation } from '../integer/index.js';
import type { Architecture, Ranges } from '../network/index.js';
import { normalisationFrom, packageVersion, spread, type FloatModel, type ModelFacts } from '../pipeline/index.js';
import { canonicalJson, resolveRecipe } from '../recipe/index.js';
import type { Batch } from './batch.js';
import { ApiError } from './errors.js';

/** What a model says beside its inputs. */
interface CommonOptions {
  /** What the model file calls the training that it comes from. Default `own loop`. */
  readonly name?: string;
  /** How many times the largest values seen the integer network shall hold; the recipe's `integer.margin`. Default 1.25. */
  readonly margin?: number;
  /** Regression: the loop's targets are (value - centre) / scale, [classes] each. Default 0 and 1. */
  readonly outputs?: { readonly centre: readonly number[]; readonly scale: readonly number[] };
}

/** What a data set doesn't say: how its counts became the network's inputs. */
export interface DatasetCalibrationOptions extends CommonOptions {
  /** The one that the loop's batches were made with. Default: that of the model which the network was loaded from. */
  readonly normalisation?: Normalisation;
  /** Which training sequences, of which 512 at most are taken. Default all. */
  readonly rows?: Uint32Array;
}

/** What a batch's inputs are in the world. */
export interface CalibrationOptions extends CommonOptions {
  /**
   * [inputSize] or one number: where the loop feeds (value - mean) / deviation, say so here, and the integer network reads the
   * values themselves. Default 0 and 1: it reads what the loop feeds.
   */
  readonly mean?: number | readonly number[];
  readonly deviation?: number | readonly number[];
  /** The physical value of one int16 count, one for all inputs or one an input; `auto` from the batch. Default `auto`. */
  readonly lsb?: 'auto' | number | number[];
  readonly channelNames?: readonly string[];
  /** The physical unit of each input. */
  readonly units?: readonly string[];
}

interface Network {
  readonly architecture: Architecture;
  readonly seed: number;
  readonly fma: boolean;
}

/** What a model says of its inputs, and the examples (or, of a loaded model, the ranges) that formats are chosen by. */
export class Calibration {
  private readonly facts: Omit<ModelFacts, 'architecture' | 'classNames'>;
  private readonly margin: number;
  private readonly examples: Int16Sequences | undefined;
  /** Of a loaded model: its parameters, and their ranges. */
  private readonly known: { readonly parameters: Float32Array; readonly ranges: Ranges } | undefined;

  private constructor(
    facts: Calibration['facts'],
    margin: number,
    by: { readonly examples: Int16Sequences } | { readonly parameters: Float32Array; readonly ranges: Ranges },
  ) {
    this.facts = facts;
    this.margin = margin;
    if ('examples' in by) this.examples = by.examples;
    else this.known = by;
  }

  /** Of a loaded model. */
  static of(model: FloatModel): Calibration {
    const { architecture: _, classNames: __, ...facts } = model.facts;
    return new Calibration(facts, model.margin, { parameters: model.parameters.slice(), ranges: model.ranges });
  }

  /** From a checked batch of `rows` sequences. */
  static async from(batch: Batch, rows: number, network: Network, options: CalibrationOptions): Promise<Calibration> {
    const { inputSize, vocabulary } = network.architecture;
    const channels = vocabulary > 0 ? 1 : inputSize;
    const mean = perChannel('mean', options.mean ?? 0, channels);
    const deviation = perChannel('deviation', options.deviation ?? 1, channels);
    const wrong = deviation.findIndex((value) => !(value > 0));
    if (wrong >= 0) throw new ApiError(`deviation[${wrong}]: ${deviation[wrong]} must be above 0`);
    const recorded = recordedFrom(batch, rows, channels, (value, c) => value * deviation[c] + mean[c]);
    const lsb = chooseLsb(options.lsb ?? 'auto', recorded);
    const examples = quantise(recorded, lsb);
    const centre = Array.from(lsb, (unit, c) => Math.round(mean[c] / unit));
    const far = centre.findIndex((value) => Math.abs(value) > 32767);
    if (far >= 0) {
      throw new ApiError(`lsb: ${lsb[far]} is too small: input ${far}'s mean ${mean[far]} lies beyond 32767 counts`);
    }
    const facts = {
      features: { normalise: 'channel' as const, centre, scale: Array.from(lsb, (unit, c) => unit / deviation[c]) },
      input: {
        steps: batch.steps,
        lsb: [...lsb],
        units: names('units', options.units, channels, () => 'as given'),
        channelNames: names('channelNames', options.channelNames, channels, (c) => `channel ${c}`),
      },
    };
    const dataHash = await sha256(new Uint8Array(examples.values.slice().buffer));
    return new Calibration({ ...facts, ...(await common(network, options, dataHash)) }, marginOf(options), {
      examples,
    });
  }

  /** From the training sequences of a data set. `known` is the network's calibration so far. */
  static async fromDataset(
    dataset: Dataset,
    network: Network,
    options: DatasetCalibrationOptions,
    known: Calibration | undefined,
  ): Promise<Calibration> {
    const { train, lsb, units, channelNames, hash } = dataset;
    const { normalisation } = options;
    if (!normalisation && !known) {
      throw new ApiError('normalisation: missing; give the one that the batches were made with, from fitNormalisation');
    }
    const all = options.rows ?? Uint32Array.from({ length: train.count }, (_, i) => i);
    const rows = spread(all, resolveRecipe({}, 'network.calibrate').integer.calibration);
    const facts = {
      features: normalisation
        ? {
            normalise: 'channel' as const,
            centre: [...normalisation.centre],
            scale: [...normalisation.scale],
            ...(dataset.sound && { sound: dataset.sound }),
          }
        : (known as Calibration).facts.features,
      input: { steps: train.steps, lsb: [...lsb], units: [...units], channelNames: [...channelNames] },
      ...(await common(network, options, hash)),
    };
    return new Calibration(facts, marginOf(options), { examples: selectSequences(train, rows) });
  }

  /** What turns the model's int16 counts into the network's inputs. */
  get normalisation(): Normalisation {
    const { centre, scale } = this.facts.features;
    return { centre: Int16Array.from(centre), scale: Float64Array.from(scale) };
  }

  /** The units of a regression's outputs. */
  get outputs(): ModelFacts['outputs'] {
    return this.facts.outputs;
  }

  /** The model of these parameters. Ranges are theirs: they are taken anew. */
  model(architecture: Architecture, classNames: readonly string[], parameters: Float32Array): FloatModel {
    const facts: ModelFacts = { ...this.facts, architecture, classNames: [...classNames] };
    const ranges = this.ranges(architecture, parameters, normalisationFrom(facts));
    return { kind: 'float', facts, parameters, ranges, margin: this.margin };
  }

  private ranges(architecture: Architecture, parameters: Float32Array, normalisation: Normalisation): Ranges {
    const { examples, known } = this;
    if (examples) {
      const rows = Uint32Array.from({ length: examples.count }, (_, i) => i);
      return calibrate(architecture, parameters, normalisation, examples, rows);
    }
    if (known && known.parameters.every((value, i) => value === parameters[i])) return known.ranges;
    throw new ApiError(
      'the parameters have changed since the model was loaded, so its ranges no longer hold: call await network.calibrate(batch) with training sequences',
    );
  }
}

/** What every model says, whatever it was calibrated by. */
async function common(
  { architecture, seed, fma }: Network,
  { name, outputs }: CommonOptions,
  dataHash: string,
): Promise<Pick<ModelFacts, 'outputs' | 'provenance'>> {
  const recipeHash = await sha256(new TextEncoder().encode(canonicalJson({ architecture, seed })));
  const version = packageVersion();
  return {
    ...(outputs ? { outputs } : {}),
    provenance: { recipe: name ?? 'own loop', recipeHash, dataHash, version, seed, fma },
  };
}

function marginOf({ margin }: CommonOptions): number {
  return resolveRecipe(margin === undefined ? {} : { integer: { margin } }, 'network.calibrate').integer.margin;
}

/** A batch's sequences as recordings, one after the other, in physical units. */
function recordedFrom(
  batch: Batch,
  rows: number,
  channels: number,
  physical: (value: number, channel: number) => number,
): Recorded {
  const { steps, lengths, timeMajor = false } = batch;
  const values = batch.inputs ?? batch.tokens ?? [];
  const pieces = Array.from({ length: rows }, (_, r) => {
    const piece = new Float64Array((lengths ? lengths[r] : steps) * channels);
    for (let i = 0; i < piece.length; i++) {
      const [t, c] = [Math.floor(i / channels), i % channels];
      piece[i] = physical(values[(timeMajor ? t * rows + r : r * steps + t) * channels + c], c);
      if (!Number.isFinite(piece[i])) {
        throw new ApiError(`batch: the input of row ${r}, step ${t}, channel ${c} is ${piece[i]}; must be finite`);
      }
    }
    return piece;
  });
  const starts = new Uint32Array(rows);
  for (let r = 1; r < rows; r++) starts[r] = starts[r - 1] + pieces[r - 1].length;
  return {
    ...{ count: rows, steps, channels, features: channels, stepStride: channels, pieces, starts },
    lengths: Uint32Array.from(pieces, ({ length }) => length / channels),
    labels: new Int32Array(rows).fill(-1),
    groups: undefined,
  };
}

function perChannel(field: string, value: number | readonly number[], channels: number): readonly number[] {
  const list = typeof value === 'number' ? new Array<number>(channels).fill(value) : value;
  if (list.length !== channels || !list.every(Number.isFinite)) {
    throw new ApiError(`${field}: ${JSON.stringify(value)} must be one number, or ${channels}: one an input`);
  }
  return list;
}

function names(
  field: string,
  given: readonly string[] | undefined,
  channels: number,
  fallback: (c: number) => string,
): readonly string[] {
  if (given && given.length !== channels) {
    throw new ApiError(`${field}: ${given.length} names for ${channels} inputs; give one for each`);
  }
  return given ?? Array.from({ length: channels }, (_, c) => fallback(c));
}
