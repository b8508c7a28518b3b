import { joinPath, kindOf, readFile } from '#platform';
import { checkDetector } from '../detector/index.js';
import {
  convert,
  integerModelParts,
  integerNetworkFrom,
  plainStorage,
  type IntegerNetwork,
  type Normalisation,
  type Storage,
} from '../integer/index.js';
import {
  decodeModel,
  encodeModel,
  ModelFileError,
  tensorsOf,
  type ModelFacts,
  type Ranges,
  type Tensor,
} from '../network/index.js';

export type { ModelFacts } from '../network/index.js';

/** A float network with everything that its file says of it. */
export interface FloatModel {
  readonly kind: 'float';
  readonly facts: ModelFacts;
  /** In the order of `tensorsOf`. */
  readonly parameters: Float32Array;
  readonly ranges: Ranges;
  /** Headroom on the ranges. */
  readonly margin: number;
  /** How an integer network's matrices shall be stored; absent for a byte a weight and an index. */
  readonly storage?: Storage;
  /** Where an integer network's sums shall fit 24 bits. */
  readonly sumBits?: 24;
}

/** An integer network with everything that its file says of it. */
export interface IntegerModel {
  readonly kind: 'integer';
  readonly facts: ModelFacts;
  readonly network: IntegerNetwork;
}

/** What a model file holds: a float or an integer network. `kind` tells. */
export type Model = FloatModel | IntegerModel;

/** The normalisation that a model's inputs go through. */
export function normalisationFrom(facts: ModelFacts): Normalisation {
  return { centre: Int16Array.from(facts.features.centre), scale: Float64Array.from(facts.features.scale) };
}

/** The bytes of a model file. */
export function encode(model: Model): Promise<Uint8Array> {
  if (model.kind === 'integer') {
    const { settings, tensors } = integerModelParts(model.network);
    return encodeModel({ ...model.facts, kind: 'integer', integer: settings }, tensors);
  }
  const tensors: Tensor[] = tensorsOf(model.facts.architecture).map(({ name, shape, offset, size }) => ({
    name,
    dtype: 'F32',
    shape,
    data: model.parameters.subarray(offset, offset + size),
  }));
  const { facts, ranges, margin, storage, sumBits } = model;
  return encodeModel(
    { ...facts, kind: 'float', ranges, margin, ...(storage && { storage }), ...(sumBits && { sumBits }) },
    tensors,
  );
}

/** Reads and checks a model file of either kind. */
export async function readModel(path: string): Promise<Model> {
  if ((await kindOf(path)) === 'directory') {
    throw new ModelFileError(
      `can't read ${path}: it is a directory; name a model in it, as ${joinPath(path, 'model.safetensors')}`,
    );
  }
  const bytes = await readFile(path);
  // Intel HEX begins with a colon; a safetensors file with the length of its header, which is never that large.
  if (/\.hex$/i.test(path) || (bytes[0] === 0x3a && bytes[7] !== 0)) {
    throw new ModelFileError(
      `${path} is a board's image, not a model; give the .safetensors file that it was made of (simulate takes the image by --image)`,
    );
  }
  return decode(bytes, path);
}

/**
 * Takes the bytes of a model file of either kind apart and checks them.
 *
 * @param path what messages call them
 */
export async function decode(bytes: Uint8Array, path = 'the model'): Promise<Model> {
  const { metadata, tensors } = await decodeModel(bytes, path);
  const { kind, integer, ranges, margin, storage, sumBits, ...facts } = metadata;
  if (kind === 'integer') {
    if (facts.detector) checkDetector(facts.detector, facts.architecture.classes);
    return { kind, facts, network: integerNetworkFrom(facts.architecture, integer ?? {}, tensors) };
  }
  if (!ranges || margin === undefined)
    throw new ModelFileError(`${path} holds no ranges of its values; train it again`);
  const specs = tensorsOf(facts.architecture);
  const last = specs[specs.length - 1];
  const parameters = new Float32Array(last.offset + last.size);
  for (const { name, offset } of specs) {
    const data = tensors.find((tensor) => tensor.name === name)?.data;
    if (data) parameters.set(data, offset);
  }
  return { kind, facts, parameters, ranges, margin, ...(storage && { storage }), ...(sumBits && { sumBits }) };
}

/** What converts a float model, in place of what it says itself: fields of the recipe's `integer`. */
export type ConversionOptions = { readonly margin?: number | undefined; readonly sumBits?: 32 | 24 | undefined } & {
  readonly [K in keyof Storage]?: Storage[K] | undefined;
};

/** The integer model of a model: converted where it is float, by its own ranges and, unless others are given, margin, storage and length of sums. */
export function integerModel(model: Model, options: ConversionOptions = {}): IntegerModel {
  if (model.kind === 'integer') return model;
  const { facts, parameters, ranges } = model;
  const { margin = model.margin, sumBits = model.sumBits } = options;
  const own = model.storage ?? plainStorage;
  const storage = { weightBits: options.weightBits ?? own.weightBits, indices: options.indices ?? own.indices };
  const network = convert(facts.architecture, parameters, normalisationFrom(facts), ranges, margin, storage, sumBits);
  return { kind: 'integer', facts, network };
}
